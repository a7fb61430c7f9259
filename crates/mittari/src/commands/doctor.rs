//! `mittari doctor`: what in the data makes numbers wrong, doubtful or absent.

use clap::Args;
use mittari_store::{Access, Store};
use serde_json::json;

use super::Place;
use crate::console::Tone;
use crate::doctor::{Finding, Severity, examine};
use crate::failure::{Done, Outcome};
use crate::report::shown;
use mittari_core::metric::Language;

/// Examine the data: what makes numbers wrong, doubtful or absent, the rows that do, and what to do about it
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mittari doctor\n  mittari doctor --rows 50         more of the offending rows\n  mittari doctor --json            for programs\n\nExit code 1 where something makes numbers wrong."
)]
pub(crate) struct Doctor {
    /// How many offending rows to show of each.
    #[arg(long, value_name = "N", default_value_t = 3)]
    rows: usize,
}

impl Doctor {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let store = Store::open(place.data, Access::Read)?;
        let examined = examine(&store, self.rows)?;
        let wrong = examined.findings.iter().any(|finding| finding.severity == Severity::Wrong);
        if place.console.json {
            place.console.say_json(&json!({"checks": examined.checks, "findings": examined.findings}))?;
        } else {
            for finding in &examined.findings {
                tell(finding, place)?;
            }
            let well = examined.checks - examined.findings.len();
            place.console.say(&format!(
                "{} checks: {well} hold, {} do not",
                examined.checks,
                examined.findings.len()
            ))?;
        }
        Ok(if wrong { Outcome::Findings } else { Outcome::Fine })
    }
}

fn tell(finding: &Finding, place: &Place<'_>) -> Done<()> {
    let console = place.console;
    let (tone, word) = match finding.severity {
        Severity::Wrong => (Tone::Bad, "wrong   "),
        Severity::Doubtful => (Tone::Notable, "doubtful"),
        Severity::Missing => (Tone::Soft, "missing "),
    };
    let count = |count: u64| shown::count(Language::English, i64::try_from(count).unwrap_or(i64::MAX));
    console.say(&format!(
        "{} {} ({} of {})",
        console.paint(tone, word),
        console.paint(Tone::Strong, &finding.what),
        count(finding.count),
        count(finding.of),
    ))?;
    for row in &finding.rows {
        console.say(&format!("           {row}"))?;
    }
    let kept = finding.rows.len() as u64;
    if kept > 0 && finding.count > kept {
        console.say(&console.paint(Tone::Soft, &format!("           and {} more", count(finding.count - kept))))?;
    }
    console.say(&format!("         so {}.", finding.effect))?;
    console.say(&format!("         {}\n", finding.remedy))
}
