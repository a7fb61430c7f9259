//! Stored model rows for those who look at them one by one: `explain`, `doctor`, annotations of reports.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::Int64Type;
use arrow::util::display::array_value_to_string;
use mittari_core::model::{ColumnKind, Table};
use mittari_core::time::Instant;

use crate::cells::ModelRows;
use crate::error::Result;
use crate::fold::conversations;
use crate::fold::gather::{self, Block, Members, Visible};
use crate::hash::{self, KeyKind};
use crate::home::keys_of;
use crate::links::Links;
use crate::people::People;
use crate::schema::at;
use crate::store::Store;

/// A stored row as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// The table.
    pub table: Table,
    /// Who says so.
    pub source: String,
    /// The id at the source, where it gave one.
    pub external_id: Option<String>,
    /// When it happened.
    pub occurred_at: Instant,
    /// When it became known.
    pub recorded_at: Instant,
    /// The import that brought it.
    pub import: i64,
    /// The other columns that have a value, people by name, texts as they were written.
    pub cells: Vec<(&'static str, String)>,
}

/// Rows of one identity and revision that say different things: the one with the larger content hash counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The row that counts.
    pub counted: StoredRow,
    /// A row that does not.
    pub ignored: StoredRow,
}

impl Store {
    /// How many rows each table has in the lake, replaced and forgotten ones included.
    pub fn row_counts(&self) -> BTreeMap<Table, u64> {
        let rows = |table: Table| -> u64 {
            self.snapshot().files_of(&gather::folder(table)).map(|file| file.rows.unsigned_abs()).sum()
        };
        Table::ALL.iter().map(|table| (*table, rows(*table))).filter(|(_, rows)| *rows > 0).collect()
    }

    /// The rows of a table that count, in the lake's columns ([`crate::model_schema`]).
    pub fn rows(&self, table: Table) -> Result<Vec<RecordBatch>> {
        let blocks = gather::load(self.data(), self.snapshot(), table, None)?;
        let members = Members::new(table, &blocks, self.visible(), true, |block, row| Some(blocks[block].homes[row]));
        let mut places: Vec<Vec<u32>> = vec![Vec::new(); blocks.len()];
        for (_, block, row) in &members.order {
            places[*block as usize].push(*row);
        }
        let taken = blocks.iter().zip(places).filter(|(_, rows)| !rows.is_empty());
        taken.map(|(block, rows)| Ok(take_record_batch(&block.rows, &UInt32Array::from(rows))?)).collect()
    }

    /// Everything that is stored about a conversation and what was merged into it, in the order of time.
    pub fn events_of(&self, conversation_id: &str) -> Result<Vec<StoredRow>> {
        let links = self.blocking().run(self.register()?.links())?;
        let links = Links::new(&links, |import| self.visible().import(import));
        let root = links.root(hash::key(KeyKind::Conversation, conversation_id));
        let mut keys: HashSet<u64> = links.moved().filter(|(_, of)| *of == root).map(|(key, _)| key).collect();
        keys.insert(root);
        let people = self.people()?;
        let mut rows = Vec::new();
        for table in conversations::TABLES {
            let blocks = self.rows_about(table, &keys)?;
            let members =
                Members::new(table, &blocks, self.visible(), true, |block, row| Some(blocks[block].homes[row]));
            for (_, block, row) in &members.order {
                rows.extend(self.shown(table, &blocks[*block as usize], &[*row], &people)?);
            }
        }
        rows.sort_by(|a, b| (a.occurred_at, a.table, &a.external_id).cmp(&(b.occurred_at, b.table, &b.external_id)));
        Ok(rows)
    }

    /// Rows of equal identity and revision that differ, at most `limit`.
    pub fn conflicts(&self, limit: usize) -> Result<Vec<Conflict>> {
        let people = self.people()?;
        let mut conflicts = Vec::new();
        for table in Table::ALL.iter().filter(|table| self.snapshot().revised.contains(table.name())) {
            let blocks = gather::load(self.data(), self.snapshot(), *table, None)?;
            for (counted, ignored) in conflicting(*table, &blocks, self.visible()) {
                if conflicts.len() == limit {
                    return Ok(conflicts);
                }
                let show = |(block, row): (u32, u32)| self.shown(*table, &blocks[block as usize], &[row], &people);
                if let (Some(counted), Some(ignored)) = (show(counted)?.pop(), show(ignored)?.pop()) {
                    conflicts.push(Conflict { counted, ignored });
                }
            }
        }
        Ok(conflicts)
    }

