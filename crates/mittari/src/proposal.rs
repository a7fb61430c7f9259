//! `mittari import --dry-run`: what would come in, and for what is not recognised a mapping to be edited.

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use comfy_table::{ContentArrangement, Table as Grid, presets};
use mittari_ingest::{Chunk, Detected, Options, Recognised};
use serde_json::json;

use crate::commands::{Place, imports};
use crate::console::Tone;
use crate::failure::{Done, Outcome};
use mittari_store::Rejected;

/// Rows shown of each file.
const SHOWN: usize = 5;

/// Shows what each file would bring; nothing is stored.
pub(crate) fn show(found: &[Detected], options: &Options, place: &Place<'_>) -> Done {
    let mut reports = Vec::new();
    for file in found {
        reports.push(match file.what {
            Recognised::Unknown => guessed(file, options, place)?,
            _ => known(file, options, place)?,
        });
    }
    if place.console.json {
        place.console.say_json(&reports)?;
    } else {
        place.console.say(&place.console.paint(Tone::Soft, "Nothing was stored."))?;
    }
    Ok(Outcome::Fine)
}

fn known(file: &Detected, options: &Options, place: &Place<'_>) -> Done<serde_json::Value> {
    let mut opened = mittari_ingest::open(std::slice::from_ref(&file.path), options)?;
    let mut chunks = Vec::new();
    for chunk in opened.by_ref() {
        let chunk = chunk?;
        let rows: u64 = chunks.iter().map(|chunk: &Chunk| chunk.received).sum();
        chunks.push(chunk);
        if rows > 100_000 {
            break;
        }
    }
    let (received, rejected) = totals(&chunks);
    if !place.console.json {
        place.console.say(&format!(
            "{} ({}): of the first {received} rows, {rejected} would be rejected",
            file.path.display(),
            file.form
        ))?;
        preview(&chunks, place)?;
        for note in opened.notes() {
            place.console.say(&format!("{} {}", place.console.paint(Tone::Notable, "note"), note.text))?;
        }
    }
    Ok(json!({"file": file.path, "form": file.form, "received": received, "rejected": rejected}))
}

fn guessed(file: &Detected, options: &Options, place: &Place<'_>) -> Done<serde_json::Value> {
    let guess = mittari_ingest::guess(&file.path, options)?;
    let path = free_name(&file.path);
    std::fs::write(&path, &guess.toml)?;
    let (received, rejected) = totals(&guess.preview);
    if !place.console.json {
        let console = place.console;
        console.say(&format!(
            "{} ({}): no model table, so this mapping is proposed:\n",
            file.path.display(),
            file.form
        ))?;
        console.say(guess.toml.trim_end())?;
        console.say("\nWith it the first rows become:")?;
        preview(&guess.preview, place)?;
        console.say(&format!("\nThe mapping is in {}. Edit what it got wrong, then:", path.display()))?;
        console.say(&console.paint(
            Tone::Strong,
            &format!("  mittari import {} --mapping {} --dry-run", file.path.display(), path.display()),
        ))?;
    }
    Ok(json!({"file": file.path, "form": file.form, "mapping": path, "received": received, "rejected": rejected}))
}

/// A name beside nobody's file: `tickets.mapping.toml`, `tickets.mapping-2.toml`, in the current folder.
fn free_name(file: &Path) -> PathBuf {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("import").to_owned();
    let numbered = (2..).map(|number| PathBuf::from(format!("{stem}.mapping-{number}.toml")));
    let mut names = std::iter::once(PathBuf::from(format!("{stem}.mapping.toml"))).chain(numbered);
    names.find(|name| !name.exists()).unwrap_or_default()
}

fn totals(chunks: &[Chunk]) -> (u64, usize) {
    (chunks.iter().map(|chunk| chunk.received).sum(), chunks.iter().map(|chunk| chunk.problems.len()).sum())
}

fn preview(chunks: &[Chunk], place: &Place<'_>) -> Done<()> {
    let mut shown: Vec<&'static str> = Vec::new();
    for chunk in chunks.iter().filter(|chunk| chunk.rows.num_rows() > 0) {
        if shown.contains(&chunk.table.name()) {
            continue;
        }
        shown.push(chunk.table.name());
        place.console.say(&place.console.paint(Tone::Strong, chunk.table.name()))?;
        place.console.say(&grid(&chunk.rows, place.console.width)?)?;
    }
    for problem in chunks.iter().flat_map(|chunk| &chunk.problems).take(SHOWN) {
        let row = Rejected {
            file: problem.file.clone(),
            line: problem.line,
            column: problem.column.clone(),
            value: problem.value.clone(),
            reason: problem.reason.clone(),
            remedy: problem.remedy.clone(),
            ..Rejected::default()
        };
        place.console.say(&format!("  {} {}", place.console.paint(Tone::Bad, "rejected"), imports::shown(&row)))?;
    }
    Ok(())
}

/// The first rows; columns without a value are left out.
fn grid(rows: &RecordBatch, width: usize) -> Done<String> {
    let count = rows.num_rows().min(SHOWN);
    let mut grid = Grid::new();
    grid.load_style(presets::UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    grid.set_width(u16::try_from(width).unwrap_or(120));
    let schema = rows.schema();
    let used: Vec<usize> =
        (0..rows.num_columns()).filter(|column| (0..count).any(|row| rows.column(*column).is_valid(row))).collect();
    grid.set_header(used.iter().map(|column| schema.field(*column).name().clone()));
    for row in 0..count {
        let cells: Result<Vec<String>, _> =
            used.iter().map(|column| array_value_to_string(rows.column(*column), row)).collect();
        grid.add_row(cells.map_err(anyhow::Error::from)?);
    }
    Ok(grid.to_string())
}
