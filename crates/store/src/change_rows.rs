//! Fact rows to Arrow: one builder a column, filled cell by cell, flushed to files or kept in memory.
//!
//! Every row is a change: +1 brings it, -1 takes it back; all rows of a batch bear the batch's instant.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BooleanBuilder, Date32Builder, Decimal128Builder, Int8Builder, Int64Builder, ListBuilder,
    RecordBatch, StringBuilder, TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::compute::{max, min};
use arrow::datatypes::{Date32Type, TimestampMicrosecondType};
use mittari_core::decimal::Decimal;
use mittari_core::facts::{CellSink, Fact, FactKind, FactRow};
use mittari_core::time::{DAY, Instant, Span};

use crate::cells::day_number;
use crate::error::Result;
use crate::fact_file::FactFile;
use crate::register::FileRecord;
use crate::schema::{DECIMAL, fact_schema};

/// Rows that are encoded at once.
const BATCH_ROWS: usize = 1 << 14;

enum Column {
    Text(StringBuilder),
    Instant(TimestampMicrosecondBuilder),
    Integer(Int64Builder),
    Flag(BooleanBuilder),
    Decimal(Decimal128Builder),
    List(ListBuilder<StringBuilder>),
    Date(Date32Builder),
}

impl Column {
    fn new(kind: FactKind) -> Column {
        match kind {
            FactKind::Text => Column::Text(StringBuilder::new()),
            FactKind::Instant => Column::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            FactKind::Duration | FactKind::Count => Column::Integer(Int64Builder::new()),
            FactKind::Flag => Column::Flag(BooleanBuilder::new()),
            FactKind::Decimal => Column::Decimal(Decimal128Builder::new().with_data_type(DECIMAL)),
            FactKind::List => Column::List(ListBuilder::new(StringBuilder::new())),
            FactKind::Date => Column::Date(Date32Builder::new()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Column::Text(column) => Arc::new(column.finish()),
            Column::Instant(column) => Arc::new(column.finish()),
            Column::Integer(column) => Arc::new(column.finish()),
            Column::Flag(column) => Arc::new(column.finish()),
            Column::Decimal(column) => Arc::new(column.finish()),
            Column::List(column) => Arc::new(column.finish()),
            Column::Date(column) => Arc::new(column.finish()),
        }
    }
}

/// Collects the rows of one fact.
pub(crate) struct FactBuilder {
    fact: Fact,
    recorded_at: i64,
    weights: Int8Builder,
    columns: Vec<Column>,
    rows: usize,
}

impl FactBuilder {
    pub(crate) fn new(fact: Fact, recorded_at: i64) -> FactBuilder {
        let columns = fact.columns().map(|column| Column::new(column.kind)).collect();
        FactBuilder { fact, recorded_at, weights: Int8Builder::new(), columns, rows: 0 }
    }

    /// Adds a row.
    #[inline]
    pub(crate) fn push<'a>(&mut self, weight: i8, row: &impl FactRow<'a>) {
        self.weights.append_value(weight);
        self.rows += 1;
        row.cells(&mut Cursor { columns: self.columns.iter_mut() });
    }

    /// The rows so far, as a batch.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch> {
        let recorded_at = TimestampMicrosecondArray::from_value(self.recorded_at, self.rows).with_timezone("UTC");
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.weights.finish()), Arc::new(recorded_at)];
        columns.extend(self.columns.iter_mut().map(Column::finish));
        self.rows = 0;
        Ok(RecordBatch::try_new(fact_schema(self.fact), columns)?)
    }
}

/// Hands one cell after the other to the builders.
struct Cursor<'c> {
    columns: std::slice::IterMut<'c, Column>,
}

