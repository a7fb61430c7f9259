//! One table of the made-up company, collected by columns and written as a file of an ordinary import format.
//!
//! It knows the model's columns, so a misspelt name is found when the sheet is made; it knows nothing of the
//! company.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Int64Type, Schema, TimeUnit, TimestampMicrosecondType,
};
use mittari_core::decimal::Decimal;
use mittari_core::model::{Column, ColumnKind, Table};
use mittari_core::time::Instant;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

/// How a sheet is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    CsvGz,
    JsonLines,
    JsonLinesGz,
    Parquet,
}

/// One value on its way into a sheet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    None,
    Text(&'a str),
    At(Instant),
    Number(Decimal),
    Count(i64),
    Flag(bool),
    Day(jiff::civil::Date),
}

/// The rows of one table.
pub(crate) struct Sheet {
    table: Table,
    columns: Vec<(&'static Column, Cells)>,
    rows: usize,
}

enum Cells {
    Text(StringBuilder),
    At(TimestampMicrosecondBuilder),
    Number(Decimal128Builder),
    Count(Int64Builder),
    Flag(BooleanBuilder),
    Day(Date32Builder),
}

impl Sheet {
    /// An empty sheet with these columns of the table, in this order.
    pub(crate) fn new(table: Table, names: &[&str]) -> Result<Sheet> {
        let find = |name: &&str| {
            let column = table.all_columns().find(|column| column.name == *name);
            column.with_context(|| format!("{} has no column {name}", table.name()))
        };
        let columns = names.iter().map(|name| find(name).map(|column| (column, Cells::of(column.kind))));
        Ok(Sheet { table, columns: columns.collect::<Result<_>>()?, rows: 0 })
    }

    /// Adds a row; the cells stand in the order of the columns.
    pub(crate) fn row<const N: usize>(&mut self, cells: [Cell<'_>; N]) {
        debug_assert_eq!(N, self.columns.len(), "{}: cells and columns differ in number", self.table.name());
        for ((_, column), cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        self.rows += 1;
    }

    /// How many rows it holds.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Writes the rows into `folder` and empties the sheet; the file is named after the table and `part`.
    pub(crate) fn write(&mut self, folder: &Path, part: &str, form: Form) -> Result<PathBuf> {
        let path = folder.join(format!("{}{part}.{}", self.table.name(), form.extension()));
        let batch = self.batch()?;
        let file = File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        let out = BufWriter::new(file);
        let zipped = |out| flate2::write::GzEncoder::new(out, flate2::Compression::fast());
        match form {
            Form::Csv => write_csv(&batch, out)?,
            Form::CsvGz => write_csv(&batch, zipped(out))?,
            Form::JsonLines => write_json_lines(&batch, out)?,
            Form::JsonLinesGz => write_json_lines(&batch, zipped(out))?,
            Form::Parquet => write_parquet(&batch, out)?,
        }
        Ok(path)
    }

    fn batch(&mut self) -> Result<RecordBatch> {
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for (column, cells) in &mut self.columns {
            let array = cells.finish();
            fields.push(Field::new(column.name, array.data_type().clone(), true));
            arrays.push(array);
        }
        self.rows = 0;
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
    }
}

impl Form {
    fn extension(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::CsvGz => "csv.gz",
            Form::JsonLines => "jsonl",
            Form::JsonLinesGz => "jsonl.gz",
            Form::Parquet => "parquet",
        }
    }
}

impl Cells {
    fn of(kind: ColumnKind) -> Cells {
        let utc = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        match kind {
            ColumnKind::Text
            | ColumnKind::Person
            | ColumnKind::Private
            | ColumnKind::Fields
            | ColumnKind::Choice(_) => Cells::Text(StringBuilder::new()),
            ColumnKind::Integer => Cells::Count(Int64Builder::new()),
            ColumnKind::Decimal => Cells::Number(Decimal128Builder::new().with_data_type(DataType::Decimal128(18, 6))),
            ColumnKind::Flag => Cells::Flag(BooleanBuilder::new()),
            ColumnKind::Instant => Cells::At(TimestampMicrosecondBuilder::new().with_data_type(utc())),
            ColumnKind::Date => Cells::Day(Date32Builder::new()),
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Cells::Text(column), Cell::Text(text)) => column.append_value(text),
            (Cells::Text(column), _) => column.append_null(),
            (Cells::At(column), Cell::At(at)) => column.append_value(at.0),
            (Cells::At(column), _) => column.append_null(),
            (Cells::Number(column), Cell::Number(number)) => column.append_value(i128::from(number.0)),
            (Cells::Number(column), _) => column.append_null(),
            (Cells::Count(column), Cell::Count(count)) => column.append_value(count),
            (Cells::Count(column), _) => column.append_null(),
            (Cells::Flag(column), Cell::Flag(flag)) => column.append_value(flag),
            (Cells::Flag(column), _) => column.append_null(),
            (Cells::Day(column), Cell::Day(day)) => column.append_value(days_since_1970(day)),
            (Cells::Day(column), _) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Cells::Text(column) => Arc::new(column.finish()),
            Cells::At(column) => Arc::new(column.finish()),
            Cells::Number(column) => Arc::new(column.finish()),
            Cells::Count(column) => Arc::new(column.finish()),
            Cells::Flag(column) => Arc::new(column.finish()),
            Cells::Day(column) => Arc::new(column.finish()),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(text)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Cell::Text(text)
    }
}

impl From<Instant> for Cell<'_> {
    fn from(at: Instant) -> Self {
        Cell::At(at)
    }
}

impl From<Decimal> for Cell<'_> {
    fn from(number: Decimal) -> Self {
        Cell::Number(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Cell::Flag(flag)
    }
}

impl From<jiff::civil::Date> for Cell<'_> {
    fn from(day: jiff::civil::Date) -> Self {
        Cell::Day(day)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::None, Into::into)
    }
}

