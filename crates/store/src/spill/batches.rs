//! Model rows by the part of a key, as Arrow batches.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{RecordBatch, UInt32Array, UInt64Array, new_null_array};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

use mittari_core::model::Table;

use super::{Cut, Place, Scratch};
use crate::error::Result;
use crate::schema::model_schema;

/// Rows that wait in memory before they are cut.
const WAITING: usize = 1 << 18;

/// Rows of one table by the part of their key; the key comes back as the last column.
#[derive(Debug)]
pub(crate) struct BatchSpill {
    table: Table,
    cut: Cut,
    waiting: Vec<(RecordBatch, Vec<u64>)>,
    waiting_rows: usize,
    parts: Vec<Vec<Place>>,
    scratch: Scratch,
}

impl BatchSpill {
    pub(crate) fn new(data: &Path, table: Table, cut: Cut) -> BatchSpill {
        BatchSpill {
            table,
            cut,
            waiting: Vec::new(),
            waiting_rows: 0,
            parts: vec![Vec::new(); cut.parts()],
            scratch: Scratch::new(data),
        }
    }

    /// Adds rows with their keys.
    pub(crate) fn push(&mut self, rows: RecordBatch, keys: Vec<u64>) -> Result<()> {
        self.waiting_rows += rows.num_rows();
        self.waiting.push((plain(self.table, &rows)?, keys));
        if self.waiting_rows >= WAITING { self.flush() } else { Ok(()) }
    }

    /// Whether no row was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting_rows == 0 && self.parts.iter().all(Vec::is_empty)
    }

    fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_rows = 0;
        let Some((first, _)) = waiting.first() else { return Ok(()) };
        let all = concat_batches(&first.schema(), waiting.iter().map(|(rows, _)| rows))?;
        let keys: Vec<u64> = waiting.into_iter().flat_map(|(_, keys)| keys).collect();
        let (order, begins) = by_part(self.cut, &keys);
        let order = UInt32Array::from(order);
        let keys = UInt64Array::from_iter_values(order.values().iter().map(|row| keys[*row as usize]));
        let sorted = with_keys(&take_record_batch(&all, &order)?, keys)?;
        for part in 0..self.cut.parts() {
            let (from, to) = (begins[part] as usize, begins[part + 1] as usize);
            if from < to {
                let bytes = encoded(&sorted.slice(from, to - from))?;
                self.parts[part].push(self.scratch.write(&bytes)?);
            }
        }
        Ok(())
    }

    /// Everything that was added goes where it can be read.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.flush()
    }

    /// The rows of a part, with their keys.
    pub(crate) fn read(&self, part: usize) -> Result<Vec<(RecordBatch, Vec<u64>)>> {
        let mut read = Vec::new();
        let mut bytes = Vec::new();
        for place in &self.parts[part] {
            bytes.clear();
            self.scratch.read(*place, &mut bytes)?;
            for batch in StreamReader::try_new(bytes.as_slice(), None)? {
                read.push(without_keys(&batch?)?);
            }
        }
        Ok(read)
    }
}

/// The order of rows by the part of their key, and where each part begins.
pub(crate) fn by_part(cut: Cut, keys: &[u64]) -> (Vec<u32>, Vec<u32>) {
    let mut begins = vec![0u32; cut.parts() + 1];
    keys.iter().for_each(|key| begins[cut.part(*key) + 1] += 1);
    (0..cut.parts()).for_each(|part| begins[part + 1] += begins[part]);
    let mut next = begins.clone();
    let mut order = vec![0u32; keys.len()];
    for (row, key) in keys.iter().enumerate() {
        let place = &mut next[cut.part(*key)];
        order[*place as usize] = row as u32;
        *place += 1;
    }
    (order, begins)
}

/// All columns of the table, those that were not read as if empty. Dictionaries of a row group would be written
/// with every slice: texts go as they are.
fn plain(table: Table, rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = model_schema(table);
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for field in schema.fields() {
        let data_type = match field.data_type() {
            DataType::Dictionary(_, value) => value.as_ref().clone(),
            other => other.clone(),
        };
        columns.push(match rows.column_by_name(field.name()) {
            Some(column) => cast(column, &data_type)?,
            None => new_null_array(&data_type, rows.num_rows()),
        });
        fields.push(Field::new(field.name(), data_type, true));
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn with_keys(rows: &RecordBatch, keys: UInt64Array) -> Result<RecordBatch> {
    let mut fields: Vec<_> = rows.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new("key", DataType::UInt64, false)));
    let mut columns = rows.columns().to_vec();
    columns.push(Arc::new(keys));
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn without_keys(rows: &RecordBatch) -> Result<(RecordBatch, Vec<u64>)> {
    let last = rows.num_columns() - 1;
    let keys = arrow::array::AsArray::as_primitive::<arrow::datatypes::UInt64Type>(rows.column(last));
    let keys = keys.values().to_vec();
    let places: Vec<usize> = (0..last).collect();
    Ok((rows.project(&places)?, keys))
}

fn encoded(rows: &RecordBatch) -> Result<Vec<u8>> {
    let schema: SchemaRef = rows.schema();
    let mut writer = StreamWriter::try_new(Vec::new(), &schema)?;
    writer.write(rows)?;
    Ok(writer.into_inner()?)
}
