//! Any bytes to any importer: a typed error or problems, never a panic, memory flat.

use std::io::Write;

use crate::support::{Folder, as_table, import, import_one};
use mittari_core::model::Table;
use mittari_ingest::{As, IngestError, Options, Source, guess};
use proptest::prelude::*;

const HEAD: &str = "conversation_id,kind,occurred_at\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

#[test]
fn a_truncated_packed_file_is_said_to_be_cut_off() {
    let folder = Folder::new();
    let text = format!(
        "{HEAD}{}",
        (0..5000).map(|row| format!("{row},opened,2026-03-01T10:00:{:02}Z\n", row % 60)).collect::<String>()
    );
    let packed = gzip(text.as_bytes());
    let imported = import_one(&folder.file("a.csv.gz", &packed[..packed.len() / 2]), &as_table(Table::Event));
    assert!(matches!(imported.errors[..], [IngestError::CutOff { .. }]), "{:?}", imported.errors);
    let packed = zstd::encode_all(text.as_bytes(), 3).expect("packed");
    let imported = import_one(&folder.file("a.csv.zst", &packed[..packed.len() / 2]), &as_table(Table::Event));
    assert!(matches!(imported.errors[..], [IngestError::CutOff { .. }]), "{:?}", imported.errors);
}

#[test]
fn a_packed_file_whose_bytes_were_changed_is_damaged() {
    let folder = Folder::new();
    let text = format!(
        "{HEAD}{}",
        (0..5000).map(|row| format!("{row},opened,2026-03-01T10:00:{:02}Z\n", row % 60)).collect::<String>()
    );
    let mut packed = gzip(text.as_bytes());
    let middle = packed.len() / 2;
    packed[middle] ^= 0xff;
    let imported = import_one(&folder.file("a.csv.gz", &packed), &as_table(Table::Event));
    assert!(
        matches!(imported.errors[..], [IngestError::Damaged { .. } | IngestError::CutOff { .. }]),
        "{:?}",
        imported.errors
    );
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let folder = Folder::new();
    let row = format!("1,opened,2026-03-01T10:00:00Z,{}\n", "x".repeat(1 << 20));
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("packed");
    encoder.write_all(format!("{},note\n", HEAD.trim()).as_bytes()).expect("packed");
    (0..400).for_each(|_| encoder.write_all(row.as_bytes()).expect("packed"));
    let bomb = folder.file("a.csv.zst", encoder.finish().expect("packed"));
    let imported = import_one(&bomb, &as_table(Table::Event));
    assert!(matches!(imported.errors[..], [IngestError::Bomb { .. }]), "{:?}", imported.errors);
    let zeros = vec![b'0'; 1 << 20];
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).expect("packed");
    (0..400).for_each(|_| encoder.write_all(&zeros).expect("packed"));
    let bomb = folder.file("b.csv.zst", encoder.finish().expect("packed"));
    let imported = import_one(&bomb, &as_table(Table::Event));
    assert!(
        matches!(imported.errors[..], [IngestError::NoHeader { .. } | IngestError::Bomb { .. }]),
        "{:?}",
        imported.errors
    );
}

#[test]
fn an_endless_line_is_one_problem_and_the_rows_around_it_go_in() {
    let folder = Folder::new();
    let long = "x".repeat(40 << 20);
    let text = format!("{HEAD}1,opened,2026-03-01\n2,{long},2026-03-01\n3,opened,2026-03-01\n");
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Event));
    assert_eq!(imported.column(Table::Event, "conversation_id"), ["1", "3"]);
    assert_eq!((imported.problems[0].line, imported.problems.len()), (3, 1));
    assert!(imported.problems[0].reason.contains("longer than") && imported.problems[0].row.len() < 100_000);
    let text = format!(
        "{{\"conversation_id\":\"1\",\"kind\":\"opened\",\"occurred_at\":\"2026-03-01\"}}\n{{\"x\":\"{long}\"}}\n"
    );
    let imported = import_one(&folder.file("a.jsonl", text), &as_table(Table::Event));
    assert_eq!((imported.of(Table::Event).len(), imported.problems.len()), (1, 1));
    let imported = import_one(&folder.file("b.csv", long), &as_table(Table::Event));
    assert!(matches!(imported.errors[..], [IngestError::NoHeader { .. }]), "{:?}", imported.errors);
}

#[test]
fn a_quote_that_never_closes_does_not_swallow_the_file() {
    let folder = Folder::new();
    let rows: String =
        (0..300_000).map(|row| format!("{row},opened,2026-03-01T10:00:00Z some padding to be long\n")).collect();
    let text = format!("{HEAD}a,\"opened,2026-03-01\n{rows}");
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Event));
    assert_eq!(imported.received, 300_001);
    assert_eq!(imported.problems.iter().filter(|problem| problem.reason.contains("quote")).count(), 1);
}

