-- What a portal had to bear and what it allowed: with the load of a run, its robots.txt.

-- JSON: address, how reading it ended, digest, the rules that applied, how many addresses were left out by them.
ALTER TABLE runs ADD COLUMN robots TEXT;
