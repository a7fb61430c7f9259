//! Imports: what came when from where, what became of every row, and the rows that were refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection};

use super::Register;
use crate::error::{Result, StoreError};

/// What became of the rows of one table: received = stored + duplicate + rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCounts {
    /// Rows that were read.
    pub received: u64,
    /// Rows that are in the lake because of this import.
    pub stored: u64,
    /// Rows that were there before, or came twice.
    pub duplicate: u64,
    /// Rows that were refused.
    pub rejected: u64,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ImportRecord {
    /// Its number.
    pub id: i64,
    /// When it was done, microseconds UTC.
    pub at: i64,
    /// What was read.
    pub files: Vec<String>,
    /// The source of rows that name none.
    pub source: String,
    /// The mapping, as it was then.
    pub mapping: Option<String>,
    /// What became of the rows, by table.
    pub counts: BTreeMap<String, TableCounts>,
    /// The largest moment in it that was not after its own recording.
    pub watermark: Option<i64>,
    /// When it was forgotten.
    pub forgotten_at: Option<i64>,
}

/// A row that was refused, as it came, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// The table that it was meant for.
    pub table: String,
    /// The file.
    pub file: String,
    /// The line or row in it.
    pub line: u64,
    /// The column.
    pub column: Option<String>,
    /// The value found there.
    pub value: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// The row as given.
    pub row: String,
}

/// An import about to be recorded.
pub(crate) type NewImport = ImportRecord;

impl Register {
    /// All imports, oldest first.
    pub(crate) async fn imports(&self) -> Result<Vec<ImportRecord>> {
        let rows = sqlx::query("SELECT * FROM imports ORDER BY id").fetch_all(&mut *self.lock().await).await?;
        rows.iter()
            .map(|row| {
                Ok(ImportRecord {
                    id: row.try_get("id")?,
                    at: row.try_get("at")?,
                    files: unreadable("list of files", serde_json::from_str(row.try_get("files")?))?,
                    source: row.try_get("source")?,
                    mapping: row.try_get("mapping")?,
                    counts: unreadable("count of rows", serde_json::from_str(row.try_get("counts")?))?,
                    watermark: row.try_get("watermark")?,
                    forgotten_at: row.try_get("forgotten_at")?,
                })
            })
            .collect()
    }

    /// Keeps refused rows, in the order in which they came.
    pub(crate) async fn keep_rejected(&self, import: i64, from: i64, rows: &[Rejected]) -> Result<()> {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (&row.table, &row.file, row.line, &row.column, &row.value, &row.reason, &row.remedy, &row.row))
            .collect();
        let json = unreadable("refused row", serde_json::to_string(&rows))?;
        let sql = "INSERT OR REPLACE INTO rejected
            SELECT ?1, ?2 + key, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                value ->> 6, value ->> 7
            FROM json_each(?3)";
        sqlx::query(sql).bind(import).bind(from).bind(json).execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// The refused rows of an import.
    pub(crate) async fn rejected(&self, import: i64) -> Result<Vec<Rejected>> {
        let sql = "SELECT * FROM rejected WHERE import = ?1 ORDER BY number";
        let rows = sqlx::query(sql).bind(import).fetch_all(&mut *self.lock().await).await?;
        rows.iter()
            .map(|row| {
                Ok(Rejected {
                    table: row.try_get("table_name")?,
                    file: row.try_get("file")?,
                    line: row.try_get::<i64, _>("line")?.unsigned_abs(),
                    column: row.try_get("column_name")?,
                    value: row.try_get("value")?,
                    reason: row.try_get("reason")?,
                    remedy: row.try_get("remedy")?,
                    row: row.try_get("row")?,
                })
            })
            .collect()
    }

    /// Removes what an unfinished import left: a killed one is imported again under the same number.
    pub(crate) async fn drop_unfinished(&self, import: i64) -> Result<()> {
        let mut connection = self.lock().await;
        for sql in ["DELETE FROM rejected WHERE import >= ?1", "DELETE FROM names WHERE import >= ?1"] {
            sqlx::query(sql).bind(import).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

pub(super) async fn insert(connection: &mut SqliteConnection, import: &NewImport) -> Result<()> {
    let files = unreadable("list of files", serde_json::to_string(&import.files))?;
    let counts = unreadable("count of rows", serde_json::to_string(&import.counts))?;
    let sql = "INSERT INTO imports (id, at, files, source, mapping, counts, watermark) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let insert = sqlx::query(sql).bind(import.id).bind(import.at).bind(files).bind(&import.source);
    insert.bind(&import.mapping).bind(counts).bind(import.watermark).execute(connection).await?;
    Ok(())
}

pub(super) async fn raise_watermark(connection: &mut SqliteConnection, import: i64, at: i64) -> Result<()> {
    let sql = "UPDATE imports SET watermark = max(coalesce(watermark, ?2), ?2) WHERE id = ?1";
    sqlx::query(sql).bind(import).bind(at).execute(connection).await?;
    Ok(())
}

pub(super) async fn forget(connection: &mut SqliteConnection, import: i64, at: i64) -> Result<()> {
    let sql = "UPDATE imports SET forgotten_at = ?2 WHERE id = ?1";
    sqlx::query(sql).bind(import).bind(at).execute(connection).await?;
    Ok(())
}

pub(super) fn unreadable<T>(what: &'static str, read: serde_json::Result<T>) -> Result<T> {
    read.map_err(|source| StoreError::Record { what, source })
}
