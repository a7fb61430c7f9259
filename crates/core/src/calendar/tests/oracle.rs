//! What holds for every calendar in every zone, and a count minute by minute that shares no code with ours.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;

use super::*;
use crate::time::{DAY, HOUR, MINUTE};

fn zone_names() -> Vec<String> {
    let names: Vec<String> = TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
    assert!(names.len() > 400, "the bundled database has only {} zones", names.len());
    names
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A calendar as drawn: intervals of the week and holidays, all in minutes and days around one instant.
#[derive(Clone, Debug)]
struct Drawn {
    zone: String,
    /// Weekday from 0, minute of opening, minute of closing.
    intervals: Vec<(usize, i64, i64)>,
    holidays: Vec<Date>,
    valid: Option<(Date, Date)>,
    /// An instant that the test looks around, in whole minutes: often a clock change.
    around: i64,
}

impl Drawn {
    fn settings(&self) -> CalendarSettings {
        let mut calendar = CalendarSettings { zone: Some(self.zone.clone()), ..CalendarSettings::default() };
        let text = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        for (weekday, opens, closes) in &self.intervals {
            let hours = calendar.hours.entry(DAYS[*weekday].to_owned()).or_default();
            hours.push(format!("{}-{}", text(*opens), text(*closes)));
        }
        calendar.holidays = self.holidays.iter().map(Date::to_string).collect();
        calendar.valid_from = self.valid.map(|(from, _)| from.to_string());
        calendar.valid_to = self.valid.map(|(_, to)| to.to_string());
        calendar
    }

    /// Whether it is open at an instant, by the civil time that jiff gives for it.
    fn is_open(&self, zone: &TimeZone, instant: i64) -> bool {
        let civil = zone.to_datetime(Timestamp::from_microsecond(instant).expect("a known year"));
        let weekday = usize::from(civil.weekday().to_monday_zero_offset() as u8);
        let minute = i64::from(civil.hour()) * 60 + i64::from(civil.minute());
        let valid = self.valid.is_none_or(|(from, to)| from <= civil.date() && civil.date() < to);
        valid
            && !self.holidays.contains(&civil.date())
            && self.intervals.iter().any(|(day, opens, closes)| *day == weekday && (*opens..*closes).contains(&minute))
    }
}

/// The minutes around which something happens to a zone's clock, from 1975 to 2060, all offsets being whole
/// minutes by then.
fn clock_changes(zone: &TimeZone) -> Vec<i64> {
    let (from, to) = (at("1975-01-01T00:00:00Z"), at("2060-01-01T00:00:00Z"));
    let start = from.to_timestamp().expect("a known year");
    let changes = zone.following(start).map(|change| change.timestamp().as_microsecond());
    changes.take_while(|change| *change < to.0).collect()
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let interval = (0..7usize, 0..1440i64, 1..=1440i64)
        .prop_map(|(weekday, opens, length)| (weekday, opens, (opens + length).min(1440)));
    let intervals = prop::collection::vec(interval, 0..12);
    let days = prop::collection::vec(-4..8i32, 0..3);
    let validity = prop::option::of((-4..4i32, 1..6i32));
    let minutes = 1975i64 * 525_960 - 1970 * 525_960..(2060 - 1970) * 525_960;
    let picks = (prop::sample::select(zone_names()), any::<prop::sample::Index>(), minutes, any::<bool>());
    (picks, intervals, days, validity).prop_map(|((name, pick, minute, at_a_change), intervals, days, validity)| {
        let zone = zone(&name).expect("a zone of the database");
        let changes = clock_changes(&zone);
        let around = match at_a_change && !changes.is_empty() {
            true => changes[pick.index(changes.len())],
            false => minute * MINUTE,
        };
        let today = zone.to_datetime(Timestamp::from_microsecond(around).expect("a known year")).date();
        let day = |offset: i32| today.checked_add(jiff::Span::new().days(offset)).expect("a known day");
        Drawn {
            zone: name,
            intervals,
            holidays: days.into_iter().map(day).collect(),
            valid: validity.map(|(from, length)| (day(from), day(from + length))),
            around,
        }
    })
}

/// Any instant that a row may bear, now and then an absurd one.
fn instants() -> impl Strategy<Value = Instant> {
    let usual = at("1990-01-01T00:00:00Z").0..at("2070-01-01T00:00:00Z").0;
    let any = at("1700-01-01T00:00:00Z").0..at("2300-01-01T00:00:00Z").0;
    prop_oneof![4 => usual, 1 => any].prop_map(Instant)
}

#[test]
fn round_the_clock_is_elapsed_time_to_the_microsecond_in_every_zone_of_the_database() {
    let pairs = [
        ("1990-01-01T00:00:00Z", "2069-12-31T23:59:59.999999Z"),
        ("2011-12-29T03:04:05.000007Z", "2012-01-02T00:00:00.000001Z"),
        ("2026-03-28T23:59:59.999999Z", "2026-11-01T07:30:00.5Z"),
        ("1889-05-06T07:08:09.101112Z", "2088-08-08T08:08:08.080808Z"),
    ];
    for name in zone_names() {
        let calendar = compiled(round_the_clock(&name));
        for (from, to) in pairs {
            let (from, to) = (at(from), at(to));
            assert_eq!(calendar.business_time(from, to), to.since(from), "{name}: {from} to {to}");
            assert_eq!(calendar.add_business(from, to.since(from)), Some(to), "{name}: due from {from}");
        }
    }
}

#[test]
fn every_clock_change_of_every_zone_is_counted_as_minute_by_minute() {
    for name in zone_names() {
        let zone = zone(&name).expect("a zone of the database");
        let nights = Drawn {
            zone: name.clone(),
            intervals: (0..7)
                .flat_map(|day| [(day, 0, 47), (day, 75, 135), (day, 170, 171), (day, 1425, 1440)])
                .collect(),
            holidays: Vec::new(),
            valid: Some((jiff::civil::date(2009, 12, 31), jiff::civil::date(2028, 1, 2))),
            around: 0,
        };
        let calendar = compiled(nights.settings());
        // The rules of today repeat for ever: the changes of 2010 to 2027 are all the kinds there are of late.
        let late = |change: &i64| (at("2010-01-01T00:00:00Z").0..at("2028-01-01T00:00:00Z").0).contains(change);
        for change in clock_changes(&zone).into_iter().filter(late) {
            let from = change - 4 * HOUR;
            let minutes = (0..480).filter(|minute| nights.is_open(&zone, from + minute * MINUTE)).count() as i64;
            let ours = calendar.business_time(Instant(from), Instant(from + 480 * MINUTE));
            assert_eq!(ours.0, minutes * MINUTE, "{name} at {}", Instant(change));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn business_time_is_what_counting_minute_by_minute_gives(
        drawn in drawn(), before in 0..3000i64, length in 0..6000i64,
    ) {
        let zone = zone(&drawn.zone).expect("a zone of the database");
        let calendar = compiled(drawn.settings());
        let from = drawn.around - before * MINUTE;
        let minutes = (0..length).filter(|minute| drawn.is_open(&zone, from + minute * MINUTE)).count() as i64;
        let ours = calendar.business_time(Instant(from), Instant(from + length * MINUTE));
        prop_assert_eq!(ours, Span(minutes * MINUTE));
    }

    #[test]
    fn business_time_adds_up_over_any_instant_between(
        drawn in drawn(), mut instants in prop::array::uniform3(instants()),
    ) {
        instants.sort_unstable();
        let [a, b, c] = instants;
        let calendar = compiled(drawn.settings());
        prop_assert_eq!(calendar.business_time(a, c), calendar.business_time(a, b) + calendar.business_time(b, c));
    }

    #[test]
    fn business_time_is_never_more_than_elapsed_time(drawn in drawn(), a in instants(), b in instants()) {
        let open = compiled(drawn.settings()).business_time(a.min(b), a.max(b));
        prop_assert!(Span(0) <= open && open <= a.max(b).since(a.min(b)));
    }

    #[test]
    fn a_due_time_is_the_earliest_at_which_the_span_has_passed(
        drawn in drawn(), offset in -3 * DAY..3 * DAY, span in 1..30 * HOUR,
    ) {
        let drawn = Drawn { valid: None, ..drawn };
        prop_assume!(!drawn.intervals.is_empty());
        let calendar = compiled(drawn.settings());
        let from = Instant(drawn.around + offset);
        let due = calendar.add_business(from, Span(span)).expect("it opens every week");
        prop_assert_eq!(calendar.business_time(from, due), Span(span));
        prop_assert_eq!(calendar.business_time(from, Instant(due.0 - 1)), Span(span - 1));
    }
}