fn days_since_1970(day: jiff::civil::Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    (day - epoch).get_days()
}

fn write_parquet(batch: &RecordBatch, out: impl Write + Send) -> Result<()> {
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(())
}

fn write_csv(batch: &RecordBatch, out: impl Write) -> Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let schema = batch.schema();
    writer.write_record(schema.fields().iter().map(|field| field.name()))?;
    for row in 0..batch.num_rows() {
        for column in batch.columns() {
            writer.write_field(text_of(column, row)?.unwrap_or_default())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    Ok(())
}

fn write_json_lines(batch: &RecordBatch, mut out: impl Write) -> Result<()> {
    let schema = batch.schema();
    for row in 0..batch.num_rows() {
        let mut object = serde_json::Map::new();
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            if let Some(value) = json_of(column, row)? {
                object.insert(field.name().clone(), value);
            }
        }
        serde_json::to_writer(&mut out, &object)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(())
}

fn json_of(column: &ArrayRef, row: usize) -> Result<Option<serde_json::Value>> {
    if column.is_null(row) {
        return Ok(None);
    }
    Ok(match column.data_type() {
        DataType::Boolean => Some(column.as_boolean().value(row).into()),
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row).into()),
        DataType::Decimal128(..) => Some(decimal(column, row).to_f64().into()),
        _ => text_of(column, row)?.map(Into::into),
    })
}

fn decimal(column: &ArrayRef, row: usize) -> Decimal {
    Decimal(i64::try_from(column.as_primitive::<Decimal128Type>().value(row)).unwrap_or_default())
}

fn text_of(column: &ArrayRef, row: usize) -> Result<Option<String>> {
    if column.is_null(row) {
        return Ok(None);
    }
    Ok(Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Decimal128(..) => decimal(column, row).to_string(),
        DataType::Timestamp(..) => Instant(column.as_primitive::<TimestampMicrosecondType>().value(row)).to_string(),
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>().value(row);
            jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days))?.to_string()
        }
        other => bail!("no text form of {other}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_reads_back_as_it_was_written_in_lines_of_json() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut sheet = Sheet::new(Table::Cost, &["period_start", "amount", "category"]).expect("known columns");
        sheet.row([jiff::civil::date(2026, 1, 1).into(), Decimal(12_500_000).into(), "support".into()]);
        sheet.row([jiff::civil::date(2026, 2, 1).into(), Cell::None, Cell::None]);
        let path = sheet.write(folder.path(), "", Form::JsonLines).expect("written");
        let text = std::fs::read_to_string(path).expect("there");
        assert_eq!(
            text,
            "{\"amount\":12.5,\"category\":\"support\",\"period_start\":\"2026-01-01\"}\n{\"period_start\":\"2026-02-01\"}\n"
        );
        assert_eq!(sheet.rows(), 0);
    }

    #[test]
    fn a_column_that_the_model_does_not_have_is_refused() {
        assert!(Sheet::new(Table::Cost, &["colour"]).is_err());
    }
}
