-- What a visit asks for beside the pages: an address that cannot exist, where links lead.

-- JSON: the answers, as checks read them. Empty for nights before there was such a thing.
ALTER TABLE runs ADD COLUMN soundings TEXT;
