-- Whether an answer came only by a way of securing connections that is out of date.
ALTER TABLE captures ADD COLUMN old_tls INTEGER NOT NULL DEFAULT 0 CHECK (old_tls IN (0, 1));
