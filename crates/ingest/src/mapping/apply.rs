//! A mapping at work: rows of a file to rows of the model, column by column.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, StringBuilder, UInt32Array};
use arrow::compute::take;
use mittari_core::model::{ColumnKind, Table};

use super::cells::{Piece, Work, hash_of, holds, mapped, pieces_of, split};
use super::check::moment_form;
use super::{CellRule, Condition, Mapping, RowRule, Sequence, Unmatched};
use crate::block::Block;
use crate::convert::{CellForm, Converter, Draft, DraftColumn, NumberForm, Rules, Scale, as_text, constant, object_of};
use crate::error::nearest;
use crate::moment::MomentForm;
use crate::opened::{Chunks, chunk_of, internal};
use crate::options::zone_named;
use crate::problem::Fault;
use crate::reader::Reader;
use crate::table::day_place;
use crate::{Chunk, IngestError, Note, Options, Problem};

/// A file read by a mapping.
pub(crate) struct MappedFile {
    mapping: Mapping,
    options: Options,
    reader: Reader,
    converters: Vec<Converter>,
    file: Arc<str>,
    ready: VecDeque<Chunk>,
    seen: HashMap<String, HashSet<u64>>,
    day_places: HashMap<String, MomentForm>,
    bytes_before: u64,
}

impl MappedFile {
    /// Opens a file; the columns that the mapping names must be there.
    pub(crate) fn open(path: &Path, options: &Options) -> Result<MappedFile, IngestError> {
        let mapping = options.mapping.clone().unwrap_or_default();
        let mut reader = Reader::open(path, &mapping.read_rules(options))?;
        let names = reader.names()?;
        if reader.has_fixed_columns() {
            known_columns(&mapping, &names, path)?;
        }
        let zone = match &mapping.file.zone {
            Some(zone) => zone_named(zone)?,
            None => options.zone.clone(),
        };
        let source =
            options.source.clone().or_else(|| mapping.file.source.clone()).unwrap_or_else(|| "file".to_owned());
        let rules = Rules { source, prefix: options.prefix.clone(), zone, scale: Some(Scale::whole(1, 5)) };
        let converters = mapping.row.iter().map(|_| Converter::new(rules.clone())).collect();
        Ok(MappedFile {
            mapping,
            options: options.clone(),
            reader,
            converters,
            file: path.display().to_string().into(),
            ready: VecDeque::new(),
            seen: HashMap::new(),
            day_places: HashMap::new(),
            bytes_before: 0,
        })
    }

    /// The chunks of the first rows, one for each rule that takes any.
    pub(crate) fn first_chunks(&mut self) -> Result<Vec<Chunk>, IngestError> {
        if let Some(block) = self.reader.next_block()? {
            self.take_block(block)?;
        }
        Ok(self.ready.drain(..).collect())
    }

    /// All chunks of one block.
    fn take_block(&mut self, mut block: Block) -> Result<(), IngestError> {
        let mut problems = std::mem::take(&mut block.problems);
        let work = self.work(&block)?;
        let (open, ignored) = self.not_ignored(&work);
        let mut is_taken = vec![false; block.rows];
        let mut chunks = Vec::new();
        for at in 0..self.mapping.row.len() {
            let Some(rule) = self.mapping.row.get(at).cloned() else { break };
            let rows: Vec<u32> = open.iter().copied().filter(|row| holds(&rule.when, &work, *row as usize)).collect();
            rows.iter().for_each(|row| is_taken[*row as usize] = true);
            if !rows.is_empty() {
                chunks.push(self.make(at, &rule, &work, rows)?);
            }
        }
        let unmatched: Vec<u32> = open.iter().copied().filter(|row| !is_taken[*row as usize]).collect();
        let mut left_out = ignored;
        match self.mapping.file.unmatched {
            Unmatched::Ignore => left_out += unmatched.len() as u64,
            Unmatched::Reject => problems.extend(unmatched.iter().map(|row| self.unmatched(&block, *row as usize))),
        }
        if chunks.is_empty() && (!problems.is_empty() || left_out > 0) {
            chunks.push(self.empty_chunk()?);
        }
        if let Some(first) = chunks.first_mut() {
            first.received += problems.len() as u64;
            first.problems.splice(0..0, problems);
            first.ignored = left_out;
            first.bytes_read = self.reader.bytes_read().saturating_sub(self.bytes_before);
            self.bytes_before = self.reader.bytes_read();
        }
        self.ready.extend(chunks);
        Ok(())
    }

