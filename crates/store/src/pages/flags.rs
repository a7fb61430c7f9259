//! Columns of true and false: one bit a value.

use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use super::bits::Validity;
use super::chunk::{Chunk, DataPage};

/// A column of flags.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    validity: Validity,
    values: Vec<bool>,
}

impl Flags {
    #[inline]
    pub(crate) fn push(&mut self, value: Option<bool>) {
        self.validity.push(value.is_some());
        if let Some(value) = value {
            self.values.push(value);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.validity.len()
    }

    /// Writes the rows so far and empties the column.
    pub(crate) fn finish(
        &mut self,
        column: ColumnDescPtr,
        page_rows: usize,
    ) -> Result<(bytes::Bytes, ColumnCloseResult)> {
        let required = column.max_def_level() == 0;
        let mut chunk = Chunk::new();
        let (mut from, mut first) = (0, 0);
        while from < self.validity.len() {
            let to = (from + page_rows).min(self.validity.len());
            let count = self.validity.count(from, to);
            let mut definition = Vec::new();
            if !required {
                self.validity.levels(from, to, &mut definition);
            }
            chunk.data(&DataPage {
                rows: to - from,
                levels: to - from,
                nulls: to - from - count,
                repetition: &[],
                definition: &definition,
                values: &packed(&self.values[first..first + count]),
                encoding: Encoding::PLAIN,
                compress: true,
            })?;
            (from, first) = (to, first + count);
        }
        self.validity.clear();
        self.values.clear();
        chunk.close(column, None)
    }
}

fn packed(values: &[bool]) -> Vec<u8> {
    let byte = |eight: &[bool]| eight.iter().enumerate().fold(0u8, |byte, (bit, set)| byte | u8::from(*set) << bit);
    values.chunks(8).map(byte).collect()
}
