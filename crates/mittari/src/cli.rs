//! What can be typed. Each command's arguments lie beside what it does, in `commands/`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::*;
use crate::console::Colour;

/// What `mittari --help` ends with.
const AFTER: &str = "\
Start here:
  mittari demo                                   a made-up company: import, scorecard, page, in a minute
  mittari init                                   zone, opening hours and targets of yours
  mittari import helpdesk-export/                events, answers, orders: files or folders
  mittari report                                 the scorecard
  mittari report --format html --out report.html the same as one page
  mittari explain reopen_rate --where team=billing

Exit codes: 0 fine; 1 it ran and found something wrong (check, doctor, verify); 2 a mistake in what was typed or in
the file given; 3 the data folder is locked, damaged or of a newer version; 4 the machine or the program failed.";

/// Customer-service metrics that can be trusted: each with one definition, an interval, and the rows behind it.
#[derive(Debug, Parser)]
#[command(name = "mittari", version, after_help = AFTER, max_term_width = 110, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// The folder of data [default: $MITTARI_DATA, else ./mittari-data].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to colour; NO_COLOR is heeded.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = false)]
    pub(crate) color: Colour,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Import(import::Import),
    Imports(imports::Imports),
    Forget(forget::Forget),
    Report(report::Report),
    Explain(explain::Explain),
    Metrics(metrics::Metrics),
    Check(check::Check),
    Doctor(doctor::Doctor),
    Demo(demo::Demo),
    Verify(verify::Verify),
    Rebuild(rebuild::Rebuild),
    Completions(completions::Completions),
}

impl Cli {
    /// The folder of data: the flag, the environment, the usual one.
    pub(crate) fn data(&self) -> PathBuf {
        let named = self.data.clone().or_else(|| std::env::var_os("MITTARI_DATA").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from("mittari-data"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        for command in Cli::command().get_subcommands() {
            let after = command.get_after_help().or(command.get_after_long_help()).map(ToString::to_string);
            assert!(after.is_some_and(|text| text.contains("mittari ")), "{} shows no example", command.get_name());
        }
    }
}
