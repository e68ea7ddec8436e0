-- Pages that only scripts can show: what a browser made of an answer is a capture of its own.

-- JSON: the document or its picture, the capture it was made of, whether all of it was loaded. Empty for what the portal
-- sent.
ALTER TABLE captures ADD COLUMN rendered TEXT;
