//! How a CSV file is written: what separates its fields, whether its first line names them.

use crate::csv::{BLANKS, Field, Scan, scan_row};

/// Bytes looked at.
pub(crate) const SAMPLE_BYTES: usize = 128 << 10;

const ROWS: usize = 100;

/// What was found out about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// Excel's `sep=;` line.
    pub(crate) lines_before_header: usize,
}

/// The dialect of a file that begins so; `told` overrules the delimiter.
pub(crate) fn of(sample: &[u8], told: Option<u8>) -> Dialect {
    if let Some(delimiter) = said_by_excel(sample) {
        return Dialect { delimiter: told.unwrap_or(delimiter), lines_before_header: 1 };
    }
    let delimiter = told.unwrap_or_else(|| likeliest(sample));
    Dialect { delimiter, lines_before_header: 0 }
}

fn said_by_excel(sample: &[u8]) -> Option<u8> {
    match sample {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter, b'\r' | b'\n', ..] => Some(*delimiter),
        _ => None,
    }
}

/// The sign that splits most rows into as many fields as the first one, and into more than one.
fn likeliest(sample: &[u8]) -> u8 {
    let sample = &sample[..sample.len().min(SAMPLE_BYTES)];
    let likeness = |delimiter: &u8| {
        let (rows, same, fields) = consistency(sample, *delimiter);
        if fields < 2 || rows == 0 { 0 } else { same * 1000 / rows * 100 + fields.min(99) }
    };
    let best = [b'|', b'\t', b';', b','].into_iter().max_by_key(likeness);
    match best.filter(|delimiter| likeness(delimiter) > 0) {
        Some(delimiter) => delimiter,
        None if is_printed(sample) => BLANKS,
        None => b',',
    }
}

/// Whether blanks alone hold the columns apart, with the same number of values in every row.
fn is_printed(sample: &[u8]) -> bool {
    let (rows, same, fields) = consistency(sample, BLANKS);
    rows > 1 && rows == same && fields > 1
}

/// How many rows there are, how many with as many fields as the first, and how many fields that is.
fn consistency(sample: &[u8], delimiter: u8) -> (usize, usize, usize) {
    let (mut at, mut rows, mut same, mut first) = (0, 0, 0, 0);
    let mut fields = Vec::new();
    while at < sample.len() && rows < ROWS {
        let Scan::Row { length, .. } = scan_row(&sample[at..], false, delimiter, &mut fields) else { break };
        if length > 2 {
            first = if rows == 0 { fields.len() } else { first };
            rows += 1;
            same += usize::from(fields.len() == first);
        }
        at += length.max(1);
    }
    if rows == 0 {
        scan_row(sample, true, delimiter, &mut fields);
        return (1, 1, fields.len());
    }
    (rows, same, first)
}

/// The cells of a row as text.
pub(crate) fn cells(row: &[u8], fields: &[Field]) -> Vec<String> {
    let cell = |field: &Field| {
        let bytes = row.get(field.start as usize..field.end as usize).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        if field.doubled { text.replace("\"\"", "\"") } else { text.into_owned() }
    };
    fields.iter().map(cell).collect()
}

/// Whether the cells name columns: none of them is a number or a moment.
pub(crate) fn looks_like_header(cells: &[String]) -> bool {
    !cells.iter().any(|cell| {
        let cell = cell.trim();
        let starts_as_value = cell.starts_with(|sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '+'));
        starts_as_value
            && cell.chars().all(|sign| sign.is_ascii_digit() || "-+.,:/ TZ".contains(sign))
            && !cell.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_sign_that_splits_all_rows_alike() {
        assert_eq!(likeliest(b"a,b,c\n1,2,3\n4,5,6\n"), b',');
        assert_eq!(likeliest(b"date;score\n2026-01-01;4,5\n2026-01-02;3,5\n"), b';');
        assert_eq!(likeliest(b"a\tb\n1,2\t3\n"), b'\t');
        assert_eq!(likeliest(b"note;n\n\"one; two\";1\n"), b';');
        assert_eq!(likeliest(b"score\n5\n4\n"), b',');
        assert_eq!(likeliest(b"a;b"), b';');
    }

    #[test]
    fn blanks_hold_columns_apart_only_where_nothing_else_does() {
        assert_eq!(likeliest(b" 00004 19970101  2   29.33\n 00021 19970101  3   63.34\n"), BLANKS);
        assert_eq!(likeliest(b"first name,score\nAda Lovelace,5\n"), b',');
        assert_eq!(likeliest(b"comment\nvery good\nnot so good at all\n"), b',');
    }

    #[test]
    fn excel_says_its_delimiter_in_a_line_of_its_own() {
        assert_eq!(of(b"sep=;\r\na;b\r\n", None), Dialect { delimiter: b';', lines_before_header: 1 });
    }

    #[test]
    fn a_first_line_of_values_is_no_header() {
        let header =
            |cells: &[&str]| looks_like_header(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
        assert!(header(&["date", "score"]));
        assert!(!header(&["2026-01-01", "5"]));
        assert!(!header(&["a", "3.5"]));
    }
}
