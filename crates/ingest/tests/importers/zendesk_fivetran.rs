//! Zendesk's tables as Fivetran lays them, on a made-up desk of four tickets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::{Folder, Imported, Row, import, sample};
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use mittari_core::model::Table;
use mittari_ingest::{Options, Recognised, detect};

fn desk() -> Imported {
    import(&[sample("zendesk")], &Options::default())
}

/// Events of a ticket in the order of time, as "time kind value".
fn events(imported: &Imported, ticket: &str) -> Vec<String> {
    let own = imported.of(Table::Event).into_iter().filter(|row| row["conversation_id"] == ticket);
    let one = |row: &Row| {
        let cell = |name: &str| row.get(name).map_or("", String::as_str);
        let text = format!("{} {} {} {}", &cell("occurred_at")[5..16], cell("kind"), cell("value"), cell("target"));
        text.trim_end().to_owned()
    };
    let mut events: Vec<String> = own.map(one).collect();
    events.sort();
    events
}

fn event<'i>(imported: &'i Imported, external_id: &str) -> &'i Row {
    let found = imported.rows.iter().find(|(_, row)| row.get("external_id").is_some_and(|id| id == external_id));
    found.map(|(_, row)| row).unwrap_or_else(|| panic!("no {external_id}"))
}

#[test]
fn a_folder_is_recognised_and_all_its_rows_are_the_vendor_s() {
    let found = detect(&[sample("zendesk")], &Options::default()).expect("detected");
    assert_eq!(found[0].what, Recognised::ZendeskFivetran);
    let imported = desk();
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    assert!(imported.rows.iter().all(|(_, row)| row["source"] == "zendesk" && row.contains_key("external_id")));
    assert!(imported.rows.iter().all(|(_, row)| !row.contains_key("recorded_at")));
    assert!(imported.notes.iter().any(|note| note.contains("not read: changes of settings")), "{:?}", imported.notes);
}

#[test]
fn a_ticket_becomes_its_events_with_the_history_telling_what_it_knows() {
    assert_eq!(
        events(&desk(), "1"),
        [
            "01-05T08:00 message",
            "01-05T08:00 opened",
            "01-05T08:00 sla_target 2026-01-05T09:00:00Z first_reply",
            "01-05T08:00 status new",
            "01-05T08:00 tagged billing",
            "01-05T08:00 tagged vip",
            "01-05T08:04 assigned 901",
            "01-05T08:04 field pro custom_plan",
            "01-05T08:04 priority high",
            "01-05T08:04 team Billing",
            "01-05T08:05 message",
            "01-05T08:10 message",
            "01-05T08:10 status on_hold",
            "01-05T08:20 message",
            "01-06T08:00 tagged refund",
            "01-06T08:00 untagged vip",
            "01-06T08:04 assigned",
            "01-08T09:00 status solved",
            "01-12T09:00 status closed",
        ]
    );
}

#[test]
fn a_ticket_whose_history_is_silent_has_its_present_state() {
    let imported = desk();
    assert_eq!(
        events(&imported, "3"),
        [
            "01-06T12:00 assigned 902",
            "01-06T12:00 opened",
            "01-06T12:00 priority normal",
            "01-06T12:00 sla_target 2026-01-09T20:00:00Z first_reply",
            "01-06T12:00 tagged urgent",
            "01-06T12:00 team 71",
            "01-06T12:30 message",
            "01-06T12:40 message",
            "01-06T12:50 message",
            "01-07T12:00 status open",
        ]
    );
    assert_eq!(events(&imported, "4"), ["01-07T12:00 opened", "01-07T13:00 deleted"]);
}

#[test]
fn who_did_it_is_told_by_role_and_by_who_asked() {
    let imported = desk();
    let actor = |id: &str| {
        let row = event(&imported, id);
        [row.get("actor_kind").cloned().unwrap_or_default(), row.get("actor_id").cloned().unwrap_or_default()].join(" ")
    };
    assert_eq!(actor("ticket:1:opened"), "customer 101");
    assert_eq!(actor("ticket:3:opened"), "agent 902");
    assert_eq!(actor("comment:11"), "customer 101");
    assert_eq!(actor("comment:13"), "agent 901");
    assert_eq!(actor("comment:15"), "customer 103", "unknown as a user, but he asked");
    assert_eq!(actor("comment:16"), "system -1");
    assert_eq!(actor("comment:17"), " 999");
    assert_eq!(actor("field:1:status:2026-01-12T09:00:00Z:closed"), "system -1");
    assert_eq!(event(&imported, "comment:12")["public"], "false");
    assert_eq!(event(&imported, "ticket:1:opened")["customer_id"], "101");
    assert_eq!(event(&imported, "ticket:1:opened")["channel"], "web");
    let fields = r#"{"brand":"Shop","form":"60","organization":"Acme","plan":"pro","type":"question"}"#;
    assert_eq!(event(&imported, "ticket:1:opened")["fields"], fields);
}

