-- First-seen memory: on which night a document was first seen, what it claimed then, and what changed since.

-- One row for the first night that saw a document, and one for each later night that brought something new: another
-- date, another text, or the first reading of the page. Rows are never changed.
CREATE TABLE documents_seen (
    number      INTEGER PRIMARY KEY,
    portal      TEXT NOT NULL,
    -- Path of the address, with the query where there is one.
    document    TEXT NOT NULL,
    run         TEXT NOT NULL REFERENCES runs (id),
    title       TEXT NOT NULL,
    -- JSON: the days it claimed for its publication, by where they were read.
    claimed     TEXT NOT NULL,
    -- Digest of the article's text.
    body        TEXT,
    -- JSON: the look that saw it, the reading of its column that should have shown it earlier, the last look before a
    -- change; each with its capture.
    look        TEXT NOT NULL,
    missed_by   TEXT,
    look_before TEXT,
    UNIQUE (portal, document, run)
) STRICT;
-- The few rows that prove something: their captures are kept.
CREATE INDEX documents_seen_with_proof ON documents_seen (portal) WHERE missed_by IS NOT NULL OR look_before IS NOT NULL;

-- The newest reading of each column's list.
CREATE TABLE columns_read (
    portal      TEXT NOT NULL,
    column_key  TEXT NOT NULL,
    -- JSON.
    reading     TEXT NOT NULL,
    PRIMARY KEY (portal, column_key)
) STRICT;

-- Number of the newest row of documents_seen that the night knew before it wrote its own; empty where it knew none of
-- this memory.
ALTER TABLE runs ADD COLUMN seen_before INTEGER;
