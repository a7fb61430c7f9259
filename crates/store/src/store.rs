//! The data folder, opened: settings, imports, facts, people.
//!
//! A writer holds the lock from opening to dropping; everything that changes the folder goes through it and ends
//! in one transaction of the register. Readers open the snapshot that was true then and keep it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mittari_core::facts::Fact;
use mittari_core::model::Table;
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use crate::blocking::Blocking;
use crate::change_rows::{self, ChangeRows};
use crate::delta::{self, TableChange};
use crate::error::{Result, StoreError};
use crate::facts::{Facts, Rows};
use crate::files;
use crate::fold::gather::{self, Blocks, Visible};
use crate::fold::knowledge::{self, Knowledge};
use crate::fold::refresh::{Lake, Side, Touched, refresh};
use crate::fold::stream::FullFold;
use crate::import::{Import, ImportMeta, Stored};
use crate::links::{Link, Links};
use crate::lock::WriterLock;
use crate::people::{People, PersonHash, PersonHasher};
use crate::prepare::{PersonName, PrivateText};
use crate::register::{Change, FileRecord, ImportRecord, Register, Rejected, Snapshot};
use crate::schema::{fact_schema, model_schema};
use crate::settings_file;

/// What a folder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading, beside a writer.
    Read,
    /// Writing: one process at a time.
    Write,
}

/// An open data folder.
#[derive(Debug)]
pub struct Store {
    data: PathBuf,
    blocking: Blocking,
    register: Option<Register>,
    settings: Settings,
    hasher: PersonHasher,
    snapshot: Snapshot,
    imports: Vec<ImportRecord>,
    visible: Visible,
    known_people: HashSet<PersonHash>,
    people: Vec<(PersonHash, String)>,
    files_begun: u32,
    lock: Option<WriterLock>,
    /// Where a test lets the writer die.
    #[cfg(test)]
    pub(crate) dies_at: Option<&'static str>,
}

impl Store {
    /// Opens a data folder. A writer makes it where there is none, and puts right what a killed one left.
    pub fn open(data: impl AsRef<Path>, access: Access) -> Result<Store> {
        let data = std::path::absolute(data.as_ref()).map_err(StoreError::io(data.as_ref()))?;
        let database = data.join("mittari.sqlite");
        let lock = match access {
            Access::Write => {
                std::fs::create_dir_all(&data).map_err(StoreError::io(&data))?;
                Some(WriterLock::take(&data)?)
            }
            Access::Read if !database.exists() => return Err(StoreError::NoData { folder: data }),
            Access::Read => None,
        };
        let blocking = Blocking::new()?;
        let register = match access {
            Access::Write => blocking.run(Register::create(&database))?,
            Access::Read => blocking.run(Register::open(&database))?,
        };
        let key = blocking.run(person_key(&register, access))?;
        let mut store = Store {
            settings: settings_file::read(&data)?,
            data,
            blocking,
            register: Some(register),
            hasher: PersonHasher::new(key),
            snapshot: Snapshot::default(),
            imports: Vec::new(),
            visible: Visible::default(),
            known_people: HashSet::new(),
            people: Vec::new(),
            files_begun: 0,
            lock,
            #[cfg(test)]
            dies_at: None,
        };
        store.reload()?;
        if access == Access::Write {
            store.mend()?;
        }
        Ok(store)
    }

    /// What the company decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Writes settings.toml. What folds use takes effect with the next import, refresh or rebuild.
    pub fn write_settings(&mut self, settings: &Settings) -> Result<()> {
        self.must_write()?;
        settings_file::write(&self.data, settings)?;
        self.settings = settings.clone();
        Ok(())
    }

    /// All imports, oldest first; forgotten ones too.
    pub fn imports(&self) -> &[ImportRecord] {
        &self.imports
    }

    /// The rows that an import could not take.
    pub fn rejected(&self, import: i64) -> Result<Vec<Rejected>> {
        self.blocking.run(self.register()?.rejected(import))
    }

