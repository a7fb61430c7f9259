//! CSV as spreadsheets and databases write it, row by row, with the bad rows told apart from the good.
//!
//! A row with a quote that never closes, with too few or too many fields, with bytes that are no characters,
//! or longer than any honest row is a problem of its own, and reading goes on with the line after it: one stray
//! quote must not swallow the rest of a file. That recovery, and keeping each row as it was written, is why
//! this is not a general CSV reader; a test holds it to one on everything well-formed.

mod scan;

use std::path::Path;
use std::sync::Arc;

use encoding_rs::Encoding;

use crate::block::{Block, Lines, Raw, TextColumn, distinct_names};
use crate::dialect::{self, Dialect};
use crate::problem::{Fault, kept_row};
use crate::text::{ROW_BYTES_MAX, Text};
use crate::{IngestError, Problem};
use scan::QUOTE;
pub(crate) use scan::{BLANKS, Field, Scan, scan_row};

/// Bytes of rows in one block, at most: more rows than that wait for the next.
const BLOCK_BYTES_MAX: usize = 32 << 20;

/// What may be told of a CSV file.
#[derive(Clone, Debug, Default)]
pub(crate) struct CsvRules {
    pub(crate) encoding: Option<&'static Encoding>,
    pub(crate) delimiter: Option<u8>,
    /// Whether the first row names the columns; none: found out.
    pub(crate) has_header: Option<bool>,
    /// Lines before the header.
    pub(crate) skip_lines: usize,
}

/// A CSV file being read.
pub(crate) struct Csv {
    text: Text,
    file: String,
    dialect: Dialect,
    names: Arc<[String]>,
    line: u64,
    fields: Vec<Field>,
}

impl Csv {
    /// Opens a file and reads its header.
    pub(crate) fn open(path: &Path, rules: &CsvRules) -> Result<Csv, IngestError> {
        let mut text = Text::open(path, rules.encoding)?;
        let mut line = 1;
        for _ in 0..rules.skip_lines {
            line += skip_line(&mut text)?;
        }
        while text.window().len() < dialect::SAMPLE_BYTES && text.grow()? {}
        let dialect = dialect::of(text.window(), rules.delimiter);
        for _ in 0..dialect.lines_before_header {
            line += skip_line(&mut text)?;
        }
        let mut csv =
            Csv { file: path.display().to_string(), text, dialect, names: Arc::new([]), line, fields: Vec::new() };
        csv.read_header(rules.has_header)?;
        Ok(csv)
    }

    /// The columns' names.
    pub(crate) fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// The delimiter found or told.
    pub(crate) fn delimiter(&self) -> u8 {
        self.dialect.delimiter
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
        let mut taken = Taken::new(self.names.len());
        while taken.lines.len() + taken.problems.len() < rows_max && taken.bytes.len() < BLOCK_BYTES_MAX {
            if self.text.window().is_empty() && !self.text.grow()? {
                break;
            }
            self.take_row(&mut taken)?;
        }
        if taken.lines.is_empty() && taken.problems.is_empty() {
            return Ok(None);
        }
        let columns: Option<Vec<_>> = taken.columns.into_iter().map(TextColumn::finish).collect();
        let columns = columns.ok_or_else(|| IngestError::Internal {
            file: self.text.path().to_owned(),
            detail: "a row passed as text that is none".to_owned(),
        })?;
        Ok(Some(Block {
            names: Arc::clone(&self.names),
            columns,
            rows: taken.lines.len(),
            lines: Lines::Each(taken.lines),
            raw: Raw::Text { bytes: taken.bytes, ends: taken.ends },
            problems: taken.problems,
        }))
    }

    /// Reads the row at the window's beginning, into the columns or among the problems.
    fn take_row(&mut self, taken: &mut Taken) -> Result<(), IngestError> {
        let (length, lines, is_garbled) = loop {
            match self.scan() {
                Scan::Row { length, lines } => break (length, lines, false),
                Scan::Garbled { length, lines } => break (length, lines, true),
                Scan::Unfinished if self.text.is_last() => return self.reject_unclosed(taken),
                Scan::Unfinished if self.text.window().len() > ROW_BYTES_MAX => return self.reject_long(taken),
                Scan::Unfinished => {
                    self.text.grow()?;
                }
            }
        };
        if is_blank(self.text.window().get(..length).unwrap_or_default()) {
            return self.pass(length, lines);
        }
        let expected = self.names.len();
        self.drop_empty_tail(expected);
        let fault = if is_garbled {
            Some(Fault::of_row("text after a closing quote", "double every quote inside a quoted field"))
        } else if self.fields.len() != expected {
            Some(wrong_count(self.fields.len(), expected))
        } else if self.text.is_broken(length) {
            Some(self.broken_characters())
        } else {
            None
        };
        match fault {
            None => self.accept(length, lines, taken),
            Some(_) if lines > 1 && self.next_line_is_good(length) => self.reject_first_line(taken),
            Some(fault) => self.reject(length, lines, fault, taken),
        }
    }

