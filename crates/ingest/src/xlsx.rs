//! Excel workbooks: one sheet, its first row the header, cells as text.
//!
//! Cells are streamed; a sheet whose one cell stands in the last row of the last column costs nothing. The
//! package is checked first: what its parts unpack to is counted, so that a bomb is refused before it is read.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::{DataRef, Reader as _, Xlsx as Workbook};

use crate::IngestError;
use crate::block::{Block, Lines, Raw, TextColumn, distinct_names};
use crate::guard::guarded;
use crate::input::Form;

/// All parts of a package together, unpacked; a full sheet of a million rows is below.
const UNPACKED_MAX: u64 = 2 << 30;
/// Columns of a sheet that are read.
const COLUMNS_MAX: usize = 2048;
/// Cells of a workbook that are read; the rest belongs into CSV.
const CELLS_MAX: usize = 50_000_000;

/// A sheet, read.
pub(crate) struct Xlsx {
    path: PathBuf,
    names: Arc<[String]>,
    cells: std::vec::IntoIter<Row>,
    bytes: u64,
}

struct Row {
    line: u64,
    cells: Vec<(u32, String)>,
}

impl Xlsx {
    /// Opens a workbook and reads the named sheet, or the first one that holds anything.
    pub(crate) fn open(path: &Path, sheet: Option<&str>, skip_lines: usize) -> Result<Xlsx, IngestError> {
        let io = |source| IngestError::Io { file: path.to_owned(), source };
        let bytes = std::fs::metadata(path).map_err(io)?.len();
        weigh(path)?;
        let file = BufReader::new(File::open(path).map_err(io)?);
        let mut workbook: Workbook<_> = guarded(path, Form::Xlsx, || Workbook::new(file))?;
        let sheets = workbook.sheet_names();
        let wanted = match sheet {
            Some(name) if !sheets.iter().any(|known| known == name) => {
                return Err(no_header(path, format!("no sheet \"{name}\"; there are {}", sheets.join(", "))));
            }
            Some(name) => vec![name.to_owned()],
            None => sheets,
        };
        let mut rows = Vec::new();
        for name in wanted {
            rows = read_sheet(&mut workbook, &name, path)?;
            if !rows.is_empty() {
                break;
            }
        }
        let mut rows = rows.into_iter().skip_while(|row| row.line <= skip_lines as u64).collect::<Vec<_>>();
        if rows.is_empty() {
            return Err(IngestError::Empty { file: path.to_owned() });
        }
        let header = rows.remove(0);
        let width = header.cells.last().map_or(0, |(column, _)| *column as usize + 1);
        let mut names = vec![String::new(); width];
        for (column, name) in header.cells {
            if let Some(slot) = names.get_mut(column as usize) {
                *slot = name.trim().to_owned();
            }
        }
        Ok(Xlsx { path: path.to_owned(), names: distinct_names(names), cells: rows.into_iter(), bytes })
    }

    /// The columns' names.
    pub(crate) fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// Bytes of the file read so far: it is read as a whole.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// The next rows; none at the end of the sheet.
    pub(crate) fn next_block(&mut self, rows_max: usize) -> Result<Option<Block>, IngestError> {
        let mut columns: Vec<TextColumn> = self.names.iter().map(|_| TextColumn::default()).collect();
        let mut lines = Vec::new();
        for row in self.cells.by_ref().take(rows_max) {
            for (column, cell) in &row.cells {
                if let Some(column) = columns.get_mut(*column as usize) {
                    column.pad(lines.len());
                    column.push(cell.as_bytes());
                }
            }
            lines.push(row.line);
            columns.iter_mut().for_each(|column| column.pad(lines.len()));
        }
        if lines.is_empty() {
            return Ok(None);
        }
        let columns: Option<Vec<_>> = columns.into_iter().map(TextColumn::finish).collect();
        let columns = columns.ok_or_else(|| IngestError::Damaged {
            file: self.path.clone(),
            form: Form::Xlsx.name(),
            detail: "a cell longer than a table can hold".to_owned(),
        })?;
        let names = Arc::clone(&self.names);
        Ok(Some(Block {
            names,
            columns,
            rows: lines.len(),
            lines: Lines::Each(lines),
            raw: Raw::Columns,
            problems: Vec::new(),
        }))
    }
}

fn no_header(path: &Path, reason: String) -> IngestError {
    IngestError::NoHeader { file: path.to_owned(), reason }
}

/// Unpacks every part into nothing and counts: sizes that the package states are not believed.
fn weigh(path: &Path) -> Result<(), IngestError> {
    let io = |source| IngestError::Io { file: path.to_owned(), source };
    let file = BufReader::new(File::open(path).map_err(io)?);
    let packed = std::fs::metadata(path).map_err(io)?.len();
    let mut package = guarded(path, Form::Xlsx, || zip::ZipArchive::new(file))?;
    if package.index_for_name("xl/workbook.xml").is_none() {
        return Err(IngestError::UnreadableForm {
            file: path.to_owned(),
            form: "a zip package that is no workbook".to_owned(),
            hint: "Unpack it and import what is inside; gzip and zstd are read as they are.".to_owned(),
        });
    }
    let mut unpacked = 0u64;
    let mut step = vec![0; 256 << 10];
    for part in 0..package.len() {
        let mut entry = guarded(path, Form::Xlsx, || package.by_index(part))?;
        loop {
            let read = guarded(path, Form::Xlsx, || entry.read(&mut step))?;
            unpacked += read as u64;
            if unpacked > UNPACKED_MAX {
                return Err(IngestError::Bomb { file: path.to_owned(), packed, unpacked });
            }
            if read == 0 {
                break;
            }
        }
    }
    Ok(())
}

fn read_sheet(workbook: &mut Workbook<BufReader<File>>, name: &str, path: &Path) -> Result<Vec<Row>, IngestError> {
    guarded(path, Form::Xlsx, || {
        let mut reader = workbook.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
        let mut rows: Vec<Row> = Vec::new();
        let mut count = 0usize;
        while let Some(cell) = reader.next_cell().map_err(|error| error.to_string())? {
            let (row, column) = cell.get_position();
            let text = cell_text(cell.get_value());
            if text.is_empty() || column as usize >= COLUMNS_MAX {
                continue;
            }
            count += 1;
            if count > CELLS_MAX {
                return Err(format!("more than {CELLS_MAX} cells; save the sheet as CSV"));
            }
            let line = u64::from(row) + 1;
            match rows.last_mut() {
                Some(last) if last.line == line => last.cells.push((column, text)),
                _ => rows.push(Row { line, cells: vec![(column, text)] }),
            }
        }
        rows.iter_mut().for_each(|row| row.cells.sort_by_key(|(column, _)| *column));
        rows.iter_mut().for_each(|row| row.cells.dedup_by_key(|(column, _)| *column));
        Ok(rows)
    })
}

fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::String(value) => value.clone(),
        DataRef::SharedString(value) => (*value).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) => excel_moment(value),
        DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => value.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A serial day number as ISO 8601, without a zone, as Excel has none.
fn excel_moment(value: &calamine::ExcelDateTime) -> String {
    if !value.is_datetime() {
        return value.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}
