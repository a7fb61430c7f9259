//! Mapping files: how the columns of any table become rows of the model. The form is documented in docs/mapping.md.
//!
//! A mapping is read and checked as a whole before the first row of a file: an unknown table, column, zone or
//! format is an error that names it, not a million bad rows.

mod apply;
mod cells;
mod check;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

pub(crate) use apply::MappedFile;
pub(crate) use write::{Remarks, to_toml};

use crate::IngestError;

/// What a mapping file says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What it is called in errors: its file.
    #[serde(skip)]
    pub name: String,
    /// How the file is written; what is not said is found out.
    #[serde(default)]
    pub file: FileRules,
    /// Rows to leave out: those for which any of these holds.
    #[serde(default)]
    pub ignore: Vec<IgnoreRule>,
    /// What each row becomes: one row of a table for each of these that holds.
    #[serde(default)]
    pub row: Vec<RowRule>,
}

/// How a file is written, and what holds for all of its rows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileRules {
    /// `csv`, `json`, `parquet` or `xlsx`.
    pub form: Option<String>,
    /// What stands between fields: `;`, `,`, `tab`, `|`.
    pub delimiter: Option<String>,
    /// `utf-8`, `windows-1250`, `big5` ...
    pub encoding: Option<String>,
    /// The decimal sign: `,` or `.`.
    pub decimal: Option<String>,
    /// Whether the first line names the columns.
    pub header: Option<bool>,
    /// Lines before the header.
    pub skip_lines: usize,
    /// The sheet of a workbook; default: the first that holds anything.
    pub sheet: Option<String>,
    /// The zone of times that name none.
    pub zone: Option<String>,
    /// How times are written, where a column does not say.
    pub time_format: Option<String>,
    /// Who says so, in every row.
    pub source: Option<String>,
    /// Texts that mean nothing: `NULL`, `-`.
    pub empty: Vec<String>,
    /// `row`: rows of one instant happened in the order of the file.
    pub sequence: Option<Sequence>,
    /// What becomes of a row that no rule takes.
    pub unmatched: Unmatched,
}

/// Where the order within one instant comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sequence {
    /// From the row's place in the file.
    Row,
}

/// What becomes of a row that no rule takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unmatched {
    /// It is listed as a problem.
    #[default]
    Reject,
    /// It is left out and counted.
    Ignore,
}

/// Rows to leave out.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IgnoreRule {
    /// All of these must hold.
    pub when: Vec<Condition>,
}

/// One row of a table out of one row of the file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowRule {
    /// The model table.
    pub table: String,
    /// All of these must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Where each column comes from.
    pub columns: BTreeMap<String, CellRule>,
    /// Custom values by name.
    #[serde(default)]
    pub fields: BTreeMap<String, CellRule>,
}

/// Something that holds for a row or does not.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// The file's column.
    pub column: String,
    /// Its value is one of these.
    #[serde(rename = "in")]
    pub among: Option<Vec<String>>,
    /// Its value is none of these.
    pub not_in: Option<Vec<String>>,
    /// Its value contains one of these, case not minded.
    pub contains: Option<Vec<String>>,
    /// There is a value, or there is none.
    pub present: Option<bool>,
    /// The row is the first of the file with this value, or is not.
    pub first: Option<bool>,
}

/// Where a cell comes from: a column, a constant or a template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CellRule {
    /// The file's column.
    pub column: Option<String>,
    /// The same text in every row.
    pub constant: Option<String>,
    /// A text with columns in braces: `ticket:{Id}:opened`.
    pub template: Option<String>,
    /// What each value becomes.
    pub map: BTreeMap<String, String>,
    /// What becomes of a value that is not in `map`.
    pub otherwise: Otherwise,
    /// What stands for an empty cell.
    pub default: Option<String>,
    /// The value is a list with this between its parts; each part makes a row of its own.
    pub split: Option<String>,
    /// How a time is written.
    pub format: Option<String>,
    /// The zone of times that name none.
    pub zone: Option<String>,
    /// The decimal sign.
    pub decimal: Option<String>,
}

/// What becomes of a value that a map does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// It stays as it is.
    #[default]
    Keep,
    /// The row is a problem.
    Reject,
    /// The cell is empty.
    Empty,
}

impl CellRule {
    /// The value of a column as it is.
    pub fn of_column(name: &str) -> CellRule {
        CellRule { column: Some(name.to_owned()), ..CellRule::default() }
    }

    /// The same text in every row.
    pub fn of_constant(text: &str) -> CellRule {
        CellRule { constant: Some(text.to_owned()), ..CellRule::default() }
    }
}

impl<'de> Deserialize<'de> for CellRule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<CellRule, D::Error> {
        from.deserialize_any(CellRuleVisitor)
    }
}

/// A text is the name of a column; a table says more.
struct CellRuleVisitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct CellTable {
    column: Option<String>,
    constant: Option<Scalar>,
    template: Option<String>,
    map: BTreeMap<String, String>,
    otherwise: Otherwise,
    default: Option<Scalar>,
    split: Option<String>,
    format: Option<String>,
    zone: Option<String>,
    decimal: Option<String>,
}

/// A constant may be written without quotes where it is a number or a flag.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Scalar::Text(text) => text,
            Scalar::Whole(number) => number.to_string(),
            Scalar::Number(number) => number.to_string(),
            Scalar::Flag(flag) => flag.to_string(),
        }
    }
}

impl<'de> Visitor<'de> for CellRuleVisitor {
    type Value = CellRule;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the name of a column, or a table with column, constant or template")
    }

    fn visit_str<E>(self, column: &str) -> Result<CellRule, E> {
        Ok(CellRule::of_column(column))
    }

    fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<CellRule, M::Error> {
        let table = CellTable::deserialize(MapAccessDeserializer::new(members))?;
        Ok(CellRule {
            column: table.column,
            constant: table.constant.map(Scalar::into_text),
            template: table.template,
            map: table.map,
            otherwise: table.otherwise,
            default: table.default.map(Scalar::into_text),
            split: table.split,
            format: table.format,
            zone: table.zone,
            decimal: table.decimal,
        })
    }
}

impl Mapping {
    /// Reads and checks a mapping file.
    pub fn read(path: &Path) -> Result<Mapping, IngestError> {
        let text = std::fs::read_to_string(path).map_err(|source| IngestError::Io { file: path.to_owned(), source })?;
        Mapping::parse(&path.display().to_string(), &text)
    }

    /// Reads and checks the text of a mapping file; `name` is what errors call it.
    pub fn parse(name: &str, text: &str) -> Result<Mapping, IngestError> {
        let mut mapping: Mapping = toml::from_str(text).map_err(|error| IngestError::Mapping {
            name: name.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
            hint: "docs/mapping.md shows every key.".to_owned(),
        })?;
        mapping.name = name.to_owned();
        check::check(&mapping)?;
        Ok(mapping)
    }

    /// An error of this mapping.
    pub(crate) fn error(&self, reason: impl Into<String>, hint: impl Into<String>) -> IngestError {
        IngestError::Mapping { name: self.name.clone(), reason: reason.into(), hint: hint.into() }
    }
}