    fn scan(&mut self) -> Scan {
        scan_row(self.text.window(), self.text.is_last(), self.dialect.delimiter, &mut self.fields)
    }

    /// Spreadsheets write empty fields beyond the last column.
    fn drop_empty_tail(&mut self, expected: usize) {
        while self.fields.len() > expected && self.fields.last().is_some_and(|field| field.start == field.end) {
            self.fields.pop();
        }
    }

    fn accept(&mut self, length: usize, lines: u64, taken: &mut Taken) -> Result<(), IngestError> {
        let row = &self.text.window()[..length];
        for (field, column) in self.fields.iter().zip(&mut taken.columns) {
            let cell = &row[field.start as usize..field.end as usize];
            match field.doubled {
                false => column.push(cell),
                true => column.push_unquoted(cell, QUOTE),
            }
        }
        taken.bytes.extend_from_slice(row);
        taken.ends.push(taken.bytes.len());
        taken.lines.push(self.line);
        self.pass(length, lines)
    }

    fn reject(&mut self, length: usize, lines: u64, fault: Fault, taken: &mut Taken) -> Result<(), IngestError> {
        let row = kept_row(self.text.window().get(..length).unwrap_or_default());
        taken.problems.push(fault.at(&self.file, self.line, row));
        self.pass(length, lines)
    }

    /// Whether reading from the second line of a faulty row gives rows as they should be.
    fn next_line_is_good(&mut self, length: usize) -> bool {
        let window = self.text.window();
        let Some(second) = memchr::memchr(b'\n', &window[..length]).map(|at| at + 1) else { return false };
        let mut fields = Vec::new();
        let scan = scan_row(&window[second..], self.text.is_last(), self.dialect.delimiter, &mut fields);
        matches!(scan, Scan::Row { lines: 1, .. }) && fields.len() == self.names.len() && fields.len() > 1
    }

    fn reject_first_line(&mut self, taken: &mut Taken) -> Result<(), IngestError> {
        let window = self.text.window();
        let length = memchr::memchr(b'\n', window).map_or(window.len(), |at| at + 1);
        let fault = Fault::of_row(
            "a quote is opened and not closed on its line",
            "close the quote, or double it if it belongs to the text",
        );
        self.reject(length, 1, fault, taken)
    }

    fn reject_unclosed(&mut self, taken: &mut Taken) -> Result<(), IngestError> {
        self.reject_first_line(taken)
    }

    /// A row beyond the cap: an open quote costs its line, an endless line is skipped to its end.
    fn reject_long(&mut self, taken: &mut Taken) -> Result<(), IngestError> {
        if memchr::memchr(b'\n', self.text.window()).is_some() {
            return self.reject_first_line(taken);
        }
        let row = kept_row(self.text.window());
        let fault = Fault::of_row(
            format!("the row is longer than {} MiB", ROW_BYTES_MAX >> 20),
            "look for a missing line end, or leave the row out",
        );
        taken.problems.push(fault.at(&self.file, self.line, row));
        self.line += skip_line(&mut self.text)?;
        Ok(())
    }

    fn broken_characters(&self) -> Fault {
        let name = self.text.encoding().name();
        Fault::of_row(format!("bytes that are no {name} characters"), "export as UTF-8, or tell the encoding")
    }

    fn pass(&mut self, length: usize, lines: u64) -> Result<(), IngestError> {
        self.text.consume(length);
        self.line += lines;
        Ok(())
    }

    fn read_header(&mut self, told: Option<bool>) -> Result<(), IngestError> {
        let file = self.text.path().to_owned();
        let no_header = |reason: String| IngestError::NoHeader { file: file.clone(), reason };
        let (length, lines) = loop {
            match scan_row(self.text.window(), self.text.is_last(), self.dialect.delimiter, &mut self.fields) {
                Scan::Row { length, lines } if is_blank(self.text.window().get(..length).unwrap_or_default()) => {
                    self.pass(length, lines)?;
                }
                Scan::Row { length, lines } => break (length, lines),
                Scan::Garbled { .. } => return Err(no_header("text after a closing quote".to_owned())),
                Scan::Unfinished if self.text.is_last() && self.text.window().is_empty() => {
                    return Err(IngestError::Empty { file: self.text.path().to_owned() });
                }
                Scan::Unfinished if self.text.is_last() => {
                    return Err(no_header("a quote that never closes".to_owned()));
                }
                Scan::Unfinished if self.text.window().len() > ROW_BYTES_MAX => {
                    return Err(no_header(format!("the line is longer than {} MiB", ROW_BYTES_MAX >> 20)));
                }
                Scan::Unfinished => {
                    self.text.grow()?;
                }
            }
        };
        if self.text.is_broken(length) {
            return Err(no_header(format!("bytes that are no {} characters", self.text.encoding().name())));
        }
        let row = &self.text.window()[..length];
        if row.contains(&0) {
            return Err(no_header("it holds zero bytes, so this is no text file".to_owned()));
        }
        let cells = dialect::cells(row, &self.fields);
        if told.unwrap_or_else(|| dialect::looks_like_header(&cells)) {
            self.names = distinct_names(cells.iter().map(|cell| cell.trim().to_owned()));
            self.text.consume(length);
            self.line += lines;
        } else {
            self.names = (1..=cells.len()).map(|number| format!("column {number}")).collect();
        }
        Ok(())
    }
}

