//! Half-bad files: every good row in, every bad row told with line, column, value, reason, remedy and itself.

use crate::support::{Folder, Imported, as_table, import_one};
use mittari_core::model::Table;
use mittari_ingest::{Options, Problem};

/// "line column value: reason" of each problem.
fn told(imported: &Imported) -> Vec<String> {
    let one = |problem: &Problem| {
        let column = problem.column.as_deref().unwrap_or("-");
        let value = problem.value.as_deref().unwrap_or("-");
        format!("{} {column} {value}: {}", problem.line, problem.reason)
    };
    imported.problems.iter().map(one).collect()
}

fn events(rows: &[u8]) -> Imported {
    let folder = Folder::new();
    let mut text = b"conversation_id,kind,occurred_at,public,value,target\n".to_vec();
    text.extend_from_slice(rows);
    import_one(&folder.file("e.csv", text), &as_table(Table::Event))
}

#[test]
fn one_bad_row_in_each_way_is_listed_and_every_good_one_goes_in() {
    let rows: &[u8] = b"\
1,opened,2026-03-01T10:00:00Z,,,\n\
2,opend,2026-03-01T10:00:00Z,,,\n\
3,opened,2026-02-30T10:00:00Z,,,\n\
4,opened,yesterday,,,\n\
,opened,2026-03-01T10:00:00Z,,,\n\
6,opened,,,,\n\
7,opened,2026-03-01T10:00:00Z,perhaps,,\n\
8,status,2026-03-01T10:00:00Z,,slved,\n\
9,status,2026-03-01T10:00:00Z,,,\n\
10,merged,2026-03-01T10:00:00Z,,,\n\
11,opened,2026-03-01T10:00:00Z\n\
12,opened,2026-03-01T10:00:00Z,,,,too,many\n\
13,opened,03/04/2026,,,\n\
1\x004,opened,2026-03-01T10:00:00Z,,,\n\
1\xff\xfe5,opened,2026-03-01T10:00:00Z,,,\n\
16,outcome,2026-03-01T10:00:00Z,,meh,\n\
17,sla_target,2026-03-01T10:00:00Z,,soon,first_reply\n\
18,opened,1026-03-01T10:00:00Z,,,\n\
19,\"opened\"x,2026-03-01T10:00:00Z,,,\n\
20,\"opened,2026-03-01T10:00:00Z,,,\n\
21,opened,2026-03-01T10:00:00Z,,,\n";
    let imported = events(rows);
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    assert_eq!(imported.column(Table::Event, "conversation_id"), ["1", "21"]);
    assert_eq!(imported.received, 21);
    let mut told = told(&imported);
    told.sort_by_key(|line| line.split(' ').next().and_then(|line| line.parse::<u64>().ok()));
    assert_eq!(
        told,
        [
            "3 kind opend: unknown kind",
            "4 occurred_at 2026-02-30T10:00:00Z: there is no such day",
            "5 occurred_at yesterday: not a moment",
            "6 conversation_id -: \"conversation_id\" is empty; every row of conversation_events needs it",
            "7 occurred_at -: \"occurred_at\" is empty; every row of conversation_events needs it",
            "8 public perhaps: neither yes nor no",
            "9 value slved: unknown status",
            "10 value -: \"value\" is empty; an event of kind status needs it",
            "11 target -: \"target\" is empty; an event of kind merged needs it",
            "12 - -: 3 fields where the header has 6",
            "13 - -: 8 fields where the header has 6",
            "14 occurred_at 03/04/2026: day and month cannot be told apart",
            "15 conversation_id 1␀4: a zero byte in the text",
            "16 - -: bytes that are no UTF-8 characters",
            "17 value meh: unknown outcome",
            "18 value soon: not a moment, and an SLA target's value is when it is due",
            "19 occurred_at 1026-03-01T10:00:00Z: not between the years 1900 and 2200",
            "20 - -: text after a closing quote",
            "21 - -: a quote is opened and not closed on its line",
        ]
    );
    assert!(imported.problems.iter().all(|problem| !problem.remedy.is_empty() && !problem.row.is_empty()));
    let opend = imported.problems.iter().find(|problem| problem.value.as_deref() == Some("opend")).expect("the typo");
    assert_eq!(opend.row, "2,opend,2026-03-01T10:00:00Z,,,");
    assert!(opend.remedy.starts_with("did you mean \"opened\"?"), "{}", opend.remedy);
    assert!(opend.file.ends_with("e.csv"), "{}", opend.file);
}

#[test]
fn a_stray_quote_costs_its_own_line_only() {
    let imported = events(b"1,opened,2026-03-01,,a \"quoted\" word,\n2,opened,2026-03-01,,\"5 inch,\n3,opened,2026-03-01,,x,\n4,opened,2026-03-01,,\"ok\",\n");
    assert_eq!(imported.column(Table::Event, "conversation_id"), ["1", "3", "4"]);
    assert_eq!(told(&imported), ["3 - -: a quote is opened and not closed on its line"]);
}

#[test]
fn a_quoted_field_may_hold_lines_and_the_next_row_still_has_its_line() {
    let imported = events(b"1,message,2026-03-01,,\"two\nlines, and \"\"quotes\"\"\",\n2,opend,2026-03-01,,,\n");
    assert_eq!(imported.column(Table::Event, "value"), ["two\nlines, and \"quotes\""]);
    assert_eq!(imported.problems[0].line, 4);
}

#[test]
fn statuses_and_outcomes_are_written_as_the_model_spells_them() {
    let imported = events(b"1,Status,2026-03-01,,On-Hold,\n1,status,2026-03-02,,SOLVED,\n1,outcome,2026-03-03,,Spam,\n1,tagged,2026-03-03,,On-Hold,\n");
    assert_eq!(imported.column(Table::Event, "value"), ["on_hold", "solved", "spam", "On-Hold"]);
    assert_eq!(imported.column(Table::Event, "kind"), ["status", "status", "outcome", "tagged"]);
}

