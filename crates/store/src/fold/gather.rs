//! Stored rows, found by their keys, and put together by the root of what they hang on.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use mittari_core::model::{ModelTable, Table};

use crate::cells::ModelRows;
use crate::error::Result;
use crate::files;
use crate::home::homes;
use crate::register::{FileRecord, Snapshot};
use crate::schema::model_schema;

/// Rows of one table and where they live.
pub(crate) struct Block {
    pub(crate) rows: RecordBatch,
    pub(crate) homes: Vec<u64>,
}

impl Block {
    pub(crate) fn new(table: Table, rows: RecordBatch) -> Block {
        let homes = homes(table, &rows);
        Block { rows, homes }
    }
}

/// Stored rows by table.
pub(crate) type Blocks = HashMap<Table, Vec<Block>>;

/// The folder of a model table.
pub(crate) fn folder(table: Table) -> String {
    format!("lake/{}", table.name())
}

/// Which rows are known: of which imports, and recorded until when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visible {
    pub(crate) hidden: HashSet<i64>,
    /// Only rows that were recorded by then.
    pub(crate) as_of: Option<i64>,
}

impl Visible {
    #[inline]
    pub(crate) fn import(&self, import: i64) -> bool {
        self.hidden.is_empty() || !self.hidden.contains(&import)
    }

    /// Whether every stored row is.
    fn is_all(&self) -> bool {
        self.hidden.is_empty() && self.as_of.is_none()
    }
}

/// Reads the rows of a table that `keep` wants by their home; all where there is no `keep`.
pub(crate) fn load(
    data: &Path,
    snapshot: &Snapshot,
    table: Table,
    keep: Option<&dyn Fn(u64) -> bool>,
) -> Result<Vec<Block>> {
    let folder = folder(table);
    let mut blocks = Vec::new();
    for file in snapshot.files_of(&folder) {
        load_file(data, file, table, keep, &mut blocks)?;
    }
    Ok(blocks)
}

fn load_file(
    data: &Path,
    file: &FileRecord,
    table: Table,
    keep: Option<&dyn Fn(u64) -> bool>,
    blocks: &mut Vec<Block>,
) -> Result<()> {
    for rows in files::read_all(data, file, &model_schema(table))? {
        let block = Block::new(table, rows);
        match keep {
            None => blocks.push(block),
            Some(keep) => blocks.extend(kept(block, keep)?),
        }
    }
    Ok(())
}

fn kept(block: Block, keep: &dyn Fn(u64) -> bool) -> Result<Option<Block>> {
    let mask: Vec<bool> = block.homes.iter().map(|home| keep(*home)).collect();
    if !mask.contains(&true) {
        return Ok(None);
    }
    let homes = block.homes.iter().zip(&mask).filter(|(_, keep)| **keep).map(|(home, _)| *home).collect();
    Ok(Some(Block { rows: filter_record_batch(&block.rows, &BooleanArray::from(mask))?, homes }))
}

/// The rows of one table that count, each with the root that it hangs on, in the order of roots.
pub(crate) struct Members<'a> {
    pub(crate) blocks: Vec<ModelRows<'a>>,
    /// (root, block, row)
    pub(crate) order: Vec<(u64, u32, u32)>,
}

impl<'a> Members<'a> {
    /// `root` says where a row of a block belongs; `None` leaves it out. `revised` says whether rows may replace
    /// others: of rows with one identity, the one with the highest revision counts.
    pub(crate) fn new(
        table: Table,
        blocks: &'a [Block],
        visible: &Visible,
        revised: bool,
        root: impl Fn(usize, usize) -> Option<u64>,
    ) -> Members<'a> {
        let rows: Vec<ModelRows<'a>> = blocks.iter().map(|block| ModelRows::new(table, &block.rows)).collect();
        let mut order = Vec::with_capacity(rows.iter().map(|rows| rows.len).sum());
        let all = visible.is_all();
        for (number, rows) in rows.iter().enumerate() {
            for row in 0..rows.len {
                if !all && !(visible.import(rows.import(row)) && rows.is_recorded_by(row, visible.as_of)) {
                    continue;
                }
                if let Some(root) = root(number, row) {
                    order.push((root, number as u32, row as u32));
                }
            }
        }
        let mut members = Members { blocks: rows, order };
        if revised {
            members.drop_replaced(blocks);
        }
        if !members.order.is_sorted() {
            members.order.sort_unstable();
        }
        members
    }

    fn drop_replaced(&mut self, blocks: &[Block]) {
        let mut winners: HashMap<(u64, i64), ((i64, i64), (u32, u32))> = HashMap::with_capacity(self.order.len());
        for (_, block, row) in &self.order {
            let rows = &self.blocks[*block as usize];
            let precedence = rows.precedence(*row as usize);
            let key = (blocks[*block as usize].homes[*row as usize], rows.identity(*row as usize));
            let winner = winners.entry(key).or_insert((precedence, (*block, *row)));
            if precedence > winner.0 {
                *winner = (precedence, (*block, *row));
            }
        }
        if winners.len() < self.order.len() {
            let kept: HashSet<(u32, u32)> = winners.into_values().map(|(_, place)| place).collect();
            self.order.retain(|(_, block, row)| kept.contains(&(*block, *row)));
        }
    }
}

/// The rows of one table, read root by root.
pub(crate) struct Groups<'a, R> {
    members: Members<'a>,
    next: usize,
    pub(crate) group: Vec<R>,
}

impl<'a, R: ModelTable<'a>> Groups<'a, R> {
    pub(crate) fn new(members: Members<'a>) -> Self {
        Groups { members, next: 0, group: Vec::new() }
    }

    /// The root of the next row.
    #[inline]
    pub(crate) fn root(&self) -> Option<u64> {
        self.members.order.get(self.next).map(|(root, ..)| *root)
    }

    /// Reads the rows of a root; the group is empty where there are none.
    #[inline]
    pub(crate) fn read(&mut self, root: u64) {
        self.group.clear();
        while let Some((at, block, row)) = self.members.order.get(self.next) {
            if *at != root {
                break;
            }
            let rows = &self.members.blocks[*block as usize];
            self.group.push(R::read(&rows.row(*row as usize)));
            self.next += 1;
        }
    }
}
