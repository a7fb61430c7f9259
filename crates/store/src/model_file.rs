//! Sorted model rows on their way into a file.
//!
//! Row groups end where a bucket ends, so no conversation lies in two; a reader of a range of buckets reads whole
//! row groups and nothing twice.

use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType};
use mittari_core::model::Table;

use crate::error::Result;
use crate::files::{PageFile, Rows};
use crate::fold::gather;
use crate::pages::{Layout, PageColumn};
use crate::register::FileRecord;
use crate::schema::{at, model_schema};
use crate::text::TextColumn;

/// Rows of a row group, at least; it ends with the bucket.
pub(crate) const GROUP_ROWS: usize = 1 << 18;

/// Refreshes read single conversations: small pages.
const LAYOUT: Layout = Layout { page_rows: 1 << 13 };

/// A file of one table.
pub(crate) struct ModelFile {
    file: PageFile,
    columns: Vec<PageColumn>,
    waiting: usize,
    buckets: Option<(i32, i32)>,
    moments: Option<(i64, i64)>,
    live: bool,
}

impl ModelFile {
    pub(crate) fn begin(data: &Path, table: Table, stem: &str) -> Result<ModelFile> {
        let schema = model_schema(table);
        let file = PageFile::begin(data, &gather::folder(table), format!("part-{stem}.parquet"), &schema, LAYOUT)?;
        let columns = schema.fields().iter().map(|field| PageColumn::new(field.data_type())).collect();
        Ok(ModelFile { file, columns, waiting: 0, buckets: None, moments: None, live: false })
    }

    /// Adds rows, which follow those before in the order of buckets.
    pub(crate) fn push(&mut self, rows: &RecordBatch) -> Result<()> {
        let buckets: &Int32Array = rows.column(at::BUCKET).as_primitive();
        let moments = rows.column(at::OCCURRED_AT).as_primitive::<TimestampMicrosecondType>();
        self.widen(buckets, moments.values());
        let mut from = 0;
        while from < rows.num_rows() {
            let to = self.cut(buckets, from);
            for (column, array) in self.columns.iter_mut().zip(rows.columns()) {
                append(column, array, from, to);
            }
            self.waiting += to - from;
            if to < rows.num_rows() {
                self.flush()?;
            }
            from = to;
        }
        Ok(())
    }

    /// Where the row group that is filling ends: at the end of the bucket in which it is full.
    fn cut(&self, buckets: &Int32Array, from: usize) -> usize {
        let full = from + GROUP_ROWS.saturating_sub(self.waiting).max(1);
        if full >= buckets.len() {
            return buckets.len();
        }
        let values = buckets.values();
        let last = values[full - 1];
        full + values[full..].partition_point(|bucket| *bucket <= last)
    }

    fn widen(&mut self, buckets: &Int32Array, moments: &[i64]) {
        let (Some(first), Some(last)) = (buckets.values().first(), buckets.values().last()) else { return };
        let known = self.buckets.unwrap_or((*first, *last));
        self.buckets = Some((known.0.min(*first), known.1.max(*last)));
        let (Some(first), Some(last)) = (moments.iter().min(), moments.iter().max()) else { return };
        let known = self.moments.unwrap_or((*first, *last));
        self.moments = Some((known.0.min(*first), known.1.max(*last)));
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_group(&mut self.columns, self.waiting)?;
        self.waiting = 0;
        Ok(())
    }

    /// Writes what waits and makes the file durable.
    pub(crate) fn finish(mut self) -> Result<FileRecord> {
        if self.waiting > 0 {
            self.flush()?;
        }
        let (bucket_min, bucket_max) = self.buckets.unwrap_or_default();
        let (first_at, last_at) = self.moments.unzip();
        self.file.finish(Rows { bucket_min, bucket_max, first_at, last_at, live: self.live, ..Rows::default() })
    }
}

/// Appends the rows of an array to a column of its type.
fn append(column: &mut PageColumn, array: &ArrayRef, from: usize, to: usize) {
    match column {
        PageColumn::Words(words) => match TextColumn::of(array) {
            Some(texts) => (from..to).for_each(|row| words.push(texts.value(row))),
            None => (from..to).for_each(|_| words.push(None)),
        },
        PageColumn::Longs(longs) => append_longs(array, from, to, |value| longs.push(value)),
        PageColumn::Ints(ints) => append_ints(array, from, to, |value| ints.push(value)),
        PageColumn::Flags(flags) => {
            let values = array.as_boolean();
            (from..to).for_each(|row| flags.push(values.is_valid(row).then(|| values.value(row))));
        }
        PageColumn::Lists(lists) => (from..to).for_each(|_| lists.push(&[])),
    }
}

fn append_longs(array: &ArrayRef, from: usize, to: usize, mut push: impl FnMut(Option<i64>)) {
    let mut all = |valid: &dyn Fn(usize) -> bool, values: &dyn Fn(usize) -> i64| {
        (from..to).for_each(|row| push(valid(row).then(|| values(row))));
    };
    let valid = |row: usize| array.is_valid(row);
    match array.data_type() {
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>().values();
            all(&valid, &|row| values[row]);
        }
        DataType::Timestamp(..) => {
            let values = array.as_primitive::<TimestampMicrosecondType>().values();
            all(&valid, &|row| values[row]);
        }
        DataType::Decimal128(..) => {
            let values = array.as_primitive::<Decimal128Type>().values();
            all(&valid, &|row| values[row] as i64);
        }
        _ => all(&|_| false, &|_| 0),
    }
}

fn append_ints(array: &ArrayRef, from: usize, to: usize, mut push: impl FnMut(Option<i32>)) {
    match array.data_type() {
        DataType::Int32 => {
            let values = array.as_primitive::<Int32Type>();
            (from..to).for_each(|row| push(values.is_valid(row).then(|| values.value(row))));
        }
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            (from..to).for_each(|row| push(values.is_valid(row).then(|| values.value(row))));
        }
        _ => (from..to).for_each(|_| push(None)),
    }
}
