//! The snapshot: which files are the truth now, and the one transaction that moves it on.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection, Row, SqliteConnection};

use super::Register;
use super::imports::{self, NewImport, unreadable};
use crate::error::Result;
use crate::links::Link;

/// A data file of the lake or of the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileRecord {
    /// The folder of its Delta table, within the data folder: "lake/orders".
    pub(crate) folder: String,
    /// Its name in that folder.
    pub(crate) name: String,
    pub(crate) size: i64,
    pub(crate) rows: i64,
    /// xxHash64 of its bytes.
    pub(crate) checksum: i64,
    pub(crate) bucket_min: i32,
    pub(crate) bucket_max: i32,
    /// Facts: the instant of the batch that all its rows bear.
    pub(crate) recorded_at: i64,
    /// Facts: whether it takes rows back.
    pub(crate) minus: bool,
    /// The least and largest moment by which its rows are dated.
    pub(crate) first_at: Option<i64>,
    pub(crate) last_at: Option<i64>,
    /// Whether its conversations had an event in the last days before the watermark.
    pub(crate) live: bool,
}

/// What is true now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// Counts the transactions; the batch number in Delta's `txn` actions.
    pub(crate) number: i64,
    /// When it was made.
    pub(crate) at: i64,
    /// The version of each Delta table, by folder.
    pub(crate) versions: BTreeMap<String, i64>,
    /// What the facts were folded with.
    pub(crate) facts_version: Option<String>,
    /// When all facts were last folded at once; change rows reach back so far.
    pub(crate) full_fold_at: Option<i64>,
    /// Tables with rows that replace others.
    pub(crate) revised: BTreeSet<String>,
    pub(crate) files: Vec<FileRecord>,
}

impl Snapshot {
    /// The files of one Delta table, oldest first.
    pub(crate) fn files_of<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = &'s FileRecord> {
        self.files.iter().filter(move |file| file.folder == folder)
    }
}

/// Everything that becomes true at once.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) versions: BTreeMap<String, i64>,
    pub(crate) facts_version: Option<String>,
    pub(crate) full_fold_at: Option<i64>,
    pub(crate) revised: BTreeSet<String>,
    pub(crate) added: Vec<FileRecord>,
    pub(crate) removed: Vec<(String, String)>,
    pub(crate) import: Option<NewImport>,
    pub(crate) forgotten: Option<i64>,
    pub(crate) links: Vec<Link>,
    /// Rows that came again: (table, home, identity, revision, content).
    pub(crate) also: Vec<(&'static str, i64, i64, i64, i64)>,
    /// New watermarks of imports that inherit rows: (import, moment).
    pub(crate) watermarks: Vec<(i64, i64)>,
}

impl Register {
    /// What is true now.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        let mut connection = self.lock().await;
        let mut transaction = connection.begin().await?;
        let row = sqlx::query("SELECT * FROM snapshot").fetch_optional(&mut *transaction).await?;
        let Some(row) = row else { return Ok(Snapshot::default()) };
        let files = sqlx::query("SELECT * FROM files WHERE removed IS NULL ORDER BY folder, added, name");
        let files = files.fetch_all(&mut *transaction).await?;
        Ok(Snapshot {
            number: row.try_get("number")?,
            at: row.try_get("at")?,
            versions: unreadable("list of versions", serde_json::from_str(row.try_get("versions")?))?,
            facts_version: row.try_get("facts_version")?,
            full_fold_at: row.try_get("full_fold_at")?,
            revised: unreadable("list of tables", serde_json::from_str(row.try_get("revised")?))?,
            files: files.iter().map(file).collect::<Result<_>>()?,
        })
    }

    /// Makes a change the truth, all of it or nothing.
    pub(crate) async fn commit(&self, change: &Change) -> Result<()> {
        let mut connection = self.lock().await;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let one = &mut *transaction;
        write_snapshot(one, change).await?;
        for file in &change.added {
            write_file(one, file, change.number).await?;
        }
        for (folder, name) in &change.removed {
            let sql = "UPDATE files SET removed = ?3 WHERE folder = ?1 AND name = ?2";
            sqlx::query(sql).bind(folder).bind(name).bind(change.number).execute(&mut *one).await?;
        }
        if let Some(import) = &change.import {
            imports::insert(one, import).await?;
            write_also(one, import.id, &change.also).await?;
        }
        if let Some(import) = change.forgotten {
            imports::forget(one, import, change.at).await?;
        }
        for (import, at) in &change.watermarks {
            imports::raise_watermark(one, *import, *at).await?;
        }
        write_links(one, &change.links).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Writes the tables' versions down after a log was mended.
    pub(crate) async fn keep_versions(&self, versions: &BTreeMap<String, i64>) -> Result<()> {
        let versions = unreadable("list of versions", serde_json::to_string(versions))?;
        let sql = "UPDATE snapshot SET versions = ?1 WHERE versions <> ?1";
        sqlx::query(sql).bind(versions).execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// Strikes files from the list that are gone from the disk.
    pub(crate) async fn strike_removed(&self) -> Result<()> {
        sqlx::query("DELETE FROM files WHERE removed IS NOT NULL").execute(&mut *self.lock().await).await?;
        Ok(())
    }

    /// Which rows of an import another one brought too: (table, home, identity, revision, content), with the import.
    pub(crate) async fn also_brought(&self, table: &str) -> Result<Vec<(i64, i64, i64, i64, i64)>> {
        let sql = "SELECT also.import, home, identity, revision, content FROM also
            JOIN imports ON imports.id = also.import WHERE table_name = ?1 AND forgotten_at IS NULL
            ORDER BY also.import";
        let rows = sqlx::query(sql).bind(table).fetch_all(&mut *self.lock().await).await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?)))
            .collect()
    }

    /// All links of imports that are not in `hidden`.
    pub(crate) async fn links(&self) -> Result<Vec<Link>> {
        let rows = sqlx::query("SELECT * FROM links").fetch_all(&mut *self.lock().await).await?;
        rows.iter()
            .map(|row| {
                Ok(Link {
                    child: row.try_get::<i64, _>("child")? as u64,
                    parent: row.try_get::<i64, _>("parent")? as u64,
                    identity: row.try_get("identity")?,
                    revision: row.try_get("revision")?,
                    content: row.try_get("content")?,
                    class: row.try_get("class")?,
                    at: row.try_get("at")?,
                    sequence: row.try_get("sequence")?,
                    import: row.try_get("import")?,
                })
            })
            .collect()
    }
}

