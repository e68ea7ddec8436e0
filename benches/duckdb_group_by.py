"""The yardstick of benches/score.rs: DuckDB adds up the entries by unit and clause.

Prints the seconds of the statement with fetching its rows, and the peak memory of this process in kilobytes.
"""

import sys
import time

import duckdb

STATEMENT = """
SELECT unit, clause, count(*), sum("count")
FROM read_json(?, format = 'newline_delimited',
               columns = {unit: 'VARCHAR', clause: 'VARCHAR', "count": 'DECIMAL(18, 4)'})
GROUP BY unit, clause
"""

start = time.perf_counter()
rows = duckdb.execute(STATEMENT, [sys.argv[1]]).fetchall()
seconds = time.perf_counter() - start
assert rows
with open("/proc/self/status", encoding="ascii") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
print(seconds, peak)