#[test]
fn a_merged_ticket_ends_where_it_was_closed() {
    let merged = desk();
    let merged = event(&merged, "ticket:2:merged:1");
    assert_eq!((merged["conversation_id"].as_str(), merged["target"].as_str()), ("2", "1"));
    assert_eq!(merged["occurred_at"], "2026-01-05T10:00:00Z");
}

#[test]
fn free_text_of_tickets_stays_out() {
    let imported = desk();
    assert!(
        !imported
            .rows
            .iter()
            .any(|(_, row)| row.values().any(|text| text.contains("password") || text.contains("note, inside")))
    );
}

#[test]
fn satisfaction_is_one_invitation_a_ticket_and_answers_on_two() {
    let imported = desk();
    assert_eq!(imported.column(Table::Invitation, "conversation_id"), ["1", "2"]);
    assert_eq!(imported.column(Table::Invitation, "occurred_at"), ["2026-01-09T09:00:00Z", "2026-01-09T10:00:00Z"]);
    assert_eq!(imported.column(Table::Answer, "score"), ["2", "1"]);
    assert_eq!(imported.column(Table::Answer, "scale_max"), ["2", "2"]);
    assert_eq!(imported.column(Table::Answer, "invitation_id"), imported.column(Table::Invitation, "invitation_id"));
    assert_eq!(imported.column(Table::Answer, "occurred_at"), ["2026-01-09T10:30:00Z", "2026-01-09T11:00:00Z"]);
    assert_eq!(imported.column(Table::Answer, "comment"), ["very quick", "-"]);
    assert_eq!(imported.column(Table::Answer, "theme"), ["-", "It took too long"]);
    assert_eq!(imported.column(Table::Answer, "agent_id"), ["901", "901"]);
}

#[test]
fn users_are_customers_and_agents_with_their_names() {
    let imported = desk();
    assert_eq!(imported.column(Table::Customer, "name"), ["Ada", "Bo"]);
    assert_eq!(imported.column(Table::Customer, "language"), ["fi", "en-US"]);
    assert_eq!(imported.column(Table::Customer, "segment"), ["enterprise, vip", "-"]);
    assert_eq!(imported.column(Table::Agent, "agent_id"), ["901", "902"]);
    assert_eq!(imported.column(Table::Agent, "role"), ["agent", "admin"]);
}

#[test]
fn schedules_are_calendars_of_their_own_zone() {
    let imported = desk();
    let rows: Vec<String> = imported
        .of(Table::CalendarHours)
        .iter()
        .map(|row| {
            let cell = |name: &str| row.get(name).map_or("", String::as_str);
            [cell("calendar"), cell("zone"), cell("weekday"), cell("opens"), cell("closes"), cell("holiday")]
                .join(" ")
                .trim_end()
                .to_owned()
        })
        .collect();
    assert_eq!(
        rows,
        [
            "Weekdays Europe/Helsinki 1 09:00 17:00",
            "Weekdays Europe/Helsinki 5 20:00 24:00",
            "Weekdays Europe/Helsinki    2026-12-24",
            "Weekdays Europe/Helsinki    2026-12-25",
            "Weekdays Europe/Helsinki    2026-12-26",
        ]
    );
}

#[test]
fn bad_rows_are_told_with_zendesk_s_own_columns() {
    let imported = desk();
    let told: Vec<String> = imported
        .problems
        .iter()
        .map(|problem| {
            let file = Path::new(&problem.file).file_name().expect("a name").to_string_lossy().into_owned();
            format!(
                "{file}:{} {} {}: {}",
                problem.line,
                problem.column.as_deref().unwrap_or("-"),
                problem.value.as_deref().unwrap_or("-"),
                problem.reason
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "ticket_field_history_data.csv:17 value purple: unknown status",
            "satisfaction_rating_data.csv:6 score splendid: unknown satisfaction",
            "schedule_holiday_data.csv:3 schedule_id 778: a holiday of a schedule that is not there",
        ]
    );
}

fn copied(to: &Folder, without: &[&str]) -> PathBuf {
    for entry in std::fs::read_dir(sample("zendesk")).expect("the sample") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if !without.iter().any(|table| name.starts_with(table)) {
            to.file(&format!("desk/{name}"), std::fs::read(&path).expect("a table"));
        }
    }
    to.path().join("desk")
}

