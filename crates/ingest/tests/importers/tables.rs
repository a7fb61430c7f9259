//! Model tables from files whose columns bear the model's names, in every form.

use std::io::Write;
use std::sync::Arc;

use crate::support::{Folder, as_table, import, import_one};
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, StringDictionaryBuilder,
    TimestampMicrosecondArray, TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, Int32Type};
use mittari_core::model::Table;
use mittari_ingest::{As, Options, Recognised, detect};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

const EVENTS: &str = "\
conversation_id,kind,occurred_at,actor_kind,actor_id,public,value
7,opened,2026-03-01T10:00:00Z,customer,c1,,
7,Message,2026-03-01 10:00:05,customer,c1,true,
7,status,2026-03-01T12:00:05+02:00,agent,a1,,On-Hold
";

const EVENTS_JSON: &str = r#"{"conversation_id":7,"kind":"opened","occurred_at":"2026-03-01T10:00:00Z","actor_kind":"customer","actor_id":"c1"}

{"kind":"message","conversation_id":"7","occurred_at":1772359205,"actor_kind":"customer","actor_id":"c1","public":true,"value":null}
{"conversation_id":"7","kind":"status","occurred_at":"2026-03-01T10:00:05Z","actor_kind":"agent","actor_id":"a1","value":"on_hold"}
"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn parquet_of(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
    bytes
}

fn column(values: impl arrow::array::Array + 'static) -> ArrayRef {
    Arc::new(values)
}

fn events_batch() -> RecordBatch {
    let micros = [1_772_359_200_000_000i64, 1_772_359_205_000_000, 1_772_359_205_000_000];
    let mut kinds = StringDictionaryBuilder::<Int32Type>::new();
    ["opened", "message", "status"].iter().for_each(|kind| kinds.append_value(kind));
    RecordBatch::try_from_iter([
        ("conversation_id", column(Int64Array::from(vec![7, 7, 7]))),
        ("kind", column(kinds.finish())),
        ("occurred_at", column(TimestampMicrosecondArray::from(micros.to_vec()).with_timezone("UTC"))),
        ("actor_kind", column(StringArray::from(vec!["customer", "customer", "agent"]))),
        ("actor_id", column(StringArray::from(vec!["c1", "c1", "a1"]))),
        ("public", column(BooleanArray::from(vec![None, Some(true), None]))),
        ("value", column(StringArray::from(vec![None, Some(""), Some("on_hold")]))),
    ])
    .expect("a batch")
}

#[test]
fn the_same_rows_come_out_of_every_form_and_packing() {
    let folder = Folder::new();
    let batch = events_batch();
    let files = [
        folder.file("a.csv", EVENTS),
        folder.file("b.csv.gz", gzip(EVENTS.as_bytes())),
        folder.file("c.csv", zstd::encode_all(EVENTS.as_bytes(), 3).expect("packed")),
        folder.file("d.txt", EVENTS.replace(',', "\t").replace('\n', "\r\n")),
        folder.file("e.jsonl", EVENTS_JSON),
        folder.file("f.json", format!("[{}]", EVENTS_JSON.trim().replace("}\n", "},\n").replace(",\n\n", ",\n"))),
        folder.file("g.parquet", parquet_of(&batch, Compression::UNCOMPRESSED)),
        folder.file("h.parquet", parquet_of(&batch, Compression::GZIP(Default::default()))),
        folder.file("i.parquet", parquet_of(&batch, Compression::ZSTD(Default::default()))),
        folder.file("j.parquet", parquet_of(&batch, Compression::SNAPPY)),
        folder.file("k.parquet.gz", gzip(&parquet_of(&batch, Compression::UNCOMPRESSED))),
    ];
    let expected = import_one(&files[0], &as_table(Table::Event));
    assert_eq!(
        expected.events(),
        ["7 2026-03-01T10:00:00Z opened", "7 2026-03-01T10:00:05Z message", "7 2026-03-01T10:00:05Z status on_hold",]
    );
    assert_eq!(expected.column(Table::Event, "source"), ["file", "file", "file"]);
    for file in &files {
        let imported = import_one(file, &as_table(Table::Event));
        assert!(imported.errors.is_empty() && imported.problems.is_empty(), "{}: {imported:?}", file.display());
        assert_eq!(imported.rows, expected.rows, "{}", file.display());
        assert_eq!(imported.bytes_read, imported.total_bytes, "{}", file.display());
    }
}

