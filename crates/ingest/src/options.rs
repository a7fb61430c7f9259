//! What the caller may tell an import: what the files are, how they are written, whose they are.

use std::path::Path;

use jiff::tz::TimeZone;
use mittari_core::model::Table;

use crate::error::nearest;
use crate::{IngestError, Mapping};

/// What may be told of files; everything has a default.
#[derive(Clone, Debug)]
pub struct Options {
    /// What they are; none: guess.
    pub as_: Option<As>,
    /// How their columns become model columns; none: they bear the model's names.
    pub mapping: Option<Mapping>,
    /// The `source` of rows that name none; default "file" for tables, the vendor for its own exports.
    pub source: Option<String>,
    /// Put before every id, to keep two desks apart that number alike.
    pub prefix: Option<String>,
    /// The zone of times that name none; default UTC.
    pub zone: TimeZone,
    /// How text files are encoded; none: found out.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// What stands between the fields of a CSV file; none: found out.
    pub delimiter: Option<u8>,
    /// Whether `1,5` is one and a half; none: found out.
    pub decimal_comma: Option<bool>,
    /// Rows of one chunk.
    pub chunk_rows: usize,
}

/// What files are said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    /// Rows of a model table, whose columns bear the model's names.
    Table(Table),
    /// A vendor's export.
    Source(Source),
}

/// Vendors' exports that are read without a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Zendesk's tables as Fivetran lays them in a warehouse: a folder of CSV or Parquet files.
    ZendeskFivetran,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            as_: None,
            mapping: None,
            source: None,
            prefix: None,
            zone: TimeZone::UTC,
            encoding: None,
            delimiter: None,
            decimal_comma: None,
            chunk_rows: 64 * 1024,
        }
    }
}

impl Options {
    /// The same, the zone named as in the zone database.
    pub fn with_zone(mut self, zone: &str) -> Result<Options, IngestError> {
        self.zone = zone_named(zone)?;
        Ok(self)
    }

    /// The same, the encoding named as in the WHATWG standard.
    pub fn with_encoding(mut self, label: &str) -> Result<Options, IngestError> {
        self.encoding = Some(encoding_named(label)?);
        Ok(self)
    }

    /// The same, with the mapping in a file.
    pub fn with_mapping_file(mut self, path: &Path) -> Result<Options, IngestError> {
        self.mapping = Some(Mapping::read(path)?);
        Ok(self)
    }
}

pub(crate) fn zone_named(zone: &str) -> Result<TimeZone, IngestError> {
    TimeZone::get(zone).map_err(|_| IngestError::UnknownZone { zone: zone.to_owned() })
}

pub(crate) fn encoding_named(label: &str) -> Result<&'static encoding_rs::Encoding, IngestError> {
    let known = match label.trim() {
        "1250" | "cp1250" => "windows-1250",
        "1251" | "cp1251" => "windows-1251",
        "1252" | "cp1252" => "windows-1252",
        other => other,
    };
    encoding_rs::Encoding::for_label(known.as_bytes())
        .ok_or_else(|| IngestError::UnknownEncoding { label: label.to_owned() })
}

impl Source {
    /// All of them.
    pub const ALL: &'static [Source] = &[Source::ZendeskFivetran];

    /// The name for `--as`.
    pub fn name(self) -> &'static str {
        match self {
            Source::ZendeskFivetran => "zendesk-fivetran",
        }
    }

    /// The `source` of its rows: the vendor.
    pub fn vendor(self) -> &'static str {
        match self {
            Source::ZendeskFivetran => "zendesk",
        }
    }

    /// One line: what it reads.
    pub fn doc(self) -> &'static str {
        match self {
            Source::ZendeskFivetran => {
                "a folder of Zendesk's tables as Fivetran lays them in a warehouse, CSV or Parquet"
            }
        }
    }
}

impl As {
    /// The name for `--as`.
    pub fn name(self) -> &'static str {
        match self {
            As::Table(table) => table.name(),
            As::Source(source) => source.name(),
        }
    }
}

impl std::str::FromStr for As {
    type Err = IngestError;

    fn from_str(name: &str) -> Result<As, IngestError> {
        let plain = name.trim().to_lowercase();
        if let Some(table) = Table::named(&plain.replace('-', "_")) {
            return Ok(As::Table(table));
        }
        if let Some(source) = Source::ALL.iter().find(|source| source.name() == plain.replace('_', "-")) {
            return Ok(As::Source(*source));
        }
        let tables: Vec<&str> = Table::ALL.iter().map(|table| table.name()).collect();
        let sources: Vec<&str> = Source::ALL.iter().map(|source| source.name()).collect();
        let known = tables.iter().chain(&sources).copied();
        Err(IngestError::UnknownKind {
            name: name.to_owned(),
            nearest: nearest(&plain, known).unwrap_or("conversation_events").to_owned(),
            tables: tables.join(", "),
            sources: sources.join(", "),
        })
    }
}
