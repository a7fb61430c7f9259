//! The Delta logs of the lake: one table a folder, commits by one writer, each durable before the next step.
//!
//! The register says what is true; the logs say the same to other tools. A commit adds or removes whole files and
//! bears the number of the register's transaction as its `txn`. After a crash the two may differ by the last
//! batch: [`mend`] brings a table's log back to what the register names.

use std::collections::HashMap;
use std::path::Path;

use arrow::datatypes::SchemaRef;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, Remove, Transaction};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};

use crate::error::{Result, StoreError};
use crate::files::{sync, sync_folder};
use crate::register::FileRecord;
use crate::schema::delta_fields;

/// The application named in `txn` actions.
const APPLICATION: &str = "mittari";

/// What one batch changes in one table.
pub(crate) struct TableChange {
    /// The table's folder in the data folder.
    pub(crate) folder: String,
    pub(crate) schema: SchemaRef,
    pub(crate) added: Vec<FileRecord>,
    /// Names of files.
    pub(crate) removed: Vec<String>,
}

/// Commits a change to a table's log, makes it durable, and gives the version.
pub(crate) async fn commit(data: &Path, change: &TableChange, number: i64, at: i64) -> Result<i64> {
    let table = open_or_create(data, &change.folder, &change.schema).await;
    let table = table.map_err(StoreError::delta(&change.folder))?;
    let adds = change.added.iter().map(|file| Action::Add(add(file, at)));
    let removes = change.removed.iter().map(|name| Action::Remove(remove(name, at)));
    let actions = adds.chain(removes).collect();
    let version = write(&table, actions, number).await.map_err(StoreError::delta(&change.folder))?;
    make_durable(&data.join(&change.folder), version)?;
    Ok(version)
}

/// Brings the log of a table to exactly `files`, if it says otherwise; gives the version.
pub(crate) async fn mend(data: &Path, folder: &str, files: &[&FileRecord], number: i64, at: i64) -> Result<i64> {
    let delta = StoreError::delta(folder);
    let table = match open(data, folder).await {
        Ok(table) => table,
        Err(error) => return Err(delta(error)),
    };
    let logged = logged_files(&table).map_err(StoreError::delta(folder))?;
    let removes = logged.iter().filter(|name| !files.iter().any(|file| file.name == **name));
    let adds = files.iter().filter(|file| !logged.contains(&file.name));
    let mut actions: Vec<Action> = removes.map(|name| Action::Remove(remove(name, at))).collect();
    actions.extend(adds.map(|file| Action::Add(add(file, at))));
    if actions.is_empty() {
        return Ok(table.version().unwrap_or_default() as i64);
    }
    let version = write(&table, actions, number).await.map_err(StoreError::delta(folder))?;
    make_durable(&data.join(folder), version)?;
    Ok(version)
}

/// Whether the log has a commit after `version`; -1 asks whether there is a log at all.
pub(crate) fn is_ahead(data: &Path, folder: &str, version: i64) -> bool {
    data.join(folder).join("_delta_log").join(format!("{:020}.json", version + 1)).exists()
}

async fn write(table: &DeltaTable, actions: Vec<Action>, number: i64) -> std::result::Result<i64, DeltaTableError> {
    let properties = CommitProperties::default()
        .with_application_transaction(Transaction::new(APPLICATION, number))
        .with_max_retries(0);
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let snapshot = table.snapshot()?;
    let committed = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(Some(snapshot), table.log_store(), operation)
        .await?;
    Ok(committed.version() as i64)
}

fn location(data: &Path, folder: &str) -> String {
    let path = data.join(folder);
    std::path::absolute(&path).unwrap_or(path).display().to_string()
}

async fn open(data: &Path, folder: &str) -> std::result::Result<DeltaTable, DeltaTableError> {
    let url = deltalake::ensure_table_uri(location(data, folder))?;
    DeltaTableBuilder::from_url(url)?.load().await
}

async fn open_or_create(
    data: &Path,
    folder: &str,
    schema: &SchemaRef,
) -> std::result::Result<DeltaTable, DeltaTableError> {
    if is_ahead(data, folder, -1) || data.join(folder).join("_delta_log/_last_checkpoint").exists() {
        return open(data, folder).await;
    }
    CreateBuilder::new()
        .with_location(deltalake::ensure_table_uri(location(data, folder))?.to_string())
        .with_table_name(folder.replace('/', "_"))
        .with_columns(delta_fields(schema))
        .with_configuration_property(deltalake::TableProperty::CheckpointInterval, Some("20"))
        .await
}

fn logged_files(table: &DeltaTable) -> std::result::Result<Vec<String>, DeltaTableError> {
    Ok(table.snapshot()?.log_data().iter().map(|file| file.path().into_owned()).collect())
}

fn add(file: &FileRecord, at: i64) -> Add {
    Add {
        path: file.name.clone(),
        partition_values: HashMap::new(),
        size: file.size,
        modification_time: at / 1000,
        data_change: true,
        stats: Some(format!("{{\"numRecords\":{}}}", file.rows)),
        tags: None,
        deletion_vector: None,
        base_row_id: None,
        default_row_commit_version: None,
        clustering_provider: None,
    }
}

fn remove(name: &str, at: i64) -> Remove {
    Remove { path: name.to_owned(), data_change: true, deletion_timestamp: Some(at / 1000), ..Remove::default() }
}

/// object_store does not sync what it writes to a local folder.
fn make_durable(table: &Path, version: i64) -> Result<()> {
    let log = table.join("_delta_log");
    let checkpoint = log.join(format!("{version:020}.checkpoint.parquet"));
    let names = [log.join(format!("{version:020}.json")), checkpoint, log.join("_last_checkpoint")];
    for path in names.iter().filter(|path| path.exists()) {
        let file = std::fs::File::open(path).map_err(StoreError::io(path))?;
        sync(&file, path);
    }
    sync_folder(&log)?;
    sync_folder(table)
}

/// How many rows the log says that a table has.
#[cfg(test)]
pub(crate) async fn logged_rows(data: &Path, folder: &str) -> Result<usize> {
    let table = open(data, folder).await.map_err(StoreError::delta(folder))?;
    let snapshot = table.snapshot().map_err(StoreError::delta(folder))?;
    Ok(snapshot.log_data().iter().filter_map(|file| file.num_records()).sum())
}
