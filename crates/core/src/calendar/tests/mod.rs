//! Business time: by hand in `clock_changes`, against brute force in `oracle`, who keeps which in `keepers`.

mod clock_changes;
mod hours;
mod keepers;
mod oracle;

use super::*;
use crate::settings::CalendarSettings;

fn at(text: &str) -> Instant {
    text.parse::<jiff::Timestamp>().expect("an instant").into()
}

/// A calendar as settings hold it, of hours by day: `("mon-fri", &["09:00-17:00"])`.
fn weekly(zone: &str, days: &[(&str, &[&str])]) -> CalendarSettings {
    let texts = |hours: &[&str]| hours.iter().map(|text| (*text).to_owned()).collect();
    CalendarSettings {
        zone: Some(zone.to_owned()),
        hours: days.iter().map(|(day, hours)| ((*day).to_owned(), texts(hours))).collect(),
        ..CalendarSettings::default()
    }
}

fn round_the_clock(zone: &str) -> CalendarSettings {
    weekly(zone, &[("mon-sun", &["00:00-24:00"])])
}

/// Settings with one calendar, "support".
fn settings(calendar: CalendarSettings) -> Settings {
    Settings { calendars: BTreeMap::from([("support".to_owned(), calendar)]), ..Settings::default() }
}

fn compiled(calendar: CalendarSettings) -> Arc<Calendar> {
    let calendars = Calendars::new(&settings(calendar), &[]).expect("a calendar");
    calendars.workspace.expect("the workspace's calendar")
}

/// The open time of a calendar between two instants, in minutes.
fn minutes_open(calendar: CalendarSettings, from: &str, to: &str) -> f64 {
    compiled(calendar).business_time(at(from), at(to)).seconds() / 60.0
}