    /// Begins an import.
    pub fn begin_import(&mut self, meta: ImportMeta) -> Result<Import<'_>> {
        self.must_write()?;
        Import::begin(self, meta)
    }

    /// Takes the rows of an import away; what another import also brought stays.
    pub fn forget(&mut self, import: i64) -> Result<()> {
        self.must_write()?;
        let known = self.imports.iter().find(|record| record.id == import);
        match known {
            None => return Err(StoreError::UnknownImport { import }),
            Some(record) if record.forgotten_at.is_some() => return Err(StoreError::ForgottenImport { import }),
            Some(_) => {}
        }
        let (stored, touched, watermarks) = crate::forget::plan(self, import)?;
        let at = self.next_instant(None);
        let mut visible = self.visible.clone();
        visible.hidden.insert(import);
        let change = Change { forgotten: Some(import), watermarks, ..Change::default() };
        self.commit(change, stored, touched, visible, at, None)
    }

    /// Folds all facts again from events, with the rules and settings of now. `progress` hears of each step.
    pub fn rebuild(&mut self, mut progress: impl FnMut(&str)) -> Result<()> {
        progress("folding all events");
        self.rebuild_by_parts(|_, _| ())?;
        progress("done");
        Ok(())
    }

    /// The same; `progress` hears, from whatever thread, how many of how many parts are done.
    pub fn rebuild_by_parts(&mut self, progress: impl Fn(u64, u64) + Sync) -> Result<()> {
        self.must_write()?;
        let at = self.next_instant(None);
        let visible = self.visible.clone();
        self.commit(Change::default(), Stored::none(), Touched::default(), visible, at, Some(&progress))
    }

    /// The facts as they are known now, or as they were known at a moment.
    pub fn facts(&self, as_of: Option<Instant>) -> Result<Facts> {
        let people = Arc::new(self.people()?);
        let facts_version = self.snapshot.facts_version.clone().unwrap_or_default();
        let full_fold_at = self.snapshot.full_fold_at.unwrap_or(i64::MIN);
        match as_of {
            Some(as_of) if as_of.0 < full_fold_at => crate::memory::facts_at(self, as_of, people),
            as_of => {
                let until = as_of.map_or(i64::MAX, |as_of| as_of.0);
                let files = self.snapshot.files.iter().filter(|file| file.folder.starts_with("facts/"));
                let files = files.filter(|file| file.recorded_at <= until).cloned().collect();
                let known = |record: &&ImportRecord| {
                    record.at <= until && record.forgotten_at.is_none_or(|forgotten| forgotten > until)
                };
                let watermark = self.imports.iter().filter(known).filter_map(|record| record.watermark).max();
                Ok(Facts {
                    rows: Rows::Files { data: self.data.clone(), files: Arc::new(files) },
                    watermark: watermark.map(Instant),
                    facts_version,
                    people,
                })
            }
        }
    }

    /// Who stands behind the hashes in the lake.
    pub fn people(&self) -> Result<People> {
        self.blocking.run(self.register()?.people())
    }

    #[cfg(test)]
    pub(crate) fn logged_rows(&self, folder: &str) -> Result<usize> {
        self.blocking.run(delta::logged_rows(&self.data, folder))
    }

    pub(crate) fn hasher(&self) -> &PersonHasher {
        &self.hasher
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(crate) fn visible(&self) -> &Visible {
        &self.visible
    }

    pub(crate) fn register(&self) -> Result<&Register> {
        self.register.as_ref().ok_or(StoreError::Thread)
    }

    pub(crate) fn blocking(&self) -> &Blocking {
        &self.blocking
    }

    fn must_write(&self) -> Result<()> {
        if self.lock.is_some() { Ok(()) } else { Err(StoreError::ReadOnly) }
    }

    /// The number of the next import, with what a killed one left under it removed.
    pub(crate) fn next_import(&self) -> Result<i64> {
        let next = self.imports.iter().map(|record| record.id).max().unwrap_or(0) + 1;
        self.blocking.run(self.register()?.drop_unfinished(next))?;
        Ok(next)
    }

    /// The instant of the next batch: later than every batch before it, whatever the clock says.
    pub(crate) fn next_instant(&self, wanted: Option<i64>) -> i64 {
        let now = wanted.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond());
        now.max(self.snapshot.at + 1)
    }

    /// A name for the next file: unique in the folder, and not that of a file that a killed writer left.
    pub(crate) fn next_stem(&mut self) -> String {
        self.files_begun += 1;
        format!("{:08}-{:04}", self.snapshot.number + 1, self.files_begun)
    }

    pub(crate) fn keep_people(&mut self, people: HashMap<PersonHash, String>) -> Result<()> {
        for (hash, id) in people {
            if self.known_people.insert(hash) {
                self.people.push((hash, id));
            }
        }
        if self.people.len() >= 50_000 { self.flush_people() } else { Ok(()) }
    }

    fn flush_people(&mut self) -> Result<()> {
        let people = std::mem::take(&mut self.people);
        if people.is_empty() { Ok(()) } else { self.blocking.run(self.register()?.keep_people(&people)) }
    }

    pub(crate) fn keep_texts(
        &mut self,
        table: Table,
        import: i64,
        texts: &[PrivateText],
        names: &[PersonName],
    ) -> Result<()> {
        let register = self.register()?;
        for texts in texts.chunks(10_000) {
            self.blocking.run(register.keep_texts(table.name(), texts))?;
        }
        for names in names.chunks(10_000) {
            self.blocking.run(register.keep_names(import, names))?;
        }
        Ok(())
    }

    pub(crate) fn keep_rejected(&self, import: i64, from: i64, rows: &[Rejected]) -> Result<()> {
        self.blocking.run(self.register()?.keep_rejected(import, from, rows))
    }

    pub(crate) fn commit_import(&mut self, record: ImportRecord, stored: Stored) -> Result<()> {
        self.flush_people()?;
        self.step("rows written")?;
        let mut touched = Touched::default();
        for (table, block) in &stored.blocks {
            touched.add(*table, block);
        }
        let at = record.at;
        let visible = self.visible.clone();
        let change = Change { import: Some(record), ..Change::default() };
        self.commit(change, stored, touched, visible, at, None)
    }

    /// Folds what is touched, commits every table that changed, and then the register: the moment of truth.
    fn commit(
        &mut self,
        mut change: Change,
        stored: Stored,
        touched: Touched,
        visible: Visible,
        at: i64,
        everything: Option<&(dyn Fn(u64, u64) + Sync)>,
    ) -> Result<()> {
        let progress = everything.unwrap_or(&|_, _| ());
        let mut after = self.snapshot.clone();
        after.files.extend(stored.files.iter().cloned());
        let mut hidden_before = self.visible.hidden.clone();
        hidden_before.extend(change.import.iter().map(|record| record.id));
        let visible_before = Visible { hidden: hidden_before, as_of: None };
        let all_links = self.blocking.run(self.register()?.links())?;
        let links_after: Vec<Link> = all_links.iter().chain(&stored.links).copied().collect();
        let before = self.side(&self.snapshot, visible_before, &all_links)?;
        let after_side = self.side(&after, visible, &links_after)?;
        let full = everything.is_some()
            || self.snapshot.facts_version.as_deref() != Some(after_side.knowledge.facts_version.as_str())
            || !before.knowledge.attributes.same_agents(&after_side.knowledge.attributes);
        let stem = self.next_stem();
        let facts = if full {
            let fold = FullFold {
                data: &self.data,
                snapshot: &after,
                side: &after_side,
                stem: &stem,
                at,
                progress: &|done, parts| progress(done, parts),
            };
            let facts = fold.run()?;
            let old = self.snapshot.files.iter().filter(|file| file.folder.starts_with("facts/"));
            change.removed.extend(old.map(|file| (file.folder.clone(), file.name.clone())));
            change.full_fold_at = Some(at);
            facts
        } else {
            let mut changes = ChangeRows::to_files(self.data.clone(), stem, at);
            let lake = Lake { data: &self.data, before: &self.snapshot, after: &after };
            refresh(&lake, touched, &before, &after_side, &mut changes)?;
            change.full_fold_at = self.snapshot.full_fold_at;
            changes.finish()?.files
        };
        change.facts_version = Some(after_side.knowledge.facts_version.clone());
        change.added.extend(stored.files);
        change.added.extend(facts);
        change.links = stored.links;
        change.also = stored.also;
        change.revised = self.snapshot.revised.clone();
        change.revised.extend(stored.revised.iter().map(|table| (*table).to_owned()));
        self.make_true(change, at)
    }

    fn side(&self, snapshot: &Snapshot, visible: Visible, links: &[Link]) -> Result<Side> {
        let mut blocks = Blocks::new();
        for table in knowledge::TABLES {
            blocks.insert(table, gather::load(&self.data, snapshot, table, None)?);
        }
        let knowledge = Knowledge::new(&self.settings, &self.hasher, &blocks, &visible)?;
        let links = Links::new(links, |import| visible.import(import));
        Ok(Side { visible, links, knowledge })
    }

    /// Data files are durable, then the logs of the tables, then the register's one transaction.
    fn make_true(&mut self, mut change: Change, at: i64) -> Result<()> {
        change.number = self.snapshot.number + 1;
        change.at = at;
        change.versions = self.snapshot.versions.clone();
        let folders: BTreeSet<&str> = change.added.iter().map(|file| file.folder.as_str()).collect();
        for folder in &folders {
            files::sync_folder(&self.data.join(folder))?;
        }
        self.step("files durable")?;
        let tables = table_changes(&change);
        for table in &tables {
            let version = self.blocking.run(delta::commit(&self.data, table, change.number, at))?;
            change.versions.insert(table.folder.clone(), version);
            self.step("one table committed")?;
        }
        self.step("tables committed")?;
        self.blocking.run(self.register()?.commit(&change))?;
        self.step("done")?;
        self.reload()
    }

    fn reload(&mut self) -> Result<()> {
        self.snapshot = self.blocking.run(self.register()?.snapshot())?;
        self.imports = self.blocking.run(self.register()?.imports())?;
        let forgotten = self.imports.iter().filter(|record| record.forgotten_at.is_some());
        self.visible = Visible { hidden: forgotten.map(|record| record.id).collect(), as_of: None };
        self.files_begun = 0;
        Ok(())
    }

    /// After a crash: logs that are ahead of the register go back to it, files that nothing names go away.
    fn mend(&mut self) -> Result<()> {
        for folder in all_folders() {
            let version = self.snapshot.versions.get(&folder).copied().unwrap_or(-1);
            if delta::is_ahead(&self.data, &folder, version) {
                let files: Vec<&FileRecord> = self.snapshot.files_of(&folder).collect();
                let (number, at) = (self.snapshot.number, self.next_instant(None));
                let version = self.blocking.run(delta::mend(&self.data, &folder, &files, number, at))?;
                self.snapshot.versions.insert(folder.clone(), version);
            }
            self.remove_strays(&folder)?;
        }
        self.blocking.run(self.register()?.keep_versions(&self.snapshot.versions))?;
        self.blocking.run(self.register()?.strike_removed())
    }

    /// Files of a killed writer, and files that snapshots before this one named.
    fn remove_strays(&self, folder: &str) -> Result<()> {
        let path = self.data.join(folder);
        let Ok(entries) = std::fs::read_dir(&path) else { return Ok(()) };
        let named: HashSet<&str> = self.snapshot.files_of(folder).map(|file| file.name.as_str()).collect();
        for entry in entries {
            let entry = entry.map_err(StoreError::io(&path))?;
            let name = entry.file_name();
            let is_stray = name.to_str().is_some_and(|name| name.ends_with(".parquet") && !named.contains(name));
            if is_stray {
                std::fs::remove_file(entry.path()).map_err(StoreError::io(&path))?;
            }
        }
        Ok(())
    }

    /// A place where a kill would hurt; tests die here.
    #[cfg(test)]
    fn step(&self, name: &'static str) -> Result<()> {
        if self.dies_at == Some(name) { Err(StoreError::Thread) } else { Ok(()) }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "tests stop here")]
    fn step(&self, _: &'static str) -> Result<()> {
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(register) = self.register.take() {
            // The write-ahead log is put away at the next opening if it cannot be now.
            let _ = self.blocking.run(register.close());
        }
    }
}

