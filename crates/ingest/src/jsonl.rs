//! JSON lines, or one array of objects: each object a row, its members cells.
//!
//! Scalars become text as written, nested values stay JSON text, null is an empty cell. Depth is bounded by the
//! parser, length by the window. A member that was not in the rows before adds a column.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use encoding_rs::Encoding;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::block::{Block, Lines, Raw, TextColumn};
use crate::problem::{Fault, kept_row};
use crate::text::{ROW_BYTES_MAX, Text};
use crate::{IngestError, Problem};

/// Members beyond this many are an error of the file, not columns.
const COLUMNS_MAX: usize = 4096;

/// Bytes of rows in one block, at most.
const BLOCK_BYTES_MAX: usize = 32 << 20;

/// A JSON file being read.
pub(crate) struct Jsonl {
    text: Text,
    file: String,
    line: u64,
    columns: Columns,
    is_array: bool,
}

/// The columns known so far; names stay from block to block.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    shared: Arc<[String]>,
    by_name: HashMap<String, usize>,
    cells: Vec<TextColumn>,
    /// The column after the last one read: rows mostly have their members in one order.
    next: usize,
}

/// What stands at the beginning of the window.
enum Piece {
    /// An object or a line of this length, the line end or comma after it not counted.
    Row(usize),
    /// Nothing but space, commas and brackets, so long.
    Gap(usize),
    Unfinished,
}

impl Jsonl {
    /// Opens a file.
    pub(crate) fn open(path: &Path, encoding: Option<&'static Encoding>) -> Result<Jsonl, IngestError> {
        let text = Text::open(path, encoding)?;
        let first = text.window().iter().find(|byte| !byte.is_ascii_whitespace());
        let is_array = first == Some(&b'[');
        Ok(Jsonl { file: path.display().to_string(), text, line: 1, columns: Columns::default(), is_array })
    }

    /// The encoding, as far as it is known.
    pub(crate) fn encoding(&self) -> &'static Encoding {
        self.text.encoding()
    }

    /// Bytes of the file read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.text.bytes_read()
    }

    /// The next rows; none at the end of the file.
    pub(crate) fn next_block(&mut self, rows_max: usize) -> Result<Option<Block>, IngestError> {
        let (mut lines, mut bytes, mut ends, mut problems) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        while lines.len() + problems.len() < rows_max && bytes.len() < BLOCK_BYTES_MAX {
            let length = match self.piece() {
                Piece::Row(length) => length,
                Piece::Gap(length) => {
                    self.pass(length);
                    continue;
                }
                Piece::Unfinished if self.text.is_last() && self.text.window().is_empty() => break,
                Piece::Unfinished if self.text.is_last() => self.text.window().len(),
                Piece::Unfinished if self.text.window().len() > ROW_BYTES_MAX => {
                    problems.push(self.skip_long()?);
                    continue;
                }
                Piece::Unfinished => {
                    self.text.grow()?;
                    continue;
                }
            };
            let row = &self.text.window()[..length];
            match read_row(row, self.text.is_broken(length), lines.len(), &mut self.columns) {
                Ok(()) => {
                    bytes.extend_from_slice(row);
                    ends.push(bytes.len());
                    lines.push(self.line);
                }
                Err(fault) => {
                    self.columns.drop_cells_after(lines.len());
                    problems.push(fault.at(&self.file, self.line, kept_row(row)));
                }
            }
            self.pass(length);
        }
        if lines.is_empty() && problems.is_empty() {
            return Ok(None);
        }
        let rows = lines.len();
        let (names, columns) = self.columns.finish(rows).ok_or_else(|| IngestError::Internal {
            file: self.text.path().to_owned(),
            detail: "a JSON text passed as UTF-8 that is none".to_owned(),
        })?;
        let raw = Raw::Text { bytes, ends };
        Ok(Some(Block { names, columns, rows, lines: Lines::Each(lines), raw, problems }))
    }

    fn piece(&self) -> Piece {
        let window = self.text.window();
        let is_gap = |byte: &u8| byte.is_ascii_whitespace() || (self.is_array && matches!(byte, b',' | b'[' | b']'));
        let gap = window.iter().position(|byte| !is_gap(byte)).unwrap_or(window.len());
        if gap > 0 {
            return Piece::Gap(gap);
        }
        match self.is_array && window.first() == Some(&b'{') {
            true => closing_brace(window).map_or(Piece::Unfinished, Piece::Row),
            false => memchr::memchr(b'\n', window).map_or(Piece::Unfinished, Piece::Row),
        }
    }

    fn pass(&mut self, length: usize) {
        self.line += memchr::memchr_iter(b'\n', &self.text.window()[..length]).count() as u64;
        self.text.consume(length);
    }

    /// Leaves a row beyond the cap behind, up to its line's end.
    fn skip_long(&mut self) -> Result<Problem, IngestError> {
        let fault = Fault::of_row(
            format!("the row is longer than {} MiB", ROW_BYTES_MAX >> 20),
            "look for a missing line end, or leave the row out",
        );
        let problem = fault.at(&self.file, self.line, kept_row(self.text.window()));
        loop {
            let window = self.text.window();
            let end = memchr::memchr(b'\n', window);
            self.pass(end.unwrap_or(window.len()));
            if end.is_some() || !self.text.grow()? {
                return Ok(problem);
            }
        }
    }
}

