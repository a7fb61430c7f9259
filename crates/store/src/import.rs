//! An import: rows in, all or nothing, each counted once.
//!
//! Rows wait in memory (or in spill files, when they are many) until the import is finished; then they are
//! sorted by their keys, compared with what is stored, written, folded, and made the truth by one transaction of
//! the register. Whatever dies before that transaction was never there.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use mittari_core::model::Table;

use crate::cells::ModelRows;
use crate::error::Result;
use crate::fold::gather::{self, Block};
use crate::home::homes;
use crate::links::{Link, links_of};
use crate::model_file::ModelFile;
use crate::prepare::{Preparing, prepare};
use crate::register::{FileRecord, ImportRecord, Rejected, TableCounts};
use crate::schema::{at, model_schema};
use crate::store::Store;

/// What is known of an import before its rows.
#[derive(Clone, Debug, Default)]
pub struct ImportMeta {
    /// What is read, for the list of imports.
    pub files: Vec<String>,
    /// The source of rows that name none; empty: "file".
    pub source: String,
    /// The mapping, for the list of imports.
    pub mapping: Option<String>,
    /// When it is done, microseconds UTC; `None`: now.
    pub at: Option<i64>,
}

/// What became of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportSummary {
    /// The import's number.
    pub id: i64,
    /// What became of the rows, by table.
    pub tables: BTreeMap<Table, TableCounts>,
}

/// Rows on their way in.
pub struct Import<'s> {
    store: &'s mut Store,
    record: ImportRecord,
    file: u32,
    pending: BTreeMap<Table, Vec<(u32, RecordBatch)>>,
    counts: BTreeMap<Table, TableCounts>,
    rejected: i64,
}

