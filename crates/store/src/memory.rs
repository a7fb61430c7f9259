//! Facts folded in memory: for the examples of metric files, and for moments before the last full fold.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use mittari_core::model::Table;
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use crate::cells::ModelRows;
use crate::change_rows::ChangeRows;
use crate::error::Result;
use crate::facts::{Facts, Rows};
use crate::fold::full;
use crate::fold::gather::{self, Block, Blocks, Visible};
use crate::fold::knowledge::Knowledge;
use crate::hash;
use crate::links::{Links, links_of};
use crate::people::{People, Person, PersonHasher};
use crate::prepare::{Preparing, prepare};
use crate::store::Store;

/// Folds rows in the model's columns as an import would, without a data folder.
///
/// Rows that do not say when they were recorded count as known at every moment; people are hashed and can be
/// asked for by [`Facts::people`].
pub fn facts(tables: Vec<(Table, RecordBatch)>, settings: &Settings) -> Result<Facts> {
    let hasher = PersonHasher::new([0; 32]);
    let with = Preparing { hasher: &hasher, import: 1, recorded_at: i64::MAX, source: "file" };
    let (mut blocks, mut people) = (Blocks::new(), People::default());
    for (number, (table, batch)) in tables.into_iter().enumerate() {
        let prepared = prepare(table, &batch, &with)?;
        let rows = crate::import::numbered(table, &[(number as u32, prepared.rows)])?;
        blocks.entry(table).or_default().push(rows);
        for (hash, id) in prepared.people {
            people.by_hash.insert(hash.as_str().to_owned(), Person { vendor_id: id, ..Person::default() });
        }
    }
    fold(&blocks, &Visible::default(), settings, &hasher, Arc::new(people))
}

/// The facts as they were known at a moment before the last full fold: folded again from events.
pub(crate) fn facts_at(store: &Store, as_of: Instant, people: Arc<People>) -> Result<Facts> {
    let forgotten = store.imports().iter().filter(|record| record.forgotten_at.is_some_and(|at| at <= as_of.0));
    let visible = Visible { hidden: forgotten.map(|record| record.id).collect(), as_of: Some(as_of.0) };
    let mut blocks = Blocks::new();
    for table in Table::ALL {
        blocks.insert(*table, gather::load(store.data(), store.snapshot(), *table, None)?);
    }
    fold(&blocks, &visible, store.settings(), store.hasher(), people)
}

fn fold(
    blocks: &Blocks,
    visible: &Visible,
    settings: &Settings,
    hasher: &PersonHasher,
    people: Arc<People>,
) -> Result<Facts> {
    let knowledge = Knowledge::new(settings, hasher, blocks, visible)?;
    let links: Vec<_> = blocks.iter().flat_map(|(table, blocks)| links_in(*table, blocks, visible)).collect();
    let links = Links::new(&links, |import| visible.import(import));
    let mut changes = ChangeRows::in_memory(0);
    full::fold(blocks, &links, visible, &knowledge, &mut changes)?;
    Ok(Facts {
        rows: Rows::Memory(Arc::new(changes.finish()?.batches)),
        watermark: watermark(blocks, visible).map(Instant),
        facts_version: knowledge.facts_version,
        people,
    })
}

fn links_in(table: Table, blocks: &[Block], visible: &Visible) -> Vec<crate::links::Link> {
    let mut links = Vec::new();
    for block in blocks {
        let rows = ModelRows::new(table, &block.rows);
        let known: HashMap<i64, bool> = (0..rows.len)
            .map(|row| (hash::in_home(block.homes[row], rows.identity(row)), rows.is_recorded_by(row, visible.as_of)))
            .collect();
        links.extend(links_of(table, &block.rows).into_iter().filter(|link| known.get(&link.identity) == Some(&true)));
    }
    links
}

fn watermark(blocks: &Blocks, visible: &Visible) -> Option<i64> {
    let of_block = |table: Table, block: &Block| {
        let rows = ModelRows::new(table, &block.rows);
        let known = |row: &usize| visible.import(rows.import(*row)) && rows.is_recorded_by(*row, visible.as_of);
        (0..rows.len).filter(known).filter_map(|row| rows.known_moment(row)).max()
    };
    blocks.iter().flat_map(|(table, blocks)| blocks.iter().filter_map(|block| of_block(*table, block))).max()
}
