//! Columns of numbers: 64 bits (moments, durations, counts, decimals) or 32 (days, weights, small numbers).

use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use super::bits::{Validity, hybrid, run, width_of};
use super::chunk::{Chunk, DataPage};

/// A number as Parquet stores it.
pub(crate) trait Number: Copy + Ord + Default {
    /// Its little-endian bytes.
    fn write(self, into: &mut Vec<u8>);
    /// The statistics of a chunk.
    fn statistics(least: Self, largest: Self, nulls: u64) -> Statistics;
}

impl Number for i64 {
    #[inline]
    fn write(self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.to_le_bytes());
    }
    fn statistics(least: i64, largest: i64, nulls: u64) -> Statistics {
        Statistics::int64(Some(least), Some(largest), None, Some(nulls), false)
    }
}

impl Number for i32 {
    #[inline]
    fn write(self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.to_le_bytes());
    }
    fn statistics(least: i32, largest: i32, nulls: u64) -> Statistics {
        Statistics::int32(Some(least), Some(largest), None, Some(nulls), false)
    }
}

/// A column of numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers<N> {
    validity: Validity,
    values: Vec<N>,
}

/// Columns of few different numbers are written as a dictionary.
const DIFFERENT: usize = 64;

impl<N: Number> Numbers<N> {
    #[inline]
    pub(crate) fn push(&mut self, value: Option<N>) {
        self.validity.push(value.is_some());
        if let Some(value) = value {
            self.values.push(value);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.validity.len()
    }

    /// The least and largest value.
    pub(crate) fn span(&self) -> Option<(N, N)> {
        Some((*self.values.iter().min()?, *self.values.iter().max()?))
    }

    /// Writes the rows so far and empties the column.
    pub(crate) fn finish(
        &mut self,
        column: ColumnDescPtr,
        page_rows: usize,
        with_statistics: bool,
    ) -> Result<(bytes::Bytes, ColumnCloseResult)> {
        let nulls = (self.validity.len() - self.validity.valid()) as u64;
        let statistics = self.span().filter(|_| with_statistics).map(|(least, most)| N::statistics(least, most, nulls));
        let required = column.max_def_level() == 0;
        let mut chunk = Chunk::new();
        match self.few() {
            Some(few) => self.write_few(&few, required, page_rows, &mut chunk)?,
            None => self.write_plain(required, page_rows, &mut chunk)?,
        }
        self.validity.clear();
        self.values.clear();
        chunk.close(column, statistics)
    }

    /// The different values, where they are few.
    fn few(&self) -> Option<Vec<N>> {
        let mut few: Vec<N> = Vec::new();
        let mut last = None;
        for value in &self.values {
            if last == Some(*value) {
                continue;
            }
            last = Some(*value);
            if let Err(place) = few.binary_search(value) {
                if few.len() == DIFFERENT {
                    return None;
                }
                few.insert(place, *value);
            }
        }
        Some(few)
    }

    fn write_few(&self, few: &[N], required: bool, page_rows: usize, chunk: &mut Chunk) -> Result<()> {
        let mut dictionary = Vec::with_capacity(few.len() * 8);
        few.iter().for_each(|value| value.write(&mut dictionary));
        chunk.dictionary(dictionary, few.len())?;
        let width = width_of(few.len().saturating_sub(1) as u32);
        let mut places = Vec::new();
        self.pages(required, page_rows, chunk, Encoding::RLE_DICTIONARY, |values, into| {
            into.push(width as u8);
            if width == 0 {
                run(0, values.len(), 0, into);
                return;
            }
            places.clear();
            places.extend(values.iter().map(|value| few.binary_search(value).unwrap_or_default() as u32));
            hybrid(&places, width, into);
        })
    }

    fn write_plain(&self, required: bool, page_rows: usize, chunk: &mut Chunk) -> Result<()> {
        self.pages(required, page_rows, chunk, Encoding::PLAIN, |values, into| {
            into.reserve(values.len() * 8);
            values.iter().for_each(|value| value.write(into));
        })
    }

    fn pages(
        &self,
        required: bool,
        page_rows: usize,
        chunk: &mut Chunk,
        encoding: Encoding,
        mut write: impl FnMut(&[N], &mut Vec<u8>),
    ) -> Result<()> {
        let (mut from, mut first) = (0, 0);
        let (mut definition, mut encoded) = (Vec::new(), Vec::new());
        while from < self.validity.len() {
            let to = (from + page_rows).min(self.validity.len());
            let count = self.validity.count(from, to);
            definition.clear();
            encoded.clear();
            if !required {
                self.validity.levels(from, to, &mut definition);
            }
            write(&self.values[first..first + count], &mut encoded);
            chunk.data(&DataPage {
                rows: to - from,
                levels: to - from,
                nulls: to - from - count,
                repetition: &[],
                definition: &definition,
                values: &encoded,
                encoding,
                compress: encoding == Encoding::PLAIN,
            })?;
            (from, first) = (to, first + count);
        }
        Ok(())
    }
}
