//! The program: what can be typed, and what comes back.
//!
//! Everything that knows customer service lies in the crates below; here are arguments, words, tables, pages,
//! and the order in which the crates are called.

mod catalogue;
mod cli;
mod commands;
mod computable;
mod console;
mod demo;
mod doctor;
mod examples;
mod failure;
mod needs;
mod progress;
mod proposal;
mod report;

use std::process::ExitCode;

use clap::Parser;

use cli::Cli;
use console::Console;
use failure::Outcome;

/// Where queries run.
pub(crate) fn runtime() -> failure::Done<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.json, cli.color);
    match commands::run(cli, &console) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(failure) => failure.tell(&console),
    }
}
