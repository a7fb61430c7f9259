//! Files as the six languages write them: code pages, delimiters, decimal commas, dates, workbooks.

use std::io::Write;

use crate::support::{Folder, as_table, import_one, mapped};
use encoding_rs::{BIG5, Encoding, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use mittari_core::model::Table;
use mittari_ingest::{IngestError, Options};

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{text}");
    bytes.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn answers_in_every_code_page_are_read_without_being_told() {
    let folder = Folder::new();
    for (encoding, comment) in [
        (WINDOWS_1250, "Zażółć gęślą jaźń, obsługa była świetna"),
        (WINDOWS_1250, "Čakal sem predolgo, rešitev pa je bila odlična, žal"),
        (WINDOWS_1251, "Долго ждал ответа, но вопрос решили"),
        (WINDOWS_1252, "Erittäin hyvä palvelu, kiitos näin pian päässyt eteenpäin"),
        (BIG5, "客服回覆很快,問題已經解決,謝謝"),
    ] {
        let text = format!("date;score;comment\r\n1.3.2026;4,5;\"{comment}\"\r\n31.3.2026;3;\r\n");
        let imported = import_one(&folder.file("a.csv", encoded(&text, encoding)), &as_table(Table::Answer));
        assert!(imported.problems.is_empty(), "{}: {:?}", encoding.name(), imported.problems);
        assert_eq!(imported.column(Table::Answer, "comment"), [comment, "-"], "{}", encoding.name());
        assert_eq!(imported.column(Table::Answer, "score"), ["4.5", "3"]);
        assert_eq!(imported.column(Table::Answer, "occurred_at"), ["2026-03-01T00:00:00Z", "2026-03-31T00:00:00Z"]);
    }
}

#[test]
fn an_encoding_that_is_told_overrules_the_guess() {
    let folder = Folder::new();
    let file = folder.file("a.csv", encoded("date,score,comment\n2026-03-01,4,č\n", WINDOWS_1250));
    let told = as_table(Table::Answer).with_encoding("cp1250").expect("known");
    assert_eq!(import_one(&file, &told).column(Table::Answer, "comment"), ["č"]);
    assert!(matches!(Options::default().with_encoding("klingon"), Err(IngestError::UnknownEncoding { .. })));
}

#[test]
fn utf16_and_byte_order_marks_are_understood() {
    let folder = Folder::new();
    let text = "date\tscore\tcomment\r\n2026-03-01\t4\t很好\r\n";
    let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for bytes in [
        with_mark(&[0xff, 0xfe], utf16(text)),
        with_mark(&[0xfe, 0xff], text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        with_mark(&[0xef, 0xbb, 0xbf], text.as_bytes().to_vec()),
        text.as_bytes().to_vec(),
        utf16(text),
    ] {
        let imported = import_one(&folder.file("a.csv", bytes), &as_table(Table::Answer));
        assert_eq!(imported.column(Table::Answer, "comment"), ["很好"]);
    }
    assert_eq!(UTF_16LE.name(), "UTF-16LE");
}

#[test]
fn a_file_that_is_ascii_for_long_is_still_read_right_where_it_is_not() {
    let folder = Folder::new();
    let plain: String = (0..40_000).map(|row| format!("2026-03-01,{},fine\n", row % 5 + 1)).collect();
    let late = "2026-03-01,5,świetna obsługa i błyskawiczna odpowiedź\n".repeat(20);
    for (encoding, name) in [(WINDOWS_1250, "a.csv"), (encoding_rs::UTF_8, "b.csv")] {
        let bytes = encoded(&format!("date,score,comment\n{plain}{late}"), encoding);
        let imported = import_one(&folder.file(name, bytes), &as_table(Table::Answer));
        assert!(imported.problems.is_empty(), "{:?}", imported.problems.first());
        assert_eq!(imported.column(Table::Answer, "comment")[40_005], "świetna obsługa i błyskawiczna odpowiedź");
    }
}

#[test]
fn bytes_that_are_no_characters_of_a_code_page_are_told_row_by_row() {
    let folder = Folder::new();
    let good = "2026-03-01,4,客服回覆很快問題已經解決\n".repeat(3);
    let mut bytes = encoded(&format!("date,score,comment\n{good}"), BIG5);
    bytes.extend_from_slice(b"2026-03-01,5,\xff\xff\n2026-03-01,3,ok\n");
    let imported = import_one(&folder.file("a.csv", bytes), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "score"), ["4", "4", "4", "3"]);
    assert_eq!(imported.problems[0].line, 5);
    assert!(imported.problems[0].reason.contains("Big5"), "{}", imported.problems[0].reason);
}

#[test]
fn what_spreadsheets_add_to_csv_does_not_disturb() {
    let folder = Folder::new();
    let text = "sep=;\r\n\r\ndate;score;;\r\n2026-03-01;4;;\r\n\r\n2026-03-02;5;;;;\r\n";
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "score"), ["4", "5"]);
    let old_mac = "date,score\r2026-03-01,4\r2026-03-02,5\r";
    let imported = import_one(&folder.file("b.csv", old_mac), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "score"), ["4", "5"]);
}