/// What a block is made of while it is read.
struct Taken {
    columns: Vec<TextColumn>,
    lines: Vec<u64>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    problems: Vec<Problem>,
}

impl Taken {
    fn new(columns: usize) -> Taken {
        Taken {
            columns: (0..columns).map(|_| TextColumn::default()).collect(),
            lines: Vec::new(),
            bytes: Vec::new(),
            ends: Vec::new(),
            problems: Vec::new(),
        }
    }
}

fn wrong_count(found: usize, expected: usize) -> Fault {
    let reason = format!("{found} fields where the header has {expected}");
    let remedy = match found < expected {
        true => "add what is missing, or join the line with the next if a line end was lost",
        false => "quote fields that hold the delimiter or a line end",
    };
    Fault::of_row(reason, remedy)
}

fn is_blank(row: &[u8]) -> bool {
    row.iter().all(|byte| matches!(byte, b'\r' | b'\n' | b' '))
}

/// Leaves the first line behind, however long it is; how many lines that were.
fn skip_line(text: &mut Text) -> Result<u64, IngestError> {
    loop {
        if let Some(end) = memchr::memchr(b'\n', text.window()) {
            text.consume(end + 1);
            return Ok(1);
        }
        let all = text.window().len();
        text.consume(all);
        if !text.grow()? {
            return Ok(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Array, AsArray};
    use proptest::prelude::*;

    fn read(bytes: &[u8], block_rows: usize) -> (Vec<Vec<String>>, Vec<u64>, usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        std::fs::write(&path, bytes).expect("a file");
        let rules = CsvRules { delimiter: Some(b','), has_header: Some(true), ..CsvRules::default() };
        let mut csv = Csv::open(&path, &rules).expect("opened");
        let (mut rows, mut lines, mut problems) = (Vec::new(), Vec::new(), 0);
        while let Some(block) = csv.next_block(block_rows).expect("read") {
            for row in 0..block.rows {
                let cell = |column: &arrow::array::ArrayRef| {
                    let texts = column.as_string::<i32>();
                    if texts.is_valid(row) { texts.value(row).to_owned() } else { String::new() }
                };
                rows.push(block.columns.iter().map(cell).collect());
                lines.push(block.line(row));
            }
            problems += block.problems.len();
        }
        (rows, lines, problems)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_well_formed_is_read_as_any_reader_of_csv_reads_it(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",;\n\r é工]{0,6}", 3), 1..20),
            terminator in prop::sample::select(vec!["\n", "\r\n"]),
            block_rows in 1..7usize,
        ) {
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::Always)
                .terminator(if terminator == "\n" { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF })
                .from_writer(Vec::new());
            writer.write_record(["a", "b", "c"]).expect("written");
            rows.iter().for_each(|row| writer.write_record(row).expect("written"));
            let bytes = writer.into_inner().expect("written");
            let expected: Vec<Vec<String>> = csv::Reader::from_reader(bytes.as_slice())
                .records()
                .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
                .collect();
            let (read, lines, problems) = read(&bytes, block_rows);
            prop_assert_eq!(read, expected);
            prop_assert_eq!(problems, 0);
            prop_assert!(lines.is_sorted() && lines.first() == Some(&2));
        }

        #[test]
        fn plain_fields_are_read_as_any_reader_of_csv_reads_them(
            rows in prop::collection::vec(prop::collection::vec("[a-z0-9 é]{0,5}", 3), 1..30),
        ) {
            let text: String = rows.iter().map(|row| format!("{}\n", row.join(","))).collect();
            let bytes = format!("a,b,c\n{text}");
            let expected: Vec<Vec<String>> = csv::Reader::from_reader(bytes.as_bytes())
                .records()
                .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
                .collect();
            prop_assert_eq!(read(bytes.as_bytes(), 1000).0, expected);
        }
    }

    #[test]
    fn a_row_over_the_edge_of_the_window_is_whole() {
        let rows: String = (0..40_000).map(|row| format!("{row},\"{row} \"\"q\"\"\",x\r\n")).collect();
        let (read, lines, problems) = read(format!("a,b,c\r\n{rows}").as_bytes(), 10_000);
        assert_eq!((read.len(), problems), (40_000, 0));
        assert_eq!(read[39_999], ["39999", "39999 \"q\"", "x"]);
        assert_eq!(lines.last(), Some(&40_001));
    }
}
