//! Writes and reads the Parquet files of the lake, and makes sure that what is written stays.
//!
//! A file is written whole, its bytes hashed on the way, then synced together with its folder; only then may a
//! log name it. Row order and encodings are chosen for folding: dictionary for words, no statistics but on the
//! bucket and on the moments that queries cut by, none ever on people.

use std::fs::File;
use std::hash::Hasher;
use std::io::Write;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use twox_hash::XxHash64;

use crate::error::{Result, StoreError};
use crate::pages::{Layout, PageColumn, TableFile};
use crate::register::FileRecord;

/// A data file being written.
pub(crate) struct PageFile {
    path: PathBuf,
    folder: String,
    name: String,
    rows: usize,
    table: TableFile<Hashed>,
}

/// What is recorded of the rows of a file.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) bucket_min: i32,
    pub(crate) bucket_max: i32,
    pub(crate) recorded_at: i64,
    pub(crate) minus: bool,
    pub(crate) first_at: Option<i64>,
    pub(crate) last_at: Option<i64>,
    pub(crate) live: bool,
}

impl Default for Rows {
    fn default() -> Self {
        Rows {
            bucket_min: 0,
            bucket_max: i32::MAX,
            recorded_at: 0,
            minus: false,
            first_at: None,
            last_at: None,
            live: false,
        }
    }
}

/// Passes bytes on to a file and hashes them.
struct Hashed {
    file: std::io::BufWriter<File>,
    hash: XxHash64,
    size: i64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.write(&bytes[..written]);
        self.size += written as i64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl PageFile {
    /// Begins a file in a folder of the data folder.
    pub(crate) fn begin(data: &Path, folder: &str, name: String, schema: &Schema, layout: Layout) -> Result<PageFile> {
        let place = data.join(folder);
        std::fs::create_dir_all(&place).map_err(StoreError::io(&place))?;
        let path = place.join(&name);
        let file = File::create(&path).map_err(StoreError::io(&path))?;
        let hashed =
            Hashed { file: std::io::BufWriter::with_capacity(1 << 20, file), hash: XxHash64::with_seed(0), size: 0 };
        let table = TableFile::begin(hashed, schema, layout).map_err(StoreError::parquet(&path))?;
        Ok(PageFile { path, folder: folder.to_owned(), name, rows: 0, table })
    }

    /// Writes the rows that wait in the columns.
    pub(crate) fn write_group(&mut self, columns: &mut [PageColumn], rows: usize) -> Result<()> {
        self.rows += rows;
        self.table.write_group(columns).map_err(StoreError::parquet(&self.path))
    }

    /// Writes the footer and makes the file durable; its folder is synced once for all files of a batch.
    pub(crate) fn finish(self, rows: Rows) -> Result<FileRecord> {
        let mut hashed = self.table.finish().map_err(StoreError::parquet(&self.path))?;
        hashed.flush().map_err(StoreError::io(&self.path))?;
        let file = hashed.file.into_inner().map_err(|error| StoreError::io(&self.path)(error.into_error()))?;
        sync(&file, &self.path);
        Ok(FileRecord {
            folder: self.folder,
            name: self.name,
            size: hashed.size,
            rows: self.rows as i64,
            checksum: hashed.hash.finish() as i64,
            bucket_min: rows.bucket_min,
            bucket_max: rows.bucket_max,
            recorded_at: rows.recorded_at,
            minus: rows.minus,
            first_at: rows.first_at,
            last_at: rows.last_at,
            live: rows.live,
        })
    }
}

/// Makes a file durable. A failed sync ends the process: the system may have dropped the pages, and a second
/// try would lie.
pub(crate) fn sync(file: &File, path: &Path) {
    if let Err(error) = file.sync_all() {
        eprintln!(
            "error: cannot make {} durable: {error}\nNothing unsaved was reported as saved. Check the disk, then start again.",
            path.display()
        );
        std::process::abort();
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    let opened = File::open(folder).map_err(StoreError::io(folder))?;
    sync(&opened, folder);
    Ok(())
}

/// Opens a data file, with a typed error where it is not what was written.
pub(crate) fn open_metadata(
    data: &Path,
    record: &FileRecord,
    schema: &SchemaRef,
) -> Result<(File, ArrowReaderMetadata)> {
    let path = data.join(&record.folder).join(&record.name);
    let damaged = |reason: String| StoreError::Damaged { file: path.clone(), reason };
    let file = File::open(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => damaged("it is missing".to_owned()),
        _ => StoreError::io(&path)(error),
    })?;
    let size = file.metadata().map_err(StoreError::io(&path))?.len();
    if size != record.size as u64 {
        return Err(damaged(format!("it has {size} bytes of {}", record.size)));
    }
    let options = ArrowReaderOptions::new().with_schema(std::sync::Arc::clone(schema));
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(|error| damaged(error.to_string()))?;
    Ok((file, metadata))
}

/// Reads a whole data file.
pub(crate) fn read_all(data: &Path, record: &FileRecord, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
    let path = data.join(&record.folder).join(&record.name);
    let damaged = |reason: String| StoreError::Damaged { file: path.clone(), reason };
    let (file, metadata) = open_metadata(data, record, schema)?;
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_batch_size(1 << 16).build();
    let reader = reader.map_err(|error| damaged(error.to_string()))?;
    reader.map(|batch| batch.map_err(|error| damaged(error.to_string()))).collect()
}

/// The hash of a file's bytes, as recorded when it was written.
pub(crate) fn checksum(path: &Path) -> std::io::Result<(i64, i64)> {
    let mut file = File::open(path)?;
    let mut hash = XxHash64::with_seed(0);
    let mut buffer = vec![0u8; 1 << 20];
    let mut size = 0;
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok((size, hash.finish() as i64));
        }
        hash.write(&buffer[..read]);
        size += read as i64;
    }
}
