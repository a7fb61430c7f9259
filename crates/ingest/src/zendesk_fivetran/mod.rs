//! Zendesk's tables as Fivetran lays them in a warehouse: a folder of CSV or Parquet files, one or more a table.
//!
//! First the small tables and the tickets' outlines are read into a [`Lookup`]; then each table is a stage that makes
//! rows of the model block by block. The field history is read before the tickets, whose present state stands
//! in only for what it does not tell. Ids are Zendesk's own, so that another importer of the same desk makes the
//! same rows: `ticket:7:opened`, `comment:9`, `field:7:status:<when>:<value>`. Of `_fivetran_synced` nothing is
//! made: a second sync would make every row known later than it was.

mod calendars;
mod comments;
mod history;
mod lookup;
mod people;
mod policies;
mod satisfaction;
mod sheet;
mod tables;
mod tickets;
mod zones;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mittari_core::model::Table;

use crate::block::{Block, Lines, Raw};
use crate::convert::{Converter, Rules};
use crate::opened::{Chunks, chunk_of, internal};
use crate::reader::{ReadRules, Reader};
use crate::{Chunk, IngestError, Note, Options, Source};
use lookup::Lookup;
use sheet::{Making, Sheet};
use tables::Tables;

/// An export being read.
pub(crate) struct ZendeskFivetran {
    tables: Tables,
    rules: ReadRules,
    stages: VecDeque<Box<dyn Stage>>,
    running: Option<Running>,
    lookup: Lookup,
    converters: BTreeMap<Table, Converter>,
    conversion: Rules,
    ready: VecDeque<Chunk>,
    notes: Vec<Note>,
}

/// One table of the export on its way to rows of the model.
trait Stage: Send {
    /// Fivetran's name of the table.
    fn table(&self) -> &'static str;
    /// The model table of rows that cannot even be split into cells.
    fn rows_of(&self) -> Table;
    /// The rows that a block makes.
    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError>;
    /// The rows that only the whole table makes.
    fn end(&mut self, _lookup: &mut Lookup) -> Vec<Making> {
        Vec::new()
    }
}

/// The stage at work, and the files still before it.
struct Running {
    stage: Box<dyn Stage>,
    files: VecDeque<PathBuf>,
    reader: Option<Reader>,
    file: Arc<str>,
    bytes_before: u64,
}

/// Whether a folder is such an export.
pub(crate) fn is_export(folder: &Path) -> bool {
    Tables::of(&[folder.to_owned()]).is_ok_and(|tables| tables.is_export())
}

/// The size of the files that are read.
pub(crate) fn bytes_of(folder: &Path) -> Result<u64, IngestError> {
    let tables = Tables::of(&[folder.to_owned()])?;
    Ok(tables.all_files().filter_map(|file| std::fs::metadata(file).ok()).map(|metadata| metadata.len()).sum())
}

impl ZendeskFivetran {
    /// Opens folders that together are one export; calendars of a later one replace those of an earlier.
    pub(crate) fn open(folders: &[PathBuf], options: &Options) -> Result<ZendeskFivetran, IngestError> {
        let tables = Tables::of(folders)?;
        if !tables.is_export() {
            return Err(IngestError::WrongFolder {
                folder: folders.first().cloned().unwrap_or_default(),
                reason: "no table \"ticket\" with \"ticket_comment\" or \"ticket_field_history\" beside it".to_owned(),
                hint: "Files are named after their tables: ticket.csv, ticket_comment.parquet ...".to_owned(),
            });
        }
        let rules = ReadRules::of(options);
        let lookup = Lookup::read(&tables, &rules)?;
        let stages: Vec<Box<dyn Stage>> = vec![
            Box::new(people::People),
            Box::new(history::History::default()),
            Box::new(comments::Comments),
            Box::new(tickets::Tickets),
            Box::new(tickets::Tags),
            Box::new(satisfaction::Ratings::default()),
            Box::new(calendars::Hours),
            Box::new(calendars::Holidays),
            Box::new(policies::Policies),
            Box::new(policies::Targets::default()),
        ];
        let notes = notes(&tables, folders);
        let conversion = Rules {
            source: options.source.clone().unwrap_or_else(|| Source::ZendeskFivetran.vendor().to_owned()),
            prefix: options.prefix.clone(),
            zone: jiff::tz::TimeZone::UTC,
            scale: None,
        };
        Ok(ZendeskFivetran {
            tables,
            rules,
            stages: stages.into(),
            running: None,
            lookup,
            converters: BTreeMap::new(),
            conversion,
            ready: VecDeque::new(),
            notes,
        })
    }