#[test]
fn calendars_of_a_second_folder_lie_over_those_of_the_first() {
    let folder = Folder::new();
    folder.file("rome/schedule.csv", "id,name,start_time,end_time,time_zone\n777,Weekdays,1980,2520,Rome\n");
    folder.file("rome/time_zone.csv", "time_zone,standard_offset\nRome,+01:00\n");
    let imported = import(&[sample("zendesk"), folder.path().join("rome")], &Options::default());
    assert_eq!(imported.column(Table::CalendarHours, "zone"), ["Europe/Rome"]);
    assert_eq!(imported.column(Table::CalendarHours, "closes"), ["18:00"]);
    assert_eq!(imported.of(Table::Event).iter().filter(|row| row["kind"] == "opened").count(), 4);
}

#[test]
fn a_desk_without_a_table_is_read_as_far_as_it_goes() {
    let folder = Folder::new();
    let imported = import(&[copied(&folder, &["ticket_comment", "satisfaction", "user"])], &Options::default());
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    assert_eq!(event(&imported, "ticket:1:description")["kind"], "message");
    assert!(imported.notes.iter().any(|note| note.contains("without ticket_comment")), "{:?}", imported.notes);
    let folder = Folder::new();
    let imported = import(&[copied(&folder, &["ticket_field_history"])], &Options::default());
    assert_eq!(events(&imported, "1").iter().filter(|event| event.contains("status")).count(), 1);
    assert!(events(&imported, "1").contains(&"01-12T09:00 status closed".to_owned()));
}

#[test]
fn satisfaction_is_found_in_the_history_where_there_is_no_table_of_ratings() {
    let folder = Folder::new();
    let desk = copied(&folder, &["satisfaction"]);
    let history = desk.join("ticket_field_history_data.csv");
    let more = "satisfaction_score,1,2026-01-09 09:00:00,x,-1,offered\nsatisfaction_score,1,2026-01-09 10:00:00,x,101,goodwithcomment\nsatisfaction_score,2,2026-01-09 09:00:00,x,-1,unoffered\n";
    std::fs::write(&history, std::fs::read_to_string(&history).expect("the history") + more).expect("written");
    let imported = import(&[desk], &Options::default());
    assert_eq!(imported.column(Table::Answer, "score"), ["2"]);
    assert_eq!(imported.column(Table::Answer, "customer_id"), ["101"]);
    assert_eq!(imported.column(Table::Invitation, "occurred_at"), ["2026-01-09T09:00:00Z"]);
}

fn parquet_of(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    bytes
}

#[test]
fn the_same_ids_come_out_of_parquet_with_its_own_types() {
    let folder = Folder::new();
    let desk = copied(&folder, &["ticket_comment", "ticket_field_history"]);
    let at = |micros: i64| Arc::new(TimestampMicrosecondArray::from(vec![micros]).with_timezone("UTC")) as ArrayRef;
    let text = |word: &str| Arc::new(StringArray::from(vec![word])) as ArrayRef;
    let id = |number: i64| Arc::new(Int64Array::from(vec![number])) as ArrayRef;
    let eight = 1_767_600_000_000_000;
    folder.file(
        "desk/TICKET_COMMENT_0_0_0.parquet",
        parquet_of(vec![
            ("ID", id(11)),
            ("CREATED", at(eight)),
            ("TICKET_ID", id(1)),
            ("USER_ID", id(101)),
            ("PUBLIC", Arc::new(arrow::array::BooleanArray::from(vec![true]))),
        ]),
    );
    folder.file(
        "desk/ticket_field_history/part-0.parquet",
        parquet_of(vec![
            ("field_name", text("status")),
            ("ticket_id", id(1)),
            ("updated", at(eight)),
            ("user_id", id(101)),
            ("value", text("new")),
        ]),
    );
    let imported = import(&[desk], &Options::default());
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    let as_csv = self::desk();
    for external_id in ["comment:11", "field:1:status:2026-01-05T08:00:00Z:new"] {
        assert_eq!(event(&imported, external_id), event(&as_csv, external_id));
    }
}

#[test]
fn rows_in_any_order_and_twice_make_the_same_events() {
    let folder = Folder::new();
    let desk = copied(&folder, &[]);
    for name in
        ["ticket_field_history_data.csv", "ticket_comment_data.csv", "ticket_data.csv", "satisfaction_rating_data.csv"]
    {
        let path = desk.join(name);
        let text = std::fs::read_to_string(&path).expect("a table");
        let (head, rows) = text.split_once('\n').expect("rows");
        let mut rows: Vec<&str> = rows.lines().rev().collect();
        rows.extend(rows.clone());
        std::fs::write(&path, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
    }
    let set = |imported: &Imported| {
        let mut rows: Vec<String> =
            imported.rows.iter().map(|(table, row)| format!("{} {row:?}", table.name())).collect();
        rows.sort();
        rows.dedup();
        rows
    };
    assert_eq!(set(&import(&[desk], &Options::default())), set(&self::desk()));
}