/// The length of the object that begins the window; braces inside of strings do not count.
fn closing_brace(window: &[u8]) -> Option<usize> {
    let (mut depth, mut in_string, mut at) = (0usize, false, 0);
    while let Some(byte) = window.get(at) {
        match (in_string, byte) {
            (true, b'\\') => at += 1,
            (_, b'"') => in_string = !in_string,
            (false, b'{' | b'[') => depth += 1,
            (false, b'}' | b']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn read_row(row: &[u8], is_broken: bool, rows: usize, columns: &mut Columns) -> Result<(), Fault> {
    if is_broken {
        return Err(Fault::of_row("bytes that are no UTF-8 characters", "export as UTF-8, or tell the encoding"));
    }
    let mut parser = serde_json::Deserializer::from_slice(row);
    let read = Row { columns, rows }.deserialize(&mut parser).and_then(|()| parser.end());
    read.map_err(|error| {
        let reason = error.to_string();
        if reason.contains("recursion limit") {
            return Fault::of_row("nested deeper than 127 levels", "flatten the row");
        }
        Fault::of_row(format!("no JSON object: {reason}"), "write one object like {\"column\": value} on each line")
    })
}

impl Columns {
    fn finish(&mut self, rows: usize) -> Option<(Arc<[String]>, Vec<arrow::array::ArrayRef>)> {
        if self.shared.len() != self.names.len() {
            self.shared = self.names.iter().cloned().collect();
        }
        let cells = std::mem::take(&mut self.cells);
        self.cells = (0..cells.len()).map(|_| TextColumn::default()).collect();
        let columns = cells.into_iter().map(|mut column| {
            column.pad(rows);
            column.finish()
        });
        Some((Arc::clone(&self.shared), columns.collect::<Option<_>>()?))
    }

    /// The column of a name, filled up to the row at hand; `None` where there are too many.
    fn at(&mut self, name: &str, rows: usize) -> Option<&mut TextColumn> {
        let is_next = self.names.get(self.next).is_some_and(|known| known == name);
        let found = if is_next { Some(&self.next) } else { self.by_name.get(name) };
        let at = match found {
            Some(at) => *at,
            None if self.names.len() >= COLUMNS_MAX => return None,
            None => {
                self.names.push(name.to_owned());
                self.by_name.insert(name.to_owned(), self.names.len() - 1);
                self.cells.push(TextColumn::default());
                self.names.len() - 1
            }
        };
        self.next = if at + 1 < self.names.len() { at + 1 } else { 0 };
        let column = self.cells.get_mut(at)?;
        column.pad(rows);
        Some(column)
    }

    fn drop_cells_after(&mut self, rows: usize) {
        self.cells.iter_mut().for_each(|column| column.truncate(rows));
    }
}

/// Reads one object into the columns.
struct Row<'c> {
    columns: &'c mut Columns,
    rows: usize,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<(), M::Error> {
        while let Some(name) = members.next_key::<std::borrow::Cow<'de, str>>()? {
            match self.columns.at(&name, self.rows) {
                Some(column) if column.len() == self.rows => members.next_value_seed(Cell { column })?,
                Some(_) => return Err(serde::de::Error::custom(format!("\"{name}\" stands in it twice"))),
                None => {
                    members.next_value::<IgnoredAny>()?;
                    return Err(serde::de::Error::custom(format!("more than {COLUMNS_MAX} different members")));
                }
            }
        }
        Ok(())
    }
}

/// Reads one value as text.
struct Cell<'c> {
    column: &'c mut TextColumn,
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.column.push(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.column.push(value.to_string().as_bytes());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.column.push(value.to_string().as_bytes());
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.column.push(value.to_string().as_bytes());
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.column.push(value.as_bytes());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.column.push(&[]);
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<(), M::Error> {
        use serde::Deserialize as _;
        let value = serde_json::Value::deserialize(serde::de::value::MapAccessDeserializer::new(members))?;
        self.column.push(value.to_string().as_bytes());
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, items: S) -> Result<(), S::Error> {
        use serde::Deserialize as _;
        let value = serde_json::Value::deserialize(serde::de::value::SeqAccessDeserializer::new(items))?;
        self.column.push(value.to_string().as_bytes());
        Ok(())
    }
}
