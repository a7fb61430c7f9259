//! Guesses a mapping.
use std::path::Path;
use crate::{IngestError, Mapping, Options, Chunk};
/// A proposed mapping.
pub struct Guess {
    /// The mapping.
    pub mapping: Mapping,
    /// The mapping as a file with remarks.
    pub toml: String,
    /// The first rows that it makes.
    pub preview: Vec<Chunk>,
}
/// Proposes a mapping for a file.
pub fn guess(path: &Path, _options: &Options) -> Result<Guess, IngestError> {
    Err(IngestError::Unrecognised { file: path.to_owned() })
}