    fn unmatched(&self, block: &Block, row: usize) -> Problem {
        let fault = Fault::of_row(
            "no [[row]] of the mapping takes this row",
            "add one, or an [[ignore]] with what they have in common",
        );
        fault.at(&self.file, block.line(row), block.row_text(row))
    }

    fn empty_chunk(&self) -> Result<Chunk, IngestError> {
        let table = self.mapping.row.first().and_then(|rule| Table::named(&rule.table));
        Ok(Chunk {
            file: Arc::clone(&self.file),
            table: table.ok_or_else(|| internal(&self.file, "a mapping without rows"))?,
            rows: RecordBatch::new_empty(Arc::new(arrow::datatypes::Schema::empty())),
            problems: Vec::new(),
            received: 0,
            ignored: 0,
            bytes_read: 0,
        })
    }

    /// The block's columns that conditions, maps and templates look at, as text.
    fn work<'b>(&mut self, block: &'b Block) -> Result<Work<'b>, IngestError> {
        let mut work = Work { block, texts: HashMap::new(), firsts: HashMap::new() };
        for name in self.mapping.columns_read_as_text() {
            let Some(at) = block.names.iter().position(|known| *known == name) else { continue };
            let texts = as_text(&block.columns[at]).map_err(|error| internal(&self.file, &error.to_string()))?;
            let texts = texts.as_string::<i32>();
            let emptied = texts.iter().map(|text| text.filter(|text| !self.mapping.is_empty(text)));
            work.texts.insert(name, emptied.collect());
        }
        for name in self.mapping.columns_with_first() {
            let Some(texts) = work.texts.get(&name) else { continue };
            let seen = self.seen.entry(name.clone()).or_default();
            let firsts = texts.iter().map(|text| text.is_some_and(|text| seen.insert(hash_of(text))));
            work.firsts.insert(name, firsts.collect());
        }
        Ok(work)
    }

    fn not_ignored(&self, work: &Work<'_>) -> (Vec<u32>, u64) {
        let is_open = |row: &u32| !self.mapping.ignore.iter().any(|ignore| holds(&ignore.when, work, *row as usize));
        let open: Vec<u32> = (0..work.block.rows as u32).filter(is_open).collect();
        let ignored = (work.block.rows - open.len()) as u64;
        (open, ignored)
    }

    /// The rows of one rule.
    fn make(&mut self, at: usize, rule: &RowRule, work: &Work<'_>, rows: Vec<u32>) -> Result<Chunk, IngestError> {
        let table = Table::named(&rule.table).ok_or_else(|| internal(&self.file, "a table passed its check"))?;
        let (rows, parts) = split(rule, work, rows);
        let picked = UInt32Array::from(rows.clone());
        let mut cells = Vec::new();
        let mut faults = Vec::new();
        for (name, cell) in &rule.columns {
            let Some(column) = table.all_columns().find(|column| column.name == name) else { continue };
            let array = match (&cell.split, &parts) {
                (Some(_), Some(parts)) => Arc::new(mapped(cell, parts.iter().map(Some), &mut faults)) as ArrayRef,
                _ => self.cell(cell, work, &picked, &mut faults)?,
            };
            let form = self.form(cell, column.kind, work)?;
            cells.push(DraftColumn { column, array, name: cell.name_in_file(name), form });
        }
        if !rule.fields.is_empty()
            && let Some(column) = table.columns().iter().find(|column| column.kind == ColumnKind::Fields)
        {
            let array = self.fields(rule, work, &picked)?;
            cells.push(DraftColumn { column, array, name: "fields".to_owned(), form: CellForm::default() });
        }
        if self.mapping.file.sequence == Some(Sequence::Row)
            && !rule.columns.contains_key("sequence")
            && let Some(column) = table.all_columns().find(|column| column.name == "sequence")
        {
            let lines: Int64Array = rows.iter().map(|row| Some(work.block.line(*row as usize) as i64)).collect();
            cells.push(DraftColumn {
                column,
                array: Arc::new(lines),
                name: "sequence".to_owned(),
                form: CellForm::default(),
            });
        }
        let draft = Draft { table, rows: rows.len(), cells, faults };
        let converter =
            self.converters.get_mut(at).ok_or_else(|| internal(&self.file, "a rule without a converter"))?;
        chunk_of(converter, draft, work.block, Some(&rows), &self.file)
    }

    fn cell(
        &self,
        cell: &CellRule,
        work: &Work<'_>,
        rows: &UInt32Array,
        faults: &mut Vec<(usize, Fault)>,
    ) -> Result<ArrayRef, IngestError> {
        let fail = |error: arrow::error::ArrowError| internal(&self.file, &error.to_string());
        if let Some(text) = &cell.constant {
            return constant(text, rows.len()).map_err(fail);
        }
        if let Some(template) = &cell.template {
            return Ok(Arc::new(self.templated(template, work, rows)));
        }
        let name = cell.column.as_deref().unwrap_or_default();
        let needs_text = !cell.map.is_empty() || cell.default.is_some() || !self.mapping.file.empty.is_empty();
        if needs_text && let Some(texts) = work.texts.get(name) {
            let given =
                rows.values().iter().map(|row| texts.is_valid(*row as usize).then(|| texts.value(*row as usize)));
            return Ok(Arc::new(mapped(cell, given, faults)));
        }
        match work.block.names.iter().position(|known| known == name) {
            Some(at) => take(&work.block.columns[at], rows, None).map_err(fail),
            None => Ok(Arc::new(StringArray::new_null(rows.len()))),
        }
    }

    /// Columns in braces, replaced; empty where any of them is.
    fn templated(&self, template: &str, work: &Work<'_>, rows: &UInt32Array) -> StringArray {
        let pieces = pieces_of(template);
        let mut texts = StringBuilder::new();
        for row in rows.values() {
            let text = pieces.iter().map(|piece| match piece {
                Piece::Plain(plain) => Some(*plain),
                Piece::Column(name) => {
                    let column = work.texts.get(*name)?;
                    column.is_valid(*row as usize).then(|| column.value(*row as usize))
                }
            });
            texts.append_option(text.collect::<Option<String>>());
        }
        texts.finish()
    }

    fn fields(&self, rule: &RowRule, work: &Work<'_>, rows: &UInt32Array) -> Result<ArrayRef, IngestError> {
        let mut columns = Vec::new();
        for (name, cell) in &rule.fields {
            let array = self.cell(cell, work, rows, &mut Vec::new())?;
            let texts = match array.as_dictionary_opt::<arrow::datatypes::Int32Type>() {
                Some(_) => arrow::compute::cast(&array, &arrow::datatypes::DataType::Utf8),
                None => as_text(&array),
            };
            columns.push((name, texts.map_err(|error| internal(&self.file, &error.to_string()))?));
        }
        let mut objects = StringBuilder::new();
        for row in 0..rows.len() {
            let present = columns.iter().filter(|(_, texts)| texts.is_valid(row));
            let texts = present.map(|(name, texts)| ((*name).clone(), texts.as_string::<i32>().value(row).to_owned()));
            let texts: Vec<_> = texts.filter(|(_, text)| !text.is_empty()).collect();
            objects.append_option((!texts.is_empty()).then(|| object_of(texts)));
        }
        Ok(Arc::new(objects.finish()))
    }

    /// How the cells of a rule are written; where the day stands is settled by the first block.
    fn form(&mut self, cell: &CellRule, kind: ColumnKind, work: &Work<'_>) -> Result<CellForm, IngestError> {
        let told = cell.format.as_deref().or(self.mapping.file.time_format.as_deref());
        let is_time = matches!(kind, ColumnKind::Instant | ColumnKind::Date);
        let moment = match (told.filter(|_| is_time), &cell.column) {
            (Some(format), _) => moment_form(&self.mapping, format, &self.mapping.name)?,
            (None, Some(name)) if is_time => {
                let place = work.block.names.iter().position(|known| known == name);
                let settled = || MomentForm::Usual(place.and_then(|at| day_place(&work.block.columns[at])));
                self.day_places.entry(name.clone()).or_insert_with(settled).clone()
            }
            _ => MomentForm::Usual(None),
        };
        let zone = cell.zone.as_deref().map(zone_named).transpose()?;
        let number: NumberForm = self.reader.number_form(self.mapping.decimal_comma(cell, &self.options));
        Ok(CellForm { moment, zone, number })
    }
}