/// Rows of one table, stored by an import.
pub(crate) struct Stored {
    pub(crate) files: Vec<FileRecord>,
    pub(crate) blocks: Vec<(Table, Block)>,
    pub(crate) links: Vec<Link>,
    pub(crate) also: Vec<(&'static str, i64, i64, i64, i64)>,
    pub(crate) revised: Vec<&'static str>,
}

impl Stored {
    /// Nothing.
    pub(crate) fn none() -> Stored {
        Stored { files: Vec::new(), blocks: Vec::new(), links: Vec::new(), also: Vec::new(), revised: Vec::new() }
    }
}

impl<'s> Import<'s> {
    pub(crate) fn begin(store: &'s mut Store, meta: ImportMeta) -> Result<Import<'s>> {
        let id = store.next_import()?;
        let source = if meta.source.is_empty() { "file".to_owned() } else { meta.source };
        let record = ImportRecord {
            id,
            at: store.next_instant(meta.at),
            files: meta.files,
            source,
            mapping: meta.mapping,
            counts: BTreeMap::new(),
            watermark: None,
            forgotten_at: None,
        };
        Ok(Import { store, record, file: 0, pending: BTreeMap::new(), counts: BTreeMap::new(), rejected: 0 })
    }

    /// The import's number.
    pub fn id(&self) -> i64 {
        self.record.id
    }

    /// Says that the rows from here on are of another file: equal rows without an id count as often as they
    /// stand in one file, however many files hold them.
    pub fn next_file(&mut self) {
        self.file += 1;
    }

    /// Takes rows in the model's columns; the types are those of the contract between importers and the store.
    pub fn write(&mut self, table: Table, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let with = Preparing {
            hasher: self.store.hasher(),
            import: self.record.id as i32,
            recorded_at: self.record.at,
            source: &self.record.source,
        };
        let prepared = prepare(table, batch, &with)?;
        self.counts.entry(table).or_default().received += batch.num_rows() as u64;
        self.store.keep_people(prepared.people)?;
        self.store.keep_texts(table, self.record.id, &prepared.texts, &prepared.names)?;
        self.pending.entry(table).or_default().push((self.file, prepared.rows));
        Ok(())
    }

    /// Keeps rows that cannot be taken, with the reason; they count as received and rejected.
    pub fn reject(&mut self, table: Table, rows: &[Rejected]) -> Result<()> {
        let counts = self.counts.entry(table).or_default();
        counts.received += rows.len() as u64;
        counts.rejected += rows.len() as u64;
        for rows in rows.chunks(1000) {
            self.store.keep_rejected(self.record.id, self.rejected, rows)?;
            self.rejected += rows.len() as i64;
        }
        Ok(())
    }

    /// Stores, folds and commits: what it returns is durable.
    pub fn finish(mut self) -> Result<ImportSummary> {
        let mut stored = Stored::none();
        for (table, batches) in std::mem::take(&mut self.pending) {
            self.store_table(table, &batches, &mut stored)?;
        }
        self.record.counts = self.counts.iter().map(|(table, counts)| (table.name().to_owned(), *counts)).collect();
        let summary = ImportSummary { id: self.record.id, tables: self.counts };
        self.store.commit_import(self.record, stored)?;
        Ok(summary)
    }

    fn store_table(&mut self, table: Table, batches: &[(u32, RecordBatch)], stored: &mut Stored) -> Result<()> {
        let sorted = Sorted::new(table, batches)?;
        let touched: HashSet<u64> = sorted.block.homes.iter().copied().collect();
        let keep = |home: u64| touched.contains(&home);
        let known = gather::load(self.store.data(), self.store.snapshot(), table, Some(&keep))?;
        let sifted = sift(table, &sorted.block, &known, self.store);
        let counts = self.counts.entry(table).or_default();
        counts.stored += sifted.kept.len() as u64;
        counts.duplicate += sorted.block.homes.len() as u64 - sifted.kept.len() as u64;
        stored.also.extend(sifted.also);
        if sifted.revised {
            stored.revised.push(table.name());
        }
        if sifted.kept.is_empty() {
            return Ok(());
        }
        let rows = take_record_batch(&sorted.block.rows, &UInt32Array::from(sifted.kept))?;
        self.record.watermark = self.record.watermark.max(watermark(table, &rows));
        stored.links.extend(links_of(table, &rows));
        stored.files.push(write_model_file(self.store, table, &rows)?);
        stored.blocks.push((table, Block::new(table, rows)));
        Ok(())
    }
}

/// The largest moment that is not after its own recording.
pub(crate) fn watermark(table: Table, rows: &RecordBatch) -> Option<i64> {
    let model_rows = ModelRows::new(table, rows);
    (0..rows.num_rows()).filter_map(|row| model_rows.known_moment(row)).max()
}

/// Writes sorted rows of a table as one file.
pub(crate) fn write_model_file(store: &mut Store, table: Table, rows: &RecordBatch) -> Result<FileRecord> {
    let stem = store.next_stem();
    let mut file = ModelFile::begin(store.data(), table, &stem)?;
    file.push(rows)?;
    file.finish()
}

/// Rows in the order in which they are stored, each with its number among equal rows of its file.
pub(crate) fn numbered(table: Table, batches: &[(u32, RecordBatch)]) -> Result<Block> {
    Ok(Sorted::new(table, batches)?.block)
}

struct Sorted {
    block: Block,
}

impl Sorted {
    fn new(table: Table, batches: &[(u32, RecordBatch)]) -> Result<Sorted> {
        let rows = concat_batches(&model_schema(table), batches.iter().map(|(_, batch)| batch))?;
        let files: Vec<u32> =
            batches.iter().flat_map(|(file, batch)| std::iter::repeat_n(*file, batch.num_rows())).collect();
        let homes = homes(table, &rows);
        let order = storage_order(&rows, &homes);
        let mut columns = take_record_batch(&rows, &UInt32Array::from(order.clone()))?.columns().to_vec();
        let homes: Vec<u64> = order.iter().map(|row| homes[*row as usize]).collect();
        columns[at::COPY] = copies(&columns, order.iter().map(|row| files[*row as usize]));
        Ok(Sorted { block: Block { rows: RecordBatch::try_new(model_schema(table), columns)?, homes } })
    }
}

/// By key, then in the order of time; equal rows come together.
pub(crate) fn storage_order(rows: &RecordBatch, homes: &[u64]) -> Vec<u32> {
    let moments = rows.column(at::OCCURRED_AT).as_primitive::<TimestampMicrosecondType>().values();
    let sequences = rows.column(at::SEQUENCE).as_primitive::<Int64Type>().values();
    let content = rows.column(at::CONTENT).as_primitive::<Int64Type>().values();
    let mut order: Vec<u32> = (0..rows.num_rows() as u32).collect();
    order.sort_by_key(|row| {
        let row = *row as usize;
        (homes[row], moments[row], sequences[row], content[row], row)
    });
    order
}

/// The number of each row among equal rows of its file; rows with an id of their own need none.
fn copies(columns: &[ArrayRef], files: impl Iterator<Item = u32>) -> ArrayRef {
    let content = columns[at::CONTENT].as_primitive::<Int64Type>().values();
    let ids = &columns[at::EXTERNAL_ID];
    let mut seen: HashMap<u32, i32> = HashMap::new();
    let mut last = None;
    let numbers = files.enumerate().map(|(row, file)| {
        if last != Some(content[row]) {
            seen.clear();
            last = Some(content[row]);
        }
        if ids.is_valid(row) {
            return 0;
        }
        let number = seen.entry(file).or_insert(0);
        *number += 1;
        *number - 1
    });
    std::sync::Arc::new(Int32Array::from_iter_values(numbers))
}

/// What of an import's rows is new.
struct Sifted {
    kept: Vec<u32>,
    also: Vec<(&'static str, i64, i64, i64, i64)>,
    /// Whether rows of one identity differ.
    revised: bool,
}

fn sift(table: Table, block: &Block, known: &[Block], store: &Store) -> Sifted {
    let mut stored: HashMap<(u64, i64), Vec<(i64, i64)>> = HashMap::new();
    for known in known {
        let rows = ModelRows::new(table, &known.rows);
        for row in 0..rows.len {
            if store.visible().import(rows.import(row)) {
                stored.entry((known.homes[row], rows.identity(row))).or_default().push(rows.precedence(row));
            }
        }
    }
    let rows = ModelRows::new(table, &block.rows);
    let mut new: HashMap<(u64, i64), Vec<(i64, i64)>> = HashMap::with_capacity(rows.len);
    let mut sifted = Sifted { kept: Vec::with_capacity(rows.len), also: Vec::new(), revised: false };
    for row in 0..rows.len {
        let (identity, precedence) = (rows.identity(row), rows.precedence(row));
        let key = (block.homes[row], identity);
        let before = stored.get(&key);
        if before.is_some_and(|known| known.contains(&precedence)) {
            sifted.also.push((table.name(), block.homes[row] as i64, identity, precedence.0, precedence.1));
            continue;
        }
        let others = new.entry(key).or_default();
        if others.contains(&precedence) {
            continue;
        }
        sifted.revised |= !others.is_empty() || before.is_some();
        others.push(precedence);
        sifted.kept.push(row as u32);
    }
    sifted
}