    /// The free texts of rows, by their content hash and column: comments of answers, texts of mentions.
    pub fn texts(&self, table: Table, content: &[i64]) -> Result<HashMap<(i64, String), String>> {
        self.blocking().run(self.register()?.texts_of(table.name(), content))
    }

    fn rows_about(&self, table: Table, keys: &HashSet<u64>) -> Result<Vec<Block>> {
        if table != Table::Mention {
            let keep = |home: u64| keys.contains(&home);
            return gather::load(self.data(), self.snapshot(), table, Some(&keep));
        }
        let mut found = Vec::new();
        for block in gather::load(self.data(), self.snapshot(), table, None)? {
            let named = keys_of(table, &block.rows, "conversation_id", KeyKind::Conversation);
            let rows = named.iter().enumerate().filter(|(_, key)| key.is_some_and(|key| keys.contains(&key)));
            let rows: Vec<u32> = rows.map(|(row, _)| row as u32).collect();
            if !rows.is_empty() {
                found.push(Block::new(table, take_record_batch(&block.rows, &UInt32Array::from(rows))?));
            }
        }
        Ok(found)
    }

    fn shown(&self, table: Table, block: &Block, rows: &[u32], people: &People) -> Result<Vec<StoredRow>> {
        let content = block.rows.column(at::CONTENT).as_primitive::<Int64Type>();
        let has_texts = table.columns().iter().any(|column| column.kind == ColumnKind::Private);
        let contents: Vec<i64> = rows.iter().map(|row| content.value(*row as usize)).collect();
        let texts = if has_texts { self.texts(table, &contents)? } else { HashMap::new() };
        let text_of = |row: u32, column: &str| texts.get(&(content.value(row as usize), column.to_owned())).cloned();
        rows.iter().map(|row| shown(table, block, *row, people, &text_of)).collect()
    }
}

fn shown(
    table: Table,
    block: &Block,
    row: u32,
    people: &People,
    text_of: &dyn Fn(u32, &str) -> Option<String>,
) -> Result<StoredRow> {
    let rows = ModelRows::new(table, &block.rows);
    let cursor = rows.row(row as usize);
    let header = mittari_core::model::Cells::header(&cursor);
    let mut cells = Vec::new();
    for (number, column) in table.columns().iter().enumerate() {
        let cell = array_value_to_string(block.rows.column(at::OWN + number), row as usize)?;
        if cell.is_empty() {
            continue;
        }
        let value = match column.kind {
            ColumnKind::Private => text_of(row, column.name).unwrap_or(cell),
            ColumnKind::Person => people.agent(people.customer(&cell)).to_owned(),
            _ if people.person(&cell).is_some() => people.agent(&cell).to_owned(),
            _ => cell,
        };
        cells.push((column.name, value));
    }
    Ok(StoredRow {
        table,
        source: header.source.to_owned(),
        external_id: header.external_id.map(str::to_owned),
        occurred_at: header.occurred_at,
        recorded_at: header.recorded_at,
        import: rows.import(row as usize),
        cells,
    })
}

type Place = (u32, u32);

fn conflicting(table: Table, blocks: &[Block], visible: &Visible) -> Vec<(Place, Place)> {
    let mut by_revision: HashMap<(u64, i64, i64), Vec<(i64, Place)>> = HashMap::new();
    for (number, block) in blocks.iter().enumerate() {
        let rows = ModelRows::new(table, &block.rows);
        for row in (0..rows.len).filter(|row| visible.import(rows.import(*row))) {
            let (revision, content) = rows.precedence(row);
            let place = (number as u32, row as u32);
            by_revision.entry((block.homes[row], rows.identity(row), revision)).or_default().push((content, place));
        }
    }
    let mut pairs = Vec::new();
    for mut rows in by_revision.into_values() {
        rows.sort_unstable();
        if let Some(((winner, counted), rest)) = rows.split_last() {
            pairs.extend(rest.iter().filter(|(content, _)| content != winner).map(|(_, ignored)| (*counted, *ignored)));
        }
    }
    pairs.sort_unstable();
    pairs
}
