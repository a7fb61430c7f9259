//! Everything that can go wrong with the data folder: what, where, and what to do about it.

use std::path::{Path, PathBuf};

use mittari_core::calendar::CalendarError;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes to the folder.
    #[error("the data folder {} is being written to by {holder}\nWait until it is done; reports can run beside it.", folder.display())]
    Locked {
        /// The data folder.
        folder: PathBuf,
        /// Process, command and since when, as the holder wrote it down.
        holder: String,
    },
    /// The folder has no data.
    #[error("there is no data in {}\n\"mittari import FILE\" makes it; \"--data DIR\" names another folder.", folder.display())]
    NoData {
        /// The data folder.
        folder: PathBuf,
    },
    /// The folder was written by a newer version.
    #[error(
        "the data folder has format {found}, this program knows formats up to {known}\nInstall the newer version that wrote it; nothing was changed."
    )]
    NewerFormat {
        /// The format of the folder.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// A write was asked of a store that was opened for reading.
    #[error("the data folder is open for reading\nOpen it for writing first.")]
    ReadOnly,
    /// settings.toml cannot be read.
    #[error("{}: {reason}\nEvery key with its default is listed by \"mittari init --help\".", file.display())]
    Settings {
        /// The file.
        file: PathBuf,
        /// What is wrong, with the line.
        reason: String,
    },
    /// A calendar cannot be made of what settings and calendar rows say.
    #[error("the calendars cannot be used: {source}\nCorrect settings.toml or the rows of the table \"calendars\".")]
    Calendar {
        /// What is wrong.
        source: CalendarError,
    },
    /// The workspace's zone is not in the zone database.
    #[error("settings.toml: {source}")]
    Zone {
        /// What is wrong.
        source: mittari_core::fold::customer::ZoneError,
    },
    /// A file of the lake is missing, short, or has other bytes than were written.
    #[error("{} is damaged: {reason}\nRestore it from a backup, or forget the import that it belongs to; \"mittari rebuild\" mends facts.", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// How it differs.
        reason: String,
    },
    /// No import has this number.
    #[error("there is no import {import}\n\"mittari imports\" lists them.")]
    UnknownImport {
        /// The number asked for.
        import: i64,
    },
    /// The import was forgotten before.
    #[error("import {import} is forgotten already\n\"mittari imports\" lists them.")]
    ForgottenImport {
        /// The number asked for.
        import: i64,
    },
    /// A batch has a column of another type than the model says.
    #[error("column \"{column}\" of {table} has the type {found}\nThe importer must give it as the model declares it.")]
    ColumnType {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What came.
        found: String,
    },
    /// A file or folder cannot be read or written.
    #[error("{}: {source}\nCheck that the disk is not full and that the folder may be written.", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The people database refused.
    #[error(
        "the database mittari.sqlite: {source}\nCheck that the disk is not full and that no other program holds it."
    )]
    Database {
        /// What it says.
        #[from]
        source: sqlx::Error,
    },
    /// The log of a Delta table refused.
    #[error("the table {table}: {source}\n\"mittari verify\" checks every file.")]
    Delta {
        /// The table.
        table: String,
        /// What it says.
        source: Box<deltalake::DeltaTableError>,
    },
    /// Rows cannot be encoded or decoded.
    #[error("{context}: {source}\n\"mittari verify\" checks every file.")]
    Parquet {
        /// Which file.
        context: String,
        /// What is wrong.
        source: parquet::errors::ParquetError,
    },
    /// Columns cannot be put together.
    #[error("{source}\nThis is a fault of the program: please report it.")]
    Arrow {
        /// What is wrong.
        #[from]
        source: arrow::error::ArrowError,
    },
    /// A query over the lake failed.
    #[error("{source}\n\"mittari verify\" checks every file.")]
    Query {
        /// What is wrong.
        #[from]
        source: datafusion::error::DataFusionError,
    },
    /// A record that the store keeps about itself cannot be read.
    #[error("the database mittari.sqlite holds an unreadable {what}: {source}\nRestore it from a backup.")]
    Record {
        /// Which record.
        what: &'static str,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A thread of the store ended before its time.
    #[error("a thread of the store stopped\nThis is a fault of the program: please report it.")]
    Thread,
}

impl StoreError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
        let path = path.to_owned();
        move |source| StoreError::Io { path, source }
    }

    pub(crate) fn delta(table: &str) -> impl FnOnce(deltalake::DeltaTableError) -> StoreError {
        let table = table.to_owned();
        move |source| StoreError::Delta { table, source: Box::new(source) }
    }

    pub(crate) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> StoreError {
        let context = path.display().to_string();
        move |source| StoreError::Parquet { context, source }
    }
}

/// What the store's functions give back.
pub type Result<T> = std::result::Result<T, StoreError>;