#[test]
fn a_chunk_has_the_types_that_the_store_counts_on() {
    let folder = Folder::new();
    for file in
        [folder.file("a.csv", EVENTS), folder.file("g.parquet", parquet_of(&events_batch(), Compression::SNAPPY))]
    {
        let mut opened = mittari_ingest::open(&[file], &as_table(Table::Event)).expect("opened");
        let chunk = opened.next().expect("a chunk").expect("good");
        let kind_of = |name: &str| chunk.rows.column_by_name(name).map(|column| column.data_type().clone());
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        assert_eq!(kind_of("kind"), Some(dictionary));
        assert_eq!(
            kind_of("occurred_at"),
            Some(DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into())))
        );
        assert_eq!(kind_of("public"), Some(DataType::Boolean));
        let names: Vec<String> = chunk.rows.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(
            names,
            ["source", "occurred_at", "conversation_id", "kind", "actor_kind", "actor_id", "public", "value"]
        );
    }
}

#[test]
fn a_bare_file_of_dates_and_scores_is_enough() {
    let folder = Folder::new();
    let file = folder.file("answers.csv", "date;score\n01.03.2026;5\n02.03.2026;3\n13.03.2026;4\n");
    let imported = import_one(&file, &Options::default());
    assert_eq!(imported.column(Table::Answer, "score"), ["5", "3", "4"]);
    assert_eq!(imported.column(Table::Answer, "kind"), ["csat", "csat", "csat"]);
    assert_eq!(imported.column(Table::Answer, "scale_max"), ["5", "5", "5"]);
    assert_eq!(imported.column(Table::Answer, "occurred_at")[1], "2026-03-02T00:00:00Z");
    assert!(imported.notes.iter().any(|note| note.contains("taken as 1-5")), "{:?}", imported.notes);
}

#[test]
fn one_high_score_says_what_scale_all_are_on() {
    let folder = Folder::new();
    let file = folder.file("answers.csv", "date,score\n2026-03-01,5\n2026-03-02,9\n2026-03-03,0\n");
    let imported = import_one(&file, &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "scale_min"), ["0", "0", "0"]);
    assert_eq!(imported.column(Table::Answer, "scale_max"), ["10", "10", "10"]);
}

#[test]
fn scores_of_other_kinds_have_their_usual_scale() {
    let folder = Folder::new();
    let text = "occurred_at,kind,score,wording\n2026-03-01,nps,7,\n2026-03-01,ces,6,ease\n2026-03-01,csat,4,\n";
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "scale_max"), ["10", "7", "5"]);
    assert_eq!(imported.column(Table::Answer, "scale_min"), ["0", "1", "1"]);
}

#[test]
fn a_folder_of_tables_is_read_table_by_table() {
    let folder = Folder::new();
    folder.file("conversation_events.csv", EVENTS);
    folder.file("survey_answers-2026.csv", "date,score\n2026-03-01,5\n");
    folder.file("orders/part-0.csv", "customer_id,amount,date\nc1,\"1 234,50\",2026-03-01\n");
    folder.file("README.md", "not a table");
    let imported = import(&[folder.path().to_owned()], &Options::default());
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    assert_eq!(imported.of(Table::Event).len(), 3);
    assert_eq!(imported.of(Table::Answer).len(), 1);
    assert_eq!(imported.column(Table::Order, "amount"), ["1234.5"]);
}

