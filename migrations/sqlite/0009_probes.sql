-- Availability: spaced probes of each portal's home page, so that a week of them tells how often it could not be opened.

CREATE TABLE probes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    portal TEXT NOT NULL,
    -- The moment of the plan that it belongs to: one probe each, whoever made it.
    slot TEXT NOT NULL,
    at TEXT NOT NULL,
    url TEXT NOT NULL,
    -- Why the page did not open; empty where it did.
    cause TEXT,
    detail TEXT NOT NULL,
    status INTEGER,
    -- Milliseconds from asking.
    first_byte_ms INTEGER,
    whole_ms INTEGER,
    -- Whether a control host answered; empty where none was asked.
    control INTEGER CHECK (control IN (0, 1)),
    requests INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    UNIQUE (portal, slot)
) STRICT;
CREATE INDEX probes_by_time ON probes (portal, at);

-- Who is probing a portal now: taken before it is asked, so that two workers do not ask it twice.
CREATE TABLE probe_turns (
    portal TEXT PRIMARY KEY,
    slot TEXT NOT NULL,
    taken TEXT NOT NULL
) STRICT;

-- Number of the newest probe that the night knew of; empty where it knew none.
ALTER TABLE runs ADD COLUMN probes_before INTEGER;
