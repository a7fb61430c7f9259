//! The register: the small SQLite database beside the lake.
//!
//! It holds what there is (imports, the files of the snapshot with their checksums), who is who (people, their
//! names, free texts), links between keys, and rejected rows. Its last transaction of an import or refresh is
//! the moment at which everything written before becomes the truth: a reader sees exactly the files that it
//! names. Nothing here is needed to read the lake with other tools.

mod imports;
mod people;
mod schema;
mod snapshot;

pub use imports::{ImportRecord, Rejected, TableCounts};
pub(crate) use snapshot::{Change, FileRecord, Snapshot};

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use crate::error::{Result, StoreError};

/// The format of the data folder that this version writes.
pub(crate) const FORMAT: i64 = 1;

/// The database of one data folder.
#[derive(Debug)]
pub(crate) struct Register {
    connection: Mutex<SqliteConnection>,
}

impl Register {
    /// Opens the database for writing, making it where there is none.
    pub(crate) async fn create(path: &Path) -> Result<Register> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await?;
        refuse_newer(&mut connection).await?;
        sqlx::raw_sql(schema::TABLES).execute(&mut connection).await?;
        sqlx::query("PRAGMA user_version = 1").execute(&mut connection).await?;
        Ok(Register { connection: Mutex::new(connection) })
    }

    /// Opens the database for reading beside a writer.
    pub(crate) async fn open(path: &Path) -> Result<Register> {
        // Readers of a write-ahead log need its index file, so the connection itself is not read-only.
        let options = SqliteConnectOptions::new().filename(path).pragma("query_only", "on");
        let mut connection = options.connect().await?;
        refuse_newer(&mut connection).await?;
        Ok(Register { connection: Mutex::new(connection) })
    }

    async fn lock(&self) -> MutexGuard<'_, SqliteConnection> {
        self.connection.lock().await
    }

    /// Ends the connection so that the write-ahead log is put away.
    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.connection.into_inner().close().await?)
    }
}

async fn refuse_newer(connection: &mut SqliteConnection) -> Result<()> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(connection).await?;
    if found > FORMAT {
        return Err(StoreError::NewerFormat { found, known: FORMAT });
    }
    Ok(())
}