impl CellSink for Cursor<'_> {
    #[inline]
    fn text(&mut self, value: Option<&str>) {
        if let Some(Column::Text(column)) = self.columns.next() {
            column.append_option(value);
        }
    }

    #[inline]
    fn instant(&mut self, value: Option<Instant>) {
        if let Some(Column::Instant(column)) = self.columns.next() {
            column.append_option(value.map(|value| value.0));
        }
    }

    #[inline]
    fn duration(&mut self, value: Option<Span>) {
        self.count(value.map(|value| value.0));
    }

    #[inline]
    fn count(&mut self, value: Option<i64>) {
        if let Some(Column::Integer(column)) = self.columns.next() {
            column.append_option(value);
        }
    }

    #[inline]
    fn flag(&mut self, value: Option<bool>) {
        if let Some(Column::Flag(column)) = self.columns.next() {
            column.append_option(value);
        }
    }

    #[inline]
    fn decimal(&mut self, value: Option<Decimal>) {
        if let Some(Column::Decimal(column)) = self.columns.next() {
            column.append_option(value.map(|value| i128::from(value.0)));
        }
    }

    #[inline]
    fn list(&mut self, values: &[&str]) {
        if let Some(Column::List(column)) = self.columns.next() {
            values.iter().for_each(|value| column.values().append_value(value));
            column.append(!values.is_empty());
        }
    }

    #[inline]
    fn date(&mut self, value: Option<jiff::civil::Date>) {
        if let Some(Column::Date(column)) = self.columns.next() {
            column.append_option(value.map(day_number));
        }
    }
}

/// Where the rows go.
enum Target {
    /// One file a fact, in the folder of its table.
    Files {
        data: PathBuf,
        /// Unique in the data folder: "12-0".
        stem: String,
        files: Vec<FactFile>,
    },
    /// Batches by fact.
    Memory { builders: Vec<FactBuilder>, batches: Vec<Vec<RecordBatch>> },
}

/// The change rows of one batch, all facts.
pub(crate) struct ChangeRows {
    target: Target,
}

impl ChangeRows {
    /// Rows that go to files named after `stem`.
    pub(crate) fn to_files(data: PathBuf, stem: String, recorded_at: i64) -> ChangeRows {
        let files = Fact::ALL.iter().map(|fact| FactFile::new(*fact, recorded_at)).collect();
        ChangeRows { target: Target::Files { data, stem, files } }
    }

    /// Rows that stay in memory.
    pub(crate) fn in_memory(recorded_at: i64) -> ChangeRows {
        let builders = Fact::ALL.iter().map(|fact| FactBuilder::new(*fact, recorded_at)).collect();
        ChangeRows { target: Target::Memory { builders, batches: vec![Vec::new(); Fact::ALL.len()] } }
    }

    /// Adds a change.
    #[inline]
    pub(crate) fn push<'a, R: FactRow<'a>>(&mut self, weight: i8, row: &R) -> Result<()> {
        let place = R::FACT as usize;
        match &mut self.target {
            Target::Files { data, stem, files } => files[place].push(data, stem, weight, row),
            Target::Memory { builders, batches } => {
                builders[place].push(weight, row);
                if builders[place].rows >= BATCH_ROWS {
                    batches[place].push(builders[place].finish()?);
                }
                Ok(())
            }
        }
    }

    /// Adds several changes of one weight.
    pub(crate) fn push_all<'a, R: FactRow<'a>>(&mut self, weight: i8, rows: &[R]) -> Result<()> {
        rows.iter().try_for_each(|row| self.push(weight, row))
    }

    /// Writes what is left and closes the files.
    pub(crate) fn finish(self) -> Result<Finished> {
        match self.target {
            Target::Memory { mut builders, mut batches } => {
                for (builder, batches) in builders.iter_mut().zip(&mut batches) {
                    if builder.rows > 0 {
                        batches.push(builder.finish()?);
                    }
                }
                Ok(Finished { files: Vec::new(), batches })
            }
            Target::Files { data, stem, files } => {
                let files = files.into_iter().map(|file| file.finish(&data, &stem));
                let files = files.filter_map(Result::transpose).collect::<Result<_>>()?;
                Ok(Finished { files, batches: Vec::new() })
            }
        }
    }
}

/// What became of change rows.
pub(crate) struct Finished {
    pub(crate) files: Vec<FileRecord>,
    pub(crate) batches: Vec<Vec<RecordBatch>>,
}

/// The folder of a fact's table.
pub(crate) fn folder(fact: Fact) -> String {
    format!("facts/{}", fact.name())
}

/// The least and largest moment by which the rows of a batch are dated.
pub(crate) fn dates(fact: Fact, batch: &RecordBatch) -> (Option<i64>, Option<i64>) {
    let Some(column) = batch.column_by_name(fact.dated_by()) else { return (None, None) };
    if let Some(moments) = column.as_primitive_opt::<TimestampMicrosecondType>() {
        return (min(moments), max(moments));
    }
    let Some(days) = column.as_primitive_opt::<Date32Type>() else { return (None, None) };
    let midnight = |day: i32| i64::from(day) * DAY;
    (min(days).map(midnight), max(days).map(midnight))
}
