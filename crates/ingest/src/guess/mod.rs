//! A mapping proposed for a table that nobody has described: by the names of its columns in six languages, and by
//! what their values look like.
//!
//! A guess is a draft for a person: it is written as a mapping file with a remark beside whatever is not sure, and
//! the first rows that it makes are shown. Nothing is ever imported by a guess alone.

mod activity;
mod log;
mod profile;
mod roles;
mod shapes;
mod words;

use std::path::Path;

use crate::csv::BLANKS;
use crate::mapping::{MappedFile, Mapping, to_toml};
use crate::reader::Reader;
use crate::table::table_of;
use crate::{Chunk, FileRules, IngestError, Options};
use profile::Profiles;

/// Rows of the file that are mapped to have some of each rule.
const PREVIEW_FROM_ROWS: usize = 50_000;
/// Rows shown of each rule.
const PREVIEW_ROWS: usize = 5;

/// A proposed mapping.
#[derive(Clone, Debug)]
pub struct Guess {
    /// What the table seems to be, in one line.
    pub summary: String,
    /// The mapping.
    pub mapping: Mapping,
    /// The mapping as a file, with remarks on what to confirm.
    pub toml: String,
    /// The first rows that each rule makes, with the first problems; counts are those of the rows looked at.
    pub preview: Vec<Chunk>,
}

/// Proposes a mapping for a file.
///
/// An error means that the file cannot be read as a table at all, or that nothing in it looks like a time or a case.
pub fn guess(path: &Path, options: &Options) -> Result<Guess, IngestError> {
    let rules = options.read_rules();
    let mut reader = Reader::open(path, &rules)?;
    let file = file_rules(&reader, options);
    let names = reader.names()?;
    let profiles = Profiles::of(&mut reader)?;
    let known = table_of(path, &names);
    let mut shape = shapes::shape(&profiles, known, path)?;
    shape.mapping.file = FileRules { sequence: shape.mapping.file.sequence, ..file };
    shape.mapping.name = format!("guessed for {}", path.display());
    let toml = to_toml(&shape.mapping, &shape.remarks);
    // What was written is what is shown: the text is read back as a person's edit of it would be.
    let mapping = Mapping::parse(&shape.mapping.name, &toml)?;
    let preview = preview(path, &mapping, options)?;
    Ok(Guess { summary: shape.summary, mapping, toml, preview })
}

/// How the file is written, as found out, so that it need not be found out again.
fn file_rules(reader: &Reader, options: &Options) -> FileRules {
    let dialect = reader.csv_dialect();
    let delimiter = dialect.map(|(delimiter, _)| match delimiter {
        b'\t' => "tab".to_owned(),
        BLANKS => "space".to_owned(),
        sign => char::from(sign).to_string(),
    });
    FileRules {
        delimiter,
        encoding: dialect.map(|(_, encoding)| encoding.name().to_lowercase()),
        decimal: options.decimal_comma.map(|comma| if comma { "," } else { "." }.to_owned()),
        zone: Some(options.zone.iana_name().unwrap_or("UTC").to_owned()),
        source: options.source.clone(),
        ..FileRules::default()
    }
}

fn preview(path: &Path, mapping: &Mapping, options: &Options) -> Result<Vec<Chunk>, IngestError> {
    let options = Options { mapping: Some(mapping.clone()), chunk_rows: PREVIEW_FROM_ROWS, ..options.clone() };
    let mut shown = MappedFile::open(path, &options)?.first_chunks()?;
    for chunk in &mut shown {
        chunk.rows = chunk.rows.slice(0, chunk.rows.num_rows().min(PREVIEW_ROWS));
        chunk.problems.truncate(PREVIEW_ROWS);
    }
    Ok(shown)
}