#[test]
fn scores_outside_of_their_scale_and_numbers_with_doubtful_commas_are_told() {
    let folder = Folder::new();
    let text = "occurred_at,kind,score,scale_min,scale_max,wording\n\
        2026-03-01,csat,6,1,5,\n2026-03-01,nps,11,,,\n2026-03-01,csat,\"1,500\",0,2000,\n2026-03-01,csat,4,5,1,\n\
        2026-03-01,ces,4,,,\n2026-03-01,csat,,1,5,\n2026-03-01,csat,\"4,5\",1,5,\n";
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Answer));
    assert_eq!(imported.column(Table::Answer, "score"), ["4.5"]);
    assert_eq!(
        told(&imported),
        [
            "2 score 6: the score is outside of its scale 1-5",
            "3 score 11: the score is outside of its scale 0-10",
            "4 score 1,500: the comma may group thousands or begin the decimals",
            "5 scale_max 5-1: the scale ends where it begins or before",
            "6 wording -: an effort score without its wording: high may be good or bad",
            "7 score -: \"score\" is empty; every row of survey_answers needs it",
        ]
    );
}

#[test]
fn cells_that_contradict_each_other_are_told_in_every_table() {
    let folder = Folder::new();
    let problems = |table: Table, text: &str| told(&import_one(&folder.file("x.csv", text), &as_table(table)));
    assert_eq!(
        problems(Table::Order, "customer_id,amount,occurred_at,margin_share\nc,-5,2026-03-01,\nc,5,2026-03-01,25\n"),
        ["2 amount -5: a negative amount", "3 margin_share 25: a share outside of 0 to 1"]
    );
    assert_eq!(
        problems(Table::Cost, "period_start,period_end,amount\n2026-03-01,2026-03-01,5\n"),
        ["2 period_end -: the period ends where it begins or before"]
    );
    assert_eq!(
        problems(Table::Mention, "network,occurred_at,sentiment\nx,2026-03-01,2\n"),
        ["2 sentiment 2: a sentiment other than -1, 0 or 1"]
    );
    assert_eq!(
        problems(
            Table::Rating,
            "review_id,criterion,score,occurred_at,not_applicable\nr,tone,4,2026-03-01,\nr,tone,4,2026-03-01,yes\n"
        ),
        ["2 score 4: the score is outside of its scale 0-1"]
    );
    assert_eq!(
        problems(
            Table::CalendarHours,
            "calendar,zone,weekday,opens,closes,holiday\nc,Mars,1,09:00,17:00,\nc,UTC,8,09:00,17:00,\nc,UTC,1,17:00,09:00,\nc,UTC,,,,\nc,UTC,,,,2026-12-25\n"
        ),
        [
            "2 zone Mars: unknown time zone",
            "3 weekday 8: no weekday",
            "4 closes 17:00-09:00: no hours of a day",
            "5 - -: neither hours nor a holiday",
        ]
    );
}

#[test]
fn a_bad_line_of_json_is_told_like_any_other() {
    let folder = Folder::new();
    let lines = "{\"conversation_id\":\"1\",\"kind\":\"opened\",\"occurred_at\":\"2026-03-01\"}\n\
        {\"conversation_id\":\"2\",\"kind\":\n\
        [1,2]\n\
        {\"conversation_id\":\"4\",\"conversation_id\":\"5\"}\n\
        {\"conversation_id\":\"6\",\"kind\":\"opened\",\"occurred_at\":true}\n\
        {\"conversation_id\":\"7\",\"kind\":\"opened\",\"occurred_at\":\"2026-03-01\"}";
    let imported = import_one(&folder.file("a.jsonl", lines), &as_table(Table::Event));
    assert_eq!(imported.column(Table::Event, "conversation_id"), ["1", "7"]);
    let lines: Vec<u64> = imported.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3, 4, 5]);
    assert!(imported.problems[2].reason.contains("stands in it twice"), "{}", imported.problems[2].reason);
}

#[test]
fn a_table_without_a_needed_column_is_an_error_that_names_the_likeliest() {
    let folder = Folder::new();
    let imported = import_one(
        &folder.file("a.csv", "conversation,kind,occurred_at\n1,opened,2026-03-01\n"),
        &as_table(Table::Event),
    );
    assert!(
        imported.error().contains("no column \"conversation_id\"")
            && imported.error().contains("Is it \"conversation\"?")
    );
    let imported = import_one(&folder.file("b.csv", "score,score,date\n1,2,2026-03-01\n"), &as_table(Table::Answer));
    assert!(imported.error().contains("\"score\""), "{}", imported.error());
}

#[test]
fn a_name_twice_among_columns_that_do_not_matter_is_tolerated() {
    let folder = Folder::new();
    let text = "Variant,conversation_id,kind,occurred_at,Variant\nx,1,opened,2026-03-01,y\n";
    let imported = import_one(&folder.file("a.csv", text), &as_table(Table::Event));
    assert_eq!(imported.of(Table::Event).len(), 1);
}

#[test]
fn one_unreadable_file_does_not_keep_the_others_out() {
    let folder = Folder::new();
    let good = folder.file("conversation_events.csv", "conversation_id,kind,occurred_at\n1,opened,2026-03-01\n");
    let other = folder.file("orders.csv", "customer_id,amount,date\nc,5,2026-03-01\n");
    let imported = crate::support::import(&[good, other], &Options { chunk_rows: 1, ..Options::default() });
    assert_eq!(imported.received, 2);
}
