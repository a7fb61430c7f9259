//! Hand-worked cases of business time. The properties that hold for all calendars are in `oracle`.

use super::*;
use crate::settings::CalendarSettings;
use crate::time::{HOUR, MINUTE};

pub(super) fn at(text: &str) -> Instant {
    text.parse::<jiff::Timestamp>().expect("an instant").into()
}

/// A calendar of settings, as JSON would write it: `{"mon-fri": ["09:00-17:00"]}`.
pub(super) fn hours(zone: &str, days: &[(&str, &[&str])]) -> CalendarSettings {
    CalendarSettings {
        zone: Some(zone.to_owned()),
        hours: days
            .iter()
            .map(|(day, hours)| ((*day).to_owned(), hours.iter().map(|text| (*text).to_owned()).collect()))
            .collect(),
        ..CalendarSettings::default()
    }
}

pub(super) fn calendars(calendar: CalendarSettings) -> Calendars {
    let settings =
        Settings { calendars: BTreeMap::from([("support".to_owned(), calendar)]), ..Settings::default() };
    Calendars::new(&settings, &[]).expect("a calendar")
}

fn open(calendar: CalendarSettings, from: &str, to: &str) -> i64 {
    let calendars = calendars(calendar);
    calendars.for_team(None).expect("the workspace's calendar").business_time(at(from), at(to)).0
}

#[test]
fn a_weekend_between_question_and_reply_is_not_counted() {
    let office = hours("Europe/Helsinki", &[("mon-fri", &["09:00-17:00"])]);
    // Friday 16:30 to Monday 09:45 in Helsinki, in summer.
    assert_eq!(open(office, "2026-06-12T13:30:00Z", "2026-06-15T06:45:00Z"), HOUR + 15 * MINUTE);
}