fn file(row: &sqlx::sqlite::SqliteRow) -> Result<FileRecord> {
    Ok(FileRecord {
        folder: row.try_get("folder")?,
        name: row.try_get("name")?,
        size: row.try_get("size")?,
        rows: row.try_get("rows")?,
        checksum: row.try_get("checksum")?,
        bucket_min: row.try_get("bucket_min")?,
        bucket_max: row.try_get("bucket_max")?,
        recorded_at: row.try_get("recorded_at")?,
        minus: row.try_get::<i64, _>("minus")? != 0,
        first_at: row.try_get("first_at")?,
        last_at: row.try_get("last_at")?,
        live: row.try_get::<i64, _>("live")? != 0,
    })
}

async fn write_snapshot(connection: &mut SqliteConnection, change: &Change) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO snapshot (one, number, at, versions, facts_version, full_fold_at, revised)
        VALUES (1, ?, ?, ?, ?, ?, ?)";
    let versions = unreadable("list of versions", serde_json::to_string(&change.versions))?;
    let revised = unreadable("list of tables", serde_json::to_string(&change.revised))?;
    let write = sqlx::query(sql).bind(change.number).bind(change.at).bind(versions).bind(&change.facts_version);
    write.bind(change.full_fold_at).bind(revised).execute(connection).await?;
    Ok(())
}

async fn write_file(connection: &mut SqliteConnection, file: &FileRecord, number: i64) -> Result<()> {
    let sql = "INSERT INTO files (folder, name, size, rows, checksum, bucket_min, bucket_max, recorded_at, minus,
        first_at, last_at, live, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let insert = sqlx::query(sql).bind(&file.folder).bind(&file.name).bind(file.size).bind(file.rows);
    let insert = insert.bind(file.checksum).bind(file.bucket_min).bind(file.bucket_max).bind(file.recorded_at);
    let insert = insert.bind(i64::from(file.minus)).bind(file.first_at).bind(file.last_at);
    insert.bind(i64::from(file.live)).bind(number).execute(connection).await?;
    Ok(())
}

async fn write_links(connection: &mut SqliteConnection, links: &[Link]) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO links (child, parent, identity, revision, content, class, at, sequence, import)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
            value ->> 7, value ->> 8 FROM json_each(?1)";
    for chunk in links.chunks(50_000) {
        let rows: Vec<[i64; 9]> = chunk
            .iter()
            .map(|link| {
                [
                    link.child as i64,
                    link.parent as i64,
                    link.identity,
                    link.revision,
                    link.content,
                    link.class,
                    link.at,
                    link.sequence,
                    link.import,
                ]
            })
            .collect();
        let json = unreadable("link", serde_json::to_string(&rows))?;
        sqlx::query(sql).bind(json).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn write_also(
    connection: &mut SqliteConnection,
    import: i64,
    also: &[(&'static str, i64, i64, i64, i64)],
) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO also (import, table_name, home, identity, revision, content)
        SELECT ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?2)";
    for chunk in also.chunks(50_000) {
        let json = unreadable("row", serde_json::to_string(chunk))?;
        sqlx::query(sql).bind(import).bind(json).execute(&mut *connection).await?;
    }
    Ok(())
}
