//! Columns of one block by the names that Fivetran gives them, and rows of the model under construction.

use std::path::Path;

use arrow::array::{Array, AsArray, StringArray};
use mittari_core::model::Table;

use crate::IngestError;
use crate::block::{Block, TextColumn};
use crate::convert::{CellForm, Draft, DraftColumn, as_text};
use crate::moment::{Clock, MomentForm, instant_of};
use crate::opened::internal;
use crate::problem::Fault;
use crate::table::plain_name;

/// A block seen by column names.
pub(super) struct Sheet<'b> {
    pub(super) block: &'b Block,
    pub(super) file: &'b Path,
    names: Vec<String>,
}

/// One column as text; a column that is not there is empty throughout.
pub(super) struct Texts(Option<StringArray>);

impl<'b> Sheet<'b> {
    pub(super) fn new(block: &'b Block, file: &'b Path) -> Sheet<'b> {
        Sheet { block, file, names: block.names.iter().map(|name| plain_name(name)).collect() }
    }

    pub(super) fn rows(&self) -> usize {
        self.block.rows
    }

    /// A column that may be missing.
    pub(super) fn texts(&self, name: &str) -> Texts {
        let at = self.names.iter().position(|known| known == name);
        let array = at.and_then(|at| self.block.columns.get(at)).and_then(|column| match column.data_type() {
            arrow::datatypes::DataType::Dictionary(_, _) => {
                arrow::compute::cast(column, &arrow::datatypes::DataType::Utf8).ok()
            }
            _ => as_text(column).ok(),
        });
        Texts(array.map(|array| array.as_string::<i32>().clone()))
    }

    /// A column without which the table says nothing.
    pub(super) fn needed(&self, name: &str, table: &'static str) -> Result<Texts, IngestError> {
        if !self.names.iter().any(|known| known == name) {
            return Err(IngestError::MissingColumn {
                file: self.file.to_owned(),
                table,
                column: name.to_owned(),
                hint: format!(
                    "The file has {}. Is it Zendesk's table as Fivetran lays it?",
                    self.block.names.join(", ")
                ),
            });
        }
        Ok(self.texts(name))
    }

    /// The columns whose names begin so, without that beginning.
    pub(super) fn texts_after(&self, prefix: &str) -> Vec<(String, Texts)> {
        let names = self.names.iter().filter_map(|name| Some((name, name.strip_prefix(prefix)?)));
        names.map(|(name, rest)| (rest.to_owned(), self.texts(name))).collect()
    }
}

impl Texts {
    /// The text of a row, if there is any.
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        let array = self.0.as_ref()?;
        let text = array.is_valid(row).then(|| array.value(row).trim())?;
        (!text.is_empty() && text != "\\N").then_some(text)
    }
}

/// Whether a text says yes.
pub(super) fn says_yes(text: Option<&str>) -> bool {
    text.is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "true" | "t" | "1" | "yes"))
}

/// The instant of a text, all of Fivetran's being UTC.
pub(super) fn instant(text: &str) -> Option<i64> {
    instant_of(text, &MomentForm::Usual(None), &mut Clock::new(jiff::tz::TimeZone::UTC)).ok()
}

/// An instant as it stands in ids: the same whether it came from CSV or Parquet.
pub(super) fn stamp(text: &str) -> String {
    let timestamp = instant(text).and_then(|instant| jiff::Timestamp::from_microsecond(instant).ok());
    timestamp.map_or_else(|| text.to_owned(), |timestamp| timestamp.to_string())
}

/// Seconds since 1970 as a revision: the row that was updated later replaces the other.
pub(super) fn revision(updated_at: Option<&str>) -> String {
    let instant = updated_at.and_then(instant).unwrap_or(0);
    instant.div_euclid(mittari_core::time::SECOND).to_string()
}

/// Rows of one model table being made, each of a row of the block.
pub(super) struct Making {
    table: Table,
    /// The model's column and the file's, for problems.
    columns: Vec<(&'static str, &'static str)>,
    cells: Vec<TextColumn>,
    origin: Vec<u32>,
    faults: Vec<(usize, Fault)>,
}

impl Making {
    pub(super) fn new(table: Table, columns: &[(&'static str, &'static str)]) -> Making {
        let cells = columns.iter().map(|_| TextColumn::default()).collect();
        Making { table, columns: columns.to_vec(), cells, origin: Vec::new(), faults: Vec::new() }
    }

    /// Adds a row made of the block's row `origin`, its cells in the order of the columns.
    pub(super) fn push(&mut self, origin: usize, cells: &[Option<&str>]) {
        for (column, cell) in self.cells.iter_mut().zip(cells) {
            column.push(cell.unwrap_or_default().as_bytes());
        }
        self.origin.push(origin as u32);
        self.cells.iter_mut().for_each(|column| column.pad(self.origin.len()));
    }

    /// Says what is wrong with the row added last.
    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push((self.origin.len().saturating_sub(1), fault));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.origin.is_empty()
    }

    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// The draft, and of which row of the block each of its rows was made.
    pub(super) fn finish(self, file: &str) -> Result<(Draft, Vec<u32>), IngestError> {
        let mut cells = Vec::new();
        for ((name, name_in_file), texts) in self.columns.iter().zip(self.cells) {
            let column = self.table.all_columns().find(|column| column.name == *name);
            let column = column.ok_or_else(|| internal(file, &format!("no column {name}")))?;
            let array = texts.finish().ok_or_else(|| internal(file, "text that is none"))?;
            cells.push(DraftColumn { column, array, name: (*name_in_file).to_owned(), form: CellForm::default() });
        }
        Ok((Draft { table: self.table, rows: self.origin.len(), cells, faults: self.faults }, self.origin))
    }
}
