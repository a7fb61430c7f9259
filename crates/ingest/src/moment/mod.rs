//! Texts and numbers as moments: ISO 8601, dotted, slashed and joined dates, epochs, formats that a mapping names.
//!
//! A time without a zone is read in the zone told (UTC by default); one that the clocks skip moves on by the
//! gap, one that they show twice is the first. `03/04/2026` is never guessed: it is a fault unless other rows
//! of the column, or a mapping, say which number is the day.

mod written;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mittari_core::time::{DAY, SECOND};

use written::Written;
pub(crate) use written::usual;

/// How a column writes its moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MomentForm {
    /// Any of the usual ways; of `03/04/2026` the day is first, second, or not known.
    Usual(Option<DayPlace>),
    /// As `strptime` reads it.
    Format(String),
    /// A count of units since 1970, each of so many microseconds.
    Epoch(i64),
    /// Days since the end of 1899, as spreadsheets count.
    Excel,
}

/// Where the day stands in `03/04/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayPlace {
    First,
    Second,
}

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MomentFault {
    NotAMoment,
    NoSuchDay,
    NoSuchTime,
    DayOrMonth,
    OutOfRange,
}

impl MomentFault {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            MomentFault::NotAMoment => "not a moment",
            MomentFault::NoSuchDay => "there is no such day",
            MomentFault::NoSuchTime => "there is no such time of day",
            MomentFault::DayOrMonth => "day and month cannot be told apart",
            MomentFault::OutOfRange => "not between the years 1900 and 2200",
        }
    }

    pub(crate) fn remedy(self) -> &'static str {
        match self {
            MomentFault::DayOrMonth => "write 2026-04-03, or give a mapping with format = \"%d/%m/%Y\" or \"%m/%d/%Y\"",
            MomentFault::NoSuchDay | MomentFault::NoSuchTime | MomentFault::OutOfRange => "correct it at its source",
            MomentFault::NotAMoment => "write 2026-03-01T14:30:00Z, or give its format in a mapping",
        }
    }
}

/// 1900-01-01 and 2201-01-01: outside of these a moment is a mistake.
pub(crate) const EARLIEST: i64 = -2_208_988_800 * SECOND;
pub(crate) const LATEST: i64 = 7_289_654_400 * SECOND;

/// Civil times of one zone as instants, quick for times near each other.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
    fixed: Option<i64>,
    /// Civil times between these have this offset.
    known: Option<(i64, i64, i64)>,
}

impl Clock {
    pub(crate) fn new(zone: TimeZone) -> Clock {
        let fixed = zone.to_fixed_offset().ok().map(|offset| i64::from(offset.seconds()) * SECOND);
        Clock { zone, fixed, known: None }
    }

    /// Whether civil times are instants as they are.
    pub(crate) fn is_utc(&self) -> bool {
        self.fixed == Some(0)
    }

    /// The instant of a civil time.
    pub(crate) fn instant(&mut self, civil: i64) -> Option<i64> {
        if let Some(offset) = self.fixed {
            return civil.checked_sub(offset);
        }
        if let Some((from, to, offset)) = self.known
            && (from..to).contains(&civil)
        {
            return Some(civil - offset);
        }
        let timestamp = self.zone.to_ambiguous_timestamp(civil_date_time(civil)?).compatible().ok()?;
        self.known = self.stretch(timestamp);
        Some(timestamp.as_microsecond())
    }

    /// The civil times around a moment that surely have its offset: two days clear of any change.
    fn stretch(&self, at: jiff::Timestamp) -> Option<(i64, i64, i64)> {
        let offset = i64::from(self.zone.to_offset(at).seconds()) * SECOND;
        let just_after = at.checked_add(jiff::SignedDuration::from_micros(1)).ok()?;
        let before =
            self.zone.preceding(just_after).next().map_or(EARLIEST, |change| change.timestamp().as_microsecond());
        let after = self.zone.following(at).next().map_or(LATEST, |change| change.timestamp().as_microsecond());
        Some((before + 2 * DAY, after - 2 * DAY, offset))
    }
}

fn civil_date_time(civil: i64) -> Option<DateTime> {
    jiff::Timestamp::from_microsecond(civil).ok().map(|timestamp| TimeZone::UTC.to_datetime(timestamp))
}

