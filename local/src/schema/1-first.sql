CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value
) WITHOUT ROWID;

CREATE TABLE queue (
    name TEXT PRIMARY KEY,
    visibility_timeout_s INTEGER NOT NULL,
    delay_s INTEGER NOT NULL DEFAULT 0,
    dead_letters TEXT,
    receives_max INTEGER,
    created_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    attributes TEXT,
    group_id TEXT,
    came_from TEXT,
    sent_ms INTEGER NOT NULL,
    visible_ms INTEGER NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    first_received_ms INTEGER,
    receipt TEXT,
    held INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX message_by_visibility ON message (queue, visible_ms, number);

CREATE TABLE schedule_group (
    name TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE schedule (
    group_name TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    request TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    due_ms INTEGER,
    next_ms INTEGER,
    period_ms INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_tried_ms INTEGER,
    created_ms INTEGER NOT NULL,
    modified_ms INTEGER NOT NULL,
    PRIMARY KEY (group_name, name)
) WITHOUT ROWID;
CREATE INDEX schedule_by_next ON schedule (next_ms) WHERE next_ms IS NOT NULL;

CREATE TABLE identity (
    name TEXT PRIMARY KEY,
    verified INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE suppression (
    address TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE mail (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    recipients INTEGER NOT NULL,
    configuration_set TEXT,
    mail TEXT NOT NULL
);
CREATE INDEX mail_by_time ON mail (at_ms, recipients);
