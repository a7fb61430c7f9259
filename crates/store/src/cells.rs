//! Cursors on Arrow batches: how the folds read rows of the lake without knowing Arrow.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Int32Array, Int64Array, RecordBatch,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use mittari_core::decimal::Decimal;
use mittari_core::facts::FactCells;
use mittari_core::model::{Cells, ColumnKind, Header, Table};
use mittari_core::time::{Instant, Span};

use crate::hash;
use crate::schema::{at, change, model_schema};
use crate::text::TextColumn;

/// One column, its type found out once a batch.
enum Column<'a> {
    Missing,
    Text(TextColumn<'a>),
    Choice(TextColumn<'a>, Vec<Option<u8>>),
    Integer(&'a Int64Array),
    Decimal(&'a Decimal128Array),
    Flag(&'a BooleanArray),
    Instant(&'a TimestampMicrosecondArray),
    Date(&'a Date32Array),
}

impl<'a> Column<'a> {
    fn of(array: &'a ArrayRef) -> Column<'a> {
        if array.null_count() == array.len() {
            return Column::Missing;
        }
        if let Some(text) = TextColumn::of(array) {
            return Column::Text(text);
        }
        match array.data_type() {
            DataType::Int64 => Column::Integer(array.as_primitive::<Int64Type>()),
            DataType::Decimal128(..) => Column::Decimal(array.as_primitive::<Decimal128Type>()),
            DataType::Boolean => Column::Flag(array.as_boolean()),
            DataType::Timestamp(..) => Column::Instant(array.as_primitive::<TimestampMicrosecondType>()),
            DataType::Date32 => Column::Date(array.as_primitive::<Date32Type>()),
            _ => Column::Missing,
        }
    }

    fn of_choice(array: &'a ArrayRef, words: &[&str]) -> Column<'a> {
        let position = |word: &str| words.iter().position(|known| *known == word).map(|at| at as u8);
        match TextColumn::of(array) {
            Some(text @ TextColumn::Dictionary(_, texts)) => {
                let positions = texts.iter().map(|word| position(word?)).collect();
                Column::Choice(text, positions)
            }
            Some(text @ TextColumn::Plain(texts)) => {
                let positions = texts.iter().map(|word| position(word?)).collect();
                Column::Choice(text, positions)
            }
            None => Column::Missing,
        }
    }
}

/// A batch of model rows, ready to be read row by row; columns that were not read are as if empty.
pub(crate) struct ModelRows<'a> {
    source: Option<TextColumn<'a>>,
    external_id: Option<TextColumn<'a>>,
    revision: Option<&'a Int64Array>,
    occurred_at: Option<&'a TimestampMicrosecondArray>,
    recorded_at: Option<&'a TimestampMicrosecondArray>,
    sequence: Option<&'a Int64Array>,
    content: Option<&'a Int64Array>,
    copy: Option<&'a Int32Array>,
    import: Option<&'a Int32Array>,
    columns: Vec<Column<'a>>,
    pub(crate) len: usize,
}

impl<'a> ModelRows<'a> {
    /// `batch` has the columns of [`crate::schema::model_schema`], or some of them.
    pub(crate) fn new(table: Table, batch: &'a RecordBatch) -> ModelRows<'a> {
        let schema = model_schema(table);
        let whole = batch.num_columns() == schema.fields().len();
        let column = |place: usize| -> Option<&'a ArrayRef> {
            if whole { Some(batch.column(place)) } else { batch.column_by_name(schema.field(place).name()) }
        };
        let text =
            |place: usize| column(place).filter(|array| array.null_count() < array.len()).and_then(TextColumn::of);
        let own = table.columns().iter().enumerate().map(|(number, declared)| {
            match (column(at::OWN + number), declared.kind) {
                (None, _) => Column::Missing,
                (Some(array), ColumnKind::Choice(words)) => Column::of_choice(array, words),
                (Some(array), _) => Column::of(array),
            }
        });
        ModelRows {
            source: text(at::SOURCE),
            external_id: text(at::EXTERNAL_ID),
            revision: column(at::REVISION).map(|array| array.as_primitive()),
            occurred_at: column(at::OCCURRED_AT).map(|array| array.as_primitive()),
            recorded_at: column(at::RECORDED_AT).map(|array| array.as_primitive()),
            sequence: column(at::SEQUENCE).map(|array| array.as_primitive()),
            content: column(at::CONTENT).map(|array| array.as_primitive()),
            copy: column(at::COPY).map(|array| array.as_primitive()),
            import: column(at::IMPORT).map(|array| array.as_primitive()),
            columns: own.collect(),
            len: batch.num_rows(),
        }
    }

    /// A cursor on one row.
    #[inline]
    pub(crate) fn row<'r>(&'r self, row: usize) -> ModelRow<'r, 'a> {
        ModelRow { rows: self, row }
    }

    /// Which row of the source it is, whatever its revision.
    #[inline]
    pub(crate) fn identity(&self, row: usize) -> i64 {
        match self.external_id.and_then(|ids| ids.value(row)) {
            Some(id) => hash::identity_of_id(self.source(row), id),
            None => {
                hash::identity_of_content(number(self.content, row), self.copy.map_or(0, |copies| copies.value(row)))
            }
        }
    }

    #[inline]
    fn source(&self, row: usize) -> &'a str {
        self.source.and_then(|sources| sources.value(row)).unwrap_or_default()
    }

    /// Of two rows of one identity the larger wins.
    #[inline]
    pub(crate) fn precedence(&self, row: usize) -> (i64, i64) {
        (number(self.revision, row), number(self.content, row))
    }

    /// The import that brought the row.
    #[inline]
    pub(crate) fn import(&self, row: usize) -> i64 {
        self.import.map_or(0, |imports| i64::from(imports.value(row)))
    }

    /// Whether the row was recorded by a moment.
    #[inline]
    pub(crate) fn is_recorded_by(&self, row: usize, as_of: Option<i64>) -> bool {
        as_of.is_none_or(|as_of| moment(self.recorded_at, row) <= as_of)
    }

    /// The moment that the row is of, where it is not after its own recording.
    pub(crate) fn known_moment(&self, row: usize) -> Option<i64> {
        let at = moment(self.occurred_at, row);
        (at <= moment(self.recorded_at, row)).then_some(at)
    }
}

#[inline]
fn number(column: Option<&Int64Array>, row: usize) -> i64 {
    column.map_or(0, |column| column.value(row))
}

#[inline]
fn moment(column: Option<&TimestampMicrosecondArray>, row: usize) -> i64 {
    column.map_or(0, |column| column.value(row))
}

/// A cursor on one model row.
pub(crate) struct ModelRow<'r, 'a> {
    rows: &'r ModelRows<'a>,
    row: usize,
}

impl<'a> Cells<'a> for ModelRow<'_, 'a> {
    #[inline]
    fn header(&self) -> Header<'a> {
        let (rows, row) = (self.rows, self.row);
        Header {
            source: rows.source(row),
            external_id: rows.external_id.and_then(|ids| ids.value(row)),
            identity: rows.identity(row),
            revision: number(rows.revision, row),
            occurred_at: Instant(moment(rows.occurred_at, row)),
            recorded_at: Instant(moment(rows.recorded_at, row)),
            sequence: number(rows.sequence, row),
        }
    }

    #[inline]
    fn text(&self, column: usize) -> Option<&'a str> {
        match &self.rows.columns[column] {
            Column::Text(text) => text.value(self.row),
            _ => None,
        }
    }

    #[inline]
    fn choice(&self, column: usize) -> Option<u8> {
        match &self.rows.columns[column] {
            Column::Choice(TextColumn::Dictionary(keys, _), positions) => {
                if keys.is_valid(self.row) {
                    positions[keys.value(self.row) as usize]
                } else {
                    None
                }
            }
            Column::Choice(TextColumn::Plain(_), positions) => positions[self.row],
            _ => None,
        }
    }

    #[inline]
    fn integer(&self, column: usize) -> Option<i64> {
        match &self.rows.columns[column] {
            Column::Integer(numbers) => numbers.is_valid(self.row).then(|| numbers.value(self.row)),
            _ => None,
        }
    }

    #[inline]
    fn decimal(&self, column: usize) -> Option<Decimal> {
        match &self.rows.columns[column] {
            Column::Decimal(numbers) => numbers.is_valid(self.row).then(|| Decimal(numbers.value(self.row) as i64)),
            _ => None,
        }
    }

    #[inline]
    fn flag(&self, column: usize) -> Option<bool> {
        match &self.rows.columns[column] {
            Column::Flag(flags) => flags.is_valid(self.row).then(|| flags.value(self.row)),
            _ => None,
        }
    }

    #[inline]
    fn instant(&self, column: usize) -> Option<Instant> {
        match &self.rows.columns[column] {
            Column::Instant(moments) => moments.is_valid(self.row).then(|| Instant(moments.value(self.row))),
            _ => None,
        }
    }

    #[inline]
    fn date(&self, column: usize) -> Option<jiff::civil::Date> {
        match &self.rows.columns[column] {
            Column::Date(days) if days.is_valid(self.row) => civil_date(days.value(self.row)),
            _ => None,
        }
    }
}

/// The civil date of a count of days since 1970-01-01.
pub(crate) fn civil_date(days: i32) -> Option<jiff::civil::Date> {
    jiff::civil::Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// The count of days since 1970-01-01.
pub(crate) fn day_number(date: jiff::civil::Date) -> i32 {
    date.since(jiff::civil::Date::constant(1970, 1, 1)).map_or(0, |span| span.get_days())
}

/// A batch of fact rows, ready to be read row by row.
pub(crate) struct FactRows<'a> {
    columns: Vec<(Column<'a>, Option<&'a arrow::array::ListArray>)>,
}

impl<'a> FactRows<'a> {
    /// `batch` has the columns of [`crate::schema::fact_schema`].
    pub(crate) fn new(batch: &'a RecordBatch) -> FactRows<'a> {
        let columns = batch.columns()[change::OWN..].iter();
        FactRows { columns: columns.map(|array| (Column::of(array), array.as_list_opt())).collect() }
    }

    /// A cursor on one row.
    pub(crate) fn row<'r>(&'r self, row: usize) -> FactCursor<'r, 'a> {
        FactCursor { rows: self, row }
    }
}

/// A cursor on one fact row.
pub(crate) struct FactCursor<'r, 'a> {
    rows: &'r FactRows<'a>,
    row: usize,
}

impl<'a> FactCells<'a> for FactCursor<'_, 'a> {
    fn text(&self, column: usize) -> Option<&'a str> {
        match &self.rows.columns[column].0 {
            Column::Text(text) => text.value(self.row),
            _ => None,
        }
    }

    fn instant(&self, column: usize) -> Option<Instant> {
        match &self.rows.columns[column].0 {
            Column::Instant(moments) => moments.is_valid(self.row).then(|| Instant(moments.value(self.row))),
            _ => None,
        }
    }

    fn duration(&self, column: usize) -> Option<Span> {
        self.count(column).map(Span)
    }

    fn count(&self, column: usize) -> Option<i64> {
        match &self.rows.columns[column].0 {
            Column::Integer(numbers) => numbers.is_valid(self.row).then(|| numbers.value(self.row)),
            _ => None,
        }
    }

    fn flag(&self, column: usize) -> Option<bool> {
        match &self.rows.columns[column].0 {
            Column::Flag(flags) => flags.is_valid(self.row).then(|| flags.value(self.row)),
            _ => None,
        }
    }

    fn decimal(&self, column: usize) -> Option<Decimal> {
        match &self.rows.columns[column].0 {
            Column::Decimal(numbers) => numbers.is_valid(self.row).then(|| Decimal(numbers.value(self.row) as i64)),
            _ => None,
        }
    }

    fn list(&self, column: usize) -> Vec<&'a str> {
        let Some(lists) = self.rows.columns[column].1 else { return Vec::new() };
        if lists.is_null(self.row) {
            return Vec::new();
        }
        let offsets = lists.value_offsets();
        let Some(texts) = TextColumn::of(lists.values()) else { return Vec::new() };
        (offsets[self.row] as usize..offsets[self.row + 1] as usize).filter_map(|at| texts.value(at)).collect()
    }

    fn date(&self, column: usize) -> Option<jiff::civil::Date> {
        match &self.rows.columns[column].0 {
            Column::Date(days) if days.is_valid(self.row) => civil_date(days.value(self.row)),
            _ => None,
        }
    }
}
