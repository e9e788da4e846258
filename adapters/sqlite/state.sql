-- Up to which position of the feed each queue has been filled.
CREATE TABLE IF NOT EXISTS queues (
    name     TEXT    PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The messages in the queues: references to commits in events.db.
CREATE TABLE IF NOT EXISTS messages (
    queue    TEXT    NOT NULL,
    position INTEGER NOT NULL,
    stream   TEXT    NOT NULL, -- the message's group
    receives INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rows (
    view    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    doc     TEXT    NOT NULL, -- JSON, or empty for none
    keys    TEXT    NOT NULL, -- JSON: the row's places
    PRIMARY KEY (view, id)
) STRICT;

-- Where rows stand in the indexes of their views.
CREATE TABLE IF NOT EXISTS places (
    view  TEXT NOT NULL,
    name  TEXT NOT NULL, -- of the index
    part  TEXT NOT NULL, -- the partition
    sort  TEXT NOT NULL,
    id    TEXT NOT NULL,
    PRIMARY KEY (view, name, part, sort, id)
) STRICT, WITHOUT ROWID;

-- Which generations of their rows views have. Those behind the first have names of their own in rows, places and documents.
CREATE TABLE IF NOT EXISTS generations (
    view     TEXT PRIMARY KEY,
    standing TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS checkpoints (
    consumer TEXT    NOT NULL,
    stream   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    PRIMARY KEY (consumer, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS parked (
    consumer TEXT    NOT NULL,
    stream   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    time     INTEGER NOT NULL, -- ms since 1970, like all times here
    history  TEXT    NOT NULL DEFAULT '', -- JSON, or empty for none
    PRIMARY KEY (consumer, stream)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outcomes (
    trace     TEXT    NOT NULL,
    stream    TEXT    NOT NULL,
    version   INTEGER NOT NULL,
    type      TEXT    NOT NULL,
    time      INTEGER NOT NULL,
    payload   TEXT    NOT NULL, -- JSON, or empty for none
    schema    INTEGER NOT NULL DEFAULT 0,
    causation TEXT    NOT NULL,
    command   TEXT    NOT NULL DEFAULT '',
    invoker   TEXT    NOT NULL,
    PRIMARY KEY (trace, stream, version, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS connections (
    id      TEXT    PRIMARY KEY,
    user    TEXT    NOT NULL,
    roles   TEXT    NOT NULL, -- JSON
    expires INTEGER NOT NULL,
    opened  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS connections_by_user ON connections (user);

-- Subscriptions end with the process, so that those of an earlier layout need not be kept.
DROP TABLE IF EXISTS subscriptions;

CREATE TABLE subscriptions (
    topic      TEXT NOT NULL,
    connection TEXT NOT NULL,
    PRIMARY KEY (topic, connection)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS subscriptions_by_connection ON subscriptions (connection);

CREATE TABLE IF NOT EXISTS snapshots (
    stream      TEXT    NOT NULL,
    fold        TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL, -- of the fold
    version     INTEGER NOT NULL,
    state       TEXT    NOT NULL, -- JSON
    commands    BLOB    NOT NULL,
    era         INTEGER NOT NULL DEFAULT 0, -- of the stream, at the version
    PRIMARY KEY (stream, fold)
) STRICT;

-- The documents of the full-text index; those that were taken out as well, for their versions.
CREATE TABLE IF NOT EXISTS documents (
    number  INTEGER PRIMARY KEY, -- rowid of the text
    view    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (view, id)
) STRICT;

-- The words of the documents, without the texts themselves.
CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
