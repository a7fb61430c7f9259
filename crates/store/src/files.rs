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
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use twox_hash::XxHash64;

use crate::error::{Result, StoreError};
use crate::register::FileRecord;

/// Rows of a row group: the unit that a reader skips.
pub(crate) const GROUP_ROWS: usize = 1 << 18;

/// A data file being written.
pub(crate) struct DataFile {
    path: PathBuf,
    record: FileRecord,
    writer: ArrowWriter<Hashed>,
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

impl DataFile {
    /// Begins a file in a folder of the data folder.
    pub(crate) fn begin(data: &Path, folder: &str, name: String, schema: &SchemaRef) -> Result<DataFile> {
        let place = data.join(folder);
        std::fs::create_dir_all(&place).map_err(StoreError::io(&place))?;
        let path = place.join(&name);
        let file = File::create(&path).map_err(StoreError::io(&path))?;
        let hashed =
            Hashed { file: std::io::BufWriter::with_capacity(1 << 20, file), hash: XxHash64::with_seed(0), size: 0 };
        let writer = ArrowWriter::try_new(hashed, std::sync::Arc::clone(schema), Some(properties(schema)));
        let writer = writer.map_err(StoreError::parquet(&path))?;
        let record = FileRecord {
            folder: folder.to_owned(),
            name,
            size: 0,
            rows: 0,
            checksum: 0,
            bucket_min: 0,
            bucket_max: i32::MAX,
            recorded_at: 0,
            minus: false,
            first_at: None,
            last_at: None,
            live: false,
        };
        Ok(DataFile { path, record, writer })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.record.rows += batch.num_rows() as i64;
        self.writer.write(batch).map_err(StoreError::parquet(&self.path))
    }

    /// What will be recorded of the file; the caller fills in what it knows of the rows.
    pub(crate) fn record(&mut self) -> &mut FileRecord {
        &mut self.record
    }

    /// Writes the footer and makes the file durable; its folder is synced once for all files of a batch.
    pub(crate) fn finish(mut self) -> Result<FileRecord> {
        let mut hashed = self.writer.into_inner().map_err(StoreError::parquet(&self.path))?;
        hashed.flush().map_err(StoreError::io(&self.path))?;
        self.record.size = hashed.size;
        self.record.checksum = hashed.hash.finish() as i64;
        let file = hashed.file.into_inner().map_err(|error| StoreError::io(&self.path)(error.into_error()))?;
        sync(&file, &self.path);
        Ok(self.record)
    }
}

/// Makes a file durable. A failed sync ends the process: the system may have dropped the pages, and a second
/// try would lie.
pub(crate) fn sync(file: &File, path: &Path) {
    if let Err(error) = file.sync_all() {
        eprintln!("error: cannot make {} durable: {error}\nNothing unsaved was reported as saved. Check the disk, then start again.", path.display());
        std::process::abort();
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    let opened = File::open(folder).map_err(StoreError::io(folder))?;
    sync(&opened, folder);
    Ok(())
}

fn properties(schema: &SchemaRef) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(20_000)
        .set_dictionary_page_size_limit(16 << 20)
        .set_write_batch_size(8 << 10)
        .set_created_by("mittari".to_owned());
    for field in schema.fields() {
        builder = column_properties(builder, field.name(), field.data_type());
    }
    builder.build()
}

/// Numbers that differ row by row gain nothing from a dictionary.
fn column_properties(builder: WriterPropertiesBuilder, name: &str, data_type: &DataType) -> WriterPropertiesBuilder {
    let path = ColumnPath::from(name);
    match (name, data_type) {
        ("bucket", _) => builder.set_column_statistics_enabled(path, EnabledStatistics::Chunk),
        ("content" | "external_id", _) => builder.set_column_dictionary_enabled(path, false),
        ("recorded_at", _) => builder.set_column_statistics_enabled(path, EnabledStatistics::Chunk),
        (_, DataType::Timestamp(..)) => builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path.clone(), Encoding::PLAIN)
            .set_column_statistics_enabled(path, EnabledStatistics::Chunk),
        (name, DataType::Int64) if name.ends_with("_us") => builder.set_column_dictionary_enabled(path, false),
        _ => builder,
    }
}

/// Opens a data file, with a typed error where it is not what was written.
pub(crate) fn open(data: &Path, record: &FileRecord, schema: &SchemaRef) -> Result<ParquetRecordBatchReaderBuilder<File>> {
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
    Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata))
}

/// Reads a whole data file.
pub(crate) fn read_all(data: &Path, record: &FileRecord, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
    let path = data.join(&record.folder).join(&record.name);
    let damaged = |reason: String| StoreError::Damaged { file: path.clone(), reason };
    let reader = open(data, record, schema)?.with_batch_size(1 << 16).build().map_err(|error| damaged(error.to_string()))?;
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