    /// Reads on until chunks are ready or nothing is left; false at the end.
    fn step(&mut self) -> Result<bool, IngestError> {
        let Some(mut running) = self.running.take().or_else(|| self.next_stage()) else { return Ok(false) };
        if running.reader.is_none() {
            let Some(path) = running.files.pop_front() else {
                let made = running.stage.end(&mut self.lookup);
                let nothing = empty_block();
                self.make(made, &nothing, &running.file)?;
                return Ok(true);
            };
            match Reader::open(&path, &self.rules) {
                Ok(reader) => running.reader = Some(reader),
                // A table without rows is written as an empty file by some tools.
                Err(IngestError::Empty { .. }) => {}
                Err(error) => return Err(error),
            }
            running.file = path.display().to_string().into();
            running.bytes_before = 0;
        }
        self.read(&mut running)?;
        self.running = Some(running);
        Ok(true)
    }

    fn next_stage(&mut self) -> Option<Running> {
        let stage = self.stages.pop_front()?;
        let files: VecDeque<PathBuf> = self.tables.files(stage.table()).to_vec().into();
        Some(Running { stage, files, reader: None, file: Arc::from(""), bytes_before: 0 })
    }

    /// One block of the running stage.
    fn read(&mut self, running: &mut Running) -> Result<(), IngestError> {
        let Some(reader) = running.reader.as_mut() else { return Ok(()) };
        let Some(mut block) = reader.next_block()? else {
            running.reader = None;
            return Ok(());
        };
        let problems = std::mem::take(&mut block.problems);
        let sheet = Sheet::new(&block, reader.path());
        let made = running.stage.take(&sheet, &mut self.lookup)?;
        let bytes_read = reader.bytes_read().saturating_sub(running.bytes_before);
        running.bytes_before = reader.bytes_read();
        let before = self.ready.len();
        if made.iter().all(Making::is_empty) && !problems.is_empty() {
            let nothing = Making::new(running.stage.rows_of(), &[]);
            self.convert(nothing, &block, &running.file)?;
        }
        self.make(made, &block, &running.file)?;
        if let Some(first) = self.ready.get_mut(before) {
            first.received += problems.len() as u64;
            first.problems.splice(0..0, problems);
            first.bytes_read = bytes_read;
        }
        Ok(())
    }

    fn make(&mut self, made: Vec<Making>, block: &Block, file: &Arc<str>) -> Result<(), IngestError> {
        for making in made.into_iter().filter(|making| !making.is_empty()) {
            self.convert(making, block, file)?;
        }
        Ok(())
    }

    fn convert(&mut self, making: Making, block: &Block, file: &Arc<str>) -> Result<(), IngestError> {
        let table = making.table();
        let (draft, origin) = making.finish(file)?;
        self.converters.entry(table).or_insert_with(|| Converter::new(self.conversion.clone()));
        let converter = self.converters.get_mut(&table).ok_or_else(|| internal(file, "no converter"))?;
        self.ready.push_back(chunk_of(converter, draft, block, Some(&origin), file)?);
        Ok(())
    }
}

impl Chunks for ZendeskFivetran {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, IngestError> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            if !self.step()? {
                return Ok(None);
            }
        }
    }

    fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}

fn notes(tables: &Tables, folders: &[PathBuf]) -> Vec<Note> {
    let folder = folders.first().map_or_else(String::new, |folder| folder.display().to_string());
    let unread = tables
        .not_used
        .iter()
        .map(|(file, why)| Note { file: file.display().to_string(), text: format!("not read: {why}") });
    let mut notes: Vec<Note> = unread.collect();
    let mut say = |text: &str| notes.push(Note { file: folder.clone(), text: text.to_owned() });
    if tables.has("ticket") && !tables.has("ticket_field_history") {
        say("without ticket_field_history each ticket has only its present status, dated by its last change");
    }
    if tables.has("ticket") && !tables.has("ticket_comment") {
        say("without ticket_comment only the description of each ticket is a message, so there are no response times");
    }
    if tables.has("ticket_comment") && !tables.has("user") {
        say("without user everybody but the requester is taken for an agent");
    }
    notes
}

fn empty_block() -> Block {
    Block {
        names: Arc::new([]),
        columns: Vec::new(),
        rows: 0,
        lines: Lines::From(0),
        raw: Raw::Columns,
        problems: Vec::new(),
    }
}
