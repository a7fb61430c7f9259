//! Opening what is to be imported, and handing it on chunk by chunk.
//!
//! A file that cannot be read is an error in its place; the files after it are read all the same, and the caller
//! decides what an import with such an error is worth.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use mittari_core::model::Table;

use crate::block::Block;
use crate::convert::{Converter, Draft, Rules};
use crate::detect::{Recognised, detect};
use crate::mapping::MappedFile;
use crate::problem::Fault;
use crate::reader::{ReadRules, Reader};
use crate::table::TablePlan;
use crate::zendesk_fivetran::ZendeskFivetran;
use crate::{IngestError, Options, Problem, answers};

/// Some rows of one table, checked, with those that were rejected beside them.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The file the rows are from.
    pub file: Arc<str>,
    /// The table they belong to.
    pub table: Table,
    /// The good rows: columns named as the model's, canonical words, required cells filled.
    ///
    /// Texts and people are `Utf8` or `Dictionary(Int32, Utf8)`; words of a closed set always a dictionary whose
    /// values are that set in its order; whole numbers `Int64`, decimals `Decimal128(18, 6)`, flags `Boolean`, moments
    /// `Timestamp(Microsecond, "UTC")`, dates `Date32`. Columns that the source does not have are missing.
    pub rows: RecordBatch,
    /// The bad rows.
    pub problems: Vec<Problem>,
    /// Good and bad rows together.
    pub received: u64,
    /// Rows that a mapping says to leave out; not among the received.
    pub ignored: u64,
    /// Bytes of the file read for this chunk.
    pub bytes_read: u64,
}

/// Something worth saying about a file that is no error and concerns no single row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub file: String,
    /// What.
    pub text: String,
}

/// Files being imported; iterates over their chunks.
pub struct Opened {
    parts: VecDeque<Part>,
    current: Option<Box<dyn Chunks>>,
    options: Options,
    notes: Vec<Note>,
    total_bytes: u64,
}

/// One thing to read, in its turn.
enum Part {
    Table(PathBuf, Table),
    Mapped(PathBuf),
    Zendesk(Vec<PathBuf>),
}

/// What hands out chunks.
pub(crate) trait Chunks: Send {
    /// The next chunk; none at the end.
    fn next_chunk(&mut self) -> Result<Option<Chunk>, IngestError>;
    /// What was noticed since the last call.
    fn take_notes(&mut self) -> Vec<Note>;
}

/// Opens files and folders for import.
///
/// What they are is told by `options.as_` and `options.mapping`, else found out; what is not recognised is an
/// error. Nothing of a file is read here beyond what tells it apart.
pub fn open(paths: &[PathBuf], options: &Options) -> Result<Opened, IngestError> {
    let recognised = detect(paths, options)?;
    let mut parts = VecDeque::new();
    let mut folders = Vec::new();
    let mut total_bytes = 0;
    for found in recognised {
        total_bytes += found.bytes;
        match found.what {
            Recognised::Table(table) => parts.push_back(Part::Table(found.path, table)),
            Recognised::Mapped => parts.push_back(Part::Mapped(found.path)),
            Recognised::ZendeskFivetran => folders.push(found.path),
            Recognised::Unknown => return Err(IngestError::Unrecognised { file: found.path }),
        }
    }
    if !folders.is_empty() {
        parts.push_back(Part::Zendesk(folders));
    }
    Ok(Opened { parts, current: None, options: options.clone(), notes: Vec::new(), total_bytes })
}

impl Opened {
    /// Bytes of all files together, for progress.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// What was noticed so far: columns left out, scales assumed.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    fn start(&self, part: Part) -> Result<Box<dyn Chunks>, IngestError> {
        Ok(match part {
            Part::Table(path, table) => Box::new(TableFile::open(&path, table, &self.options)?),
            Part::Mapped(path) => Box::new(MappedFile::open(&path, &self.options)?),
            Part::Zendesk(folders) => Box::new(ZendeskFivetran::open(&folders, &self.options)?),
        })
    }
}

impl Iterator for Opened {
    type Item = Result<Chunk, IngestError>;

