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
use crate::files::DataFile;
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

/// Where finished batches go.
pub(crate) enum Target {
    /// One file a fact in the folder of its table; made with the first row.
    Files {
        data: PathBuf,
        /// Unique in the data folder: "12-0".
        stem: String,
        open: Vec<Option<DataFile>>,
        minus: Vec<bool>,
    },
    /// Batches by fact.
    Memory(Vec<Vec<RecordBatch>>),
}

/// The change rows of one batch, all facts.
pub(crate) struct ChangeRows {
    builders: Vec<FactBuilder>,
    target: Target,
}

impl ChangeRows {
    /// Rows that go to files named after `stem`.
    pub(crate) fn to_files(data: PathBuf, stem: String, recorded_at: i64) -> ChangeRows {
        let open = Fact::ALL.iter().map(|_| None).collect();
        let minus = vec![false; Fact::ALL.len()];
        ChangeRows::new(Target::Files { data, stem, open, minus }, recorded_at)
    }

    /// Rows that stay in memory.
    pub(crate) fn in_memory(recorded_at: i64) -> ChangeRows {
        ChangeRows::new(Target::Memory(vec![Vec::new(); Fact::ALL.len()]), recorded_at)
    }

    fn new(target: Target, recorded_at: i64) -> ChangeRows {
        let builders = Fact::ALL.iter().map(|fact| FactBuilder::new(*fact, recorded_at)).collect();
        ChangeRows { builders, target }
    }

    /// Adds a change.
    #[inline]
    pub(crate) fn push<'a, R: FactRow<'a>>(&mut self, weight: i8, row: &R) -> Result<()> {
        let place = R::FACT as usize;
        self.builders[place].push(weight, row);
        if let (Target::Files { minus, .. }, true) = (&mut self.target, weight < 0) {
            minus[place] = true;
        }
        if self.builders[place].rows >= BATCH_ROWS { self.flush(place) } else { Ok(()) }
    }

    /// Adds several changes of one weight.
    pub(crate) fn push_all<'a, R: FactRow<'a>>(&mut self, weight: i8, rows: &[R]) -> Result<()> {
        rows.iter().try_for_each(|row| self.push(weight, row))
    }

    fn flush(&mut self, place: usize) -> Result<()> {
        let fact = Fact::ALL[place];
        let batch = self.builders[place].finish()?;
        match &mut self.target {
            Target::Memory(batches) => batches[place].push(batch),
            Target::Files { data, stem, open, minus: _ } => {
                let file = match &mut open[place] {
                    Some(file) => file,
                    none => {
                        let name = format!("part-{stem}.parquet");
                        let mut file = DataFile::begin(data, &folder(fact), name, &fact_schema(fact))?;
                        file.record().recorded_at = self.builders[place].recorded_at;
                        none.insert(file)
                    }
                };
                let (first, last) = dates(fact, &batch);
                let record = file.record();
                record.first_at = record.first_at.into_iter().chain(first).min();
                record.last_at = record.last_at.into_iter().chain(last).max();
                file.write(&batch)?;
            }
        }
        Ok(())
    }

    /// Writes what is left and closes the files.
    pub(crate) fn finish(mut self) -> Result<Finished> {
        for place in 0..self.builders.len() {
            if self.builders[place].rows > 0 {
                self.flush(place)?;
            }
        }
        match self.target {
            Target::Memory(batches) => Ok(Finished { files: Vec::new(), batches }),
            Target::Files { open, minus, .. } => {
                let files = open.into_iter().zip(minus).filter_map(|(file, minus)| file.map(|file| (file, minus)));
                let files = files.map(|(mut file, minus)| {
                    file.record().minus = minus;
                    file.finish()
                });
                Ok(Finished { files: files.collect::<Result<_>>()?, batches: Vec::new() })
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
