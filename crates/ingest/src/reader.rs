//! One face for the four forms: open a file, get blocks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;

use crate::block::Block;
use crate::convert::NumberForm;
use crate::csv::{BLANKS, Csv, CsvRules};
use crate::input::{Form, form_of};
use crate::jsonl::Jsonl;
use crate::parquet::Parquet;
use crate::xlsx::Xlsx;
use crate::{IngestError, Options};

/// What may be told of how a file is written.
#[derive(Clone, Debug)]
pub(crate) struct ReadRules {
    pub(crate) form: Option<Form>,
    pub(crate) csv: CsvRules,
    pub(crate) sheet: Option<String>,
    pub(crate) block_rows: usize,
}

impl ReadRules {
    pub(crate) fn of(options: &Options) -> ReadRules {
        let csv = CsvRules { encoding: options.encoding, delimiter: options.delimiter, ..CsvRules::default() };
        ReadRules { form: None, csv, sheet: None, block_rows: options.chunk_rows.max(1) }
    }
}

/// A file being read.
pub(crate) struct Reader {
    path: PathBuf,
    kind: Kind,
    block_rows: usize,
    /// A block read to learn the names, still to be handed out.
    waiting: Option<Block>,
}

enum Kind {
    Csv(Box<Csv>),
    Jsonl(Box<Jsonl>),
    Parquet(Box<Parquet>),
    Xlsx(Xlsx),
}

impl Reader {
    /// Opens a file; its form is told by its bytes.
    pub(crate) fn open(path: &Path, rules: &ReadRules) -> Result<Reader, IngestError> {
        let (form, packing) = form_of(path)?;
        let kind = match rules.form.unwrap_or(form) {
            Form::Csv => Kind::Csv(Box::new(Csv::open(path, &rules.csv)?)),
            Form::Json => Kind::Jsonl(Box::new(Jsonl::open(path, rules.csv.encoding)?)),
            Form::Parquet => Kind::Parquet(Box::new(Parquet::open(path, packing, rules.block_rows)?)),
            Form::Xlsx => Kind::Xlsx(Xlsx::open(path, rules.sheet.as_deref(), rules.csv.skip_lines)?),
        };
        Ok(Reader { path: path.to_owned(), kind, block_rows: rules.block_rows, waiting: None })
    }

    /// The file's path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The columns' names as known from the header or the first rows.
    pub(crate) fn names(&mut self) -> Result<Arc<[String]>, IngestError> {
        match &self.kind {
            Kind::Csv(csv) => return Ok(Arc::clone(csv.names())),
            Kind::Xlsx(xlsx) => return Ok(Arc::clone(xlsx.names())),
            Kind::Parquet(parquet) => return Ok(Arc::clone(parquet.names())),
            Kind::Jsonl(_) => {}
        }
        if self.waiting.is_none() {
            self.waiting = self.read()?;
        }
        Ok(self.waiting.as_ref().map_or_else(|| Arc::new([]) as Arc<[String]>, |block| Arc::clone(&block.names)))
    }

    /// Whether all columns are known from the beginning; a JSON row may bring a new one.
    pub(crate) fn has_fixed_columns(&self) -> bool {
        !matches!(self.kind, Kind::Jsonl(_))
    }

    /// The next rows; none at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, IngestError> {
        match self.waiting.take() {
            Some(block) => Ok(Some(block)),
            None => self.read(),
        }
    }

    fn read(&mut self) -> Result<Option<Block>, IngestError> {
        match &mut self.kind {
            Kind::Csv(csv) => csv.next_block(self.block_rows),
            Kind::Jsonl(jsonl) => jsonl.next_block(self.block_rows),
            Kind::Parquet(parquet) => parquet.next_block(),
            Kind::Xlsx(xlsx) => xlsx.next_block(self.block_rows),
        }
    }

    /// Bytes of the file read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        match &self.kind {
            Kind::Csv(csv) => csv.bytes_read(),
            Kind::Jsonl(jsonl) => jsonl.bytes_read(),
            Kind::Parquet(parquet) => parquet.bytes_read(),
            Kind::Xlsx(xlsx) => xlsx.bytes_read(),
        }
    }

    /// How its numbers are probably written: a semicolon stands where the comma is the decimal sign.
    pub(crate) fn number_form(&self, told: Option<bool>) -> NumberForm {
        match (told, &self.kind) {
            (Some(true), _) => NumberForm::Comma,
            (Some(false), _) => NumberForm::Point,
            (None, Kind::Csv(csv)) if csv.delimiter() == b';' => NumberForm::CommaLikely,
            (None, Kind::Csv(_) | Kind::Xlsx(_)) => NumberForm::Unknown,
            (None, Kind::Jsonl(_) | Kind::Parquet(_)) => NumberForm::Unknown,
        }
    }

    /// What the file turned out to be, for people: "CSV, ; between fields, windows-1250".
    pub(crate) fn description(&self) -> String {
        match &self.kind {
            Kind::Csv(csv) => {
                let delimiter = match csv.delimiter() {
                    b'\t' => "tab".to_owned(),
                    BLANKS => "blanks".to_owned(),
                    sign => char::from(sign).to_string(),
                };
                format!("CSV, {delimiter} between fields, {}", csv.encoding().name())
            }
            Kind::Jsonl(jsonl) => format!("JSON lines, {}", jsonl.encoding().name()),
            Kind::Parquet(_) => "Parquet".to_owned(),
            Kind::Xlsx(_) => "xlsx".to_owned(),
        }
    }

    /// The delimiter and encoding of a CSV file.
    pub(crate) fn csv_dialect(&self) -> Option<(u8, &'static Encoding)> {
        match &self.kind {
            Kind::Csv(csv) => Some((csv.delimiter(), csv.encoding())),
            _ => None,
        }
    }
}
