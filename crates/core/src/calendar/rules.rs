//! A calendar as people write it: weekly hours, holidays, validity; read once, all mistakes found here.
//!
//! Settings and rows of the table `calendars` end in the same [`Rules`]. Nothing here knows UTC.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::error::CalendarError;
use super::zone::zone;
use crate::model::CalendarHours;
use crate::settings::CalendarSettings;
use crate::time::{DAY, HOUR, MINUTE, SECOND};

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The civil days, as numbers since 1970-01-01, on which something holds: `from` until before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Validity {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// One interval of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Opening {
    /// 0 Monday to 6 Sunday.
    pub(super) weekday: i64,
    /// Microseconds since civil midnight.
    pub(super) opens: i64,
    /// Microseconds since civil midnight; at most those of 24 hours.
    pub(super) closes: i64,
    /// The days on which it holds.
    pub(super) valid: Validity,
}

/// What one calendar says, by the zone of its hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Rules {
    /// Intervals by zone; almost always one zone.
    pub(super) openings: BTreeMap<String, Vec<Opening>>,
    /// Holidays as civil days since 1970-01-01, sorted, each once.
    pub(super) holidays: Vec<i64>,
}

impl Rules {
    /// Reads a calendar of `settings.toml`.
    pub(super) fn of_settings(
        calendar: &str,
        settings: &CalendarSettings,
        workspace_zone: &str,
    ) -> Result<Rules, CalendarError> {
        let zone_name = check_zone(calendar, settings.zone.as_deref().unwrap_or(workspace_zone))?;
        let date = |text: &Option<String>| text.as_deref().map(|text| parse_date(calendar, text)).transpose();
        let valid = validity(calendar, date(&settings.valid_from)?, date(&settings.valid_to)?)?;
        let mut openings = Vec::new();
        for (days, hours) in &settings.hours {
            for weekday in parse_days(calendar, days)? {
                for text in hours {
                    let (opens, closes) = text
                        .split_once(['-', '\u{2013}'])
                        .ok_or_else(|| CalendarError::BadHours { calendar: calendar.to_owned(), text: text.clone() })?;
                    openings.push(opening(calendar, weekday, opens, closes, valid)?);
                }
            }
        }
        let holidays = settings.holidays.iter().map(|text| parse_date(calendar, text).map(day_number));
        let holidays = holidays.collect::<Result<_, _>>()?;
        Ok(Rules { openings: BTreeMap::from([(zone_name, openings)]), holidays }.in_order())
    }

    /// Adds one row of the table `calendars`.
    pub(super) fn add_row(&mut self, row: &CalendarHours<'_>) -> Result<(), CalendarError> {
        let calendar = row.calendar;
        let zone_name = check_zone(calendar, row.zone)?;
        let valid = validity(calendar, row.valid_from, row.valid_to)?;
        if let Some(holiday) = row.holiday.map(day_number).filter(|day| (valid.from..valid.to).contains(day)) {
            self.holidays.push(holiday);
        }
        let openings = self.openings.entry(zone_name).or_default();
        if let Some((weekday, opens, closes)) = interval(row)? {
            openings.push(opening(calendar, weekday, opens, closes, valid)?);
        }
        Ok(())
    }

    /// The same rules with everything sorted, so that the order in which they came does not matter.
    pub(super) fn in_order(mut self) -> Rules {
        for openings in self.openings.values_mut() {
            openings.sort_unstable();
            openings.dedup();
        }
        self.holidays.sort_unstable();
        self.holidays.dedup();
        self
    }
}

/// The interval of a row: all three columns, or none of them.
fn interval<'a>(row: &CalendarHours<'a>) -> Result<Option<(i64, &'a str, &'a str)>, CalendarError> {
    let incomplete =
        |given, missing| Err(CalendarError::Incomplete { calendar: row.calendar.to_owned(), given, missing });
    match (row.weekday, row.opens, row.closes) {
        (None, None, None) => Ok(None),
        (Some(day @ 1..=7), Some(opens), Some(closes)) => Ok(Some((day - 1, opens, closes))),
        (Some(day), Some(_), Some(_)) => {
            Err(CalendarError::UnknownDay { calendar: row.calendar.to_owned(), day: day.to_string() })
        }
        (None, Some(_), _) => incomplete("opens", "weekday"),
        (None, None, Some(_)) => incomplete("closes", "weekday"),
        (Some(_), None, _) => incomplete("weekday", "opens"),
        (Some(_), Some(_), None) => incomplete("opens", "closes"),
    }
}

