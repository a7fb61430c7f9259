//! `mittari forget`: take an import back.

use clap::Args;
use mittari_store::{Access, Store};
use serde_json::json;

use super::Place;
use crate::failure::{Done, Outcome};

/// Undo an import: its rows leave every number; what another import also brought stays
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  mittari imports      to see the numbers\n  mittari forget 3     after a wrong mapping; then import the file again"
)]
pub(crate) struct Forget {
    /// The import's number.
    import: i64,
}

impl Forget {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let mut store = Store::open(place.data, Access::Write)?;
        store.forget(self.import)?;
        let rows: u64 = store
            .imports()
            .iter()
            .filter(|import| import.id == self.import)
            .flat_map(|import| import.counts.values())
            .map(|counts| counts.stored)
            .sum();
        if place.console.json {
            place.console.say_json(&json!({"forgotten": self.import, "rows": rows}))?;
        } else {
            place.console.say(&format!("import {} is forgotten: its {rows} rows no longer count", self.import))?;
        }
        Ok(Outcome::Fine)
    }
}