#[test]
fn json_of_any_depth_is_a_problem_not_a_crash() {
    let folder = Folder::new();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let text = format!(
            "{{\"conversation_id\":\"1\",\"kind\":\"opened\",\"occurred_at\":\"2026-03-01\"}}\n{{\"fields\":{deep}}}\n"
        );
        let imported = import_one(&folder.file("a.jsonl", &text), &as_table(Table::Event));
        assert_eq!((imported.of(Table::Event).len(), imported.problems.len()), (1, 1));
        assert!(imported.problems[0].reason.contains("nested deeper"), "{}", imported.problems[0].reason);
        let quoted = deep.replace('"', "\"\"");
        let text = format!("{},fields\n1,opened,2026-03-01,\"{quoted}\"\n", HEAD.trim());
        let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Event));
        assert_eq!(imported.problems.len(), 1);
        let imported = import_one(&folder.file("b.json", format!("[{deep}")), &as_table(Table::Event));
        assert!(imported.of(Table::Event).is_empty());
    }
}

#[test]
fn forms_that_are_not_read_are_named_with_what_to_do() {
    let folder = Folder::new();
    for (name, bytes, word) in [
        ("a.xls", &[0xd0u8, 0xcf, 0x11, 0xe0, 0xa1, 0xb1][..], "Excel"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.zip", b"PK\x03\x04rest of it", "xlsx"),
        ("a.db", b"SQLite format 3\0", "SQLite"),
    ] {
        let error = import_one(&folder.file(name, bytes), &as_table(Table::Event)).error();
        assert!(error.contains(word), "{name}: {error}");
    }
    let imported = import_one(&folder.file("empty.csv", ""), &as_table(Table::Event));
    assert!(matches!(imported.errors[..], [IngestError::Empty { .. }]));
    let imported = import_one(&folder.path().join("absent.csv"), &as_table(Table::Event));
    assert!(matches!(imported.errors[..], [IngestError::Io { .. }]));
    let options = Options { as_: Some(As::Source(Source::ZendeskFivetran)), ..Options::default() };
    let imported = import(&[folder.path().to_owned()], &options);
    assert!(matches!(imported.errors[..], [IngestError::WrongFolder { .. }]), "{:?}", imported.errors);
}

/// Whatever comes, reading it ends, and what was received is what went in or was told.
fn survives(name: &str, bytes: &[u8]) {
    let folder = Folder::new();
    let file = folder.file(name, bytes);
    for table in [Table::Event, Table::Answer] {
        import_one(&file, &as_table(table));
    }
    import_one(&file, &Options::default());
    let _ = guess(&file, &Options::default());
}

fn parquet_bytes() -> Vec<u8> {
    use arrow::array::{RecordBatch, StringArray, TimestampMicrosecondArray};
    let batch = RecordBatch::try_from_iter([
        ("conversation_id", std::sync::Arc::new(StringArray::from(vec!["1", "2", "3"])) as arrow::array::ArrayRef),
        ("kind", std::sync::Arc::new(StringArray::from(vec!["opened"; 3]))),
        ("occurred_at", std::sync::Arc::new(TimestampMicrosecondArray::from(vec![1i64; 3]))),
    ])
    .expect("a batch");
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        survives("a.csv", &bytes);
    }

    #[test]
    fn any_bytes_after_a_header_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        survives("a.csv", &[HEAD.as_bytes(), &bytes].concat());
    }

    #[test]
    fn any_text_of_the_signs_that_matter_is_survived(text in "[\",;\n\r\t {}\\[\\]:a1.éя0-]{0,400}") {
        survives("a.csv", format!("{HEAD}{text}").as_bytes());
        survives("a.json", format!("{{\"kind\":1}}\n{text}").as_bytes());
        survives("a.json", format!("[{{\"kind\":1}},{text}").as_bytes());
    }

    #[test]
    fn any_bytes_behind_a_magic_number_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..500), magic in 0..6usize) {
        let magics: [&[u8]; 6] = [b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xff\xfe", b"{\""];
        survives("a.bin", &[magics[magic], &bytes, b"PAR1"].concat());
    }

    #[test]
    fn a_parquet_file_with_changed_bytes_is_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = parquet_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        survives("a.parquet", &bytes);
    }

    #[test]
    fn whatever_a_cell_holds_its_row_goes_in_or_is_told(cells in prop::collection::vec("[^\u{0}]{0,30}", 3)) {
        let folder = Folder::new();
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let imported = import_one(&folder.file("a.csv", format!("{HEAD}{}\n1,opened,2026-03-01\n", quoted.join(","))), &as_table(Table::Event));
        prop_assert!(imported.errors.is_empty());
        prop_assert_eq!(imported.received, 2);
    }
}
