//! The terminal, or whatever stands in its place: what may be coloured, how wide it is, how things are said.
//!
//! Answers go to the output stream, everything else (progress, hints, errors) to the error stream, so that a
//! pipe carries only answers. A reader that goes away ends the output and is no error.

use std::io::{IsTerminal, Write};

use crate::failure::Done;

/// What a text means; colour follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Notable,
    Soft,
    Strong,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// Where output goes.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    /// Machines read it.
    pub(crate) json: bool,
    /// Whether the output is coloured.
    pub(crate) coloured: bool,
    error_coloured: bool,
    /// Whether somebody looks on: progress is shown, questions are asked.
    pub(crate) interactive: bool,
    /// Letters in a line.
    pub(crate) width: usize,
}

/// Letters in a line where there is no terminal.
const USUAL_WIDTH: usize = 120;

impl Console {
    /// The console of this process.
    pub(crate) fn new(json: bool, colour: Colour) -> Console {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let coloured = |terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !no_colour,
        };
        let (out, error) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let measured = if out { comfy_table::Table::new().width().map(usize::from) } else { None };
        Console {
            json,
            coloured: coloured(out) && !json,
            error_coloured: coloured(error) && !json,
            interactive: error && std::io::stdin().is_terminal(),
            width: measured.or(columns).unwrap_or(USUAL_WIDTH).clamp(60, 200),
        }
    }

    /// Whether progress can be drawn.
    pub(crate) fn shows_progress(&self) -> bool {
        std::io::stderr().is_terminal() && !self.json
    }

    /// Says an answer.
    pub(crate) fn say(&self, text: &str) -> Done<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        }
    }

    /// Says a value to a machine.
    pub(crate) fn say_json(&self, value: &impl serde::Serialize) -> Done<()> {
        let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
        self.say(&text)
    }

    /// Says something beside the answer; nowhere to say it is no reason to stop.
    pub(crate) fn tell(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// The text, coloured for the output.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        painted(self.coloured, tone, text)
    }

    /// The text, coloured for the error stream.
    pub(crate) fn error_paint(&self, tone: Tone, text: &str) -> String {
        painted(self.error_coloured, tone, text)
    }

    /// Asks, with an answer that Enter gives.
    pub(crate) fn ask(&self, question: &str, usual: &str) -> Done<String> {
        let mut error = std::io::stderr().lock();
        write!(error, "{question} [{usual}] ")?;
        error.flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        let answer = answer.trim();
        Ok(if answer.is_empty() { usual.to_owned() } else { answer.to_owned() })
    }
}

fn painted(coloured: bool, tone: Tone, text: &str) -> String {
    if !coloured || text.is_empty() {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Notable => "33",
        Tone::Soft => "2",
        Tone::Strong => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_coloured_where_colour_is_unwanted() {
        assert_eq!(painted(false, Tone::Bad, "x"), "x");
        assert_eq!(painted(true, Tone::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(painted(true, Tone::Bad, ""), "");
    }
}
