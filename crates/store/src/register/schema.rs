//! The tables of the register.

/// Made once; later versions add columns and tables, and raise `user_version`.
pub(super) const TABLES: &str = "
CREATE TABLE IF NOT EXISTS imports (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    files TEXT NOT NULL,
    source TEXT NOT NULL,
    mapping TEXT,
    counts TEXT NOT NULL,
    watermark INTEGER,
    forgotten_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS snapshot (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    versions TEXT NOT NULL,
    facts_version TEXT,
    full_fold_at INTEGER,
    revised TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS files (
    folder TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    bucket_min INTEGER NOT NULL,
    bucket_max INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    minus INTEGER NOT NULL,
    first_at INTEGER,
    last_at INTEGER,
    live INTEGER NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER,
    PRIMARY KEY (folder, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS links (
    child INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    identity INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    content INTEGER NOT NULL,
    class INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    import INTEGER NOT NULL,
    PRIMARY KEY (child, identity, revision, content, import, parent)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_by_parent ON links (parent);
CREATE TABLE IF NOT EXISTS also (
    import INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    home INTEGER NOT NULL,
    identity INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    content INTEGER NOT NULL,
    PRIMARY KEY (import, table_name, home, identity, revision, content)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS people (
    hash TEXT PRIMARY KEY,
    vendor_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS names (
    hash TEXT NOT NULL,
    role TEXT NOT NULL,
    import INTEGER NOT NULL,
    content INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    since INTEGER NOT NULL,
    name TEXT,
    email TEXT,
    PRIMARY KEY (hash, role, import, content)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS texts (
    table_name TEXT NOT NULL,
    content INTEGER NOT NULL,
    column_name TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (table_name, content, column_name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rejected (
    import INTEGER NOT NULL,
    number INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    column_name TEXT,
    value TEXT,
    reason TEXT NOT NULL,
    remedy TEXT NOT NULL,
    row TEXT NOT NULL,
    PRIMARY KEY (import, number)
) STRICT, WITHOUT ROWID;
";
