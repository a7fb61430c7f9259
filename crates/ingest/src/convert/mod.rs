//! Columns as given to columns of the model: types checked, words made canonical, bad cells told.
//!
//! Everything works on whole columns. A dictionary is converted value by value, once, however many rows point
//! at a value; a text column of the right type passes as it is. Where the lake is, nobody knows here.

mod check;
mod choice;
mod events;
mod fields;
mod flag;
mod moments;
mod number;
mod prefix;
mod scale;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch, take};
use arrow::datatypes::{DataType, Field, Int32Type, Schema};
use arrow::error::ArrowError;
use jiff::tz::TimeZone;
use mittari_core::model::{Column, ColumnKind, Table};

pub(crate) use choice::position;
pub(crate) use fields::object_of;
pub(crate) use number::{NumberForm, decimal_of};
pub(crate) use scale::Scale;

use crate::moment::{Clock, MomentForm};
use crate::problem::Fault;

/// Columns for one table, not yet converted.
pub(crate) struct Draft {
    pub(crate) table: Table,
    pub(crate) rows: usize,
    pub(crate) cells: Vec<DraftColumn>,
    /// What is known to be wrong already, by row.
    pub(crate) faults: Vec<(usize, Fault)>,
}

/// One column of a draft.
#[derive(Clone)]
pub(crate) struct DraftColumn {
    pub(crate) column: &'static Column,
    pub(crate) array: ArrayRef,
    /// The column's name in the file, for problems.
    pub(crate) name: String,
    pub(crate) form: CellForm,
}

/// How the cells of a column are written.
#[derive(Clone, Debug)]
pub(crate) struct CellForm {
    pub(crate) moment: MomentForm,
    /// The zone of its times, where it is not the file's.
    pub(crate) zone: Option<TimeZone>,
    pub(crate) number: NumberForm,
}

impl Default for CellForm {
    fn default() -> CellForm {
        CellForm { moment: MomentForm::Usual(None), zone: None, number: NumberForm::Unknown }
    }
}

/// What holds for all rows of an import.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) source: String,
    pub(crate) prefix: Option<String>,
    pub(crate) zone: TimeZone,
    /// The scale of answers that name none.
    pub(crate) scale: Option<Scale>,
}

/// Converts drafts; remembers clocks and dictionaries from one to the next.
pub(crate) struct Converter {
    rules: Rules,
    clocks: BTreeMap<String, Clock>,
    dictionaries: BTreeMap<&'static str, KnownDictionary>,
}

/// The dictionary last seen in a column and what became of it.
struct KnownDictionary {
    given: ArrayRef,
    converted: ArrayRef,
    faults: Vec<(usize, Fault)>,
}

/// Rows of the model and what was wrong with the others.
pub(crate) struct Converted {
    pub(crate) rows: RecordBatch,
    /// The faulty rows of the draft, each with its first fault.
    pub(crate) faults: Vec<(usize, Fault)>,
}

/// The faults of a draft: one a row.
#[derive(Default)]
pub(crate) struct Faults(BTreeMap<usize, Fault>);

impl Faults {
    pub(crate) fn add(&mut self, row: usize, fault: Fault) {
        self.0.entry(row).or_insert(fault);
    }

    pub(crate) fn has(&self, row: usize) -> bool {
        self.0.contains_key(&row)
    }
}

/// The converted columns of a draft, by name.
pub(crate) struct Columns {
    pub(crate) table: Table,
    pub(crate) rows: usize,
    arrays: BTreeMap<&'static str, ArrayRef>,
    names: BTreeMap<&'static str, String>,
}

impl Columns {
    pub(crate) fn get(&self, name: &str) -> Option<&ArrayRef> {
        self.arrays.get(name)
    }

    pub(crate) fn set(&mut self, name: &'static str, array: ArrayRef) {
        self.arrays.insert(name, array);
    }

