//! One column of one row group: its pages one after the other, and what the footer says of them.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, OffsetIndexBuilder};
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// The pages of one column chunk being written.
pub(crate) struct Chunk {
    sink: TrackedWrite<Vec<u8>>,
    offsets: OffsetIndexBuilder,
    rows: usize,
    levels: u64,
    nulls: u64,
    uncompressed: usize,
    dictionary_at: Option<i64>,
    data_at: Option<i64>,
    encoding: Encoding,
}

/// The parts of one data page.
pub(crate) struct DataPage<'p> {
    pub(crate) rows: usize,
    /// Rows, and for lists their elements.
    pub(crate) levels: usize,
    pub(crate) nulls: usize,
    pub(crate) repetition: &'p [u8],
    pub(crate) definition: &'p [u8],
    pub(crate) values: &'p [u8],
    pub(crate) encoding: Encoding,
    /// Whether compressing the values may pay.
    pub(crate) compress: bool,
}

impl Chunk {
    pub(crate) fn new() -> Chunk {
        Chunk {
            sink: TrackedWrite::new(Vec::new()),
            offsets: OffsetIndexBuilder::new(),
            rows: 0,
            levels: 0,
            nulls: 0,
            uncompressed: 0,
            dictionary_at: None,
            data_at: None,
            encoding: Encoding::PLAIN,
        }
    }

    /// The dictionary, before any data page.
    pub(crate) fn dictionary(&mut self, values: Vec<u8>, count: usize) -> Result<()> {
        let size = values.len();
        let buf = Bytes::from(lz4_flex::block::compress(&values));
        let page = Page::DictionaryPage { buf, num_values: count as u32, encoding: Encoding::PLAIN, is_sorted: false };
        self.dictionary_at = Some(self.sink.bytes_written() as i64);
        let spec = SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(page, size))?;
        self.uncompressed += spec.uncompressed_size;
        Ok(())
    }

    /// One page of rows.
    pub(crate) fn data(&mut self, page: &DataPage<'_>) -> Result<()> {
        let levels = page.repetition.len() + page.definition.len();
        let mut buf = Vec::with_capacity(levels + page.values.len());
        buf.extend_from_slice(page.repetition);
        buf.extend_from_slice(page.definition);
        let compressed = if page.compress { lz4_flex::block::compress(page.values) } else { Vec::new() };
        let is_compressed = page.compress && compressed.len() < page.values.len() - page.values.len() / 16;
        buf.extend_from_slice(if is_compressed { &compressed } else { page.values });
        let compressed_page = Page::DataPageV2 {
            buf: Bytes::from(buf),
            num_values: page.levels as u32,
            encoding: page.encoding,
            num_nulls: page.nulls as u32,
            num_rows: page.rows as u32,
            def_levels_byte_len: page.definition.len() as u32,
            rep_levels_byte_len: page.repetition.len() as u32,
            is_compressed,
            statistics: None,
        };
        let size = levels + page.values.len();
        let spec = SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(compressed_page, size))?;
        self.data_at.get_or_insert(spec.offset as i64);
        self.offsets.append_row_count(page.rows as i64);
        self.offsets.append_offset_and_size(spec.offset as i64, spec.compressed_size as i32);
        self.rows += page.rows;
        self.levels += page.levels as u64;
        self.nulls += page.nulls as u64;
        self.uncompressed += spec.uncompressed_size;
        self.encoding = page.encoding;
        Ok(())
    }

    /// The bytes of the chunk, and what the footer says of them.
    pub(crate) fn close(
        self,
        column: ColumnDescPtr,
        statistics: Option<Statistics>,
    ) -> Result<(Bytes, ColumnCloseResult)> {
        let physical = column.physical_type();
        let size = self.sink.bytes_written();
        let bytes = Bytes::from(self.sink.into_inner()?);
        let mut encodings = vec![Encoding::RLE, Encoding::PLAIN];
        if self.dictionary_at.is_some() {
            encodings.push(Encoding::RLE_DICTIONARY);
        }
        let mut metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::LZ4_RAW)
            .set_encodings(encodings)
            .set_total_compressed_size(size as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_num_values(self.levels as i64)
            .set_data_page_offset(self.data_at.unwrap_or_default())
            .set_dictionary_page_offset(self.dictionary_at);
        // How many are missing is said of every column: readers leave out those that hold nothing.
        let statistics = statistics.or_else(|| only_nulls(physical, self.nulls));
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: size as u64,
            rows_written: self.rows as u64,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: None,
            offset_index: Some(self.offsets.build()),
        };
        Ok((bytes, close))
    }
}

fn only_nulls(physical: Type, nulls: u64) -> Option<Statistics> {
    let nulls = Some(nulls);
    Some(match physical {
        Type::BYTE_ARRAY => Statistics::byte_array(None, None, None, nulls, false),
        Type::INT64 => Statistics::int64(None, None, None, nulls, false),
        Type::INT32 => Statistics::int32(None, None, None, nulls, false),
        Type::BOOLEAN => Statistics::boolean(None, None, None, nulls, false),
        _ => return None,
    })
}