#[test]
fn the_day_is_where_any_row_of_the_column_shows_it() {
    let folder = Folder::new();
    let imported =
        import_one(&folder.file("a.csv", "date,score\n03/04/2026,4\n04/13/2026,5\n"), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "occurred_at"), ["2026-03-04T00:00:00Z", "2026-04-13T00:00:00Z"]);
    let imported =
        import_one(&folder.file("b.csv", "date,score\n03/04/2026,4\n13/04/2026,5\n"), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "occurred_at"), ["2026-04-03T00:00:00Z", "2026-04-13T00:00:00Z"]);
}

/// A workbook of one sheet, its cells as the format has them.
fn workbook(rows: &str) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let office = "http://schemas.openxmlformats.org";
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{office}/package/2006/content-types\">\
                <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
                <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
                <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>\
                <Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{office}/package/2006/relationships\"><Relationship Id=\"r1\" \
                Type=\"{office}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{office}/spreadsheetml/2006/main\" xmlns:r=\"{office}/officeDocument/2006/relationships\">\
                <sheets><sheet name=\"Vastaukset\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{office}/package/2006/relationships\">\
                <Relationship Id=\"r1\" Type=\"{office}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
                <Relationship Id=\"r2\" Type=\"{office}/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{office}/spreadsheetml/2006/main\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{office}/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"),
        ),
    ];
    let mut package = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        package.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        package.write_all(format!("{HEAD}{text}").as_bytes()).expect("written");
    }
    package.finish().expect("a package").into_inner()
}

const SHEET: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>date</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>score</t></is></c>\
    <c r=\"D1\" t=\"inlineStr\"><is><t>comment</t></is></c></row>\
    <row r=\"2\"><c r=\"A2\" s=\"1\"><v>46082.4375</v></c><c r=\"B2\"><v>4.5</v></c><c r=\"D2\" t=\"inlineStr\"><is><t>hyvä</t></is></c></row>\
    <row r=\"4\"><c r=\"A4\" s=\"1\"><v>46083</v></c><c r=\"B4\" t=\"inlineStr\"><is><t>huono</t></is></c></row>";

#[test]
fn a_workbook_is_read_with_its_dates_and_gaps() {
    let folder = Folder::new();
    let file = folder.file("survey_answers.xlsx", workbook(SHEET));
    let imported = import_one(&file, &Options::default());
    assert_eq!(imported.column(Table::Answer, "occurred_at"), ["2026-03-01T10:30:00Z"], "{imported:?}");
    assert_eq!(imported.column(Table::Answer, "score"), ["4.5"]);
    assert_eq!(imported.column(Table::Answer, "comment"), ["hyvä"]);
    assert_eq!((imported.problems[0].line, imported.problems[0].value.as_deref()), (4, Some("huono")));
    assert!(imported.problems[0].row.contains("2026-03-02"), "{}", imported.problems[0].row);
}

#[test]
fn a_sheet_that_is_not_there_is_told_with_those_that_are() {
    let folder = Folder::new();
    let file = folder.file("a.xlsx", workbook(SHEET));
    let row = "[[row]]\ntable = \"survey_answers\"\n[row.columns]\noccurred_at = \"date\"\nscore = \"score\"\n";
    let imported = import_one(&file, &mapped(&format!("[file]\nsheet = \"Answers\"\n{row}")));
    assert!(imported.error().contains("no sheet \"Answers\"; there are Vastaukset"), "{}", imported.error());
    let imported = import_one(&file, &mapped(&format!("[file]\nsheet = \"Vastaukset\"\n{row}")));
    assert_eq!(imported.of(Table::Answer).len(), 1);
}

#[test]
fn a_cell_in_the_last_corner_of_a_sheet_costs_nothing() {
    let folder = Folder::new();
    let far = format!("{SHEET}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
    let imported = import_one(&folder.file("a.xlsx", workbook(&far)), &as_table(Table::Answer));
    assert_eq!(imported.of(Table::Answer).len(), 1);
}

#[test]
fn a_damaged_workbook_is_a_typed_error() {
    let folder = Folder::new();
    let whole = workbook(SHEET);
    for cut in [30, whole.len() / 2, whole.len() - 30] {
        let imported = import_one(&folder.file("a.xlsx", &whole[..cut]), &as_table(Table::Answer));
        assert!(matches!(imported.errors[..], [IngestError::Damaged { .. }]), "{:?}", imported.errors);
    }
    let broken =
        import_one(&folder.file("b.xlsx", workbook("<row r=\"1\"><c r=\"A1\"><v>1</row>")), &as_table(Table::Answer));
    assert_eq!(broken.errors.len(), 1);
}
