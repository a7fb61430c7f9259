//! The commands, one file each: its arguments and what it does.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod forget;
pub(crate) mod import;
pub(crate) mod imports;
pub(crate) mod init;
pub(crate) mod metrics;
pub(crate) mod rebuild;
pub(crate) mod report;
pub(crate) mod verify;

use std::path::Path;

use crate::cli::{Cli, Command};
use crate::console::Console;
use crate::failure::Done;

/// What every command is given.
pub(crate) struct Place<'p> {
    pub(crate) console: &'p Console,
    pub(crate) data: &'p Path,
}

/// Runs the command.
pub(crate) fn run(cli: Cli, console: &Console) -> Done {
    let data = cli.data();
    let place = Place { console, data: &data };
    match cli.command {
        Command::Init(command) => command.run(&place),
        Command::Import(command) => command.run(&place),
        Command::Imports(command) => command.run(&place),
        Command::Forget(command) => command.run(&place),
        Command::Report(command) => command.run(&place),
        Command::Explain(command) => command.run(&place),
        Command::Metrics(command) => command.run(&place),
        Command::Check(command) => command.run(&place),
        Command::Doctor(command) => command.run(&place),
        Command::Demo(command) => command.run(&place),
        Command::Verify(command) => command.run(&place),
        Command::Rebuild(command) => command.run(&place),
        Command::Completions(command) => command.run(&place),
    }
}
