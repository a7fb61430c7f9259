//! `mittari rebuild`: all facts again from events.

use clap::Args;
use mittari_core::facts::Fact;
use mittari_store::{Access, Store};
use serde_json::json;

use super::Place;
use crate::failure::{Done, Outcome};

/// Fold all facts again from the events, by the rules and settings of now
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mittari rebuild    after a change of hours or windows in settings.toml")]
pub(crate) struct Rebuild {}

impl Rebuild {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let console = place.console;
        let mut store = Store::open(place.data, Access::Write)?;
        store.rebuild(|step| {
            if !console.json {
                console.tell(step);
            }
        })?;
        let facts = store.facts(None)?;
        let rows: Vec<(&str, u64)> =
            Fact::ALL.iter().map(|fact| (fact.name(), facts.row_count(*fact))).filter(|(_, rows)| *rows > 0).collect();
        if console.json {
            let rows: serde_json::Map<String, serde_json::Value> =
                rows.iter().map(|(fact, rows)| ((*fact).to_owned(), json!(rows))).collect();
            console.say_json(&json!({"facts_version": facts.facts_version(), "rows": rows}))?;
        } else {
            let listed: Vec<String> = rows.iter().map(|(fact, rows)| format!("{fact} {rows}")).collect();
            console.say(&format!("rebuilt: {}", listed.join(", ")))?;
        }
        Ok(Outcome::Fine)
    }
}