    /// What the file calls a column.
    pub(crate) fn name_in_file<'n>(&'n self, name: &'n str) -> &'n str {
        self.names.get(name).map_or(name, String::as_str)
    }
}

impl Converter {
    pub(crate) fn new(rules: Rules) -> Converter {
        Converter { rules, clocks: BTreeMap::new(), dictionaries: BTreeMap::new() }
    }

    /// Converts a draft; the error is never the input's fault.
    pub(crate) fn convert(&mut self, draft: Draft) -> Result<Converted, ArrowError> {
        let mut faults = Faults(draft.faults.into_iter().collect());
        let mut columns =
            Columns { table: draft.table, rows: draft.rows, arrays: BTreeMap::new(), names: BTreeMap::new() };
        for cell in &draft.cells {
            let array = self.column(cell, &mut faults)?;
            columns.names.insert(cell.column.name, cell.name.clone());
            columns.arrays.insert(cell.column.name, array);
        }
        self.fill(&mut columns)?;
        if let Some(prefix) = self.rules.prefix.clone() {
            prefix::apply(&mut columns, &prefix)?;
        }
        check::required(&columns, &mut faults);
        check::rows(&mut columns, &mut faults)?;
        finish(columns, faults)
    }

    /// One column, dictionaries by value.
    fn column(&mut self, cell: &DraftColumn, faults: &mut Faults) -> Result<ArrayRef, ArrowError> {
        if !matches!(cell.array.data_type(), DataType::Dictionary(_, _)) {
            let (array, found) = self.values(cell, &cell.array)?;
            found.into_iter().for_each(|(row, fault)| faults.add(row, fault));
            return Ok(array);
        }
        let wanted = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let given = match cell.array.data_type() == &wanted {
            true => Arc::clone(&cell.array),
            false => cast(&cell.array, &wanted)?,
        };
        let given = given.as_dictionary::<Int32Type>();
        self.know(cell, given.values())?;
        let Some(known) = self.dictionaries.get(cell.column.name) else {
            return Err(ArrowError::ComputeError("a dictionary was not kept".to_owned()));
        };
        if !known.faults.is_empty() {
            let by_value: BTreeMap<usize, &Fault> = known.faults.iter().map(|(value, fault)| (*value, fault)).collect();
            for (row, key) in given.keys().iter().enumerate() {
                if let Some(fault) = key.and_then(|key| by_value.get(&(key as usize))) {
                    faults.add(row, (*fault).clone());
                }
            }
        }
        point(given.keys(), &known.converted)
    }

    fn know(&mut self, cell: &DraftColumn, values: &ArrayRef) -> Result<(), ArrowError> {
        let is_known = |known: &KnownDictionary| Arc::ptr_eq(&known.given, values);
        if self.dictionaries.get(cell.column.name).is_some_and(is_known) {
            return Ok(());
        }
        let (converted, faults) = self.values(cell, values)?;
        let known = KnownDictionary { given: Arc::clone(values), converted, faults };
        self.dictionaries.insert(cell.column.name, known);
        Ok(())
    }

