//! Parquet: batches of typed columns, text with few different values as dictionaries.
//!
//! Only text whose pages are dictionaries throughout is read as one: that keeps what repeats (kinds, channels,
//! agents) as small keys all the way to the lake, and does not build dictionaries of ids that never repeat.

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Encoding, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;

use crate::IngestError;
use crate::block::{Block, Lines, Raw, distinct_names};
use crate::guard::guarded;
use crate::input::{Form, Input, Packing};

/// A packed Parquet file is unpacked into memory; beyond this it is not.
const UNPACKED_MAX: usize = 1 << 30;

/// A Parquet file being read.
pub(crate) struct Parquet {
    path: PathBuf,
    names: Arc<[String]>,
    source: Source,
    metadata: ArrowReaderMetadata,
    /// Row groups still to be read, those of one reader together.
    groups: VecDeque<Vec<usize>>,
    reader: Option<ParquetRecordBatchReader>,
    rows_max: usize,
    row: u64,
    rows: u64,
    bytes: u64,
}

/// Where the bytes are.
enum Source {
    File(File),
    Memory(bytes::Bytes),
}

impl Parquet {
    /// Opens a file; batches have at most `rows_max` rows.
    pub(crate) fn open(path: &Path, packing: Packing, rows_max: usize) -> Result<Parquet, IngestError> {
        let io = |source| IngestError::Io { file: path.to_owned(), source };
        let (source, bytes) = match packing {
            Packing::None => {
                let file = File::open(path).map_err(io)?;
                let bytes = file.metadata().map_or(0, |metadata| metadata.len());
                (Source::File(file), bytes)
            }
            Packing::Gzip | Packing::Zstd => {
                let (unpacked, packed) = unpack(path)?;
                (Source::Memory(bytes::Bytes::from(unpacked)), packed)
            }
        };
        let metadata = guarded(path, Form::Parquet, || match &source {
            Source::File(file) => wanted_metadata(file),
            Source::Memory(bytes) => wanted_metadata(bytes),
        })?;
        let names = distinct_names(metadata.schema().fields().iter().map(|field| field.name().clone()));
        let groups = together(metadata.metadata(), rows_max);
        let rows = metadata.metadata().row_groups().iter().map(|group| group.num_rows().max(0) as u64).sum();
        Ok(Parquet {
            path: path.to_owned(),
            names,
            source,
            metadata,
            groups,
            reader: None,
            rows_max,
            row: 0,
            rows,
            bytes,
        })
    }

    /// The columns' names.
    pub(crate) fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// Bytes of the file read so far, by the share of rows.
    pub(crate) fn bytes_read(&self) -> u64 {
        if self.rows == 0 {
            return self.bytes;
        }
        (u128::from(self.bytes) * u128::from(self.row.min(self.rows)) / u128::from(self.rows)) as u64
    }

    /// The next rows; none at the end of the file.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, IngestError> {
        loop {
            let Some(reader) = self.reader.as_mut() else {
                let Some(groups) = self.groups.pop_front() else { return Ok(None) };
                self.reader = Some(self.reader_of(groups)?);
                continue;
            };
            let Some(batch) = guarded(&self.path, Form::Parquet, || reader.next().transpose())? else {
                self.reader = None;
                continue;
            };
            let first = self.row + 1;
            self.row += batch.num_rows() as u64;
            return Ok(Some(Block {
                names: Arc::clone(&self.names),
                rows: batch.num_rows(),
                columns: batch.columns().to_vec(),
                lines: Lines::From(first),
                raw: Raw::Columns,
                problems: Vec::new(),
            }));
        }
    }

    fn reader_of(&self, groups: Vec<usize>) -> Result<ParquetRecordBatchReader, IngestError> {
        let (metadata, rows_max) = (self.metadata.clone(), self.rows_max);
        guarded(&self.path, Form::Parquet, || match &self.source {
            Source::File(file) => build(file.try_clone()?, metadata, groups, rows_max),
            Source::Memory(bytes) => build(bytes.clone(), metadata, groups, rows_max),
        })
    }
}

fn build<S: ChunkReader + 'static>(
    source: S,
    metadata: ArrowReaderMetadata,
    groups: Vec<usize>,
    rows_max: usize,
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata);
    builder.with_row_groups(groups).with_batch_size(rows_max).build()
}

