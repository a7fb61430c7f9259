//! What goes wrong, in three parts: what, in more detail, and what to do; with the exit code that scripts see.

use std::process::ExitCode;

use mittari_core::metric::nearest;
use mittari_engine::EngineError;
use mittari_ingest::IngestError;
use mittari_store::StoreError;

use crate::console::{Console, Tone};

/// How a command ends when nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All well: exit code 0.
    Fine,
    /// It ran, and found something wrong: exit code 1.
    Findings,
}

/// Whose fault it is: the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// What was typed, or the file given: exit code 2.
    Input = 2,
    /// The data folder: locked, damaged, or of a newer version: exit code 3.
    Data = 3,
    /// The machine or the program: exit code 4.
    Program = 4,
}

/// Why a command failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    what: String,
    hint: String,
    blame: Blame,
}

/// What commands give back.
pub(crate) type Done<T = Outcome> = Result<T, Failure>;

impl Failure {
    /// A mistake in what was typed or given.
    pub(crate) fn input(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { what: what.into(), hint: hint.into(), blame: Blame::Input }
    }

    /// Something wrong with the machine or the program.
    pub(crate) fn program(what: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { what: what.into(), hint: hint.into(), blame: Blame::Program }
    }

    /// A word that is none of those known, with the nearest.
    pub(crate) fn unknown<'k>(what: &str, word: &str, known: impl IntoIterator<Item = &'k str>) -> Failure {
        let known: Vec<&str> = known.into_iter().collect();
        let hint = match nearest(word, known.iter().copied()) {
            Some(near) => format!("Did you mean \"{near}\"?"),
            None => format!("Known are {}.", known.join(", ")),
        };
        Failure::input(format!("unknown {what} \"{word}\""), hint)
    }

    /// Says it on the error stream and gives the exit code.
    pub(crate) fn tell(&self, console: &Console) -> ExitCode {
        if console.json {
            let report = serde_json::json!({"error": self.what, "hint": self.hint, "exit_code": self.blame as u8});
            console.tell(&report.to_string());
        } else {
            console.tell(&format!("{} {}", console.error_paint(Tone::Bad, "error:"), self.what));
            for line in self.hint.lines() {
                console.tell(&format!("       {line}"));
            }
        }
        ExitCode::from(self.blame as u8)
    }

    /// The first line is what went wrong, the others what to do.
    fn of_text(text: &str, blame: Blame) -> Failure {
        let (what, hint) = text.split_once('\n').unwrap_or((text, ""));
        Failure { what: what.to_owned(), hint: hint.to_owned(), blame }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.hint.is_empty() { write!(out, "{}", self.what) } else { write!(out, "{}\n{}", self.what, self.hint) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let blame = match &error {
            StoreError::UnknownImport { .. } | StoreError::ForgottenImport { .. } | StoreError::NoData { .. } => {
                Blame::Input
            }
            StoreError::Settings { .. } | StoreError::Calendar { .. } | StoreError::Zone { .. } => Blame::Input,
            StoreError::Thread | StoreError::ColumnType { .. } => Blame::Program,
            _ => Blame::Data,
        };
        Failure::of_text(&error.to_string(), blame)
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Failure {
        Failure::of_text(&error.to_string(), Blame::Input)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        let blame = match &error {
            EngineError::Plan { .. } | EngineError::Facts { .. } => Blame::Data,
            EngineError::Estimate { .. } => Blame::Program,
            _ => Blame::Input,
        };
        Failure { what: error.to_string(), hint: error.hint(), blame }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
        Failure { what: error.to_string(), hint: causes.join("\n"), blame: Blame::Program }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::program(
            error.to_string(),
            "Check that the disk is not full and that the file may be read and written.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_names_the_nearest() {
        let failure = Failure::unknown("format", "jsn", ["table", "json", "csv", "html"]);
        assert_eq!(failure.to_string(), "unknown format \"jsn\"\nDid you mean \"json\"?");
    }

    #[test]
    fn a_locked_folder_is_the_data_folders_fault() {
        let error = StoreError::Locked { folder: "d".into(), holder: "process 7".into() };
        let failure = Failure::from(error);
        assert_eq!(failure.blame, Blame::Data);
        assert!(failure.what.contains("process 7") && failure.hint.contains("Wait"));
    }
}