fn opening(calendar: &str, weekday: i64, opens: &str, closes: &str, valid: Validity) -> Result<Opening, CalendarError> {
    let (start, end) = (parse_time(calendar, opens)?, parse_time(calendar, closes)?);
    if end <= start {
        let (opens, closes) = (opens.trim().to_owned(), closes.trim().to_owned());
        return Err(CalendarError::ClosesBeforeItOpens { calendar: calendar.to_owned(), opens, closes });
    }
    Ok(Opening { weekday, opens: start, closes: end, valid })
}

/// The zone's name as the database spells it.
fn check_zone(calendar: &str, name: &str) -> Result<String, CalendarError> {
    let known = zone(name).map_err(|nearest| CalendarError::UnknownZone {
        calendar: calendar.to_owned(),
        zone: name.to_owned(),
        nearest,
    })?;
    Ok(known.iana_name().unwrap_or(name).to_owned())
}

/// `9:00`, `09:00`, `09:00:30`, `24:00`, in microseconds since midnight.
fn parse_time(calendar: &str, text: &str) -> Result<i64, CalendarError> {
    let bad = || CalendarError::BadHours { calendar: calendar.to_owned(), text: text.trim().to_owned() };
    let mut units = [0i64; 3];
    let parts: Vec<&str> = text.trim().split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return Err(bad());
    }
    for (unit, part) in units.iter_mut().zip(&parts) {
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        *unit = part.parse().map_err(|_| bad())?;
    }
    let [hours, minutes, seconds] = units;
    let time = hours * HOUR + minutes * MINUTE + seconds * SECOND;
    if minutes > 59 || seconds > 59 || time > DAY {
        return Err(bad());
    }
    Ok(time)
}

/// `mon`, `Monday`, `mon-fri`, `sat-mon`, as 0 Monday to 6 Sunday.
fn parse_days(calendar: &str, text: &str) -> Result<Vec<i64>, CalendarError> {
    let unknown = || CalendarError::UnknownDay { calendar: calendar.to_owned(), day: text.to_owned() };
    let day = |text: &str| {
        let text = text.trim().to_lowercase();
        DAYS.iter().position(|name| text.len() >= 3 && name.starts_with(&text)).map(|at| at as i64)
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first).ok_or_else(unknown)?, day(last).ok_or_else(unknown)?);
    Ok((0..=(last - first).rem_euclid(7)).map(|step| (first + step) % 7).collect())
}

fn parse_date(calendar: &str, text: &str) -> Result<Date, CalendarError> {
    text.trim().parse().map_err(|_| CalendarError::BadDate { calendar: calendar.to_owned(), text: text.to_owned() })
}

fn validity(calendar: &str, from: Option<Date>, to: Option<Date>) -> Result<Validity, CalendarError> {
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        let (from, to) = (from.to_string(), to.to_string());
        return Err(CalendarError::NeverValid { calendar: calendar.to_owned(), from, to });
    }
    Ok(Validity { from: from.map_or(i64::MIN, day_number), to: to.map_or(i64::MAX, day_number) })
}

/// Civil days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs() / (24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_named_alone_or_as_a_run_that_may_cross_the_weekend() {
        assert_eq!(parse_days("c", "mon"), Ok(vec![0]));
        assert_eq!(parse_days("c", "Sunday"), Ok(vec![6]));
        assert_eq!(parse_days("c", "mon-fri"), Ok(vec![0, 1, 2, 3, 4]));
        assert_eq!(parse_days("c", "sat-mon"), Ok(vec![5, 6, 0]));
        for wrong in ["", "m", "mo", "mond ay", "funday", "mon-", "1"] {
            assert!(parse_days("c", wrong).is_err(), "{wrong:?} was read as a day");
        }
    }

    #[test]
    fn a_time_of_day_has_minutes_and_ends_at_24() {
        assert_eq!(parse_time("c", "9:00"), Ok(9 * HOUR));
        assert_eq!(parse_time("c", " 17:45 "), Ok(17 * HOUR + 45 * MINUTE));
        assert_eq!(parse_time("c", "00:00:01"), Ok(SECOND));
        assert_eq!(parse_time("c", "24:00"), Ok(DAY));
        for wrong in
            ["9", "", ":", "9:", "24:01", "25:00", "12:60", "12:00:60", "-1:00", "+1:00", "1:00:00:00", "009:00"]
        {
            assert!(parse_time("c", wrong).is_err(), "{wrong:?} was read as a time");
        }
    }

    #[test]
    fn days_are_counted_from_the_epoch_in_both_directions() {
        assert_eq!(day_number(Date::constant(1970, 1, 1)), 0);
        assert_eq!(day_number(Date::constant(1969, 12, 31)), -1);
        assert_eq!(day_number(Date::constant(2000, 3, 1)), 11_017);
    }
}
