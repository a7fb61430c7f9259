//! Hours, holidays and validity, far from any clock change.

use super::*;
use crate::time::{HOUR, MINUTE};

#[test]
fn a_weekend_between_question_and_reply_is_not_counted() {
    let office = weekly("Europe/Helsinki", &[("mon-fri", &["09:00-17:00"])]);
    // Friday 16:30 to Monday 09:45 in Helsinki, in summer.
    assert_eq!(minutes_open(office, "2026-06-12T13:30:00Z", "2026-06-15T06:45:00Z"), 75.0);
}

#[test]
fn a_span_outside_the_hours_is_a_counted_zero() {
    let office = weekly("Europe/Helsinki", &[("mon-fri", &["09:00-17:00"])]);
    assert_eq!(minutes_open(office, "2026-06-13T06:00:00Z", "2026-06-14T20:00:00Z"), 0.0);
}

#[test]
fn a_span_that_ends_before_it_starts_is_zero() {
    let always = round_the_clock("UTC");
    assert_eq!(minutes_open(always, "2026-06-13T06:00:00Z", "2026-06-12T06:00:00Z"), 0.0);
}

#[test]
fn a_day_may_have_any_number_of_intervals() {
    let split = weekly("UTC", &[("wed", &["08:00-12:00", "13:00-17:00", "19:30-20:00"])]);
    assert_eq!(minutes_open(split.clone(), "2026-06-10T00:00:00Z", "2026-06-11T00:00:00Z"), 510.0);
    assert_eq!(minutes_open(split, "2026-06-10T11:50:00Z", "2026-06-10T13:10:00Z"), 20.0);
}

#[test]
fn intervals_that_overlap_or_touch_count_once() {
    let doubled =
        weekly("UTC", &[("mon-fri", &["09:00-17:00"]), ("wed", &["08:00-12:00", "17:00-18:00", "10:00-11:00"])]);
    assert_eq!(minutes_open(doubled, "2026-06-10T00:00:00Z", "2026-06-11T00:00:00Z"), 600.0);
}

#[test]
fn a_night_shift_is_written_until_24_and_from_midnight() {
    let night = weekly("Europe/Helsinki", &[("fri", &["22:00-24:00"]), ("sat", &["00:00-06:00"])]);
    assert_eq!(minutes_open(night, "2026-06-12T20:00:00Z", "2026-06-13T10:00:00Z"), 420.0);
}

#[test]
fn a_holiday_closes_its_civil_date_in_the_calendars_zone() {
    let mut always = round_the_clock("Pacific/Auckland");
    always.holidays = vec!["2026-06-22".to_owned()];
    // In Auckland (UTC+12 in June) the day runs from noon to noon of UTC.
    assert_eq!(minutes_open(always.clone(), "2026-06-21T12:00:00Z", "2026-06-22T12:00:00Z"), 0.0);
    assert_eq!(minutes_open(always.clone(), "2026-06-21T11:59:00Z", "2026-06-22T12:00:00Z"), 1.0);
    assert_eq!(minutes_open(always, "2026-06-22T11:00:00Z", "2026-06-22T12:01:00Z"), 1.0);
}

#[test]
fn a_holiday_ends_a_night_shift_at_midnight() {
    let mut night = weekly("UTC", &[("mon-sun", &["00:00-06:00", "22:00-24:00"])]);
    night.holidays = vec!["2026-12-25".to_owned()];
    assert_eq!(minutes_open(night.clone(), "2026-12-24T20:00:00Z", "2026-12-25T12:00:00Z"), 120.0);
    assert_eq!(minutes_open(night, "2026-12-25T20:00:00Z", "2026-12-26T12:00:00Z"), 360.0);
}

#[test]
fn hours_hold_from_their_first_day_until_before_the_day_that_ends_them() {
    let mut office = weekly("Europe/Helsinki", &[("mon-sun", &["09:00-17:00"])]);
    office.valid_from = Some("2026-06-02".to_owned());
    office.valid_to = Some("2026-06-04".to_owned());
    assert_eq!(minutes_open(office, "2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z"), 2.0 * 480.0);
}

