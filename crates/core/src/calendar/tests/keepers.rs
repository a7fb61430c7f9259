//! Which calendar a team keeps, and what is said where one cannot be used.

use super::*;
use crate::model::Header;

/// One row of the table `calendars` for each weekday, in UTC.
pub(super) fn row<'a>(
    calendar: &'a str,
    team: Option<&'a str>,
    weekdays: Vec<i64>,
    opens: &'a str,
    closes: &'a str,
) -> Vec<CalendarHours<'a>> {
    weekdays
        .into_iter()
        .map(|weekday| CalendarHours {
            weekday: Some(weekday),
            opens: Some(opens),
            closes: Some(closes),
            team,
            ..empty_row(calendar)
        })
        .collect()
}

fn empty_row(calendar: &str) -> CalendarHours<'_> {
    CalendarHours {
        header: Header {
            source: "file",
            external_id: None,
            identity: 0,
            revision: 0,
            occurred_at: Instant(0),
            recorded_at: Instant(0),
            sequence: 0,
        },
        calendar,
        zone: "UTC",
        weekday: None,
        opens: None,
        closes: None,
        holiday: None,
        valid_from: None,
        valid_to: None,
        team: None,
    }
}

fn kept_by<'c>(calendars: &'c Calendars, team: &str) -> Option<&'c str> {
    calendars.for_team(Some(team)).map(Calendar::name)
}

#[test]
fn without_calendars_nobody_keeps_one() {
    let calendars = Calendars::new(&Settings::default(), &[]).expect("no calendars");
    assert!(calendars.is_empty());
    assert!(calendars.for_team(None).is_none());
    assert!(calendars.for_team(Some("billing")).is_none());
}

#[test]
fn a_team_keeps_its_own_calendar_and_every_other_the_workspaces() {
    let mut settings = settings(weekly("UTC", &[("mon", &["09:00-17:00"])]));
    settings.calendars.insert("night".to_owned(), weekly("UTC", &[("mon", &["00:00-09:00"])]));
    settings.calendar = Some("support".to_owned());
    settings.team_calendars.insert("owls".to_owned(), "night".to_owned());
    let calendars = Calendars::new(&settings, &[]).expect("calendars");
    assert_eq!(kept_by(&calendars, "owls"), Some("night"));
    assert_eq!(kept_by(&calendars, "billing"), Some("support"));
    assert_eq!(calendars.for_team(None).map(Calendar::name), Some("support"));
}

#[test]
fn the_only_calendar_is_the_workspaces_without_a_setting() {
    let calendars = Calendars::new(&settings(round_the_clock("UTC")), &[]).expect("a calendar");
    assert_eq!(calendars.for_team(None).map(Calendar::name), Some("support"));
}

#[test]
fn the_only_calendar_is_not_the_workspaces_where_a_team_keeps_it() {
    let calendars = Calendars::new(&Settings::default(), &row("night", Some("owls"), vec![1], "00:00", "09:00"));
    let calendars = calendars.expect("a calendar");
    assert_eq!(kept_by(&calendars, "owls"), Some("night"));
    assert!(calendars.for_team(None).is_none());
    assert!(!calendars.is_empty());
}

#[test]
fn of_several_calendars_the_one_that_no_team_keeps_is_the_workspaces() {
    let mut rows = row("night", Some("owls"), vec![1], "00:00", "09:00");
    rows.extend(row("day", None, vec![1], "09:00", "17:00"));
    let calendars = Calendars::new(&Settings::default(), &rows).expect("calendars");
    assert_eq!(kept_by(&calendars, "billing"), Some("day"));
    rows.extend(row("evening", None, vec![1], "17:00", "22:00"));
    let calendars = Calendars::new(&Settings::default(), &rows).expect("calendars");
    assert!(calendars.for_team(None).is_none());
}

#[test]
fn rows_of_a_name_replace_the_calendar_of_settings() {
    let rows = row("support", None, vec![1], "09:00", "10:00");
    let calendars = Calendars::new(&settings(round_the_clock("UTC")), &rows).expect("calendars");
    let week =
        calendars.named("support").expect("it").business_time(at("2026-06-01T00:00:00Z"), at("2026-06-08T00:00:00Z"));
    assert_eq!(week.seconds(), 3600.0);
}

#[test]
fn rows_and_settings_that_say_the_same_are_the_same_in_any_order() {
    let mut rows = row("support", None, (1..=5).collect(), "09:00", "17:00");
    rows.push(CalendarHours { holiday: Some(jiff::civil::date(2026, 12, 25)), ..empty_row("support") });
    let mut of_settings = weekly("utc", &[("mon-fri", &["9:00-17:00"])]);
    of_settings.holidays = vec!["2026-12-25".to_owned()];
    let forwards = Calendars::new(&Settings::default(), &rows).expect("calendars");
    rows.reverse();
    let backwards = Calendars::new(&Settings::default(), &rows).expect("calendars");
    assert_eq!(forwards, backwards);
    assert_eq!(forwards, Calendars::new(&settings(of_settings), &[]).expect("calendars"));
    assert_eq!(forwards.definition(), backwards.definition());
}

