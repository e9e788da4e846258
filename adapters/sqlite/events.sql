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
    events       TEXT    NOT NULL,    -- a JSON array of {"type", "schema", "data"}
    lengths      BLOB    NOT NULL,    -- of the array's elements in bytes, as varints: so that reading need not parse
    UNIQUE (stream, version)
) STRICT;
