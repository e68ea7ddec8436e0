-- What keeps the log fair: checks under suspicion, and nights on which our own canary was not read right.

-- A check that changed its mind on too many portals in one night; it raises and closes nothing until it is lifted.
CREATE TABLE quarantines (
    check_id    TEXT NOT NULL,
    night       TEXT NOT NULL,
    to_failing  INTEGER NOT NULL,
    portals     INTEGER NOT NULL,
    -- Who lifted it, when and why; empty while it stands.
    lifted_by   TEXT,
    lifted_at   TEXT,
    reason      TEXT,
    PRIMARY KEY (check_id, night, to_failing)
) STRICT;

-- The portal with known faults that is read inside each night.
CREATE TABLE canary_nights (
    night   TEXT PRIMARY KEY,
    at      TEXT NOT NULL,
    -- JSON: seeded faults that were not found, faults that nobody seeded.
    missing TEXT NOT NULL,
    extra   TEXT NOT NULL
) STRICT;
