//! `mittari imports`: what came when, and what became of it; the rejected rows of one.

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use mittari_core::time::Instant;
use mittari_store::{Access, ImportRecord, Rejected, Store};

use super::Place;
use crate::console::Tone;
use crate::failure::{Done, Outcome};

/// List all imports, or the rows that one of them rejected
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mittari imports\n  mittari imports --rejected 3          every rejected row with line, column, value, reason and remedy\n  mittari imports --rejected 3 --json   the same with the rows as they came"
)]
pub(crate) struct Imports {
    /// Show the rows that this import rejected.
    #[arg(long, value_name = "IMPORT")]
    rejected: Option<i64>,
}

impl Imports {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let store = Store::open(place.data, Access::Read)?;
        match self.rejected {
            Some(import) => rejected(&store, import, place),
            None => list(&store, place),
        }
    }
}

fn rejected(store: &Store, import: i64, place: &Place<'_>) -> Done {
    if !store.imports().iter().any(|record| record.id == import) {
        return Err(mittari_store::StoreError::UnknownImport { import }.into());
    }
    let rows = store.rejected(import)?;
    if place.console.json {
        place.console.say_json(&rows)?;
        return Ok(Outcome::Fine);
    }
    for row in &rows {
        place.console.say(&shown(row))?;
    }
    place.console.say(&format!("{} rows rejected by import {import}", rows.len()))?;
    Ok(Outcome::Fine)
}

/// A rejected row, for people: `tickets.csv:17 opened_at "soon": no moment. Write it as 2026-01-31T12:00:00Z.`
pub(crate) fn shown(row: &Rejected) -> String {
    let column = row.column.as_deref().map(|column| format!(" {column}")).unwrap_or_default();
    let value = row.value.as_deref().map(|value| format!(" {value:?}")).unwrap_or_default();
    format!("{}:{}{column}{value}: {}; {}", row.file, row.line, row.reason, row.remedy)
}

fn list(store: &Store, place: &Place<'_>) -> Done {
    let console = place.console;
    if console.json {
        console.say_json(&store.imports())?;
        return Ok(Outcome::Fine);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "import",
        "at",
        "received",
        "stored",
        "duplicate",
        "rejected",
        "from",
    ]);
    for column in [0, 2, 3, 4, 5] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for import in store.imports() {
        table.add_row(row(import));
    }
    console.say(&table.to_string())?;
    if store.imports().iter().any(|import| import.forgotten_at.is_some()) {
        console
            .say(&console.paint(Tone::Soft, "forgotten imports count nowhere; their files can be imported again"))?;
    }
    Ok(Outcome::Fine)
}

fn row(import: &ImportRecord) -> [String; 7] {
    let total =
        |count: fn(&mittari_store::TableCounts) -> u64| import.counts.values().map(count).sum::<u64>().to_string();
    let files = match import.files.as_slice() {
        [] => import.source.clone(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    };
    let forgotten = if import.forgotten_at.is_some() { " (forgotten)" } else { "" };
    [
        import.id.to_string(),
        Instant(import.at).to_string(),
        total(|counts| counts.received),
        total(|counts| counts.stored),
        total(|counts| counts.duplicate),
        total(|counts| counts.rejected),
        format!("{files}{forgotten}"),
    ]
}
