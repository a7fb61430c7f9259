//! Forgetting an import: which rows go, and which stay because another import brought them too.

use std::collections::{HashMap, HashSet};

use arrow::array::{AsArray, Int32Array, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::TimestampMicrosecondType;
use mittari_core::model::Table;

use crate::cells::ModelRows;
use crate::error::Result;
use crate::fold::gather::{self, Block};
use crate::fold::refresh::Touched;
use crate::import::{Stored, watermark, write_model_file};
use crate::links::links_of;
use crate::schema::{at, model_schema};
use crate::store::Store;

/// What is to be written, what is touched, and the new watermarks of the imports that inherit rows.
pub(crate) fn plan(store: &mut Store, import: i64) -> Result<(Stored, Touched, Vec<(i64, i64)>)> {
    let (mut stored, mut touched) = (Stored::none(), Touched::default());
    let mut watermarks: HashMap<i64, i64> = HashMap::new();
    for table in Table::ALL {
        let heirs = heirs(store, *table, import)?;
        let blocks = gather::load(store.data(), store.snapshot(), *table, None)?;
        for block in blocks {
            let Some(going) = rows_of(*table, &block, import)? else { continue };
            touched.add(*table, &going);
            let Some(rows) = inherited(store, *table, &going, &heirs)? else { continue };
            stored.links.extend(links_of(*table, &rows));
            for (heir, at) in watermarks_of(*table, &rows) {
                let known = watermarks.entry(heir).or_insert(at);
                *known = at.max(*known);
            }
            stored.files.push(write_model_file(store, *table, &rows)?);
        }
    }
    Ok((stored, touched, watermarks.into_iter().collect()))
}

type Heirs = HashMap<(u64, i64, i64, i64), i64>;

/// For each row that other imports brought too: the first of them.
fn heirs(store: &Store, table: Table, import: i64) -> Result<Heirs> {
    let also = store.blocking().run(store.register()?.also_brought(table.name()))?;
    let mut heirs = Heirs::new();
    for (heir, home, identity, revision, content) in also {
        if heir != import {
            heirs.entry((home as u64, identity, revision, content)).or_insert(heir);
        }
    }
    Ok(heirs)
}

fn rows_of(table: Table, block: &Block, import: i64) -> Result<Option<Block>> {
    let rows = ModelRows::new(table, &block.rows);
    let places = (0..rows.len as u32).filter(|row| rows.import(*row as usize) == import);
    let places: Vec<u32> = places.collect();
    if places.is_empty() {
        return Ok(None);
    }
    Ok(Some(Block::new(table, take_record_batch(&block.rows, &UInt32Array::from(places))?)))
}

/// Copies of the rows that have an heir, under the heir's number and, where they were dated by their import, date.
fn inherited(store: &Store, table: Table, block: &Block, heirs: &Heirs) -> Result<Option<RecordBatch>> {
    let rows = ModelRows::new(table, &block.rows);
    let found = (0..rows.len).filter_map(|row| {
        let (revision, content) = rows.precedence(row);
        heirs.get(&(block.homes[row], rows.identity(row), revision, content)).map(|heir| (row as u32, *heir))
    });
    let found: Vec<(u32, i64)> = found.collect();
    if found.is_empty() {
        return Ok(None);
    }
    let taken = take_record_batch(&block.rows, &UInt32Array::from_iter_values(found.iter().map(|(row, _)| *row)))?;
    let dates: HashMap<i64, i64> = store.imports().iter().map(|record| (record.id, record.at)).collect();
    let (old, recorded_at) = (
        taken.column(at::IMPORT).as_primitive::<arrow::datatypes::Int32Type>(),
        taken.column(at::RECORDED_AT).as_primitive::<TimestampMicrosecondType>(),
    );
    let recorded_at = found.iter().enumerate().map(|(row, (_, heir))| {
        let own = recorded_at.value(row);
        let by_import = dates.get(&i64::from(old.value(row))) == Some(&own);
        if by_import { dates.get(heir).copied().unwrap_or(own) } else { own }
    });
    let recorded_at = TimestampMicrosecondArray::from_iter_values(recorded_at).with_timezone("UTC");
    let mut columns = taken.columns().to_vec();
    columns[at::RECORDED_AT] = std::sync::Arc::new(recorded_at);
    columns[at::IMPORT] = std::sync::Arc::new(Int32Array::from_iter_values(found.iter().map(|(_, heir)| *heir as i32)));
    Ok(Some(RecordBatch::try_new(model_schema(table), columns)?))
}

fn watermarks_of(table: Table, rows: &RecordBatch) -> Vec<(i64, i64)> {
    let imports: HashSet<i32> =
        rows.column(at::IMPORT).as_primitive::<arrow::datatypes::Int32Type>().values().iter().copied().collect();
    // One mark for all heirs of a block would be too late for some: each row speaks for its own heir.
    let model_rows = ModelRows::new(table, rows);
    let mark = |import: i32| {
        let theirs = (0..rows.num_rows()).filter(|row| model_rows.import(*row) == i64::from(import));
        theirs.filter_map(|row| model_rows.known_moment(row)).max().map(|at| (i64::from(import), at))
    };
    if imports.len() == 1 {
        let import = imports.into_iter().next().unwrap_or_default();
        return watermark(table, rows).map(|at| (i64::from(import), at)).into_iter().collect();
    }
    imports.into_iter().filter_map(mark).collect()
}