    /// The values of a column that is no dictionary; faulty ones become null.
    fn values(&mut self, cell: &DraftColumn, array: &ArrayRef) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
        match cell.column.kind {
            ColumnKind::Text | ColumnKind::Person | ColumnKind::Private => text::texts(array, &cell.name),
            ColumnKind::Choice(words) => choice::choices(array, words, &cell.name),
            ColumnKind::Integer => number::integers(array, cell.form.number, &cell.name),
            ColumnKind::Decimal => number::decimals(array, cell.form.number, &cell.name),
            ColumnKind::Flag => flag::flags(array, &cell.name),
            ColumnKind::Instant => moments::instants(array, &cell.form.moment, self.clock(cell), &cell.name),
            ColumnKind::Date => moments::dates(array, &cell.form.moment, self.clock(cell), &cell.name),
            ColumnKind::Fields => fields::fields(array, &cell.name),
        }
    }

    fn clock(&mut self, cell: &DraftColumn) -> &mut Clock {
        let zone = cell.form.zone.as_ref().unwrap_or(&self.rules.zone);
        let key = zone.iana_name().unwrap_or("").to_owned();
        self.clocks.entry(key).or_insert_with(|| Clock::new(zone.clone()))
    }

    /// What a row has though no column says so.
    fn fill(&mut self, columns: &mut Columns) -> Result<(), ArrowError> {
        let source = constant(&self.rules.source, columns.rows)?;
        let source = match columns.get("source") {
            Some(given) if given.null_count() == 0 => Arc::clone(given),
            Some(given) => text::or_else(given, &self.rules.source)?,
            None => source,
        };
        columns.set("source", source);
        moments::fill_occurred_at(columns, &mut Clock::new(self.rules.zone.clone()))?;
        if columns.table == Table::Answer {
            if columns.get("kind").is_none() {
                columns.set("kind", choice::constant("csat", choice::words_of(columns.table, "kind"), columns.rows)?);
            }
            scale::fill(columns, self.rules.scale)?;
        }
        Ok(())
    }
}

/// A dictionary of converted values under the given keys.
fn point(keys: &Int32Array, values: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match values.data_type() {
        DataType::Utf8 if values.null_count() == 0 => {
            Ok(Arc::new(arrow::array::DictionaryArray::try_new(keys.clone(), Arc::clone(values))?))
        }
        DataType::Dictionary(_, _) => {
            let inner = values.as_dictionary::<Int32Type>();
            let keys = take(inner.keys(), keys, None)?;
            let keys = keys.as_primitive::<Int32Type>().clone();
            Ok(Arc::new(arrow::array::DictionaryArray::try_new(keys, Arc::clone(inner.values()))?))
        }
        _ => take(values, keys, None),
    }
}

/// The same text in every row.
pub(crate) fn constant(value: &str, rows: usize) -> Result<ArrayRef, ArrowError> {
    let values = Arc::new(StringArray::from(vec![value]));
    Ok(Arc::new(arrow::array::DictionaryArray::<Int32Type>::try_new(Int32Array::from(vec![0; rows]), values)?))
}

/// The good rows as a batch, in the model's order of columns.
fn finish(columns: Columns, faults: Faults) -> Result<Converted, ArrowError> {
    let present = columns.table.all_columns().filter_map(|column| Some((column.name, columns.get(column.name)?)));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) =
        present.map(|(name, array)| (Field::new(name, array.data_type().clone(), true), Arc::clone(array))).unzip();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(columns.rows));
    let rows = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)?;
    if faults.0.is_empty() {
        return Ok(Converted { rows, faults: Vec::new() });
    }
    let good: BooleanArray = (0..columns.rows).map(|row| Some(!faults.has(row))).collect();
    Ok(Converted { rows: filter_record_batch(&rows, &good)?, faults: faults.0.into_iter().collect() })
}

/// Text of whatever type the column has.
pub(crate) fn as_text(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    text::plain(array)
}

/// Runs `read` over the texts of a column: values, and faults of those that are none.
pub(crate) fn parse_each<T>(
    array: &ArrayRef,
    mut read: impl FnMut(&str) -> Result<T, Fault>,
    mut take: impl FnMut(Option<T>),
) -> Result<Vec<(usize, Fault)>, ArrowError> {
    let texts = text::plain(array)?;
    let texts = texts.as_string::<i32>();
    let mut faults = Vec::new();
    for (row, given) in texts.iter().enumerate() {
        let value = match given.filter(|given| !given.trim().is_empty()).map(&mut read) {
            None => None,
            Some(Ok(value)) => Some(value),
            Some(Err(fault)) => {
                faults.push((row, fault));
                None
            }
        };
        take(value);
    }
    Ok(faults)
}
