//! Change rows to rows: what is left of a fact when what was taken back is taken away.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::Int8Type;
use arrow::row::{RowConverter, SortField};
use mittari_core::facts::Fact;

use crate::change_rows::folder;
use crate::error::Result;
use crate::files;
use crate::register::Snapshot;
use crate::schema::{change, fact_schema};

/// The rows of a fact that hold now.
pub(crate) fn current(data: &Path, snapshot: &Snapshot, fact: Fact) -> Result<Vec<RecordBatch>> {
    let folder = folder(fact);
    let (mut batches, mut minus) = (Vec::new(), false);
    for file in snapshot.files_of(&folder) {
        minus |= file.minus;
        batches.extend(files::read_all(data, file, &fact_schema(fact))?);
    }
    if minus { Ok(vec![net(fact, &batches)?]) } else { Ok(batches) }
}

/// The rows whose weights add up to more than nothing, each as often as they say.
pub(crate) fn net(fact: Fact, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let all = concat_batches(&fact_schema(fact), batches)?;
    let columns = &all.columns()[change::OWN..];
    let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    let converter = RowConverter::new(fields)?;
    let rows = converter.convert_columns(columns)?;
    let weights = all.column(change::WEIGHT).as_primitive::<Int8Type>();
    let mut sums: HashMap<&[u8], (i64, u32)> = HashMap::new();
    let keys: Vec<_> = (0..all.num_rows()).map(|row| rows.row(row)).collect();
    for (row, key) in keys.iter().enumerate() {
        let weight = i64::from(weights.value(row));
        let sum = sums.entry(key.data()).or_insert((0, u32::MAX));
        sum.0 += weight;
        if weight > 0 {
            sum.1 = sum.1.min(row as u32);
        }
    }
    let mut kept: Vec<(u32, i64)> =
        sums.into_values().filter(|sum| sum.0 > 0).map(|(weight, row)| (row, weight)).collect();
    kept.sort_unstable();
    let places = kept.into_iter().flat_map(|(row, weight)| std::iter::repeat_n(row, weight as usize));
    Ok(take_record_batch(&all, &UInt32Array::from_iter_values(places))?)
}