/// The instant that a text stands for.
pub(crate) fn instant_of(text: &str, form: &MomentForm, clock: &mut Clock) -> Result<i64, MomentFault> {
    let written = match form {
        MomentForm::Usual(day) => usual(text.trim(), *day)?,
        MomentForm::Format(format) => by_format(text.trim(), format)?,
        MomentForm::Epoch(unit) => Written { civil: epoch(text.trim(), *unit)?, offset: Some(0) },
        MomentForm::Excel => Written { civil: excel(text.trim())?, offset: None },
    };
    in_range(match written.offset {
        Some(offset) => written.civil.checked_sub(offset).ok_or(MomentFault::OutOfRange)?,
        None => clock.instant(written.civil).ok_or(MomentFault::OutOfRange)?,
    })
}

pub(crate) fn in_range(instant: i64) -> Result<i64, MomentFault> {
    if (EARLIEST..LATEST).contains(&instant) { Ok(instant) } else { Err(MomentFault::OutOfRange) }
}

/// The instant of a bare number: seconds, milliseconds, microseconds or nanoseconds by its size.
pub(crate) fn epoch_by_size(number: i64) -> i64 {
    match number.unsigned_abs() {
        0..100_000_000_000 => number * SECOND,
        100_000_000_000..100_000_000_000_000 => number * 1000,
        100_000_000_000_000..100_000_000_000_000_000 => number,
        _ => number / 1000,
    }
}

fn epoch(text: &str, unit: i64) -> Result<i64, MomentFault> {
    if let Ok(count) = text.parse::<i64>() {
        return count.checked_mul(unit).ok_or(MomentFault::OutOfRange);
    }
    let count: f64 = text.parse().map_err(|_| MomentFault::NotAMoment)?;
    let micros = (count * unit as f64).round();
    if micros.is_finite() && micros.abs() < 1e17 { Ok(micros as i64) } else { Err(MomentFault::OutOfRange) }
}

fn excel(text: &str) -> Result<i64, MomentFault> {
    let days: f64 = text.replace(',', ".").parse().map_err(|_| MomentFault::NotAMoment)?;
    // Serial 25569 is 1970-01-01; the second is the finest that a serial holds reliably.
    let seconds = ((days - 25_569.0) * 86_400.0).round();
    if seconds.abs() < 1e11 { Ok(seconds as i64 * SECOND) } else { Err(MomentFault::OutOfRange) }
}

fn by_format(text: &str, format: &str) -> Result<Written, MomentFault> {
    let broken = jiff::fmt::strtime::parse(format, text).map_err(|error| {
        let is_range = error.to_string().contains("range");
        if is_range { MomentFault::NoSuchDay } else { MomentFault::NotAMoment }
    })?;
    let offset = broken.offset().map(|offset| i64::from(offset.seconds()) * SECOND);
    if let Some(timestamp) = broken.timestamp() {
        return Ok(Written {
            civil: timestamp.as_microsecond() + offset.unwrap_or(0),
            offset: Some(offset.unwrap_or(0)),
        });
    }
    let date = broken.to_date().map_err(|_| MomentFault::NoSuchDay)?;
    let time = broken.to_time().unwrap_or(jiff::civil::Time::midnight());
    let civil = TimeZone::UTC.to_timestamp(date.to_datetime(time)).map_err(|_| MomentFault::OutOfRange)?;
    Ok(Written { civil: civil.as_microsecond(), offset })
}

#[cfg(test)]
mod tests {
    use super::written::day_start;
    use super::*;
    use mittari_core::time::HOUR;

    fn read(text: &str) -> Result<String, MomentFault> {
        read_in(text, "UTC")
    }

    fn read_in(text: &str, zone: &str) -> Result<String, MomentFault> {
        let mut clock = Clock::new(TimeZone::get(zone).expect("a zone"));
        let instant = instant_of(text, &MomentForm::Usual(None), &mut clock)?;
        Ok(jiff::Timestamp::from_microsecond(instant).expect("in range").to_string())
    }

