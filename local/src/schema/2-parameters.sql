CREATE TABLE parameter (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL
) WITHOUT ROWID;
