//! Stored rows, column by column, as checks read them.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Decimal128Type, Int32Type, TimestampMicrosecondType};
use mittari_core::model::Table;
use mittari_store::Store;

use crate::failure::Done;

/// One batch of a table's rows.
pub(super) struct Rows {
    batch: RecordBatch,
    occurred_at: ArrayRef,
    recorded_at: ArrayRef,
    external_id: Words,
}

/// A column of texts, however it is stored.
pub(super) enum Words {
    Plain(StringArray),
    Numbered(arrow::array::DictionaryArray<Int32Type>, StringArray),
    Absent,
}

/// The rows of a table that count; none where nothing came.
pub(super) fn rows(store: &Store, table: Table) -> Done<Vec<Rows>> {
    if !store.row_counts().contains_key(&table) {
        return Ok(Vec::new());
    }
    Ok(store.rows(table)?.into_iter().filter_map(Rows::new).collect())
}

impl Rows {
    fn new(batch: RecordBatch) -> Option<Rows> {
        let occurred_at = batch.column_by_name("occurred_at")?.clone();
        let recorded_at = batch.column_by_name("recorded_at")?.clone();
        let external_id = Words::of(&batch, "external_id");
        Some(Rows { batch, occurred_at, recorded_at, external_id })
    }

    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// When the row happened, microseconds UTC.
    pub(super) fn occurred_at(&self, row: usize) -> i64 {
        self.occurred_at.as_primitive::<TimestampMicrosecondType>().value(row)
    }

    pub(super) fn recorded_at(&self, row: usize) -> i64 {
        self.recorded_at.as_primitive::<TimestampMicrosecondType>().value(row)
    }

    /// The row's id at its source, for people.
    pub(super) fn id(&self, row: usize) -> String {
        self.external_id.get(row).unwrap_or("without an id").to_owned()
    }

    pub(super) fn words(&self, name: &str) -> Words {
        Words::of(&self.batch, name)
    }

    pub(super) fn decimal(&self, name: &str, row: usize) -> Option<f64> {
        let column = self.valid(name, row)?.as_primitive_opt::<Decimal128Type>()?;
        Some(column.value(row) as f64 / 1e6)
    }

    pub(super) fn flag(&self, name: &str, row: usize) -> Option<bool> {
        let column: &BooleanArray = self.valid(name, row)?.as_boolean_opt()?;
        Some(column.value(row))
    }

    pub(super) fn instant(&self, name: &str, row: usize) -> Option<i64> {
        Some(self.valid(name, row)?.as_primitive_opt::<TimestampMicrosecondType>()?.value(row))
    }

    pub(super) fn day(&self, name: &str, row: usize) -> Option<i32> {
        Some(self.valid(name, row)?.as_primitive_opt::<arrow::datatypes::Date32Type>()?.value(row))
    }

    fn valid(&self, name: &str, row: usize) -> Option<&ArrayRef> {
        self.batch.column_by_name(name).filter(|column| column.is_valid(row))
    }
}

impl Words {
    fn of(batch: &RecordBatch, name: &str) -> Words {
        let Some(column) = batch.column_by_name(name) else { return Words::Absent };
        match column.data_type() {
            DataType::Utf8 => Words::Plain(column.as_string::<i32>().clone()),
            DataType::Dictionary(..) => match column.as_dictionary_opt::<Int32Type>() {
                Some(words) => match words.values().as_string_opt::<i32>() {
                    Some(values) => Words::Numbered(words.clone(), values.clone()),
                    None => Words::Absent,
                },
                None => Words::Absent,
            },
            _ => Words::Absent,
        }
    }

    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Words::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Words::Numbered(words, values) => {
                let key = words.key(row)?;
                values.is_valid(key).then(|| values.value(key))
            }
            Words::Absent => None,
        }
    }
}
