//! Rows as a file gave them, column by column: what every reader makes and every conversion starts from.
//!
//! Text forms (CSV, JSON, sheets) give text columns in which an empty cell is null; Parquet gives its own types.
//! A block remembers on which line each row stood and how it was written, so that a bad row can be shown.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanBufferBuilder, StringArray};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::Problem;
use crate::problem::kept_row;

/// Some rows of one file.
pub(crate) struct Block {
    /// The columns' names as in the file; a repeated name has `#2`, `#3` after it.
    pub(crate) names: Arc<[String]>,
    pub(crate) columns: Vec<ArrayRef>,
    pub(crate) rows: usize,
    pub(crate) lines: Lines,
    pub(crate) raw: Raw,
    /// Rows that could not even be split into cells.
    pub(crate) problems: Vec<Problem>,
}

/// On which line each row of a block stands.
pub(crate) enum Lines {
    /// One row a line, from here.
    From(u64),
    /// As listed.
    Each(Vec<u64>),
}

/// How each row of a block was written.
pub(crate) enum Raw {
    /// As these bytes, each row up to its end.
    Text {
        /// The rows one after another.
        bytes: Vec<u8>,
        /// Where each row ends.
        ends: Vec<usize>,
    },
    /// Not as text: shown by column.
    Columns,
}

impl Block {
    /// The line of a row.
    pub(crate) fn line(&self, row: usize) -> u64 {
        match &self.lines {
            Lines::From(first) => first + row as u64,
            Lines::Each(lines) => lines.get(row).copied().unwrap_or(0),
        }
    }

    /// The row as it was given.
    pub(crate) fn row_text(&self, row: usize) -> String {
        match &self.raw {
            Raw::Text { bytes, ends } => {
                let start = row.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                let end = ends.get(row).copied().unwrap_or(start);
                kept_row(bytes.get(start..end).unwrap_or_default())
            }
            Raw::Columns => self.columns_text(row),
        }
    }

    fn columns_text(&self, row: usize) -> String {
        let cells = self.names.iter().zip(&self.columns).filter(|(_, column)| !column.is_null(row));
        let cells: serde_json::Map<String, serde_json::Value> =
            cells.map(|(name, column)| (name.clone(), shown(column, row).into())).collect();
        kept_row(serde_json::Value::Object(cells).to_string().as_bytes())
    }
}

/// A cell as text, for people.
pub(crate) fn shown(column: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::default();
    let (plain, is_utc) = without_zone(column);
    let text = ArrayFormatter::try_new(&plain, &options)
        .ok()
        .and_then(|formatter| formatter.value(row).try_to_string().ok())
        .unwrap_or_default();
    if is_utc { format!("{text}Z") } else { text }
}

/// Timestamps with a zone as the same instants without one, and whether that was so.
///
/// Arrow formats and casts only zones that are offsets; the values are UTC whatever the zone.
pub(crate) fn without_zone(column: &ArrayRef) -> (ArrayRef, bool) {
    let DataType::Timestamp(unit, Some(_)) = column.data_type() else { return (Arc::clone(column), false) };
    let plain = column.to_data().into_builder().data_type(DataType::Timestamp(*unit, None)).build();
    plain.map_or_else(|_| (Arc::clone(column), false), |plain| (arrow::array::make_array(plain), true))
}

/// Names made distinct: the second `Variant` is `Variant#2`.
pub(crate) fn distinct_names(names: impl IntoIterator<Item = String>) -> Arc<[String]> {
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let distinct = names.into_iter().map(|name| {
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        if *times == 1 { name } else { format!("{name}#{times}") }
    });
    distinct.collect()
}

/// Builds one text column; an empty cell is null.
#[derive(Default)]
pub(crate) struct TextColumn {
    values: Vec<u8>,
    ends: Vec<i32>,
    nulls: usize,
}

impl TextColumn {
    /// Adds the bytes of the next cell; none is null.
    #[inline]
    pub(crate) fn push(&mut self, cell: &[u8]) {
        self.values.extend_from_slice(cell);
        self.nulls += usize::from(cell.is_empty());
        self.ends.push(self.values.len() as i32);
    }

    /// Adds a cell in which every doubled quote stands for one.
    pub(crate) fn push_unquoted(&mut self, cell: &[u8], quote: u8) {
        let before = self.values.len();
        let mut rest = cell;
        while let Some(at) = memchr::memchr(quote, rest) {
            self.values.extend_from_slice(&rest[..=at]);
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        self.values.extend_from_slice(rest);
        self.nulls += usize::from(self.values.len() == before);
        self.ends.push(self.values.len() as i32);
    }

    /// Adds nulls until there are `rows` cells.
    pub(crate) fn pad(&mut self, rows: usize) {
        while self.ends.len() < rows {
            self.push(&[]);
        }
    }

    /// Takes back the cells beyond the first `rows`.
    pub(crate) fn truncate(&mut self, rows: usize) {
        while self.ends.len() > rows {
            let end = self.ends.pop().unwrap_or_default();
            let before = self.ends.last().copied().unwrap_or_default();
            self.nulls -= usize::from(end == before);
            self.values.truncate(before as usize);
        }
    }

    /// How many cells there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The column; `None` where the bytes are no UTF-8 or too many for one block.
    pub(crate) fn finish(self) -> Option<ArrayRef> {
        let rows = self.ends.len();
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0i32);
        offsets.extend_from_slice(&self.ends);
        let nulls = (self.nulls > 0).then(|| {
            let mut valid = BooleanBufferBuilder::new(rows);
            offsets.windows(2).for_each(|pair| valid.append(pair[0] != pair[1]));
            NullBuffer::new(valid.finish())
        });
        let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
        let column = StringArray::try_new(offsets, Buffer::from_vec(self.values), nulls).ok()?;
        Some(Arc::new(column))
    }
}
