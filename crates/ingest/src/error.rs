//! What stops an import: the file as a whole cannot be read as what it is said to be.
//!
//! A single bad row is never one of these; it is a [`crate::Problem`] and the rows around it go in.

use std::path::PathBuf;

/// Why a file or folder cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The operating system says no.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file or folder with nothing in it.
    #[error("{} is empty\nA table needs a header line and at least one row.", file.display())]
    Empty {
        /// The file or folder.
        file: PathBuf,
    },
    /// The compressed stream ends too soon.
    #[error("{} is cut off: the compressed data ends in the middle\nCopy or export the file again.", file.display())]
    CutOff {
        /// The file.
        file: PathBuf,
    },
    /// The bytes contradict the form they are in.
    #[error("{} is damaged or is no {form}: {detail}\nExport the file again, or name its form in a mapping file.", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What it was read as.
        form: &'static str,
        /// What the reader of that form said.
        detail: String,
    },
    /// A compressed file that grows beyond any honest measure.
    #[error("{} grows from {packed} to over {unpacked} bytes when unpacked, which no table does\nUnpack it yourself and look at it before importing.", file.display())]
    Bomb {
        /// The file.
        file: PathBuf,
        /// Bytes read from the file so far.
        packed: u64,
        /// Bytes made of them so far.
        unpacked: u64,
    },
    /// A form that is known but not read.
    #[error("{} is {form}, which is not read\n{hint}", file.display())]
    UnreadableForm {
        /// The file.
        file: PathBuf,
        /// Which form it is.
        form: String,
        /// What to do instead.
        hint: String,
    },
    /// The first line cannot be a header.
    #[error("{}: {reason}\nThe first line must name the columns.", file.display())]
    NoHeader {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An encoding that nobody knows.
    #[error(
        "unknown encoding \"{label}\"\nKnown are utf-8, utf-16le, utf-16be, windows-1250, windows-1251, windows-1252, big5 and the other names of the WHATWG standard."
    )]
    UnknownEncoding {
        /// As told.
        label: String,
    },
    /// A time zone that the zone database does not have.
    #[error("unknown time zone \"{zone}\"\nZones are named as in the zone database: \"Europe/Helsinki\", \"UTC\".")]
    UnknownZone {
        /// As told.
        zone: String,
    },
    /// A word for `--as` that names neither a table nor a source.
    #[error("unknown table or source \"{name}\"\nDid you mean \"{nearest}\"? Tables: {tables}. Sources: {sources}.")]
    UnknownKind {
        /// As told.
        name: String,
        /// The nearest known name.
        nearest: String,
        /// All tables.
        tables: String,
        /// All sources.
        sources: String,
    },
    /// Columns that the table cannot do without.
    #[error("{}: no column \"{column}\", which {table} needs\n{hint}", file.display())]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// The table.
        table: &'static str,
        /// The column.
        column: String,
        /// The nearest name in the file, or what to do.
        hint: String,
    },
    /// One model column given twice.
    #[error("{}: column \"{column}\" stands in the header twice\nRename one of them, or say in a mapping file which one counts.", file.display())]
    DoubleColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// A table that is none of the model's, and no mapping was given.
    #[error("{}: the columns are those of no model table\n\"mittari import --dry-run\" proposes a mapping; give it with --mapping.", file.display())]
    Unrecognised {
        /// The file.
        file: PathBuf,
    },
    /// A folder that no source recognises.
    #[error("{}: {reason}\n{hint}", folder.display())]
    WrongFolder {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        reason: String,
        /// What to do.
        hint: String,
    },
    /// A mapping file that does not say what it should.
    #[error("mapping {name}: {reason}\n{hint}")]
    Mapping {
        /// The mapping's file, or what it is called.
        name: String,
        /// What is wrong, with the place.
        reason: String,
        /// What to write instead.
        hint: String,
    },
    /// The program contradicts itself; never the input's fault.
    #[error("{}: internal: {detail}", file.display())]
    Internal {
        /// The file at hand.
        file: PathBuf,
        /// What happened.
        detail: String,
    },
}

/// The word of `known` that is nearest to `given`.
pub(crate) fn nearest<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let plain = given.trim().to_lowercase();
    let plain: String = plain.chars().take(64).collect();
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&plain, word), word))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(likeness, _)| *likeness > 0.6)
        .map(|(_, word)| word)
}