impl Chunks for MappedFile {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, IngestError> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Ok(Some(chunk));
            }
            match self.reader.next_block()? {
                Some(block) => self.take_block(block)?,
                None => return Ok(None),
            }
        }
    }

    fn take_notes(&mut self) -> Vec<Note> {
        Vec::new()
    }
}

impl Mapping {
    fn is_empty(&self, text: &str) -> bool {
        self.file.empty.iter().any(|empty| empty == text.trim())
    }

    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let ignored = self.ignore.iter().flat_map(|ignore| &ignore.when);
        ignored.chain(self.row.iter().flat_map(|rule| &rule.when))
    }

    fn cells(&self) -> impl Iterator<Item = &CellRule> {
        self.row.iter().flat_map(|rule| rule.columns.values().chain(rule.fields.values()))
    }

    /// All columns of the file that are named anywhere, each once.
    fn columns_named(&self) -> Vec<String> {
        let by_conditions = self.conditions().map(|condition| condition.column.clone());
        let by_cells = self.cells().filter_map(|cell| cell.column.clone());
        let templates = self.cells().filter_map(|cell| cell.template.as_deref());
        let by_templates = templates.flat_map(|template| pieces_of(template).into_iter().filter_map(Piece::column));
        let all: BTreeMap<String, ()> =
            by_conditions.chain(by_cells).chain(by_templates).map(|name| (name, ())).collect();
        all.into_keys().collect()
    }

    fn columns_read_as_text(&self) -> Vec<String> {
        let looked_at: HashSet<&str> = self.conditions().map(|condition| condition.column.as_str()).collect();
        let mapped = |name: &String| {
            let reads = |cell: &CellRule| {
                cell.column.as_ref() == Some(name)
                    && (!cell.map.is_empty() || cell.default.is_some() || cell.split.is_some())
            };
            let in_template = |cell: &CellRule| {
                let template = cell.template.as_deref().unwrap_or_default();
                pieces_of(template).into_iter().filter_map(Piece::column).any(|column| column == *name)
            };
            looked_at.contains(name.as_str())
                || !self.file.empty.is_empty()
                || self.cells().any(|cell| reads(cell) || in_template(cell))
        };
        self.columns_named().into_iter().filter(mapped).collect()
    }

    fn columns_with_first(&self) -> HashSet<String> {
        self.conditions()
            .filter(|condition| condition.first.is_some())
            .map(|condition| condition.column.clone())
            .collect()
    }
}

impl CellRule {
    fn name_in_file(&self, column: &str) -> String {
        self.column.clone().unwrap_or_else(|| column.to_owned())
    }
}

/// Every column that the mapping names is in the file.
fn known_columns(mapping: &Mapping, names: &[String], path: &Path) -> Result<(), IngestError> {
    let missing = mapping.columns_named().into_iter().find(|name| !names.contains(name));
    let Some(missing) = missing else { return Ok(()) };
    let hint = match nearest(&missing, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean \"{near}\"? The file has {}.", names.join(", ")),
        None => format!("The file has {}.", names.join(", ")),
    };
    Err(mapping.error(format!("{} has no column \"{missing}\"", path.display()), hint))
}
