-- Retention: captures that no finding needs lose their record in the evidence after some nights.

-- The day a capture's record was removed by rule; its location is then empty.
ALTER TABLE captures ADD COLUMN thinned TEXT;
-- Who still needs a record.
CREATE INDEX captures_by_location ON captures (location);

-- How many records of the run were needed when its files were last thinned; empty where they never were.
ALTER TABLE runs ADD COLUMN records_kept INTEGER;
