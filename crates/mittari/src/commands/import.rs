//! `mittari import`: files into the data folder, all of a file or nothing of it, with every row accounted for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use comfy_table::{CellAlignment, Table as Grid, presets};
use mittari_core::model::Table;
use mittari_ingest::{As, Chunk, Detected, IngestError, Note, Options, Problem, Recognised};
use mittari_store::{Access, ImportMeta, ImportSummary, Rejected, Store, TableCounts};
use serde_json::json;

use super::{Place, imports};
use crate::console::Tone;
use crate::failure::{Done, Failure, Outcome};
use crate::progress::Progress;
use crate::proposal;

const EXAMPLES: &str = "\
Examples:
  mittari import helpdesk-export/                          guesses what each file is, and says so
  mittari import scores.csv --as survey_answers            a file of dates and scores is enough for CSAT
  mittari import warehouse/zendesk --as zendesk-fivetran   Zendesk's tables as Fivetran lays them
  mittari import tickets.csv --dry-run                     proposes a mapping and writes it out to be edited
  mittari import tickets.csv --mapping tickets.mapping.toml

The same file twice counts once. Bad rows are listed and kept; good rows go in. \"mittari imports\" lists what came,
\"mittari forget\" takes an import back.";

/// Read files or folders into the data folder: CSV, JSON lines, Parquet, .xlsx, also compressed
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Import {
    /// Files and folders.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What they are: a model table or a source; without it, found out.
    #[arg(long = "as", value_name = "TABLE|SOURCE")]
    pub(crate) as_: Option<String>,
    /// The source of rows that name none.
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Put before every id, to keep two desks apart that number alike.
    #[arg(long, value_name = "P")]
    pub(crate) prefix: Option<String>,
    /// How columns become the model's: a mapping file.
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// The zone of times that name none [default: UTC].
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// How text files are encoded, where it is not found out rightly.
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Show what would come in, and store nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// End with exit code 1 where a row was rejected.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// What an import made of its files.
pub(crate) struct Imported {
    pub(crate) summary: ImportSummary,
    /// The first rejected rows.
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) notes: Vec<Note>,
    /// Files that could not be read as a whole, and why.
    pub(crate) left_out: Vec<(PathBuf, String)>,
    pub(crate) ignored: u64,
    pub(crate) seconds: f64,
}

/// How many rejected rows are shown at the end.
const SHOWN: usize = 5;

impl Import {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let options = self.options()?;
        let found = mittari_ingest::detect(&self.files, &options)?;
        if self.dry_run {
            return proposal::show(&found, &options, place);
        }
        let found = self.readable(found, place)?;
        if !place.console.json {
            found.iter().for_each(|file| place.console.tell(&recognised(file)));
        }
        let mut store = Store::open(place.data, Access::Write)?;
        let imported = import(&mut store, &found, &options, self.mapping_text()?, place)?;
        tell(&store, &imported, place)?;
        let rejected = imported.summary.tables.values().any(|counts| counts.rejected > 0);
        let failed = !imported.left_out.is_empty() || (self.strict && rejected);
        Ok(if failed { Outcome::Findings } else { Outcome::Fine })
    }

    fn options(&self) -> Done<Options> {
        let mut options = Options { source: self.source.clone(), prefix: self.prefix.clone(), ..Options::default() };
        if let Some(name) = &self.as_ {
            options.as_ = Some(name.parse::<As>()?);
        }
        if let Some(zone) = &self.zone {
            options = options.with_zone(zone)?;
        }
        if let Some(encoding) = &self.encoding {
            options = options.with_encoding(encoding)?;
        }
        match &self.mapping {
            Some(file) => Ok(options.with_mapping_file(file)?),
            None => Ok(options),
        }
    }

    fn mapping_text(&self) -> Done<Option<String>> {
        Ok(self.mapping.as_ref().map(std::fs::read_to_string).transpose()?)
    }

    /// What is known; a file named outright that is not is a mistake, one found in a folder is left out and told.
    fn readable(&self, found: Vec<Detected>, place: &Place<'_>) -> Done<Vec<Detected>> {
        let (known, unknown): (Vec<_>, Vec<_>) = found.into_iter().partition(|file| file.what != Recognised::Unknown);
        for file in unknown {
            if self.files.contains(&file.path) || known.is_empty() {
                return Err(IngestError::Unrecognised { file: file.path }.into());
            }
            place.console.tell(&format!("{}: left out, its columns are those of no model table", file.path.display()));
        }
        Ok(known)
    }
}

