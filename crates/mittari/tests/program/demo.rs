//! The made-up company: its planted stories must show in what the report says.

use crate::desk::Desk;
use serde_json::Value;

/// Rows of a metric for one value of a dimension.
fn of<'r>(rows: &'r Value, metric: &str, dimension: &str, value: &str) -> &'r Value {
    let found =
        rows.as_array().expect("rows").iter().find(|row| row["metric"] == metric && row["group"][dimension] == value);
    found.unwrap_or_else(|| panic!("no {metric} of {dimension} {value} in {rows:#}"))
}

fn volume(rows: &Value, month: &str) -> f64 {
    let found = rows.as_array().expect("rows").iter().find(|row| row["period"] == month);
    found.and_then(|row| row["value"].as_f64()).unwrap_or_else(|| panic!("no volume of {month}"))
}

#[test]
fn the_report_shows_the_planted_stories() {
    let mut desk = Desk::new();
    let made = desk.run(&["demo", "--conversations", "12000", "--folder", "lamps"]);
    assert_eq!(made.code(), 0, "{}", made.err());
    let card = made.out();
    assert!(card.contains("Mar 2026") && card.contains("App 5.0"), "the release is not told:\n{card}");
    assert!(card.contains("Pair a lamp again after a move"), "the article is not told:\n{card}");
    let page = std::fs::read_to_string(desk.folder().join("lamps/report.html")).expect("the page");
    assert!(page.contains("Valopuro") && page.contains("App 5.0"));

    desk.look_at("lamps/data");
    let ask = |args: &[&str]| desk.json(args);

    // A team that got faster while reopening more: nobody else did.
    let quarter = ["--from", "2026-08-01", "--to", "2026-11-01", "--compare", "previous", "--by", "team"];
    let speed = "first_response_time_business";
    let written = ["--where", "channel=email,web,messaging"];
    let rows = ask(&[&["report", "--metrics", speed], &quarter[..], &written[..]].concat());
    assert_eq!(of(&rows, speed, "team", "billing")["verdict"], "better", "{rows:#}");
    let rows = ask(&[&["report", "--metrics", "reopen_rate"], &quarter[..]].concat());
    for team in ["billing", "helsinki", "warsaw", "ljubljana", "taipei", "technical"] {
        let worse = of(&rows, "reopen_rate", "team", team)["verdict"] == "worse";
        assert_eq!(worse, team == "billing", "{team}: {rows:#}");
    }

    // A release that doubled contacts for weeks.
    let rows = ask(&["report", "--metrics", "request_volume", "--by", "month"]);
    let around = (volume(&rows, "2026-02-01") + volume(&rows, "2026-06-01")) / 2.0;
    assert!(volume(&rows, "2026-03-01") > 1.5 * around);

    // An article that sends people to support.
    let rows = ask(&["report", "--metrics", "article_transfer_rate_last", "--by", "article_id"]);
    let confusing =
        of(&rows, "article_transfer_rate_last", "article_id", "help-17")["low"].as_f64().expect("an interval");
    let other = of(&rows, "article_transfer_rate_last", "article_id", "help-16")["high"].as_f64().expect("an interval");
    assert!(confusing > 2.0 * other, "{confusing} {other}");

    // Weekends are quieter, and nothing is broken in the data.
    let rows = ask(&["report", "--metrics", "request_volume", "--by", "weekday"]);
    let day = |number: &str| of(&rows, "request_volume", "weekday", number)["value"].as_f64().expect("a count");
    assert!(day("1") > 2.0 * day("7"));
    let doctor = ask(&["doctor"]);
    assert!(
        doctor["findings"].as_array().expect("findings").iter().all(|finding| finding["severity"] != "wrong"),
        "{doctor:#}"
    );
    let imports = ask(&["imports"]);
    let counts = imports[0]["counts"].as_object().expect("counts");
    assert!(counts.values().all(|table| table["rejected"] == 0 && table["duplicate"] == 0), "{counts:#?}");
}
