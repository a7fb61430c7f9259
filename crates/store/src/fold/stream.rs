//! Folds everything that is stored, part by part, on all processors, in memory that does not grow with the data.
//!
//! Fold A streams the events in the order of their homes. What lives elsewhere than its conversation (answers by
//! invitation, follow-ups) is first brought to the part of its root; conversations that were merged, and those
//! they were merged into, are set aside and folded after the rest. What fold A says of conversations and
//! answers waits by customer for fold B, which runs part by part in the same way.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use arrow::array::UInt32Array;
use arrow::compute::take_record_batch;
use mittari_core::facts::Fact;
use mittari_core::model::Table;

use super::cursor::TableCursor;
use super::customers::{Owners, Spilled};
use super::full::{fold_reference, push_conversation, push_customer};
use super::gather::{self, Block, Blocks, Members};
use super::refresh::Side;
use super::{conversations, customers};
use crate::change_rows::ChangeRows;
use crate::error::{Result, StoreError};
use crate::links::Links;
use crate::register::{FileRecord, Snapshot};
use crate::spill::{BatchSpill, Cut, RowSpill, SpilledRows};

/// Events of a part, about: what a thread holds at once.
const PART_ROWS: u64 = 1 << 18;

/// The most threads: each holds a part and the row groups that it is filling.
const THREADS: usize = 4;

/// Everything that a full fold needs to know.
pub(crate) struct FullFold<'f> {
    pub(crate) data: &'f Path,
    pub(crate) snapshot: &'f Snapshot,
    pub(crate) side: &'f Side,
    /// Unique in the data folder: begins the names of the files.
    pub(crate) stem: &'f str,
    pub(crate) at: i64,
    /// Hears how many of how many parts are done.
    pub(crate) progress: &'f (dyn Fn(u64, u64) + Sync),
}

/// What one thread has made so far.
struct Worker {
    changes: ChangeRows,
    contacts: RowSpill,
    answers: RowSpill,
    owners: Owners,
    /// Events of merged conversations, by the part of their root.
    aside: BatchSpill,
}

/// Rows brought to the parts of their roots.
struct Routed {
    tables: HashMap<Table, BatchSpill>,
    /// Those whose root is a merged conversation or has one merged into it.
    aside: HashMap<Table, BatchSpill>,
}

