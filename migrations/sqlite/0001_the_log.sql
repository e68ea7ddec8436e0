-- The log of one office: nights, what they saw, what checks said, what people decided.
--
-- Days are `YYYY-MM-DD` (Beijing), moments are UTC with exactly six digits after the second
-- (`2022-03-01T17:30:00.000000Z`), so that text order is time order. Decimals are text, never REAL.
-- Columns that hold a list or a map hold JSON.

CREATE TABLE runs (
    id          TEXT PRIMARY KEY,
    portal      TEXT NOT NULL,
    night       TEXT NOT NULL,
    as_of       TEXT NOT NULL,
    started     TEXT NOT NULL,
    finished    TEXT,
    state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'partial', 'failed')),
    note        TEXT NOT NULL DEFAULT '',
    requests    INTEGER NOT NULL DEFAULT 0,
    bytes       INTEGER NOT NULL DEFAULT 0,
    peak_rate   INTEGER NOT NULL DEFAULT 0,
    cut_short   INTEGER NOT NULL DEFAULT 0,
    -- The job that asked for it; a job run again finds its own run by this.
    job         TEXT UNIQUE,
    -- The portal as it was configured that night, so that the night can be judged again.
    portal_settings TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_portal ON runs (portal, night);
CREATE INDEX runs_by_night ON runs (night);

CREATE TABLE captures (
    run         TEXT NOT NULL REFERENCES runs (id),
    position    INTEGER NOT NULL,
    id          TEXT NOT NULL,
    url         TEXT NOT NULL,
    final_url   TEXT NOT NULL,
    hops        TEXT NOT NULL,
    at          TEXT NOT NULL,
    status      INTEGER NOT NULL,
    headers     TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    truncated   INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    location    TEXT,
    -- 1 for a page that was read, 0 for an answer that is none (a block page, an error page): evidence of a failure.
    is_page     INTEGER NOT NULL,
    -- How the page was reached.
    linked_from TEXT,
    link_text   TEXT NOT NULL,
    depth       INTEGER NOT NULL,
    PRIMARY KEY (run, position)
) STRICT;
CREATE INDEX captures_by_id ON captures (id);

-- Pages that could not be looked at.
CREATE TABLE unread_pages (
    run         TEXT NOT NULL REFERENCES runs (id),
    position    INTEGER NOT NULL,
    url         TEXT NOT NULL,
    cause       TEXT NOT NULL,
    detail      TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    at          TEXT,
    capture     TEXT,
    linked_from TEXT,
    PRIMARY KEY (run, position)
) STRICT;

CREATE TABLE outcomes (
    run           TEXT NOT NULL REFERENCES runs (id),
    position      INTEGER NOT NULL,
    check_id      TEXT NOT NULL,
    unit          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    subject_label TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    url           TEXT,
    evidence      TEXT NOT NULL,
    PRIMARY KEY (run, check_id, unit, subject)
) STRICT;

-- Where each episode stands today: a projection of `events` and of the outcomes.
CREATE TABLE findings (
    id               TEXT PRIMARY KEY,
    identity_version INTEGER NOT NULL,
    portal           TEXT NOT NULL,
    check_id         TEXT NOT NULL,
    subject          TEXT NOT NULL,
    unit             TEXT NOT NULL,
    episode          INTEGER NOT NULL,
    subject_label    TEXT NOT NULL,
    state            TEXT NOT NULL,
    confirmed        INTEGER NOT NULL,
    message          TEXT NOT NULL,
    url              TEXT,
    evidence         TEXT NOT NULL,
    first_seen       TEXT NOT NULL,
    last_seen        TEXT NOT NULL,
    last_measured    TEXT NOT NULL,
    unchanged_since  TEXT NOT NULL,
    run              TEXT NOT NULL,
    reason           TEXT NOT NULL,
    waived_until     TEXT,
    UNIQUE (portal, check_id, subject, unit, identity_version, episode)
) STRICT;
CREATE INDEX findings_by_state ON findings (state, first_seen);
CREATE INDEX findings_by_first_seen ON findings (first_seen);

-- Manual findings and measures.
CREATE TABLE entries (
    id             TEXT PRIMARY KEY,
    unit           TEXT NOT NULL,
    clause         TEXT,
    step           TEXT,
    check_id       TEXT,
    date           TEXT,
    count          TEXT,
    numerator      TEXT,
    denominator    TEXT,
    value          TEXT,
    rank           INTEGER,
    level          TEXT,
    subject        TEXT,
    status         TEXT NOT NULL CHECK (status IN ('flagged', 'confirmed', 'dismissed', 'waived')),
    source         TEXT NOT NULL CHECK (source IN ('crawl', 'staff', 'import')),
    not_applicable INTEGER NOT NULL,
    note           TEXT,
    url            TEXT,
    evidence       TEXT,
    recorded_by    TEXT NOT NULL,
    recorded_at    TEXT NOT NULL,
    reason         TEXT NOT NULL DEFAULT '',
    waived_until   TEXT
) STRICT;
CREATE INDEX entries_by_date ON entries (date);

-- What happened, in order. Each row is sealed over itself and the seal before it.
CREATE TABLE events (
    number   INTEGER PRIMARY KEY,
    -- Id of the finding or of the entry.
    finding  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    actor    TEXT NOT NULL,
    at       TEXT NOT NULL,
    night    TEXT NOT NULL,
    reason   TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL,
    seal     TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX events_by_finding ON events (finding, number);

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: no event may be changed');
END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are append-only: no event may be removed');
END;
