//! A row that could not be taken in: where it is, what is wrong with it, what to do, and the row itself.

/// One rejected row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was given.
    pub file: String,
    /// The line on which the row begins, from 1 with the header; in Parquet the number of the row.
    pub line: u64,
    /// The column, named as in the file; none where the row as a whole is wrong.
    pub column: Option<String>,
    /// The value as given, shortened where it is long.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// The row as given, shortened only beyond [`ROW_KEPT_MAX`] bytes.
    pub row: String,
}

/// Bytes of a rejected row that are kept.
pub const ROW_KEPT_MAX: usize = 64 * 1024;

/// Bytes of a value that are shown.
const VALUE_SHOWN_MAX: usize = 200;

/// What is wrong with one cell, before it is known where the row came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) column: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

impl Fault {
    /// A fault of the value in a column.
    pub(crate) fn of(column: &str, value: &str, reason: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault {
            column: Some(column.to_owned()),
            value: Some(shortened(value, VALUE_SHOWN_MAX)),
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }

    /// A value that must be there and is not.
    pub(crate) fn missing(column: &str, table: &str) -> Fault {
        Fault {
            column: Some(column.to_owned()),
            value: None,
            reason: format!("\"{column}\" is empty; every row of {table} needs it"),
            remedy: format!("fill in \"{column}\", or leave the row out"),
        }
    }

    /// A fault of the row as a whole.
    pub(crate) fn of_row(reason: impl Into<String>, remedy: impl Into<String>) -> Fault {
        Fault { column: None, value: None, reason: reason.into(), remedy: remedy.into() }
    }

    /// The same, of a column.
    pub(crate) fn in_column(mut self, column: &str) -> Fault {
        self.column = Some(column.to_owned());
        self
    }

    /// The problem of the row at a place.
    pub(crate) fn at(self, file: &str, line: u64, row: String) -> Problem {
        Problem {
            file: file.to_owned(),
            line,
            column: self.column,
            value: self.value,
            reason: self.reason,
            remedy: self.remedy,
            row,
        }
    }
}

/// At most `bytes_max` bytes of a text, cut between characters.
pub(crate) fn shortened(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let cut = (0..=bytes_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}… ({} bytes)", &text[..cut], text.len())
}

/// The row as text, whatever its bytes are, shortened to what is kept.
pub(crate) fn kept_row(bytes: &[u8]) -> String {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(ROW_KEPT_MAX)]);
    match bytes.len() > ROW_KEPT_MAX {
        true => format!("{shown}… ({} bytes)", bytes.len()),
        false => shown.trim_end_matches(['\r', '\n']).to_owned(),
    }
}