fn recognised(file: &Detected) -> String {
    let what = match file.what {
        Recognised::Table(table) => table.name(),
        Recognised::Mapped => "by the mapping",
        Recognised::ZendeskFivetran => "zendesk-fivetran",
        Recognised::Unknown => "unknown",
    };
    format!("{}: {what} ({})", file.path.display(), file.form)
}

/// Imports what was recognised as one import. A file that turns out to be unreadable is left out whole: the
/// import is begun again without it.
pub(crate) fn import(
    store: &mut Store,
    found: &[Detected],
    options: &Options,
    mapping: Option<String>,
    place: &Place<'_>,
) -> Done<Imported> {
    let mut files: Vec<&Detected> = found.iter().collect();
    // Who and when first: agents and calendars decide how events are folded.
    files.sort_by_key(|file| match file.what {
        Recognised::Table(table) => (table.fold() != mittari_core::model::Fold::Reference, Some(table)),
        _ => (true, None),
    });
    let mut left_out: Vec<(PathBuf, String)> = Vec::new();
    loop {
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        match attempt(store, &paths, options, mapping.clone(), place) {
            Ok(imported) => return Ok(Imported { left_out, ..imported }),
            Err(Stop::File(path, failure)) if files.len() > 1 && files.iter().any(|file| file.path == path) => {
                place.console.tell(&format!("{} is left out: {failure}", path.display()));
                files.retain(|file| file.path != path);
                left_out.push((path, failure.to_string()));
            }
            Err(Stop::File(_, failure) | Stop::All(failure)) => return Err(failure),
        }
    }
}

/// What stops an attempt.
enum Stop {
    /// One file cannot be read.
    File(PathBuf, Failure),
    /// Everything.
    All(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::All(error.into())
    }
}

fn attempt(
    store: &mut Store,
    paths: &[PathBuf],
    options: &Options,
    mapping: Option<String>,
    place: &Place<'_>,
) -> Result<Imported, Stop> {
    let began = std::time::Instant::now();
    let source = options.source.clone().unwrap_or_default();
    let files = paths.iter().map(|path| path.display().to_string()).collect();
    let mut import = store.begin_import(ImportMeta { files, source, mapping, at: None })?;
    let (mut rejected, mut notes, mut ignored) = (Vec::new(), Vec::new(), 0);
    let total: u64 = paths.iter().map(|path| bytes_of(path)).sum();
    let progress = Progress::new(place.console, total);
    for path in paths {
        let stop = |error: IngestError| Stop::File(path.clone(), error.into());
        let mut opened = mittari_ingest::open(std::slice::from_ref(path), options).map_err(stop)?;
        import.next_file();
        for chunk in opened.by_ref() {
            let chunk = chunk.map_err(|error| Stop::File(path.clone(), error.into()))?;
            progress.advance(chunk.bytes_read, chunk.received);
            ignored += chunk.ignored;
            import.write(chunk.table, &chunk.rows)?;
            let rows: Vec<Rejected> = problems(&chunk);
            import.reject(chunk.table, &rows)?;
            rejected.extend(rows.into_iter().take(SHOWN.saturating_sub(rejected.len())));
        }
        notes.extend_from_slice(opened.notes());
    }
    progress.folding();
    let summary = import.finish()?;
    progress.end();
    let seconds = began.elapsed().as_secs_f64();
    Ok(Imported { summary, rejected, notes, left_out: Vec::new(), ignored, seconds })
}

