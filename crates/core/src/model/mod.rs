//! The model tables: what comes in, column by column, said once.
//!
//! Each table is declared once in `tables`: the struct that the folds read, the columns that importers look
//! for and that the lake stores, which of them are required, which are people and which are private. Importers,
//! the store, `mittari import --help` and the docs all read that declaration.

mod choices;
mod tables;

pub use choices::*;
pub use tables::*;

use crate::decimal::Decimal;
use crate::time::Instant;

/// What a column of a model table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Any text, kept as given.
    Text,
    /// One of a closed set of words.
    Choice(&'static [&'static str]),
    /// A whole number.
    Integer,
    /// A number with up to six digits after the point.
    Decimal,
    /// true or false.
    Flag,
    /// A moment; files give it as ISO 8601, epoch seconds, or as a mapping says.
    Instant,
    /// A civil date.
    Date,
    /// Who: a vendor's id as it comes in; a keyed hash in the lake.
    Person,
    /// Free text about or by a person: kept in the people database, in the lake only whether it is there.
    Private,
    /// Custom values by name, as one JSON object of texts.
    Fields,
}

/// One column of a model table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name, the same in files, lake, code and docs.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a row without it is rejected.
    pub required: bool,
    /// What it means, in one line.
    pub doc: &'static str,
}

/// The columns that every model table has, before its own.
pub const HEADER: &[Column] = &[
    Column { name: "source", kind: ColumnKind::Text, required: false, doc: "who says so: the vendor, or \"file\"" },
    Column {
        name: "external_id",
        kind: ColumnKind::Text,
        required: false,
        doc: "the row's id at its source; without it the row's content is its id",
    },
    Column {
        name: "revision",
        kind: ColumnKind::Integer,
        required: false,
        doc: "a higher revision of the same id replaces a lower one",
    },
    Column { name: "occurred_at", kind: ColumnKind::Instant, required: false, doc: "when it happened" },
    Column {
        name: "recorded_at",
        kind: ColumnKind::Instant,
        required: false,
        doc: "when the source wrote it down; default: when it was imported",
    },
    Column { name: "sequence", kind: ColumnKind::Integer, required: false, doc: "order within one instant" },
];

/// What every row carries beside its own columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Who says so.
    pub source: &'a str,
    /// The id at the source, where it gave one.
    pub external_id: Option<&'a str>,
    /// Hash of (source, external id), or of the content and its number among equal rows: the row's identity.
    pub identity: i64,
    /// A higher revision of the same identity replaces a lower one.
    pub revision: i64,
    /// When it happened.
    pub occurred_at: Instant,
    /// When it became known.
    pub recorded_at: Instant,
    /// Order within one instant.
    pub sequence: i64,
}

impl<'a> Header<'a> {
    /// The last term of every order: the id as given, else the content's hash.
    pub fn tie_break(&self) -> (Option<&'a str>, i64) {
        (self.external_id, self.identity)
    }
}

/// A cursor on one stored row: what the store offers, and the folds read their structs from.
///
/// Columns are numbered as in [`ModelTable::columns`], the header not counted.
pub trait Cells<'a> {
    /// The header of the row.
    fn header(&self) -> Header<'a>;
    /// Text and person columns.
    fn text(&self, column: usize) -> Option<&'a str>;
    /// The position of the value in the choices of the column.
    fn choice(&self, column: usize) -> Option<u8>;
    /// Integer columns.
    fn integer(&self, column: usize) -> Option<i64>;
    /// Decimal columns.
    fn decimal(&self, column: usize) -> Option<Decimal>;
    /// Flag columns; for private columns whether there is a text.
    fn flag(&self, column: usize) -> Option<bool>;
    /// Instant columns.
    fn instant(&self, column: usize) -> Option<Instant>;
    /// Date columns.
    fn date(&self, column: usize) -> Option<jiff::civil::Date>;
}

/// A row of one model table as the folds see it.
pub trait ModelTable<'a>: Sized {
    /// Which table.
    const TABLE: Table;
    /// Reads the row under the cursor.
    fn read(cells: &impl Cells<'a>) -> Self;
}
