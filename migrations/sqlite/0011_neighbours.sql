-- Neighbours: the policy documents and interpretations of each portal, so that a night on another portal knows them.

-- A row stands from one version of a portal's list to the one that no longer has it: what has not changed is written once.
CREATE TABLE known_documents (
    portal   TEXT NOT NULL,
    since    INTEGER NOT NULL,
    -- The first version without it; empty while it stands.
    until    INTEGER,
    url      TEXT NOT NULL,
    -- JSON, without its capture: that is found in the captures of the run.
    document TEXT NOT NULL,
    PRIMARY KEY (portal, url, since)
) STRICT;

-- The version of its portal's list that a run left behind; empty where it read nothing.
ALTER TABLE runs ADD COLUMN documents_version INTEGER;
-- JSON: ids of the runs on other portals whose documents the night knew. Empty for nights before there was such a thing.
ALTER TABLE runs ADD COLUMN neighbours TEXT;
-- The day the rule of retention removed what the night knew of other portals.
ALTER TABLE runs ADD COLUMN neighbours_thinned TEXT;