#[test]
fn a_changed_holiday_changes_the_definition() {
    let mut calendar = round_the_clock("UTC");
    let before = Calendars::new(&settings(calendar.clone()), &[]).expect("calendars").definition();
    calendar.holidays = vec!["2026-12-25".to_owned()];
    let after = Calendars::new(&settings(calendar), &[]).expect("calendars").definition();
    assert_ne!(before, after);
}

#[test]
fn a_mistyped_zone_is_refused_with_the_nearest_that_exists() {
    let error = |zone: &str| {
        let error = Calendars::new(&settings(round_the_clock(zone)), &[]).expect_err("no such zone");
        format!("{error} / {}", error.hint())
    };
    assert_eq!(
        error("Europe/Helsinky"),
        "unknown time zone \"Europe/Helsinky\" of calendar \"support\" / Did you mean \"Europe/Helsinki\"?"
    );
    assert!(error("New York").ends_with("Did you mean \"America/New_York\"?"), "{}", error("New York"));
    assert!(error("xyzzy").ends_with("Zones are named like \"Europe/Helsinki\"."), "{}", error("xyzzy"));
}

#[test]
fn hours_that_close_before_they_open_are_refused_and_told_how_to_write_a_night() {
    let error = Calendars::new(&settings(weekly("UTC", &[("fri", &["22:00-06:00"])])), &[]).expect_err("a night");
    assert_eq!(error.to_string(), "calendar \"support\" closes at 06:00, not after it opens at 22:00");
    assert_eq!(
        error.hint(),
        "Hours over midnight are two intervals: \"22:00-24:00\" and, on the next day, \"00:00-06:00\"."
    );
}

#[test]
fn texts_that_are_no_hours_days_or_dates_are_refused_by_name() {
    let refused =
        |calendar: CalendarSettings| Calendars::new(&settings(calendar), &[]).expect_err("a mistake").to_string();
    assert_eq!(
        refused(weekly("UTC", &[("mon", &["nine to five"])])),
        "\"nine to five\" is no opening time, in calendar \"support\""
    );
    assert_eq!(refused(weekly("UTC", &[("mon", &["9-17"])])), "\"9\" is no opening time, in calendar \"support\"");
    assert_eq!(
        refused(weekly("UTC", &[("funday", &["09:00-17:00"])])),
        "\"funday\" is no day of the week, in calendar \"support\""
    );
    let holiday = CalendarSettings { holidays: vec!["25.12.".to_owned()], ..round_the_clock("UTC") };
    assert_eq!(refused(holiday), "\"25.12.\" is no date, in calendar \"support\"");
    let never = CalendarSettings {
        valid_from: Some("2026-02-01".to_owned()),
        valid_to: Some("2026-02-01".to_owned()),
        ..round_the_clock("UTC")
    };
    assert_eq!(refused(never), "calendar \"support\" is valid to 2026-02-01, which is not after 2026-02-01");
}

#[test]
fn a_row_with_half_an_interval_is_refused() {
    let check = |row: CalendarHours<'_>| Calendars::check_row(&row).map_err(|error| error.to_string());
    let half = CalendarHours { weekday: Some(1), opens: Some("09:00"), ..empty_row("support") };
    assert_eq!(check(half), Err("a row of calendar \"support\" has opens but not closes".to_owned()));
    let dayless = CalendarHours { opens: Some("09:00"), closes: Some("10:00"), ..empty_row("support") };
    assert_eq!(check(dayless), Err("a row of calendar \"support\" has opens but not weekday".to_owned()));
    let eighth =
        CalendarHours { weekday: Some(8), opens: Some("09:00"), closes: Some("10:00"), ..empty_row("support") };
    assert_eq!(check(eighth), Err("\"8\" is no day of the week, in calendar \"support\"".to_owned()));
    assert_eq!(check(empty_row("support")), Ok(()));
}

#[test]
fn a_calendar_that_does_not_exist_is_refused_with_the_nearest_that_does() {
    let mut settings = settings(round_the_clock("UTC"));
    settings.team_calendars.insert("owls".to_owned(), "suport".to_owned());
    let error = Calendars::new(&settings, &[]).expect_err("no such calendar");
    assert_eq!(error.to_string(), "the team \"owls\" keeps the calendar \"suport\", which does not exist");
    assert_eq!(error.hint(), "Did you mean \"support\"?");
    settings.team_calendars.clear();
    settings.calendar = Some("office".to_owned());
    let error = Calendars::new(&settings, &[]).expect_err("no such calendar");
    assert_eq!(error.to_string(), "the workspace keeps the calendar \"office\", which does not exist");
}

#[test]
fn a_team_with_two_calendars_is_refused_unless_settings_decide() {
    let mut rows = row("night", Some("owls"), vec![1], "00:00", "09:00");
    rows.extend(row("day", Some("owls"), vec![1], "09:00", "17:00"));
    let error = Calendars::new(&Settings::default(), &rows).expect_err("two calendars");
    assert_eq!(error.to_string(), "the team \"owls\" keeps two calendars, \"night\" and \"day\"");
    let team_calendars = BTreeMap::from([("owls".to_owned(), "day".to_owned())]);
    let calendars = Calendars::new(&Settings { team_calendars, ..Settings::default() }, &rows).expect("calendars");
    assert_eq!(kept_by(&calendars, "owls"), Some("day"));
}
