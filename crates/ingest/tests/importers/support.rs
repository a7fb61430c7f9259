//! What the tests of this crate share: files made on the spot, rows as plain text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, TimestampMicrosecondType};
use arrow::util::display::array_value_to_string;
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;
use mittari_ingest::{IngestError, Mapping, Options, Problem, open};

/// One row as text by column; what is null is not there.
pub(crate) type Row = BTreeMap<String, String>;

/// All that came out of an import.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    pub(crate) rows: Vec<(Table, Row)>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) received: u64,
    pub(crate) ignored: u64,
    pub(crate) errors: Vec<IngestError>,
    pub(crate) notes: Vec<String>,
    pub(crate) bytes_read: u64,
    pub(crate) total_bytes: u64,
}

pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

pub(crate) fn as_table(table: Table) -> Options {
    Options { as_: Some(mittari_ingest::As::Table(table)), ..Options::default() }
}

pub(crate) fn mapped(text: &str) -> Options {
    Options { mapping: Some(Mapping::parse("test.toml", text).expect("a mapping")), ..Options::default() }
}

pub(crate) fn import(paths: &[PathBuf], options: &Options) -> Imported {
    let mut opened = match open(paths, options) {
        Ok(opened) => opened,
        Err(error) => return Imported { errors: vec![error], ..Imported::default() },
    };
    let mut all = Imported { total_bytes: opened.total_bytes(), ..Imported::default() };
    for chunk in opened.by_ref() {
        match chunk {
            Ok(chunk) => {
                assert_eq!(
                    chunk.received,
                    chunk.rows.num_rows() as u64 + chunk.problems.len() as u64,
                    "a chunk loses rows"
                );
                all.received += chunk.received;
                all.ignored += chunk.ignored;
                all.bytes_read += chunk.bytes_read;
                all.rows.extend(rows(&chunk.rows).into_iter().map(|row| (chunk.table, row)));
                all.problems.extend(chunk.problems);
            }
            Err(error) => all.errors.push(error),
        }
    }
    all.notes = opened.notes().iter().map(|note| note.text.clone()).collect();
    all
}

pub(crate) fn import_one(path: &Path, options: &Options) -> Imported {
    import(&[path.to_owned()], options)
}

pub(crate) fn rows(batch: &RecordBatch) -> Vec<Row> {
    let schema = batch.schema();
    let row = |at: usize| {
        let cells = schema.fields().iter().zip(batch.columns()).filter(|(_, column)| column.is_valid(at));
        cells.map(|(field, column)| (field.name().clone(), text(column, at))).collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

fn text(column: &ArrayRef, row: usize) -> String {
    match column.data_type() {
        DataType::Timestamp(_, _) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            jiff::Timestamp::from_microsecond(micros).expect("an instant").to_string()
        }
        DataType::Decimal128(_, _) => Decimal(column.as_primitive::<Decimal128Type>().value(row) as i64).to_string(),
        _ => array_value_to_string(column, row).expect("a text"),
    }
}

impl Imported {
    /// The rows of a table.
    pub(crate) fn of(&self, table: Table) -> Vec<&Row> {
        self.rows.iter().filter(|(of, _)| *of == table).map(|(_, row)| row).collect()
    }

    /// One column of a table's rows; "-" where it is null.
    pub(crate) fn column(&self, table: Table, name: &str) -> Vec<String> {
        self.of(table).iter().map(|row| row.get(name).cloned().unwrap_or_else(|| "-".to_owned())).collect()
    }

    /// Events as "conversation kind value" in the order they came.
    pub(crate) fn events(&self) -> Vec<String> {
        let event = |row: &&Row| {
            let cell = |name: &str| row.get(name).map_or("", String::as_str);
            format!("{} {} {} {}", cell("conversation_id"), cell("occurred_at"), cell("kind"), cell("value"))
                .trim_end()
                .to_owned()
        };
        self.of(Table::Event).iter().map(event).collect()
    }

    pub(crate) fn error(&self) -> String {
        self.errors.first().expect("an error").to_string()
    }
}
