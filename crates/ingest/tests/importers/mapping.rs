//! Mapping files at work, and what is wrong with those that cannot work.

use crate::support::{Folder, import_one, mapped, sample};
use mittari_core::model::Table;
use mittari_ingest::{Mapping, Options};

#[test]
fn a_ticket_export_becomes_several_events_a_row() {
    let options = Options::default().with_mapping_file(&sample("ticket_export.toml")).expect("a mapping");
    let imported = import_one(&sample("ticket_export.csv"), &options);
    assert!(imported.errors.is_empty() && imported.problems.is_empty(), "{imported:?}");
    let mut events = imported.events();
    events.sort();
    assert_eq!(
        events,
        [
            "T-1 2026-03-02T08:15:00Z assigned Kowalski",
            "T-1 2026-03-02T08:15:00Z opened",
            "T-1 2026-03-02T08:15:00Z tagged faktura",
            "T-1 2026-03-02T08:15:00Z tagged zwrot",
            "T-1 2026-03-02T09:00:30Z message",
            "T-1 2026-03-03T14:00:00Z status solved",
            "T-2 2026-07-01T07:00:00Z opened",
        ]
    );
    assert_eq!(imported.column(Table::Answer, "score"), ["4.5"]);
    assert_eq!(imported.column(Table::Answer, "scale_max"), ["5"]);
    let opened = imported.of(Table::Event).into_iter().find(|row| row["kind"] == "opened").expect("an opening");
    assert_eq!(opened["channel"], "email");
    assert_eq!(opened["fields"], r#"{"produkt":"Ścianka działowa"}"#);
    assert_eq!(opened["source"], "helpdesk");
}

const LOG: &str = "Case ID;Activity;Resource;When;Variant;Variant\n\
    Case 1;Insert ticket;r1;2026/03/01 10:00:00.000;a;b\n\
    Case 1;Resolve ticket;r1;2026/03/01 11:00:00.000;a;b\n\
    Case 2;Resolve ticket;r2;2026/03/01 12:00:00.000;a;b\n\
    Case 2;VERIFIED;r2;2026/03/01 12:00:00.000;a;b\n\
    Case 2;Dance;r2;2026/03/01 13:00:00.000;a;b\n";

const LOG_MAPPING: &str = r#"
[file]
sequence = "row"

[[ignore]]
when = [{ column = "Activity", in = ["VERIFIED"] }]

[[row]]
table = "conversation_events"
when = [{ column = "Case ID", first = true }]
[row.columns]
conversation_id = "Case ID"
kind = { constant = "opened" }
occurred_at = "When"
external_id = { template = "{Case ID}/{Variant#2}" }

[[row]]
table = "conversation_events"
when = [{ column = "Activity", contains = ["resolve"] }]
[row.columns]
conversation_id = "Case ID"
kind = { constant = "status" }
value = { column = "Activity", map = { "Resolve ticket" = "solved" } }
actor_id = "Resource"
occurred_at = { column = "When", zone = "Europe/Rome" }
"#;

#[test]
fn an_event_log_is_mapped_by_its_activities() {
    let folder = Folder::new();
    let imported = import_one(&folder.file("log.csv", LOG), &mapped(LOG_MAPPING));
    let mut events = imported.events();
    events.sort();
    assert_eq!(
        events,
        [
            "Case 1 2026-03-01T10:00:00Z opened",
            "Case 1 2026-03-01T10:00:00Z status solved",
            "Case 2 2026-03-01T11:00:00Z status solved",
            "Case 2 2026-03-01T12:00:00Z opened",
        ]
    );
    assert_eq!(imported.ignored, 1);
    assert_eq!(imported.problems.len(), 1);
    assert_eq!(imported.problems[0].line, 6);
    assert!(imported.problems[0].reason.contains("no [[row]]") && imported.problems[0].row.contains("Dance"));
    let opened = imported.of(Table::Event).into_iter().find(|row| row["kind"] == "opened").expect("an opening");
    assert_eq!((opened["external_id"].as_str(), opened["sequence"].as_str()), ("Case 1/b", "2"));
}

#[test]
fn the_first_row_of_a_case_is_the_first_of_the_file_however_it_is_cut() {
    let folder = Folder::new();
    let file = folder.file("log.csv", LOG);
    for chunk_rows in [1, 2, 3, 100] {
        let imported = import_one(&file, &Options { chunk_rows, ..mapped(LOG_MAPPING) });
        assert_eq!(imported.events().iter().filter(|event| event.ends_with("opened")).count(), 2);
        assert_eq!((imported.received, imported.ignored), (5, 1));
    }
}

#[test]
fn values_that_a_map_does_not_name_stay_go_or_are_told() {
    let folder = Folder::new();
    let file =
        folder.file("a.csv", "id,at,via\n1,2026-03-01,mail\n2,2026-03-01,fax\n3,2026-03-01,\n4,2026-03-01,NULL\n");
    let channels = |more: &str| {
        let text = format!(
            "[file]\nempty = [\"NULL\"]\n[[row]]\ntable = \"conversation_events\"\n[row.columns]\nconversation_id = \"id\"\noccurred_at = \"at\"\n\
            kind = {{ constant = \"opened\" }}\nchannel = {{ column = \"via\", map = {{ mail = \"email\" }}{more} }}\n"
        );
        let imported = import_one(&file, &mapped(&text));
        (imported.column(Table::Event, "channel").join(" "), imported.problems.len())
    };
    assert_eq!(channels(""), ("email fax - -".to_owned(), 0));
    assert_eq!(channels(", otherwise = \"empty\""), ("email - - -".to_owned(), 0));
    assert_eq!(channels(", otherwise = \"reject\""), ("email - -".to_owned(), 1));
    assert_eq!(channels(", default = \"web\""), ("email fax web web".to_owned(), 0));
}

#[test]
fn formats_zones_and_decimal_signs_are_as_told() {
    let folder = Folder::new();
    let file = folder.file("a.txt", "intro line\nkto|kiedy|ile\nc1|03/04/2026 10:30|1.500\nc2|13/04/2026 10:30|2,25\n");
    let imported = import_one(
        &file,
        &mapped(
            "[file]\ndelimiter = \"|\"\nskip_lines = 1\nzone = \"Europe/Warsaw\"\ntime_format = \"%d/%m/%Y %H:%M\"\ndecimal = \",\"\n\
        [[row]]\ntable = \"orders\"\n[row.columns]\ncustomer_id = \"kto\"\noccurred_at = \"kiedy\"\namount = \"ile\"\ncurrency = { constant = \"PLN\" }\n",
        ),
    );
    assert!(imported.problems.is_empty(), "{:?}", imported.problems);
    assert_eq!(imported.column(Table::Order, "occurred_at"), ["2026-04-03T08:30:00Z", "2026-04-13T08:30:00Z"]);
    assert_eq!(imported.column(Table::Order, "amount"), ["1500", "2.25"]);
}

#[test]
fn printed_columns_without_a_header_are_read_by_number() {
    let folder = Folder::new();
    let file = folder.file("a.txt", " 00004 0001 19970101  2   29.33\n 00021 0002 19970112  3   63.34\n");
    let imported = import_one(
        &file,
        &mapped(
            "[[row]]\ntable = \"orders\"\n[row.columns]\ncustomer_id = \"column 1\"\noccurred_at = \"column 3\"\namount = \"column 5\"\n",
        ),
    );
    assert_eq!(imported.column(Table::Order, "customer_id"), ["00004", "00021"]);
    assert_eq!(imported.column(Table::Order, "occurred_at"), ["1997-01-01T00:00:00Z", "1997-01-12T00:00:00Z"]);
    assert_eq!(imported.column(Table::Order, "amount"), ["29.33", "63.34"]);
}

#[test]
fn a_mapping_that_cannot_work_is_an_error_that_says_where_and_what_instead() {
    let row =
        "[[row]]\ntable = \"conversation_events\"\n[row.columns]\nconversation_id = \"id\"\noccurred_at = \"at\"\n";
    for (text, wanted) in [
        ("", "no [[row]]"),
        ("[[row]]\ntable = \"conversation_event\"\n[row.columns]\n", "Did you mean \"conversation_events\"?"),
        (&format!("{row}knid = {{ constant = \"opened\" }}\n"), "Did you mean \"kind\"?"),
        (row, "nothing says where \"kind\" comes from"),
        (&format!("{row}kind = {{ constant = \"opend\" }}\n"), "Did you mean \"opened\"?"),
        (&format!("{row}kind = {{ constant = \"opened\", column = \"k\" }}\n"), "one of column, constant and template"),
        (&format!("{row}kind = {{ colum = \"k\" }}\n"), "unknown field `colum`"),
        (&format!("{row}kind = {{ column = \"k\", zone = \"Mars\" }}\n"), "unknown time zone \"Mars\""),
        (&format!("{row}kind = {{ column = \"k\", format = \"dd.mm\" }}\n"), "time format \"dd.mm\""),
        (&format!("[file]\nencoding = \"klingon\"\n{row}kind = \"k\"\n"), "unknown encoding \"klingon\""),
        (&format!("[file]\ndelimiter = \"<>\"\n{row}kind = \"k\"\n"), "no single sign"),
        (
            &format!(
                "{row}kind = \"k\"\nvalue = {{ column = \"v\", split = \",\" }}\ntarget = {{ column = \"v\", split = \",\" }}\n"
            ),
            "two columns with split",
        ),
        ("[[row]]\ntable = \"conversation_events\"\nwhen = [{ column = \"x\" }]\n[row.columns]\n", "asks nothing"),
        ("[[row\n", "TOML"),
    ] {
        let error = Mapping::parse("m.toml", text).expect_err(text).to_string();
        assert!(error.contains(wanted), "{text}\n-> {error}");
    }
}

#[test]
fn a_mapping_that_names_a_column_the_file_has_not_says_which_it_has() {
    let folder = Folder::new();
    let imported = import_one(&folder.file("log.csv", LOG.replace("Resource", "Resouce")), &mapped(LOG_MAPPING));
    assert!(
        imported.error().contains("no column \"Resource\"") && imported.error().contains("Did you mean \"Resouce\"?"),
        "{}",
        imported.error()
    );
}

#[test]
fn the_examples_of_the_documentation_are_mappings() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mapping.md");
    let text = std::fs::read_to_string(path).expect("the page");
    let examples: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 3);
    for example in examples {
        Mapping::parse("docs/mapping.md", example).expect(example);
    }
}
