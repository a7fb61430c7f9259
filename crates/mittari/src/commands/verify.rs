//! `mittari verify`: is every file of the data folder as it was written?

use clap::Args;
use mittari_store::{Access, Store};
use serde_json::json;

use super::Place;
use crate::console::Tone;
use crate::failure::{Done, Outcome};

/// Read every file of the data folder and compare it with what was recorded when it was written
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  mittari verify && echo whole\n\nExit code 1 where a file is damaged. What was derived is mended by \"mittari rebuild\"."
)]
pub(crate) struct Verify {}

impl Verify {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let console = place.console;
        let verified = Store::open(place.data, Access::Read)?.verify()?;
        let outcome = if verified.damaged.is_empty() { Outcome::Fine } else { Outcome::Findings };
        if console.json {
            let damaged: Vec<_> = verified
                .damaged
                .iter()
                .map(|damage| json!({"file": damage.file, "reason": damage.reason, "derived": damage.derived}))
                .collect();
            console.say_json(&json!({"files": verified.files, "bytes": verified.bytes, "damaged": damaged}))?;
            return Ok(outcome);
        }
        for damage in &verified.damaged {
            let remedy = if damage.derived {
                "\"mittari rebuild\" makes it anew."
            } else {
                "Restore it from a backup, or forget its import (\"mittari imports\") and import the files again."
            };
            console.say(&format!(
                "{} {}: {}",
                console.paint(Tone::Bad, "damaged"),
                damage.file.display(),
                damage.reason
            ))?;
            console.say(&format!("        {remedy}"))?;
        }
        let megabytes = verified.bytes as f64 / 1e6;
        console.say(&format!(
            "{} files, {megabytes:.1} MB read, {} damaged",
            verified.files,
            verified.damaged.len()
        ))?;
        Ok(outcome)
    }
}
