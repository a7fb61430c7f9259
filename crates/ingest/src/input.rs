//! Opening a file: unpacking what is packed, counting bytes for the progress bar, refusing bombs.
//!
//! Packing is told by the first bytes, never by the name. Everything streams; memory does not grow with the file.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::IngestError;

/// Bytes before a ratio says anything.
const UNPACKED_BEFORE_SUSPICION: u64 = 256 << 20;
/// Tables pack to a hundredth at most; beyond this it is a bomb.
const RATIO_MAX: u64 = 400;

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    None,
    /// gzip, in one or several members.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// The form of a table in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text with separated fields.
    Csv,
    /// One JSON object a line, or one array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
    /// An Excel workbook.
    Xlsx,
}

impl Form {
    /// The name as people know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Form::Csv => "CSV",
            Form::Json => "JSON lines",
            Form::Parquet => "Parquet",
            Form::Xlsx => "xlsx",
        }
    }
}

/// A file with its packing taken off as it is read.
pub(crate) struct Input {
    path: PathBuf,
    reader: Box<dyn Read + Send>,
    packing: Packing,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

struct Counting<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Input {
    /// Opens a file and looks at how it is packed.
    pub(crate) fn open(path: &Path) -> Result<Input, IngestError> {
        let io = |source| IngestError::Io { file: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let packing = packing_of(&first_bytes(&mut file, 4).map_err(io)?);
        let file = File::open(path).map_err(io)?;
        let packed = Arc::new(AtomicU64::new(0));
        let counted = BufReader::with_capacity(256 << 10, Counting { inner: file, count: Arc::clone(&packed) });
        let reader: Box<dyn Read + Send> = match packing {
            Packing::None => Box::new(counted),
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(counted)),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(counted).map_err(io)?;
                decoder.window_log_max(27).map_err(io)?;
                Box::new(decoder)
            }
        };
        Ok(Input { path: path.to_owned(), reader, packing, packed, unpacked: 0 })
    }

    /// The file's path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file read so far, packed as they lie there.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.packed.load(Ordering::Relaxed)
    }

    /// Fills the buffer as far as the file goes; less than its length only at the end.
    pub(crate) fn read_full(&mut self, buffer: &mut [u8]) -> Result<usize, IngestError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failure(error)),
            }
        }
        self.unpacked += filled as u64;
        let packed = self.bytes_read().max(1);
        if self.packing != Packing::None
            && self.unpacked > UNPACKED_BEFORE_SUSPICION
            && self.unpacked / packed > RATIO_MAX
        {
            return Err(IngestError::Bomb { file: self.path.clone(), packed, unpacked: self.unpacked });
        }
        Ok(filled)
    }

    fn failure(&self, error: std::io::Error) -> IngestError {
        let form = match self.packing {
            Packing::None => return IngestError::Io { file: self.path.clone(), source: error },
            Packing::Gzip => "gzip",
            Packing::Zstd => "zstd",
        };
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => IngestError::CutOff { file: self.path.clone() },
            _ => IngestError::Damaged { file: self.path.clone(), form, detail: error.to_string() },
        }
    }
}

fn first_bytes(file: &mut impl Read, count: u64) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    file.take(count).read_to_end(&mut head)?;
    Ok(head)
}

fn packing_of(head: &[u8]) -> Packing {
    match head {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        _ => Packing::None,
    }
}

/// What a file is, by its first bytes once unpacked.
pub(crate) fn form_of(path: &Path) -> Result<(Form, Packing), IngestError> {
    let mut input = Input::open(path)?;
    let mut head = vec![0; 4096];
    let filled = input.read_full(&mut head)?;
    head.truncate(filled);
    let unreadable = |form: &str, hint: &str| {
        Err(IngestError::UnreadableForm { file: path.to_owned(), form: form.to_owned(), hint: hint.to_owned() })
    };
    let form = match head.as_slice() {
        [] => return Err(IngestError::Empty { file: path.to_owned() }),
        [b'P', b'A', b'R', b'1', ..] => Form::Parquet,
        [b'P', b'A', b'R', b'E', ..] => return unreadable("encrypted Parquet", "Write it without encryption."),
        [b'P', b'K', 3, 4, ..] => Form::Xlsx,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return unreadable("an old or an encrypted Excel file", "Save it as .xlsx or .csv, without a password.");
        }
        [b'%', b'P', b'D', b'F', ..] => {
            return unreadable("a PDF", "Export a table: CSV, .xlsx, JSON lines or Parquet.");
        }
        [b'O', b'R', b'C', ..] => return unreadable("ORC", "Write it as Parquet."),
        [b'O', b'b', b'j', 1, ..] => return unreadable("Avro", "Write it as Parquet."),
        [b'S', b'Q', b'L', b'i', b't', b'e', ..] => {
            return unreadable("an SQLite database", "Export the table as CSV.");
        }
        text => text_form(text),
    };
    Ok((form, input.packing))
}

/// JSON where the first sign is a brace or a bracket that JSON could begin with, else CSV.
fn text_form(head: &[u8]) -> Form {
    let plain = head
        .strip_prefix(&[0xef, 0xbb, 0xbf])
        .or(head.strip_prefix(&[0xff, 0xfe]))
        .or(head.strip_prefix(&[0xfe, 0xff]));
    let mut signs = plain.unwrap_or(head).iter().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0));
    match (signs.next(), signs.next()) {
        (Some(b'{'), None | Some(b'"' | b'}')) => Form::Json,
        (Some(b'['), None | Some(b'{' | b']' | b'[')) => Form::Json,
        _ => Form::Csv,
    }
}