    #[test]
    fn the_usual_ways_of_writing_a_moment_are_read() {
        for text in [
            "2026-03-01T14:30:00Z",
            "2026-03-01 14:30:00",
            "2026-03-01 14:30",
            "2026/03/01 14:30:00.000",
            "1.3.2026 14:30",
            "01.03.2026 14.30",
            "1.3.2026 klo 14.30",
            "1. 3. 2026 14:30",
            "20260301143000",
            "2026-03-01T16:30:00+02:00",
            "2026-03-01T16:30:00+0200",
            "2026-03-01 16:30 +2",
            "1772375400",
            "1772375400000",
            "1772375400.0",
            "2026-03-01 2:30 PM",
            "2026/3/1 下午 02:30",
            "2026年3月1日 14:30",
            "2026-03-01 14:30:00 UTC",
            "2026-03-01T14:30:00.000000Z",
        ] {
            assert_eq!(read(text).as_deref(), Ok("2026-03-01T14:30:00Z"), "{text}");
        }
        assert_eq!(read("20260301").as_deref(), Ok("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_moment_is_told_apart_from_what_never_was() {
        assert_eq!(read("2026-02-30"), Err(MomentFault::NoSuchDay));
        assert_eq!(read("31.4.2026"), Err(MomentFault::NoSuchDay));
        assert_eq!(read("2026-03-01 25:00:00"), Err(MomentFault::NoSuchTime));
        assert_eq!(read("yesterday"), Err(MomentFault::NotAMoment));
        assert_eq!(read("12"), Err(MomentFault::NotAMoment));
        assert_eq!(read("1026-03-01"), Err(MomentFault::OutOfRange));
        assert_eq!(read("99999999999999999999"), Err(MomentFault::OutOfRange));
    }

    #[test]
    fn day_and_month_are_not_guessed() {
        assert_eq!(read("03/04/2026"), Err(MomentFault::DayOrMonth));
        assert_eq!(read("13/04/2026").as_deref(), Ok("2026-04-13T00:00:00Z"));
        assert_eq!(read("04/13/2026").as_deref(), Ok("2026-04-13T00:00:00Z"));
    }

    #[test]
    fn a_time_that_the_clocks_skip_moves_on_and_a_doubled_one_is_the_first() {
        assert_eq!(read_in("2026-03-29 03:30:00", "Europe/Helsinki").as_deref(), Ok("2026-03-29T01:30:00Z"));
        assert_eq!(read_in("2026-10-25 03:30:00", "Europe/Helsinki").as_deref(), Ok("2026-10-25T00:30:00Z"));
        assert_eq!(read_in("2026-07-01 12:00:00", "Europe/Helsinki").as_deref(), Ok("2026-07-01T09:00:00Z"));
    }

    #[test]
    fn the_quick_clock_agrees_with_the_zone_database_through_all_changes() {
        let zone = TimeZone::get("Australia/Lord_Howe").expect("a zone");
        let mut clock = Clock::new(zone.clone());
        for hour in 0..(3 * 366 * 24) {
            let civil = day_start(2024, 1, 1).expect("a day") + hour * HOUR;
            let slow =
                zone.to_ambiguous_timestamp(civil_date_time(civil).expect("a time")).compatible().expect("an instant");
            assert_eq!(clock.instant(civil), Some(slow.as_microsecond()));
        }
    }

    #[test]
    fn a_day_number_agrees_with_the_calendar() {
        for (year, month, day) in
            [(1970, 1, 1), (2000, 2, 29), (1999, 12, 31), (2026, 3, 1), (1900, 3, 1), (2199, 12, 31)]
        {
            let date = jiff::civil::date(year, month, day);
            let expected = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).expect("an instant").as_microsecond();
            assert_eq!(day_start(i64::from(year), i64::from(month), i64::from(day)), Ok(expected));
        }
    }

    #[test]
    fn a_mapping_may_name_the_format_or_the_unit() {
        let mut clock = Clock::new(TimeZone::UTC);
        let format = MomentForm::Format("%d/%m/%Y %H:%M".to_owned());
        assert_eq!(instant_of("03/04/2026 10:00", &format, &mut clock), Ok(1_775_210_400 * SECOND));
        assert_eq!(instant_of("1775210400", &MomentForm::Epoch(SECOND), &mut clock), Ok(1_775_210_400 * SECOND));
        assert_eq!(instant_of("46115.4166666667", &MomentForm::Excel, &mut clock), Ok(1_775_210_400 * SECOND));
    }
}
