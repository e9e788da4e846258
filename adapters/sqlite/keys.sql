-- The keys of subjects. They are numbered, so that a new one never moves another in the file; that of who is forgotten is
-- overwritten in its place.
CREATE TABLE IF NOT EXISTS subject_keys (
    number  INTEGER PRIMARY KEY,
    subject TEXT    NOT NULL UNIQUE,
    key     BLOB    NOT NULL -- zeros for who is forgotten
) STRICT;

CREATE TABLE IF NOT EXISTS forgettings (
    subject TEXT PRIMARY KEY,
    note    TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