    fn next(&mut self) -> Option<Result<Chunk, IngestError>> {
        loop {
            if self.current.is_none() {
                let part = self.parts.pop_front()?;
                match self.start(part) {
                    Ok(chunks) => self.current = Some(chunks),
                    Err(error) => return Some(Err(error)),
                }
            }
            let chunks = self.current.as_mut()?;
            let chunk = chunks.next_chunk();
            self.notes.extend(chunks.take_notes());
            match chunk {
                Ok(Some(chunk)) => return Some(Ok(chunk)),
                Ok(None) => self.current = None,
                Err(error) => {
                    self.current = None;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// A file of one table, whose columns bear the model's names.
struct TableFile {
    reader: Reader,
    converter: Converter,
    file: Arc<str>,
    table: Table,
    options: Options,
    plan: Option<(Arc<[String]>, TablePlan)>,
    bytes_before: u64,
    notes: Vec<Note>,
}

impl TableFile {
    fn open(path: &Path, table: Table, options: &Options) -> Result<TableFile, IngestError> {
        let rules = ReadRules::of(options);
        let mut reader = Reader::open(path, &rules)?;
        let file: Arc<str> = path.display().to_string().into();
        let names = reader.names()?;
        let plan = TablePlan::new(table, &names, path)?;
        let mut notes = left_out_notes(&file, &plan);
        let scale = match table {
            Table::Answer => answers::scale_of_file(path, &rules, options, &mut notes)?,
            _ => None,
        };
        let converter = Converter::new(Rules {
            source: options.source.clone().unwrap_or_else(|| "file".to_owned()),
            prefix: options.prefix.clone(),
            zone: options.zone.clone(),
            scale,
        });
        Ok(TableFile { reader, converter, file, table, options: options.clone(), plan: None, bytes_before: 0, notes })
    }

    /// The plan for a block: JSON may bring new columns, and the first block settles the forms.
    fn plan_for(&mut self, block: &Block) -> Result<&TablePlan, IngestError> {
        let is_known = |(names, _): &(Arc<[String]>, TablePlan)| Arc::ptr_eq(names, &block.names);
        if !self.plan.as_ref().is_some_and(is_known) {
            let mut plan = TablePlan::new(self.table, &block.names, self.reader.path())?;
            plan.settle(block, self.reader.number_form(self.options.decimal_comma));
            self.plan = Some((Arc::clone(&block.names), plan));
        }
        self.plan.as_ref().map(|(_, plan)| plan).ok_or_else(|| internal(&self.file, "no plan"))
    }
}

impl Chunks for TableFile {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, IngestError> {
        let Some(mut block) = self.reader.next_block()? else { return Ok(None) };
        let problems = std::mem::take(&mut block.problems);
        let draft = self.plan_for(&block)?.draft(&block);
        let mut chunk = chunk_of(&mut self.converter, draft, &block, None, &self.file)?;
        chunk.received += problems.len() as u64;
        chunk.problems.splice(0..0, problems);
        chunk.bytes_read = self.reader.bytes_read().saturating_sub(self.bytes_before);
        self.bytes_before = self.reader.bytes_read();
        Ok(Some(chunk))
    }

    fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}

/// Converts a draft whose rows are those of a block, or the listed ones of it.
pub(crate) fn chunk_of(
    converter: &mut Converter,
    draft: Draft,
    block: &Block,
    origin: Option<&[u32]>,
    file: &Arc<str>,
) -> Result<Chunk, IngestError> {
    let (table, received) = (draft.table, draft.rows as u64);
    let converted = converter.convert(draft).map_err(|error| internal(file, &error.to_string()))?;
    let place = |row: usize| origin.and_then(|origin| origin.get(row)).map_or(row, |at| *at as usize);
    let problem = |(row, fault): (usize, Fault)| fault.at(file, block.line(place(row)), block.row_text(place(row)));
    let problems = converted.faults.into_iter().map(problem).collect();
    Ok(Chunk { file: Arc::clone(file), table, rows: converted.rows, problems, received, ignored: 0, bytes_read: 0 })
}

pub(crate) fn internal(file: &str, detail: &str) -> IngestError {
    IngestError::Internal { file: file.into(), detail: detail.to_owned() }
}

fn left_out_notes(file: &str, plan: &TablePlan) -> Vec<Note> {
    let note = |(name, near): &(String, Option<&str>)| {
        let hint = match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("name it \"fields.{name}\" to keep it as a custom value"),
        };
        let text = format!("column \"{name}\" is none of {} and was left out; {hint}", plan.table.name());
        Note { file: file.to_owned(), text }
    };
    plan.left_out.iter().filter(|(name, _)| !name.is_empty()).map(note).collect()
}