async fn person_key(register: &Register, access: Access) -> Result<[u8; 32]> {
    if let Some(key) = register.person_key().await? {
        return Ok(key);
    }
    let key = PersonHasher::new_key()?;
    if access == Access::Write {
        register.keep_person_key(&key).await?;
    }
    Ok(key)
}

/// The folders of all Delta tables.
pub(crate) fn all_folders() -> impl Iterator<Item = String> {
    let lake = Table::ALL.iter().map(|table| gather::folder(*table));
    lake.chain(Fact::ALL.iter().map(|fact| change_rows::folder(*fact)))
}

fn table_changes(change: &Change) -> Vec<TableChange> {
    let lake = Table::ALL.iter().map(|table| (gather::folder(*table), model_schema(*table)));
    let facts = Fact::ALL.iter().map(|fact| (change_rows::folder(*fact), fact_schema(*fact)));
    lake.chain(facts)
        .map(|(folder, schema)| TableChange {
            added: change.added.iter().filter(|file| file.folder == folder).cloned().collect(),
            removed: change.removed.iter().filter(|(of, _)| *of == folder).map(|(_, name)| name.clone()).collect(),
            folder,
            schema,
        })
        .filter(|change| !change.added.is_empty() || !change.removed.is_empty())
        .collect()
}
