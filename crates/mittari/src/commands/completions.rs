//! `mittari completions`: what a shell needs to complete the commands.

use clap::{Args, CommandFactory};

use super::Place;
use crate::cli::Cli;
use crate::failure::{Done, Outcome};

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  mittari completions bash > ~/.local/share/bash-completion/completions/mittari")]
pub(crate) struct Completions {
    /// bash, zsh, fish, elvish or powershell.
    shell: clap_complete::Shell,
}

impl Completions {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "mittari", &mut script);
        place.console.say(String::from_utf8_lossy(&script).trim_end())?;
        Ok(Outcome::Fine)
    }
}
