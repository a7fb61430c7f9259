//! The first day with the program: import, scorecard, explanation, a second thought.

use crate::desk::{Desk, events, row};

#[test]
fn a_bare_file_of_dates_and_scores_is_enough_for_csat() {
    let desk = Desk::new();
    let file =
        desk.file("scores.csv", "date,score\n2026-03-01,5\n2026-03-02,4\n2026-03-03,2\n2026-03-04,5\n2026-03-05,1\n");
    let summary = desk.json(&["import", file.to_str().unwrap(), "--as", "survey_answers"]);
    assert_eq!(summary["tables"]["survey_answers"]["stored"], 5);
    let rows = desk.json(&["report", "--metrics", "csat"]);
    let csat = row(&rows, "csat");
    assert_eq!((csat["value"].as_f64(), csat["n"].as_i64()), (Some(60.0), Some(5)));
    assert!(csat["low"].as_f64() < Some(60.0) && csat["high"].as_f64() > Some(60.0));
}

#[test]
fn an_import_accounts_for_every_row_and_says_what_comes_next() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(30));
    let said = desk.must(&["import", "conversation_events.csv"]);
    assert!(said.contains("metrics can be computed now"), "{said}");
    assert!(said.contains("survey_answers would bring"), "{said}");
    assert!(said.contains("Next: mittari report"), "{said}");
    let counts = &desk.json(&["imports"])[0]["counts"]["conversation_events"];
    let number = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(number("received"), number("stored") + number("duplicate") + number("rejected"));
    assert_eq!(number("stored"), 30 * 4 + 3 * 4);
}

#[test]
fn the_same_file_twice_counts_once() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(50));
    desk.must(&["import", "conversation_events.csv"]);
    let before = desk.must(&["report", "--json", "--by", "month,channel"]);
    let again = desk.json(&["import", "conversation_events.csv"]);
    assert_eq!(again["tables"]["conversation_events"]["stored"], 0);
    assert_eq!(desk.must(&["report", "--json", "--by", "month,channel"]), before);
}

#[test]
fn a_forgotten_import_leaves_every_number() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(20));
    desk.file(
        "more.csv",
        "conversation_id,kind,occurred_at\nx1,opened,2026-05-05T10:00:00Z\nx2,opened,2026-05-05T11:00:00Z\n",
    );
    desk.must(&["import", "conversation_events.csv"]);
    let before = desk.must(&["report", "--metrics", "request_volume,resolution_rate", "--json"]);
    desk.must(&["import", "more.csv", "--as", "conversation_events"]);
    let volume = desk.json(&["report", "--metrics", "request_volume"]);
    assert_eq!(row(&volume, "request_volume")["value"], 22.0);
    let import = desk.json(&["imports"])[1]["id"].to_string();
    desk.must(&["forget", &import]);
    assert_eq!(desk.must(&["report", "--metrics", "request_volume,resolution_rate", "--json"]), before);
    assert_eq!(desk.run(&["forget", &import]).code(), 2);
}

#[test]
fn a_number_opens_down_to_its_events() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(20));
    desk.must(&["import", "conversation_events.csv"]);
    let explained = desk.json(&["explain", "first_response_time", "--period", "2026-01", "--rows", "3"]);
    assert_eq!(explained["answer"][0]["value"], 3600.0);
    assert_eq!(explained["rows"][0]["rows"].as_array().unwrap().len(), 3);
    assert_eq!(explained["case"], explained["rows"][0]["rows"][0]["conversation_id"]);
    let kinds: Vec<&str> =
        explained["events"].as_array().unwrap().iter().map(|event| event["cells"]["kind"].as_str().unwrap()).collect();
    assert!(kinds.starts_with(&["opened", "message", "message"]), "{kinds:?}");
    let told = desk.must(&["explain", "reopen_rate", "--case", "c10"]);
    assert!(told.contains("share of") && told.contains("Events of c10: 8 rows"), "{told}");
}

#[test]
fn the_scorecard_says_no_data_where_there_is_none() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(40));
    desk.must(&["import", "conversation_events.csv"]);
    let card = desk.must(&["report"]);
    assert!(card.contains("First response time") && card.contains("1\u{a0}h") || card.contains("1 h"), "{card}");
    assert!(card.contains("Not computed yet") && card.contains("needs survey_answers"), "{card}");
    assert!(!card.contains('\u{1b}'), "colour without a terminal");
    let csat = desk.json(&["report", "--metrics", "csat"]);
    assert!(row(&csat, "csat")["value"].is_null());
}

#[test]
fn the_page_is_one_file_in_every_language() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(40));
    desk.must(&["import", "conversation_events.csv"]);
    for language in ["en", "fi", "pl", "ru", "sl", "zh-Hant"] {
        desk.must(&["report", "--format", "html", "--lang", language, "--out", "report.html"]);
        let page = std::fs::read_to_string(desk.folder().join("report.html")).expect("the page");
        assert!(page.starts_with("<!doctype html>") && page.contains(&format!("lang=\"{language}\"")));
        assert!(!page.contains("<script") && !page.contains("http-equiv=\"refresh\"") && !page.contains("src="));
    }
}

#[test]
fn a_script_in_the_data_is_inert_on_the_page() {
    let desk = Desk::new();
    let text = events(30).replace(",email,", ",\"<script>alert(1)</script>\",");
    desk.file("conversation_events.csv", &text);
    desk.must(&["init", "--company", "</title><script>alert(2)</script>"]);
    desk.must(&["import", "conversation_events.csv"]);
    let page = desk.must(&["report", "--format", "html"]);
    assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script&#62;"));
    assert!(!page.contains("<script"));
}

