//! Where civil months begin in the workspace's zone.
//!
//! Fold B asks for the month of every order, activity and contact, millions of times; asking the zone's rules
//! each time would cost more than the rest of the fold, so the months of the years in use are laid out once.
//! The rules come from the bundled zone database only: the same bytes on every machine.

use jiff::civil;
use jiff::tz::TimeZone;

use crate::calendar;
use crate::time::Instant;

/// The civil months of one zone, numbered from January of the year 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Months {
    zone: TimeZone,
    starts: Vec<Instant>,
}

/// Why there are no months.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// The zone database has no such zone.
    #[error("unknown time zone \"{zone}\"\n{}", hint(.nearest.as_deref()))]
    Unknown {
        /// The name as given.
        zone: String,
        /// The name that was perhaps meant.
        nearest: Option<String>,
    },
}

const FIRST_YEAR: i16 = 1970;
const LAST_YEAR: i16 = 2100;
const FIRST: i32 = FIRST_YEAR as i32 * 12;

impl Months {
    /// The months of a zone, by its name in the zone database.
    pub fn new(zone: &str) -> Result<Months, ZoneError> {
        let zone = calendar::zone(zone).map_err(|nearest| ZoneError::Unknown { zone: zone.to_owned(), nearest })?;
        let last = (i32::from(LAST_YEAR) + 1) * 12;
        let starts = (FIRST..last).filter_map(|month| computed_start(&zone, month)).collect();
        Ok(Months { zone, starts })
    }

    /// The number of the month that holds a moment; `None` beyond the years that civil dates have.
    pub fn month_of(&self, at: Instant) -> Option<i32> {
        let before = self.starts.partition_point(|start| *start <= at);
        if before == 0 || before == self.starts.len() {
            let date = self.zone.to_datetime(at.to_timestamp()?).date();
            return Some(i32::from(date.year()) * 12 + i32::from(date.month()) - 1);
        }
        Some(FIRST + before as i32 - 1)
    }

    /// The first instant of a month.
    pub fn start(&self, month: i32) -> Option<Instant> {
        let known = usize::try_from(month - FIRST).ok().and_then(|at| self.starts.get(at));
        known.copied().or_else(|| computed_start(&self.zone, month))
    }
}

fn hint(nearest: Option<&str>) -> String {
    match nearest {
        Some(name) => format!("Did you mean \"{name}\"?"),
        None => "Names are those of the zone database, like \"Europe/Helsinki\" or \"UTC\".".to_owned(),
    }
}

/// The first day of a month.
pub(super) fn first_day(month: i32) -> Option<civil::Date> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    civil::Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()
}

fn computed_start(zone: &TimeZone, month: i32) -> Option<Instant> {
    let zoned = first_day(month)?.to_zoned(zone.clone()).ok()?;
    Some(Instant::from(zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::from(text.parse::<jiff::Timestamp>().expect("a timestamp"))
    }

    fn start_in(zone: &str, text: &str) -> Instant {
        let months = Months::new(zone).expect("a zone");
        months.month_of(at(text)).and_then(|month| months.start(month)).expect("a month")
    }

    #[test]
    fn a_month_begins_at_midnight_of_the_workspace() {
        assert_eq!(start_in("Europe/Helsinki", "2026-03-31T21:00:00Z"), at("2026-03-31T21:00:00Z"));
        assert_eq!(start_in("Europe/Helsinki", "2026-03-31T20:59:59.999999Z"), at("2026-02-28T22:00:00Z"));
        assert_eq!(start_in("UTC", "2026-03-31T21:00:00Z"), at("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn years_beyond_the_table_are_asked_of_the_zone() {
        assert_eq!(
            start_in("Asia/Kolkata", "1901-05-20T00:00:00Z").to_timestamp().map(|at| at.to_string()),
            Some("1901-04-30T18:38:50Z".to_owned())
        );
        assert_eq!(start_in("UTC", "2350-05-20T00:00:00Z"), at("2350-05-01T00:00:00Z"));
        assert_eq!(start_in("UTC", "2100-12-31T23:59:59Z"), at("2100-12-01T00:00:00Z"));
    }

    #[test]
    fn a_moment_beyond_all_civil_dates_has_no_month() {
        assert_eq!(Months::new("UTC").expect("a zone").month_of(Instant(i64::MAX)), None);
    }

    #[test]
    fn an_unknown_zone_is_an_error_that_names_it() {
        let error = Months::new("Europe/Helsinky").expect_err("no such zone");
        assert_eq!(error.to_string(), "unknown time zone \"Europe/Helsinky\"\nDid you mean \"Europe/Helsinki\"?");
    }
}
