//! Parquet: batches of typed columns, text with few different values as dictionaries.
//!
//! Only text whose pages are dictionaries throughout is read as one: that keeps what repeats (kinds, channels,
//! agents) as small keys all the way to the lake, and does not build dictionaries of ids that never repeat.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Encoding, Type as PhysicalType};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};

use crate::block::{Block, Lines, Raw, distinct_names};
use crate::guard::guarded;
use crate::input::{Form, Input, Packing};
use crate::IngestError;

/// A packed Parquet file is unpacked into memory; beyond this it is not.
const UNPACKED_MAX: usize = 1 << 30;

/// A Parquet file being read.
pub(crate) struct Parquet {
    path: PathBuf,
    names: Arc<[String]>,
    reader: ParquetRecordBatchReader,
    row: u64,
    rows: u64,
    bytes: u64,
}

impl Parquet {
    /// Opens a file; batches have `rows_max` rows.
    pub(crate) fn open(path: &Path, packing: Packing, rows_max: usize) -> Result<Parquet, IngestError> {
        match packing {
            Packing::None => {
                let file = File::open(path).map_err(|source| IngestError::Io { file: path.to_owned(), source })?;
                let bytes = file.metadata().map_or(0, |metadata| metadata.len());
                Parquet::of(file, path, rows_max, bytes)
            }
            Packing::Gzip | Packing::Zstd => {
                let (unpacked, packed) = unpack(path)?;
                Parquet::of(bytes::Bytes::from(unpacked), path, rows_max, packed)
            }
        }
    }

    fn of<S>(source: S, path: &Path, rows_max: usize, bytes: u64) -> Result<Parquet, IngestError>
    where
        S: parquet::file::reader::ChunkReader + 'static,
    {
        let (names, reader, rows) = guarded(path, Form::Parquet, || {
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            let plain = ArrowReaderMetadata::load(&source, options)?;
            let schema = wanted_schema(plain.schema(), plain.metadata());
            let names = distinct_names(schema.fields().iter().map(|field| field.name().clone()));
            let rows = plain.metadata().file_metadata().num_rows().max(0) as u64;
            let metadata = ArrowReaderMetadata::try_new(
                Arc::clone(plain.metadata()),
                ArrowReaderOptions::new().with_schema(schema),
            )?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata);
            let reader = builder.with_projection(ProjectionMask::all()).with_batch_size(rows_max).build()?;
            Ok::<_, parquet::errors::ParquetError>((names, reader, rows))
        })?;
        Ok(Parquet { path: path.to_owned(), names, reader, row: 0, rows, bytes })
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
        (self.bytes as u128 * u128::from(self.row.min(self.rows)) / u128::from(self.rows)) as u64
    }

    /// The next rows; none at the end of the file.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, IngestError> {
        let reader = &mut self.reader;
        let batch = guarded(&self.path, Form::Parquet, || reader.next().transpose())?;
        let Some(batch) = batch else { return Ok(None) };
        let first = self.row + 1;
        self.row += batch.num_rows() as u64;
        Ok(Some(Block {
            names: Arc::clone(&self.names),
            rows: batch.num_rows(),
            columns: batch.columns().to_vec(),
            lines: Lines::From(first),
            raw: Raw::Columns,
            problems: Vec::new(),
        }))
    }
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
        && !column.encodings().any(|encoding| {
            matches!(encoding, Encoding::DELTA_BYTE_ARRAY | Encoding::DELTA_LENGTH_BYTE_ARRAY)
        })
}

fn dictionary_bytes(column: &ColumnChunkMetaData) -> Option<i64> {
    Some(column.data_page_offset() - column.dictionary_page_offset()?)
}