/// What the file says of itself, with the types to read its columns as.
fn wanted_metadata<S: ChunkReader>(source: &S) -> Result<ArrowReaderMetadata, ParquetError> {
    let plain = ArrowReaderMetadata::load(source, ArrowReaderOptions::new().with_skip_arrow_metadata(true))?;
    let schema = wanted_schema(plain.schema(), plain.metadata());
    ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), ArrowReaderOptions::new().with_schema(schema))
}

/// Row groups by reader: a batch over two groups would have to merge their dictionaries, so only small ones go together.
fn together(metadata: &ParquetMetaData, rows_max: usize) -> VecDeque<Vec<usize>> {
    let mut all: VecDeque<Vec<usize>> = VecDeque::new();
    let mut rows_of_last = usize::MAX;
    for (group, rows) in metadata.row_groups().iter().map(|group| group.num_rows().max(0) as usize).enumerate() {
        match all.back_mut().filter(|_| rows_of_last.saturating_add(rows) <= rows_max) {
            Some(last) => {
                last.push(group);
                rows_of_last += rows;
            }
            None => {
                all.push_back(vec![group]);
                rows_of_last = rows;
            }
        }
    }
    all
}

fn unpack(path: &Path) -> Result<(Vec<u8>, u64), IngestError> {
    let mut input = Input::open(path)?;
    let mut unpacked = Vec::new();
    let mut step = vec![0; 1 << 20];
    loop {
        let read = input.read_full(&mut step)?;
        unpacked.extend_from_slice(&step[..read]);
        if read < step.len() {
            return Ok((unpacked, input.bytes_read()));
        }
        if unpacked.len() > UNPACKED_MAX {
            return Err(IngestError::UnreadableForm {
                file: path.to_owned(),
                form: "a packed Parquet file of over 1 GiB".to_owned(),
                hint: "Unpack it first: Parquet is packed inside already.".to_owned(),
            });
        }
    }
}

/// The schema to read by: repeating text as dictionaries, old timestamps in microseconds.
fn wanted_schema(schema: &SchemaRef, metadata: &ParquetMetaData) -> SchemaRef {
    let descriptor = metadata.file_metadata().schema_descr();
    let fields = schema.fields().iter().enumerate().map(|(at, field)| {
        let leaves: Vec<usize> =
            (0..descriptor.num_columns()).filter(|leaf| descriptor.get_column_root_idx(*leaf) == at).collect();
        let [leaf] = leaves.as_slice() else { return Arc::clone(field) };
        let wanted = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if repeats(metadata, *leaf) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
            DataType::Timestamp(TimeUnit::Nanosecond, zone)
                if descriptor.column(*leaf).physical_type() == PhysicalType::INT96 =>
            {
                DataType::Timestamp(TimeUnit::Microsecond, zone.clone())
            }
            _ => return Arc::clone(field),
        };
        Arc::new(Field::new(field.name(), wanted, field.is_nullable()))
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Whether all pages of a column are dictionaries, with far fewer values than rows.
fn repeats(metadata: &ParquetMetaData, leaf: usize) -> bool {
    !metadata.row_groups().is_empty()
        && metadata.row_groups().iter().all(|group| {
            let column = group.column(leaf);
            has_only_dictionary_pages(column) && dictionary_bytes(column).is_none_or(|bytes| bytes < 512 << 10)
        })
}

fn has_only_dictionary_pages(column: &ColumnChunkMetaData) -> bool {
    let is_dictionary = |encoding| matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
    if let Some(mask) = column.page_encoding_stats_mask() {
        return mask.encodings().all(is_dictionary);
    }
    column.dictionary_page_offset().is_some()
        && column.encodings().any(is_dictionary)
        && !column
            .encodings()
            .any(|encoding| matches!(encoding, Encoding::DELTA_BYTE_ARRAY | Encoding::DELTA_LENGTH_BYTE_ARRAY))
}

fn dictionary_bytes(column: &ColumnChunkMetaData) -> Option<i64> {
    Some(column.data_page_offset() - column.dictionary_page_offset()?)
}
