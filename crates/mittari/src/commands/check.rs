//! `mittari check`: every metric file is read, and every worked example run.

use clap::Args;
use mittari_core::metric::{Metric, Origin};
use mittari_core::settings::Settings;
use mittari_store::{Access, Store};
use serde_json::json;

use super::Place;
use crate::catalogue;
use crate::console::Tone;
use crate::examples::{Bench, Tried};
use crate::failure::{Done, Failure, Outcome};

/// Run the worked examples of all metrics, the built-in ones and your own in DATA/catalogue
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mittari check                 all of them\n  mittari check reopen_rate     those of one metric\n  mittari check --verbose       with those that agree\n\nExit code 1 where a file cannot be read or an answer differs."
)]
pub(crate) struct Check {
    /// Only these metrics.
    metrics: Vec<String>,
    /// Also list the examples that agree.
    #[arg(long, short)]
    verbose: bool,
}

impl Check {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let (catalogue, errors) = catalogue::with_errors(place.data)?;
        for id in &self.metrics {
            catalogue.find(id).map_err(|unknown| Failure::input(unknown.to_string(), unknown.hint()))?;
        }
        let settings = Store::open(place.data, Access::Read)
            .map_or_else(|_| Settings::default(), |store| store.settings().clone());
        let mut unreadable: Vec<(String, String)> =
            errors.iter().map(|error| (error.to_string(), error.hint())).collect();
        unreadable
            .extend(mittari_engine::check(&catalogue, &settings).iter().map(|error| (error.to_string(), error.hint())));
        let bench = Bench::new()?;
        let of_file = |metric: &&Metric| {
            metric.variant.is_none() && (self.metrics.is_empty() || self.metrics.contains(&metric.id))
        };
        let mut tried = Vec::new();
        for metric in catalogue.iter().filter(of_file) {
            for example in &metric.examples {
                let result = bench.run(&catalogue, metric, example);
                self.tell(&result, metric, place)?;
                tried.push(result);
            }
        }
        let fine = unreadable.is_empty();
        let failed = tried.iter().filter(|one| !one.failures.is_empty()).count();
        let metrics = catalogue.iter().filter(of_file).count();
        if place.console.json {
            let failures: Vec<_> = tried.iter().filter(|one| !one.failures.is_empty()).map(as_json).collect();
            let unreadable: Vec<_> =
                unreadable.iter().map(|(error, hint)| json!({"error": error, "hint": hint})).collect();
            place.console.say_json(&json!({
                "metrics": metrics, "examples": tried.len(), "failed": failed, "failures": failures, "unreadable": unreadable,
            }))?;
        } else {
            for (error, hint) in &unreadable {
                place
                    .console
                    .say(&format!("{} {error}\n       {hint}", place.console.paint(Tone::Bad, "unreadable")))?;
            }
            place.console.say(&format!(
                "{metrics} metrics, {} examples: {} agree, {failed} differ",
                tried.len(),
                tried.len() - failed
            ))?;
        }
        Ok(if failed == 0 && fine { Outcome::Fine } else { Outcome::Findings })
    }

    fn tell(&self, tried: &Tried, metric: &Metric, place: &Place<'_>) -> Done<()> {
        let console = place.console;
        if console.json || (tried.failures.is_empty() && !self.verbose) {
            return Ok(());
        }
        let folder = if metric.origin == Origin::Own { "own: " } else { "" };
        let (tone, word) = if tried.failures.is_empty() { (Tone::Good, "agrees ") } else { (Tone::Bad, "differs") };
        console.say(&format!(
            "{} {folder}{}:{} {}: {}",
            console.paint(tone, word),
            tried.file,
            tried.line,
            tried.metric,
            tried.example
        ))?;
        tried.failures.iter().try_for_each(|failure| console.say(&format!("        {failure}")))
    }
}

fn as_json(tried: &Tried) -> serde_json::Value {
    json!({"metric": tried.metric, "example": tried.example, "file": tried.file, "line": tried.line, "differences": tried.failures})
}