#[test]
fn tables_of_money_and_people_date_themselves() {
    let folder = Folder::new();
    let costs = folder.file("costs.csv", "period_start,period_end,amount\n2026-03-01,2026-04-01,1000\n");
    let helsinki = as_table(Table::Cost).with_zone("Europe/Helsinki").expect("a zone");
    assert_eq!(import_one(&costs, &helsinki).column(Table::Cost, "occurred_at"), ["2026-02-28T22:00:00Z"]);
    let customers = folder.file("customers.csv", "customer_id,name,valid_from\nc1,Ada,\nc1,Ada,2026-01-01\n");
    let imported = import_one(&customers, &as_table(Table::Customer));
    assert_eq!(imported.column(Table::Customer, "occurred_at"), ["1970-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]);
}

#[test]
fn times_without_a_zone_are_in_the_one_told() {
    let folder = Folder::new();
    let text = "customer_id,amount,occurred_at\nc1,5,2026-07-01 12:00:00\nc1,5,2026-07-01T12:00:00Z\n";
    let csv = folder.file("orders.csv", text);
    let civil = TimestampMillisecondArray::from(vec![1_782_907_200_000]);
    let batch = RecordBatch::try_from_iter([
        ("customer_id", column(StringArray::from(vec!["c1"]))),
        ("amount", column(Float64Array::from(vec![5.25]))),
        ("occurred_at", column(civil)),
    ]);
    let parquet = folder.file("orders.parquet", parquet_of(&batch.expect("a batch"), Compression::SNAPPY));
    let options = as_table(Table::Order).with_zone("Europe/Helsinki").expect("a zone");
    assert_eq!(
        import_one(&csv, &options).column(Table::Order, "occurred_at"),
        ["2026-07-01T09:00:00Z", "2026-07-01T12:00:00Z"]
    );
    assert_eq!(import_one(&parquet, &options).column(Table::Order, "occurred_at"), ["2026-07-01T09:00:00Z"]);
    assert_eq!(import_one(&parquet, &options).column(Table::Order, "amount"), ["5.25"]);
}

#[test]
fn a_prefix_stands_before_every_id_and_nothing_else() {
    let folder = Folder::new();
    let text = "external_id,conversation_id,kind,occurred_at,actor_id,value,target\n\
        e1,7,assigned,2026-03-01,a1,a2,\n\
        e2,7,merged,2026-03-01,,,9\n\
        e3,7,team,2026-03-01,,Billing,\n";
    let options = Options { prefix: Some("fi-".to_owned()), ..as_table(Table::Event) };
    let imported = import_one(&folder.file("a.csv", text), &options);
    assert_eq!(imported.column(Table::Event, "external_id"), ["fi-e1", "fi-e2", "fi-e3"]);
    assert_eq!(imported.column(Table::Event, "conversation_id"), ["fi-7", "fi-7", "fi-7"]);
    assert_eq!(imported.column(Table::Event, "actor_id"), ["fi-a1", "-", "-"]);
    assert_eq!(imported.column(Table::Event, "value"), ["fi-a2", "-", "Billing"]);
    assert_eq!(imported.column(Table::Event, "target"), ["-", "fi-9", "-"]);
}

#[test]
fn custom_values_come_as_columns_json_or_structures() {
    let folder = Folder::new();
    let head = "conversation_id,kind,occurred_at";
    let by_columns = folder
        .file("a.csv", format!("{head},fields.plan,fields.Mood\n7,opened,2026-03-01,pro,good\n7,ended,2026-03-01,,\n"));
    let by_json = folder.file("b.csv", format!("{head},fields\n7,opened,2026-03-01,\"{{\"\"plan\"\":\"\"pro\"\",\"\"Mood\"\":\"\"good\"\"}}\"\n7,ended,2026-03-01,\n"));
    let lines = r#"{"conversation_id":"7","kind":"opened","occurred_at":"2026-03-01","fields":{"plan":"pro","Mood":"good"}}
{"conversation_id":"7","kind":"ended","occurred_at":"2026-03-01"}"#;
    let by_lines = folder.file("c.jsonl", lines);
    for file in [by_columns, by_json, by_lines] {
        let imported = import_one(&file, &as_table(Table::Event));
        assert_eq!(
            imported.column(Table::Event, "fields"),
            [r#"{"Mood":"good","plan":"pro"}"#, "-"],
            "{}",
            file.display()
        );
    }
}

#[test]
fn a_column_that_a_later_json_row_brings_is_read() {
    let folder = Folder::new();
    let lines = "{\"customer_id\":\"c1\",\"amount\":5,\"date\":\"2026-03-01\"}\n{\"customer_id\":\"c2\",\"amount\":6.5,\"date\":\"2026-03-01\",\"currency\":\"EUR\"}\n";
    let file = folder.file("a.jsonl", lines);
    let small = Options { chunk_rows: 1, ..as_table(Table::Order) };
    for options in [as_table(Table::Order), small] {
        let imported = import_one(&file, &options);
        assert_eq!(imported.column(Table::Order, "currency"), ["-", "EUR"]);
        assert_eq!(imported.column(Table::Order, "amount"), ["5", "6.5"]);
    }
}

#[test]
fn types_that_other_tools_write_are_understood() {
    let folder = Folder::new();
    let batch = RecordBatch::try_from_iter([
        ("customer_id", column(Float64Array::from(vec![Some(1077.0), Some(1078.0)]))),
        ("amount", column(Int64Array::from(vec![5, 6]))),
        ("occurred_at", column(Int64Array::from(vec![1_772_359_200, 1_772_359_200_000]))),
        ("refund", column(Int64Array::from(vec![0, 1]))),
    ]);
    let orders = folder.file("a.parquet", parquet_of(&batch.expect("a batch"), Compression::SNAPPY));
    let imported = import_one(&orders, &as_table(Table::Order));
    assert_eq!(imported.column(Table::Order, "customer_id"), ["1077", "1078"]);
    assert_eq!(imported.column(Table::Order, "occurred_at"), ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"]);
    assert_eq!(imported.column(Table::Order, "refund"), ["false", "true"]);
    let batch = RecordBatch::try_from_iter([
        ("period_start", column(Date32Array::from(vec![20_513]))),
        ("period_end", column(Date32Array::from(vec![20_544]))),
        ("amount", column(StringArray::from(vec!["1000.5"]))),
    ]);
    let costs = folder.file("costs.parquet", parquet_of(&batch.expect("a batch"), Compression::SNAPPY));
    let imported = import_one(&costs, &Options::default());
    assert_eq!(imported.column(Table::Cost, "period_start"), ["2026-03-01"]);
    assert_eq!(imported.column(Table::Cost, "amount"), ["1000.5"]);
}

#[test]
fn repeated_texts_stay_dictionaries_and_ids_do_not_become_ones() {
    let folder = Folder::new();
    let rows = 200_000;
    let ids: StringArray = (0..rows).map(|row| Some(format!("{row}-0123456789abcdef"))).collect();
    let channels: StringArray = (0..rows).map(|row| Some(["email", "chat", "phone"][row % 3])).collect();
    let batch = RecordBatch::try_from_iter([
        ("conversation_id", column(ids)),
        ("kind", column(StringArray::from(vec!["opened"; rows]))),
        ("occurred_at", column(Int64Array::from(vec![1_772_359_200; rows]))),
        ("channel", column(channels)),
    ]);
    let file = folder.file("a.parquet", parquet_of(&batch.expect("a batch"), Compression::SNAPPY));
    let opened = mittari_ingest::open(&[file], &as_table(Table::Event)).expect("opened");
    for chunk in opened {
        let chunk = chunk.expect("good");
        let is_dictionary = |name: &str| {
            let column = chunk.rows.column_by_name(name).expect("a column");
            matches!(column.data_type(), DataType::Dictionary(_, _))
        };
        assert!(is_dictionary("channel") && is_dictionary("kind") && !is_dictionary("conversation_id"));
    }
}

#[test]
fn what_files_are_is_found_out() {
    let folder = Folder::new();
    let paths = [
        folder.file("export.csv", EVENTS),
        folder.file("scores.csv", "Date;Rating\n2026-03-01;4\n"),
        folder.file("helpdesk.csv", "Case ID,Activity,Complete Timestamp\nCase 1,Closed,2026/03/01 10:00:00\n"),
    ];
    let found = detect(&paths, &Options::default()).expect("detected");
    let what: Vec<Recognised> = found.iter().map(|found| found.what).collect();
    assert_eq!(what, [Recognised::Table(Table::Event), Recognised::Table(Table::Answer), Recognised::Unknown]);
    assert_eq!(found[1].form, "CSV, ; between fields, UTF-8");
    let imported = import(&paths, &Options::default());
    assert!(imported.error().contains("--dry-run"), "{}", imported.error());
}

#[test]
fn a_wrong_name_for_as_is_told_the_nearest() {
    let error = "survey_answer".parse::<As>().expect_err("unknown").to_string();
    assert!(error.contains("Did you mean \"survey_answers\"?") && error.contains("zendesk-fivetran"), "{error}");
    assert_eq!("Zendesk-Fivetran".parse::<As>().expect("known").name(), "zendesk-fivetran");
}

#[test]
fn columns_that_are_left_out_are_said_to_be() {
    let folder = Folder::new();
    let text = "conversation_id,kind,occurred_at,chanel,Mood\n7,opened,2026-03-01,email,good\n";
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Event));
    assert!(
        imported.notes.iter().any(|note| note.contains("\"chanel\"") && note.contains("did you mean \"channel\"?")),
        "{:?}",
        imported.notes
    );
    assert!(imported.notes.iter().any(|note| note.contains("\"fields.Mood\"")), "{:?}", imported.notes);
}