impl FullFold<'_> {
    /// Folds everything and gives the files, durable but not yet named by anything.
    pub(crate) fn run(&self) -> Result<Vec<FileRecord>> {
        let cut = Cut::new(self.rows(), PART_ROWS);
        let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, THREADS).min(cut.parts());
        let merged = self.side.links.merged();
        let targets = self.side.links.targets();
        let routed = self.route_to_conversations(cut, &merged)?;
        let steps = 2 * cut.parts() as u64;
        let done = std::sync::atomic::AtomicU64::new(0);
        let step = || {
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            (self.progress)(done.min(steps), steps);
        };
        let workers = in_parallel(0..threads, |number| {
            let mut worker = Worker {
                changes: ChangeRows::to_files(self.data.to_owned(), format!("{}-{number}", self.stem), self.at),
                contacts: RowSpill::new(self.data, cut),
                answers: RowSpill::new(self.data, cut),
                owners: Owners::default(),
                aside: BatchSpill::new(self.data, Table::Event, cut),
            };
            self.fold_conversations(cut, share(cut, number, threads), &routed, &merged, &targets, &mut worker, &step)?;
            worker.aside.finish()?;
            Ok(worker)
        })?;
        let (mut asides, mut spills, mut owners, mut changes) = (Vec::new(), Vec::new(), Owners::default(), Vec::new());
        for worker in workers {
            asides.push(worker.aside);
            changes.push((worker.changes, worker.contacts, worker.answers, worker.owners));
        }
        let workers = in_parallel(changes.into_iter().enumerate(), |(number, mut worker)| {
            if asides.iter().any(|aside| !aside.is_empty()) || routed.aside.values().any(|aside| !aside.is_empty()) {
                self.fold_merged(share(cut, number, threads), &routed, &asides, &targets, &mut worker)?;
            }
            Ok(worker)
        })?;
        drop((asides, routed));
        let mut changes = Vec::new();
        for (of_worker, contacts, answers, noted) in workers {
            changes.push(of_worker);
            spills.push((contacts, answers));
            owners.join(noted);
        }
        let views = self.route_views(cut, &owners)?;
        let files = in_parallel(changes.into_iter().enumerate(), |(number, mut changes)| {
            let parts = share(cut, number, threads);
            self.fold_customers(cut, parts, &spills, &views, &owners, &mut changes, &step)?;
            if number == 0 {
                self.fold_reference(&mut changes)?;
            }
            Ok(changes.finish()?.files)
        })?;
        Ok(files.into_iter().flatten().collect())
    }

    fn rows(&self) -> u64 {
        let tables = conversations::TABLES.iter().chain(&customers::TABLES);
        let folders: HashSet<String> = tables.map(|table| gather::folder(*table)).collect();
        let files = self.snapshot.files.iter().filter(|file| folders.contains(&file.folder));
        files.map(|file| file.rows.unsigned_abs()).sum()
    }

    fn cursor(&self, table: Table, first_key: u64) -> Result<TableCursor> {
        let folder = gather::folder(table);
        let files = self.snapshot.files_of(&folder);
        TableCursor::open(self.data, files, table, &self.side.visible, self.revised(table), first_key)
    }

    fn has(&self, table: Table) -> bool {
        self.snapshot.files_of(&gather::folder(table)).next().is_some()
    }

    fn revised(&self, table: Table) -> bool {
        self.snapshot.revised.contains(table.name())
    }

    /// Brings the rows of fold A's tables but events to the parts of their roots.
    fn route_to_conversations(&self, cut: Cut, merged: &HashSet<u64>) -> Result<Routed> {
        let mut routed = Routed { tables: HashMap::new(), aside: HashMap::new() };
        for table in conversations::TABLES.into_iter().filter(|table| *table != Table::Event && self.has(*table)) {
            let (mut here, mut aside) =
                (BatchSpill::new(self.data, table, cut), BatchSpill::new(self.data, table, cut));
            let mut cursor = self.cursor(table, 0)?;
            for part in 0..cut.parts() {
                for block in cursor.take(cut.last_key(part))? {
                    let roots = roots(table, &block, &self.side.links);
                    send(&block, &roots, &|root| !merged.contains(&root), &mut here)?;
                    send(&block, &roots, &|root| merged.contains(&root), &mut aside)?;
                }
            }
            here.finish()?;
            aside.finish()?;
            routed.tables.insert(table, here);
            routed.aside.insert(table, aside);
        }
        Ok(routed)
    }

    /// Brings help pages seen in sessions to the parts of who saw them; none where all name their customer.
    fn route_views(&self, cut: Cut, owners: &Owners) -> Result<Option<BatchSpill>> {
        if !self.has(Table::ArticleView) {
            return Ok(None);
        }
        let mut routed = BatchSpill::new(self.data, Table::ArticleView, cut);
        let mut cursor = self.cursor(Table::ArticleView, 0)?;
        for part in 0..cut.parts() {
            for block in cursor.take(cut.last_key(part))? {
                let groups =
                    block.homes.iter().map(|home| Some(owners.group(&self.side.links, *home))).collect::<Vec<_>>();
                send(&block, &groups, &|_| true, &mut routed)?;
            }
        }
        routed.finish()?;
        Ok(Some(routed))
    }

    #[expect(clippy::too_many_arguments, reason = "one thread's share of one step")]
    fn fold_conversations(
        &self,
        cut: Cut,
        parts: std::ops::Range<usize>,
        routed: &Routed,
        merged: &HashSet<u64>,
        targets: &HashSet<u64>,
        worker: &mut Worker,
        step: &dyn Fn(),
    ) -> Result<()> {
        let first_key = parts.start.checked_sub(1).map_or(0, |before| cut.last_key(before) + 1);
        let mut events = self.cursor(Table::Event, first_key)?;
        for part in parts {
            let mut blocks = Blocks::new();
            let mut roots: HashMap<Table, Vec<Vec<u64>>> = HashMap::new();
            for (table, spill) in &routed.tables {
                read_part(*table, spill, part, &mut blocks, &mut roots)?;
            }
            let blocks_of_events = events.take(cut.last_key(part))?;
            if !merged.is_empty() {
                for block in &blocks_of_events {
                    let roots: Vec<_> = block.homes.iter().map(|home| Some(self.side.links.root(*home))).collect();
                    send(block, &roots, &|root| merged.contains(&root), &mut worker.aside)?;
                }
            }
            blocks.insert(Table::Event, blocks_of_events);
            let members = |table: Table| {
                let of_table = blocks.get(&table).map_or(&[][..], Vec::as_slice);
                let visible = &self.side.visible;
                if table == Table::Event {
                    let root = |block: usize, row: usize| {
                        let home = of_table[block].homes[row];
                        (merged.is_empty() || !merged.contains(&home)).then_some(home)
                    };
                    return Members::new(table, of_table, visible, self.revised(table), root);
                }
                let roots = roots.get(&table).map_or(&[][..], Vec::as_slice);
                Members::new(table, of_table, visible, self.revised(table), |block, row| Some(roots[block][row]))
            };
            let context = self.side.knowledge.context();
            let Worker { changes, contacts, answers, owners, aside: _ } = worker;
            conversations::fold_all(members, &context, |_, facts| {
                self.hand_on(facts, targets, changes, contacts, answers, owners)
            })?;
            step();
        }
        Ok(())
    }

    /// Writes the facts of a conversation, and keeps for fold B what it needs of them.
    fn hand_on(
        &self,
        facts: &mittari_core::fold::conversation::Facts<'_>,
        targets: &HashSet<u64>,
        changes: &mut ChangeRows,
        contacts: &mut RowSpill,
        answers: &mut RowSpill,
        owners: &mut Owners,
    ) -> Result<()> {
        let links = &self.side.links;
        push_conversation(changes, 1, facts)?;
        for row in &facts.contacts {
            owners.note(row, links, targets);
            contacts.push(customers::key_of_contact(row, links), row)?;
        }
        facts.answers.iter().try_for_each(|row| answers.push(customers::key_of_answer(row, links), row))
    }

    fn fold_merged(
        &self,
        parts: std::ops::Range<usize>,
        routed: &Routed,
        events: &[BatchSpill],
        targets: &HashSet<u64>,
        worker: &mut (ChangeRows, RowSpill, RowSpill, Owners),
    ) -> Result<()> {
        for part in parts {
            let mut blocks = Blocks::new();
            let mut roots: HashMap<Table, Vec<Vec<u64>>> = HashMap::new();
            for (table, spill) in &routed.aside {
                read_part(*table, spill, part, &mut blocks, &mut roots)?;
            }
            for spill in events {
                read_part(Table::Event, spill, part, &mut blocks, &mut roots)?;
            }
            let members = |table: Table| {
                let of_table = blocks.get(&table).map_or(&[][..], Vec::as_slice);
                let roots = roots.get(&table).map_or(&[][..], Vec::as_slice);
                let root = |block: usize, row: usize| Some(roots[block][row]);
                Members::new(table, of_table, &self.side.visible, self.revised(table), root)
            };
            let context = self.side.knowledge.context();
            let (changes, contacts, answers, owners) = &mut *worker;
            conversations::fold_all(members, &context, |_, facts| {
                self.hand_on(facts, targets, changes, contacts, answers, owners)
            })?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one thread's share of one step")]
    fn fold_customers(
        &self,
        cut: Cut,
        parts: std::ops::Range<usize>,
        spills: &[(RowSpill, RowSpill)],
        views: &Option<BatchSpill>,
        owners: &Owners,
        changes: &mut ChangeRows,
        step: &dyn Fn(),
    ) -> Result<()> {
        let first_key = parts.start.checked_sub(1).map_or(0, |before| cut.last_key(before) + 1);
        let streamed = customers::TABLES.into_iter().filter(|table| *table != Table::ArticleView);
        let cursors = streamed.map(|table| Ok((table, self.cursor(table, first_key)?)));
        let mut cursors = cursors.collect::<Result<Vec<_>>>()?;
        for part in parts {
            let mut blocks = Blocks::new();
            for (table, cursor) in &mut cursors {
                blocks.insert(*table, cursor.take(cut.last_key(part))?);
            }
            if let Some(views) = views {
                read_part(Table::ArticleView, views, part, &mut blocks, &mut HashMap::new())?;
            }
            let (mut contacts, mut answers) = (Vec::new(), Vec::new());
            for (of_contacts, of_answers) in spills {
                of_contacts.read(part, &mut contacts)?;
                of_answers.read(part, &mut answers)?;
            }
            let contacts = Spilled::new(SpilledRows::new(Fact::Contact, &contacts));
            let answers = Spilled::new(SpilledRows::new(Fact::SurveyAnswer, &answers));
            let (links, visible) = (&self.side.links, &self.side.visible);
            let members =
                |table| customers::members(table, &blocks, links, owners, visible, self.revised(table), |_| true);
            let context = self.side.knowledge.context();
            customers::fold_all(contacts, answers, members, &context, |_, facts| push_customer(changes, 1, &facts))?;
            step();
        }
        Ok(())
    }

    fn fold_reference(&self, changes: &mut ChangeRows) -> Result<()> {
        let mut blocks = Blocks::new();
        for table in [Table::Cost, Table::Revenue] {
            blocks.insert(table, gather::load(self.data, self.snapshot, table, None)?);
        }
        fold_reference(&blocks, &self.side.visible, &self.side.knowledge, 1, changes)
    }
}

/// The parts of one thread: a stretch of keys, so that what it writes is in their order.
fn share(cut: Cut, number: usize, threads: usize) -> std::ops::Range<usize> {
    number * cut.parts() / threads..(number + 1) * cut.parts() / threads
}

/// Runs one thread for each item; the first error ends it all.
fn in_parallel<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    run: impl Fn(I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = items.into_iter().map(|item| scope.spawn(move || run(item))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(StoreError::Thread))).collect()
    })
}