fn bytes_of(path: &Path) -> u64 {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
        }
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    }
}

fn problems(chunk: &Chunk) -> Vec<Rejected> {
    let rejected = |problem: &Problem| Rejected {
        table: chunk.table.name().to_owned(),
        file: problem.file.clone(),
        line: problem.line,
        column: problem.column.clone(),
        value: problem.value.clone(),
        reason: problem.reason.clone(),
        remedy: problem.remedy.clone(),
        row: problem.row.clone(),
    };
    chunk.problems.iter().map(rejected).collect()
}

/// Says what became of every row, what can be computed now, and what to do next.
fn tell(store: &Store, imported: &Imported, place: &Place<'_>) -> Done<()> {
    let console = place.console;
    if console.json {
        return console.say_json(&summary_json(imported));
    }
    console.say(&counts(&imported.summary.tables))?;
    let rows: u64 = imported.summary.tables.values().map(|counts| counts.received).sum();
    let rate = rows as f64 / imported.seconds.max(0.001);
    console.say(&console.paint(
        Tone::Soft,
        &format!(
            "import {}: {rows} rows in {:.1} s, {rate:.0} a second, folding included",
            imported.summary.id, imported.seconds
        ),
    ))?;
    if imported.ignored > 0 {
        console.say(&format!("{} rows were left out because the mapping says so", imported.ignored))?;
    }
    for note in &imported.notes {
        console.say(&format!("{} {}: {}", console.paint(Tone::Notable, "note"), note.file, note.text))?;
    }
    tell_rejected(imported, place)?;
    crate::computable::tell(store, place)
}

fn tell_rejected(imported: &Imported, place: &Place<'_>) -> Done<()> {
    let console = place.console;
    let rejected: u64 = imported.summary.tables.values().map(|counts| counts.rejected).sum();
    if rejected == 0 {
        return Ok(());
    }
    console.say(&format!("\n{}", console.paint(Tone::Bad, &format!("{rejected} rows were rejected; the first:"))))?;
    for row in &imported.rejected {
        console.say(&format!("  {}", imports::shown(row)))?;
    }
    console
        .say(&format!("  all of them, with the rows as they came: mittari imports --rejected {}", imported.summary.id))
}

fn counts(tables: &BTreeMap<Table, TableCounts>) -> String {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_header(["table", "received", "stored", "duplicate", "rejected"]);
    for column in 1..5 {
        if let Some(column) = grid.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let cells = |name: &str, counts: &TableCounts| {
        let numbers =
            [counts.received, counts.stored, counts.duplicate, counts.rejected].map(|number| number.to_string());
        std::iter::once(name.to_owned()).chain(numbers).collect::<Vec<_>>()
    };
    let mut total = TableCounts::default();
    for (table, counts) in tables {
        grid.add_row(cells(table.name(), counts));
        total.received += counts.received;
        total.stored += counts.stored;
        total.duplicate += counts.duplicate;
        total.rejected += counts.rejected;
    }
    if tables.len() > 1 {
        grid.add_row(cells("together", &total));
    }
    grid.to_string()
}

fn summary_json(imported: &Imported) -> serde_json::Value {
    let tables: serde_json::Map<_, _> =
        imported.summary.tables.iter().map(|(table, counts)| (table.name().to_owned(), json!(counts))).collect();
    json!({
        "import": imported.summary.id,
        "tables": tables,
        "rejected": imported.rejected,
        "ignored": imported.ignored,
        "notes": imported.notes.iter().map(|note| json!({"file": note.file, "text": note.text})).collect::<Vec<_>>(),
        "left_out": imported.left_out.iter().map(|(file, why)| json!({"file": file, "reason": why})).collect::<Vec<_>>(),
        "seconds": imported.seconds,
    })
}
