-- What was set for an identity, as JSON.
ALTER TABLE identity ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