fn roots(table: Table, block: &Block, links: &Links) -> Vec<Option<u64>> {
    if table == Table::Mention {
        return conversations::conversations_named(block)
            .into_iter()
            .map(|key| key.map(|key| links.root(key)))
            .collect();
    }
    block.homes.iter().map(|home| Some(links.root(*home))).collect()
}

/// Sends the rows whose root is wanted.
fn send(block: &Block, roots: &[Option<u64>], wanted: &dyn Fn(u64) -> bool, to: &mut BatchSpill) -> Result<()> {
    let kept =
        roots.iter().enumerate().filter_map(|(row, root)| root.filter(|root| wanted(*root)).map(|root| (row, root)));
    let (rows, keys): (Vec<u32>, Vec<u64>) = kept.map(|(row, root)| (row as u32, root)).unzip();
    if rows.is_empty() {
        return Ok(());
    }
    to.push(take_record_batch(&block.rows, &UInt32Array::from(rows))?, keys)
}

fn read_part(
    table: Table,
    spill: &BatchSpill,
    part: usize,
    blocks: &mut Blocks,
    roots: &mut HashMap<Table, Vec<Vec<u64>>>,
) -> Result<()> {
    for (rows, keys) in spill.read(part)? {
        blocks.entry(table).or_default().push(Block::new(table, rows));
        roots.entry(table).or_default().push(keys);
    }
    Ok(())
}