#[test]
fn an_own_metric_is_computed_like_a_built_in_one() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(40));
    desk.must(&["import", "conversation_events.csv"]);
    std::fs::create_dir_all(desk.data().join("catalogue")).unwrap();
    let languages = ["en", "fi", "pl", "ru", "sl", "zh-Hant"];
    let texts = |text: &str| languages.map(|tag| format!("{tag} = \"{text}\"\n")).concat();
    let own = format!(
        "id = \"chat_share_of_solved\"\nunit = \"percent\"\nbetter = \"higher\"\ndated_by = \"first_solved_at\"\ncounts = \"solved cases\"\n\n[title]\n{}\n[summary]\n{}\n[formula]\nkind = \"share\"\nfrom = \"conversations\"\nwhere = \"first_solved_at is not null\"\nof = \"channel = 'chat'\"\n\n[[example]]\nname = \"none\"\ngiven = \"\"\nexpect = \"none\"\n",
        texts("Chats among the solved"),
        texts("Share of solved cases that were chats."),
    );
    std::fs::write(desk.data().join("catalogue/chat_share_of_solved.toml"), own).unwrap();
    desk.must(&["check", "chat_share_of_solved"]);
    let rows = desk.json(&["report", "--metrics", "chat_share_of_solved"]);
    assert_eq!(row(&rows, "chat_share_of_solved")["value"], 50.0);
}

#[test]
fn a_mistake_in_an_own_metric_is_a_finding_with_its_line() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.data().join("catalogue")).unwrap();
    std::fs::write(desk.data().join("catalogue/mine.toml"), "id = \"mine\"\nunti = \"percent\"\n").unwrap();
    let ran = desk.run(&["check", "csat"]);
    assert_eq!(ran.code(), 1);
    assert!(ran.out().contains("mine.toml:2") && ran.out().contains("Did you mean \"unit\"?"), "{}", ran.out());
}

#[test]
fn mistakes_are_told_in_three_parts_with_exit_code_2() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(5));
    desk.must(&["import", "conversation_events.csv"]);
    for (args, said) in [
        (vec!["report", "--metrics", "resolution_tmie"], "Did you mean \"resolution_time\"?"),
        (vec!["report", "--metrics", "request_volume", "--by", "chanel"], "Did you mean \"channel\"?"),
        (vec!["report", "--from", "1.1.2026"], "Write a day as 2026-01-31."),
        (vec!["report", "--lang", "fj"], "Did you mean \"fi\"?"),
        (vec!["import", "nowhere.csv"], "nowhere.csv"),
        (
            vec!["import", "conversation_events.csv", "--as", "conversation_event"],
            "Did you mean \"conversation_events\"?",
        ),
        (vec!["init", "--zone", "Europe/Helsinky"], "Did you mean \"Europe/Helsinki\"?"),
        (vec!["explain", "csat", "--period", "soon"], "2026-10"),
    ] {
        let ran = desk.run(&args);
        assert_eq!(ran.code(), 2, "{args:?}: {}", ran.err());
        assert!(ran.err().starts_with("error: ") && ran.err().contains(said), "{args:?}: {}", ran.err());
    }
}

#[test]
fn business_hours_come_with_init_and_rebuild() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(10));
    desk.must(&["import", "conversation_events.csv"]);
    let business = |desk: &Desk| {
        row(&desk.json(&["report", "--metrics", "first_response_time_business"]), "first_response_time_business")["value"].clone()
    };
    assert!(business(&desk).is_null());
    desk.must(&["init", "--zone", "UTC", "--hours", "mon-sun 09:30-17:00", "--target", "first_response_time=4h"]);
    desk.must(&["rebuild"]);
    assert_eq!(business(&desk), 1800.0);
}

#[test]
fn csv_for_people_does_not_run_in_a_spreadsheet() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(20).replace(",email,", ",=1+1,"));
    desk.must(&["import", "conversation_events.csv"]);
    let args = ["report", "--metrics", "request_volume", "--by", "channel", "--format", "csv"];
    assert!(desk.must(&args).contains(",'=1+1,"));
    assert!(desk.must(&[&args[..], &["--raw"]].concat()).contains(",=1+1,"));
}

#[test]
fn doctor_names_the_rows_that_offend() {
    let desk = Desk::new();
    let mut text = events(20);
    text.push_str("z1,odd,opened,2026-03-05T12:00:00Z,customer,,p1,email,\n");
    text.push_str("z2,odd,status,2026-03-04T12:00:00Z,agent,aino,p1,email,solved\n");
    text.push_str("z3,later,opened,2150-03-04T12:00:00Z,customer,,p2,email,\n");
    desk.file("conversation_events.csv", &text);
    desk.file("survey_invitations.csv", "invitation_id,kind,occurred_at\ni1,csat,2026-03-05T00:00:00Z\n");
    desk.file("survey_answers.csv", "answer_id,invitation_id,score,occurred_at\na1,i1,4,2026-03-04T00:00:00Z\n");
    desk.must(&["import", "conversation_events.csv", "survey_answers.csv", "survey_invitations.csv"]);
    let ran = desk.run(&["doctor", "--json"]);
    assert_eq!(ran.code(), 1);
    let found: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
    let rows = |check: &str| {
        let finding = found["findings"].as_array().unwrap().iter().find(|finding| finding["check"] == check);
        finding.unwrap_or_else(|| panic!("{check} is not found in {found:#}"))["rows"].to_string()
    };
    assert!(found["checks"].as_u64().unwrap() >= 12);
    assert!(rows("solved before opened").contains("odd"));
    assert!(rows("dated in the future").contains("2150"));
    assert!(rows("answered before asked for").contains("a1"));
    assert_eq!(found["findings"][0]["severity"], "wrong", "the worst comes first");
}
