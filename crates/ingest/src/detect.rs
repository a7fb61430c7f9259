//! What files and folders are: a model table, a vendor's export, or something that needs a mapping.

use std::path::{Path, PathBuf};

use mittari_core::model::Table;

use crate::reader::{ReadRules, Reader};
use crate::table::{by_name, table_of};
use crate::zendesk_fivetran;
use crate::{As, IngestError, Options, Source};

/// What one file or folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The file or folder.
    pub path: PathBuf,
    /// What it is.
    pub what: Recognised,
    /// How it is written, for people: "CSV, ; between fields, windows-1250".
    pub form: String,
    /// Its size.
    pub bytes: u64,
}

/// What a file or folder was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// Rows of a model table.
    Table(Table),
    /// Something that the given mapping reads.
    Mapped,
    /// A folder of Zendesk's tables.
    ZendeskFivetran,
    /// Nothing known: a mapping can be guessed.
    Unknown,
}

/// Says what files and folders are; a folder that is no vendor's export is taken file by file.
pub fn detect(paths: &[PathBuf], options: &Options) -> Result<Vec<Detected>, IngestError> {
    let mut found = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(|source| IngestError::Io { file: path.clone(), source })?;
        match metadata.is_dir() {
            true => folder(path, options, &mut found)?,
            false => found.push(file(path, options)?),
        }
    }
    Ok(found)
}

fn folder(path: &Path, options: &Options, found: &mut Vec<Detected>) -> Result<(), IngestError> {
    let is_zendesk = match options.as_ {
        Some(As::Source(Source::ZendeskFivetran)) => true,
        Some(As::Table(_)) => false,
        None => options.mapping.is_none() && zendesk_fivetran::is_export(path),
    };
    if is_zendesk {
        let bytes = zendesk_fivetran::bytes_of(path)?;
        let form = "Zendesk's tables as Fivetran lays them".to_owned();
        found.push(Detected { path: path.to_owned(), what: Recognised::ZendeskFivetran, form, bytes });
        return Ok(());
    }
    let before = found.len();
    for file_path in files_under(path, 2)? {
        found.push(file(&file_path, options)?);
    }
    if found.len() == before {
        return Err(IngestError::Empty { file: path.to_owned() });
    }
    Ok(())
}

fn file(path: &Path, options: &Options) -> Result<Detected, IngestError> {
    let bytes = std::fs::metadata(path).map_err(|source| IngestError::Io { file: path.to_owned(), source })?.len();
    if let Some(As::Source(source)) = options.as_ {
        return Err(IngestError::WrongFolder {
            folder: path.to_owned(),
            reason: format!("{} is read from a folder, and this is a file", source.name()),
            hint: "Give the folder that holds the tables.".to_owned(),
        });
    }
    let mut reader = Reader::open(path, &options.read_rules())?;
    let names = reader.names()?;
    let what = match (&options.mapping, options.as_) {
        (Some(_), _) => Recognised::Mapped,
        (None, Some(As::Table(table))) => Recognised::Table(table),
        (None, _) => table_of(path, &names).map_or(Recognised::Unknown, Recognised::Table),
    };
    // Where only a column is missing, the error that names it helps more than "unknown".
    let what = match (what, by_name(path)) {
        (Recognised::Unknown, Some(table)) => Recognised::Table(table),
        (what, _) => what,
    };
    Ok(Detected { path: path.to_owned(), what, form: reader.description(), bytes })
}

impl Options {
    /// How files are read under these options and their mapping.
    pub(crate) fn read_rules(&self) -> ReadRules {
        match &self.mapping {
            Some(mapping) => mapping.read_rules(self),
            None => ReadRules::of(self),
        }
    }
}

/// The files of a folder and of its folders down to a depth, by name; hidden ones and markers left out.
pub(crate) fn files_under(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, IngestError> {
    let io = |source| IngestError::Io { file: folder.to_owned(), source };
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        entries.push(entry.map_err(io)?.path());
    }
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_marker =
            name.starts_with(['.', '_']) || name.to_lowercase().starts_with("readme") || name.ends_with(".toml");
        if is_marker {
            continue;
        }
        match path.is_dir() {
            true if depth > 0 => files.extend(files_under(&path, depth - 1)?),
            true => {}
            false => files.push(path),
        }
    }
    Ok(files)
}
