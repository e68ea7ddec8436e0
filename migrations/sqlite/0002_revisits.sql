-- Pages that had not changed since an earlier night: their captures point to the body that was stored then.

-- JSON: how it is known that the body is the earlier one, which capture brought it, where this night's own record lies.
-- Empty where the body came with this capture.
ALTER TABLE captures ADD COLUMN revisit TEXT;

-- Why the portal's word that a page has not changed (ETag, Last-Modified, 304) was not believed; empty where it was.
ALTER TABLE runs ADD COLUMN distrust TEXT;
