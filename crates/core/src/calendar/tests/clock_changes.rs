//! Clock changes, worked by hand: skipped hours are not open, repeated hours are open twice.

use super::*;

#[test]
fn in_helsinki_the_last_sunday_of_march_lacks_an_hour_and_of_october_has_one_more() {
    let night = || weekly("Europe/Helsinki", &[("sun", &["02:00-05:00"])]);
    // 03:00 becomes 04:00 at 01:00Z; 04:00 becomes 03:00 at 01:00Z.
    assert_eq!(minutes_open(night(), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 120.0);
    assert_eq!(minutes_open(night(), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 240.0);
    assert_eq!(minutes_open(night(), "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"), 120.0);
}

#[test]
fn in_new_york_an_interval_inside_the_gap_is_never_open_and_inside_the_fold_twice() {
    let skipped = weekly("America/New_York", &[("sun", &["02:15-02:45"])]);
    assert_eq!(minutes_open(skipped, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z"), 0.0);
    let repeated = weekly("America/New_York", &[("sun", &["01:15-01:45"])]);
    assert_eq!(minutes_open(repeated.clone(), "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), 60.0);
    // Between the two: 01:45 of summer time to 01:15 of winter time.
    assert_eq!(minutes_open(repeated, "2026-11-01T05:45:00Z", "2026-11-01T06:15:00Z"), 0.0);
}

#[test]
fn in_new_york_an_interval_that_starts_inside_the_fold_opens_twice() {
    let early = weekly("America/New_York", &[("sun", &["01:30-03:00"])]);
    // 01:30 to 02:00 of summer time, then 01:30 to 03:00 of winter time; closed from 06:00Z to 06:30Z.
    assert_eq!(minutes_open(early.clone(), "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"), 120.0);
    assert_eq!(minutes_open(early, "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z"), 0.0);
}

#[test]
fn an_office_day_in_new_york_is_as_long_in_summer_and_winter_but_an_hour_apart() {
    let office = || weekly("America/New_York", &[("mon-fri", &["09:00-17:00"])]);
    assert_eq!(minutes_open(office(), "2026-03-06T13:30:00Z", "2026-03-06T14:30:00Z"), 30.0);
    assert_eq!(minutes_open(office(), "2026-03-09T12:30:00Z", "2026-03-09T13:30:00Z"), 30.0);
}

#[test]
fn kathmandu_is_five_hours_and_three_quarters_ahead_and_lost_a_quarter_of_an_hour_in_1986() {
    let office = weekly("Asia/Kathmandu", &[("sun-fri", &["10:00-17:00"])]);
    assert_eq!(minutes_open(office, "2026-06-10T04:00:00Z", "2026-06-10T04:30:00Z"), 15.0);
    // 00:00 became 00:15 on 1 January 1986.
    let wednesdays = weekly("Asia/Kathmandu", &[("wed", &["00:00-24:00"])]);
    assert_eq!(minutes_open(wednesdays, "1985-12-31T12:00:00Z", "1986-01-02T12:00:00Z"), 1425.0);
}

#[test]
fn on_lord_howe_island_the_clock_moves_by_half_an_hour() {
    let night = || weekly("Australia/Lord_Howe", &[("sun", &["01:00-03:00"])]);
    // 5 April 2026: 02:00 becomes 01:30. 4 October 2026: 02:00 becomes 02:30.
    assert_eq!(minutes_open(night(), "2026-04-04T00:00:00Z", "2026-04-05T12:00:00Z"), 150.0);
    assert_eq!(minutes_open(night(), "2026-10-03T00:00:00Z", "2026-10-04T12:00:00Z"), 90.0);
}

#[test]
fn in_casablanca_the_clock_goes_back_for_ramadan() {
    let night = || weekly("Africa/Casablanca", &[("sun", &["01:00-04:00"])]);
    // 15 February 2026: 03:00 becomes 02:00. 22 March 2026: 02:00 becomes 03:00.
    assert_eq!(minutes_open(night(), "2026-02-14T12:00:00Z", "2026-02-15T12:00:00Z"), 240.0);
    assert_eq!(minutes_open(night(), "2026-03-21T12:00:00Z", "2026-03-22T12:00:00Z"), 120.0);
}

#[test]
fn in_sao_paulo_a_day_began_at_one_and_another_ended_at_midnight_twice() {
    let sunday = weekly("America/Sao_Paulo", &[("sun", &["00:00-24:00"])]);
    assert_eq!(minutes_open(sunday, "2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z"), 23.0 * 60.0);
    // At midnight before Sunday, 17 February 2019, the clock went back to 23:00 of Saturday.
    let saturday = weekly("America/Sao_Paulo", &[("sat", &["23:00-24:00"])]);
    assert_eq!(minutes_open(saturday, "2019-02-16T12:00:00Z", "2019-02-17T12:00:00Z"), 120.0);
}

#[test]
fn samoa_had_no_30th_of_december_in_2011() {
    let fridays = weekly("Pacific/Apia", &[("fri", &["00:00-24:00"])]);
    assert_eq!(minutes_open(fridays, "2011-12-24T12:00:00Z", "2012-01-05T00:00:00Z"), 0.0);
    let mut always = round_the_clock("Pacific/Apia");
    always.holidays = vec!["2011-12-30".to_owned()];
    assert_eq!(minutes_open(always, "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z"), 3.0 * 1440.0);
}

#[test]
fn monrovia_was_44_minutes_and_30_seconds_behind_until_1972() {
    let office = compiled(weekly("Africa/Monrovia", &[("mon-sun", &["09:00-17:00"])]));
    let first_minute = office.business_time(at("1960-05-05T09:44:00Z"), at("1960-05-05T09:45:00Z"));
    assert_eq!(first_minute.seconds(), 30.0);
}

#[test]
fn a_team_in_two_zones_is_open_when_either_is() {
    let row = |zone| {
        keepers::row("support", None, vec![3], "09:00", "17:00")
            .into_iter()
            .map(move |row| CalendarHours { zone, ..row })
    };
    let rows: Vec<_> = row("Europe/Helsinki").chain(row("Europe/London")).collect();
    let calendars = Calendars::new(&Settings::default(), &rows).expect("calendars");
    let calendar = calendars.for_team(None).expect("the workspace's calendar");
    // 06:00Z to 14:00Z in Helsinki, 08:00Z to 16:00Z in London.
    let span = calendar.business_time(at("2026-06-10T00:00:00Z"), at("2026-06-11T00:00:00Z"));
    assert_eq!(span.seconds(), 10.0 * 3600.0);
}