#[test]
fn a_span_is_measured_by_the_hours_that_hold_in_each_of_its_parts() {
    let row = |opens, closes, from: Option<&str>, to: Option<&str>| {
        keepers::row("support", None, (1..=7).collect(), opens, closes)
            .into_iter()
            .map(move |row| CalendarHours {
                valid_from: from.map(|date| date.parse().expect("a date")),
                valid_to: to.map(|date| date.parse().expect("a date")),
                ..row
            })
            .collect::<Vec<_>>()
    };
    let mut rows = row("09:00", "17:00", None, Some("2026-03-01"));
    rows.extend(row("10:00", "14:00", Some("2026-03-01"), None));
    let calendars = Calendars::new(&Settings::default(), &rows).expect("calendars");
    let calendar = calendars.for_team(None).expect("the workspace's calendar");
    let span = calendar.business_time(at("2026-02-28T16:00:00Z"), at("2026-03-01T11:00:00Z"));
    assert_eq!(span.0, 2 * HOUR);
}

#[test]
fn due_times_fall_into_hours_and_an_exact_rest_of_a_day_is_due_at_its_close() {
    let office = compiled(weekly("Europe/Helsinki", &[("mon-fri", &["09:00-17:00"])]));
    let due = |from: &str, minutes: i64| office.add_business(at(from), Span(minutes * MINUTE)).expect("a due time");
    // From Friday 16:00 in Helsinki.
    assert_eq!(due("2026-06-12T13:00:00Z", 30), at("2026-06-12T13:30:00Z"));
    assert_eq!(due("2026-06-12T13:00:00Z", 60), at("2026-06-12T14:00:00Z"));
    assert_eq!(due("2026-06-12T13:00:00Z", 61), at("2026-06-15T06:01:00Z"));
    assert_eq!(due("2026-06-12T18:00:00Z", 480), at("2026-06-15T14:00:00Z"));
    // Four working weeks: past the clock change of October.
    assert_eq!(due("2026-10-05T06:00:00Z", 20 * 480), at("2026-10-30T15:00:00Z"));
    assert_eq!(due("2026-06-12T18:00:00Z", 0), at("2026-06-12T18:00:00Z"));
}

#[test]
fn what_never_passes_is_never_due() {
    let mut closing = weekly("UTC", &[("mon", &["09:00-10:00"])]);
    closing.valid_to = Some("2026-06-30".to_owned());
    let calendar = compiled(closing);
    // The last Monday is the 29th.
    assert_eq!(calendar.add_business(at("2026-06-29T00:00:00Z"), Span(HOUR)), Some(at("2026-06-29T10:00:00Z")));
    assert_eq!(calendar.add_business(at("2026-06-29T00:00:00Z"), Span(HOUR + 1)), None);
    assert_eq!(compiled(weekly("UTC", &[])).add_business(at("2026-06-29T00:00:00Z"), Span(1)), None);
}

#[test]
fn time_before_1990_and_after_2069_counts_like_any_other() {
    let office = compiled(weekly("UTC", &[("mon-sun", &["09:00-17:00"])]));
    let open = |from: &str, to: &str| office.business_time(at(from), at(to)).0;
    assert_eq!(open("1989-12-31T16:00:00Z", "1990-01-01T10:00:00Z"), 2 * HOUR);
    assert_eq!(open("2069-12-31T16:00:00Z", "2070-01-01T10:00:00Z"), 2 * HOUR);
    // 1899-01-01 to 2101-01-01: 73,779 days.
    assert_eq!(open("1899-01-01T00:00:00Z", "2101-01-01T00:00:00Z"), 73_779 * 8 * HOUR);
    assert_eq!(office.add_business(at("2069-12-31T16:30:00Z"), Span(HOUR)), Some(at("2070-01-01T09:30:00Z")));
}
