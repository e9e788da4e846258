-- A row is a commit: the events of one decision, there as a whole or not at all.
CREATE TABLE IF NOT EXISTS events (
    position     INTEGER PRIMARY KEY, -- in the feed: 1, 2, 3 … Rows are never removed, so that there is no gap.
    stream       TEXT    NOT NULL,
    version      INTEGER NOT NULL,    -- of the first event
    count        INTEGER NOT NULL,    -- of events
    time         INTEGER NOT NULL,    -- ms since 1970
    command_id   TEXT    NOT NULL,
    trace_id     TEXT    NOT NULL,
    causation_id TEXT    NOT NULL,
    invoker      TEXT    NOT NULL,
    trace        TEXT    NOT NULL,
    events       TEXT    NOT NULL,    -- a JSON array of {"type", "schema", "data"}; empty once they are archived
    lengths      BLOB    NOT NULL,    -- of the array's elements in bytes, as varints: so that reading need not parse
    era          INTEGER NOT NULL DEFAULT 0, -- of the stream
    UNIQUE (stream, version)
) STRICT;

-- The eras of streams that have ended.
CREATE TABLE IF NOT EXISTS eras (
    stream   TEXT    NOT NULL,
    era      INTEGER NOT NULL,
    version  INTEGER NOT NULL,            -- of the tombstone
    archived TEXT    NOT NULL DEFAULT '', -- the manifest of the copy that its commits are read from; empty while they are here
    emptied  INTEGER NOT NULL DEFAULT 0,  -- 1 once none of its commits has events any more, but for the tombstone
    PRIMARY KEY (stream, era)
) STRICT, WITHOUT ROWID;

-- Who may write to what: here because appends look into it.
CREATE TABLE IF NOT EXISTS leases (
    name  TEXT    PRIMARY KEY,
    token INTEGER NOT NULL,
    until INTEGER NOT NULL -- ms since 1970, 0 when it was released
) STRICT, WITHOUT ROWID;

-- Timers, the inbox and the upkeep: here because they must be on the disk when they are acknowledged.
CREATE TABLE IF NOT EXISTS errands (
    number   INTEGER PRIMARY KEY AUTOINCREMENT, -- in their order
    list     TEXT    NOT NULL, -- timers, inbox or upkeep
    lane     TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    errand   TEXT    NOT NULL, -- JSON
    UNIQUE (list, id)
) STRICT;

CREATE INDEX IF NOT EXISTS errands_by_lane ON errands (list, lane, number);

-- The lanes that have errands, which are received one after the other: an inbox has one for each stream, and each timer is alone.
CREATE TABLE IF NOT EXISTS lanes (
    list  TEXT    NOT NULL,
    lane  TEXT    NOT NULL,
    next  INTEGER NOT NULL,           -- ms since 1970: nothing of it is received before
    lease INTEGER NOT NULL DEFAULT 0, -- of the last receiver, 0 for none
    PRIMARY KEY (list, lane)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS lanes_by_time ON lanes (list, next);

-- What admins have asked for, with their reasons: here because it must outlive what can be made again.
CREATE TABLE IF NOT EXISTS jobs (
    id    TEXT    PRIMARY KEY, -- sorts by time
    lane  TEXT    NOT NULL,
    ended INTEGER NOT NULL, -- 1 or 0
    job   TEXT    NOT NULL  -- JSON
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS jobs_under_way ON jobs (lane) WHERE ended = 0;

-- Up to which position of its feed another store has been taken over: here because commits are appended with it.
CREATE TABLE IF NOT EXISTS copies (
    source   TEXT    PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where the store is moving: here because appends look into it.
CREATE TABLE IF NOT EXISTS moves (
    number INTEGER PRIMARY KEY CHECK (number = 1),
    writes INTEGER NOT NULL, -- who may write
    move   TEXT    NOT NULL  -- JSON
) STRICT;
