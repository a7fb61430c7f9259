//! Texts and numbers as moments: ISO 8601, dotted, slashed and joined dates, epochs, formats that a mapping names.
//!
//! A time without a zone is read in the zone told (UTC by default); one that the clocks skip moves on by the
//! gap, one that they show twice is the first. `03/04/2026` is never guessed: it is a fault unless other rows
//! of the column, or a mapping, say which number is the day.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use mittari_core::time::{DAY, HOUR, MINUTE, SECOND};

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

/// A time as written: microseconds as if it were UTC, and the offset if one stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) civil: i64,
    pub(crate) offset: Option<i64>,
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
        let before = self.zone.preceding(just_after).next().map_or(EARLIEST, |change| change.timestamp().as_microsecond());
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
        return Ok(Written { civil: timestamp.as_microsecond() + offset.unwrap_or(0), offset: Some(offset.unwrap_or(0)) });
    }
    let date = broken.to_date().map_err(|_| MomentFault::NoSuchDay)?;
    let time = broken.to_time().unwrap_or(jiff::civil::Time::midnight());
    let civil = TimeZone::UTC.to_timestamp(date.to_datetime(time)).map_err(|_| MomentFault::OutOfRange)?;
    Ok(Written { civil: civil.as_microsecond(), offset })
}

/// Any of the usual ways.
pub(crate) fn usual(text: &str, day: Option<DayPlace>) -> Result<Written, MomentFault> {
    if let Some(written) = iso_fast(text.as_bytes()) {
        return Ok(written);
    }
    let mut signs = Signs { rest: text };
    if text.bytes().all(|byte| byte.is_ascii_digit()) || text.strip_prefix('-').is_some_and(is_digits) || is_decimal(text) {
        return joined(text);
    }
    let civil = date(&mut signs, day)?;
    let (time, offset) = time_and_offset(&mut signs)?;
    Ok(Written { civil: civil + time, offset })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    text.split_once('.').is_some_and(|(whole, fraction)| whole.len() >= 9 && is_digits(whole) && is_digits(fraction))
}

/// `20260301`, `20260301143000`, or a count since 1970.
fn joined(text: &str) -> Result<Written, MomentFault> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<i64>().ok()).unwrap_or(0);
    if text.len() == 8 || text.len() == 14 {
        let day = day_start(part(0, 4), part(4, 6), part(6, 8))?;
        let time = if text.len() == 14 { time_of_day(part(8, 10), part(10, 12), part(12, 14))? } else { 0 };
        return Ok(Written { civil: day + time, offset: None });
    }
    let civil = match text.parse::<i64>() {
        Ok(_) if text.len() < 9 => return Err(MomentFault::NotAMoment),
        Ok(number) => epoch_by_size(number),
        Err(_) => epoch(text, SECOND)?,
    };
    Ok(Written { civil, offset: Some(0) })
}

/// `2026-03-01T14:30:00`, with a space for the T, a fraction, Z or an offset: the form that most files have.
#[inline]
fn iso_fast(text: &[u8]) -> Option<Written> {
    if text.len() < 10 || text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let pair = |at: usize| -> Option<i64> {
        let (tens, ones) = (text.get(at)?.wrapping_sub(b'0'), text.get(at + 1)?.wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
    };
    let day = day_start(pair(0)? * 100 + pair(2)?, pair(5)?, pair(8)?).ok()?;
    if text.len() == 10 {
        return Some(Written { civil: day, offset: None });
    }
    if text.len() < 19 || !matches!(text[10], b'T' | b't' | b' ') || text[13] != b':' || text[16] != b':' {
        return None;
    }
    let mut civil = day + time_of_day(pair(11)?, pair(14)?, pair(17)?).ok()?;
    let mut at = 19;
    if matches!(text.get(19), Some(b'.' | b',')) {
        let digits = text[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return None;
        }
        civil += fraction(&text[20..20 + digits]);
        at = 20 + digits;
    }
    let offset = match &text[at..] {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => Some(signed(*sign, pair(at + 1)? * HOUR + pair(at + 4)? * MINUTE)),
        [sign @ (b'+' | b'-'), _, _, _, _] => Some(signed(*sign, pair(at + 1)? * HOUR + pair(at + 3)? * MINUTE)),
        [sign @ (b'+' | b'-'), _, _] => Some(signed(*sign, pair(at + 1)? * HOUR)),
        _ => return None,
    };
    Some(Written { civil, offset })
}

fn signed(sign: u8, amount: i64) -> i64 {
    if sign == b'-' { -amount } else { amount }
}

fn fraction(digits: &[u8]) -> i64 {
    let six = (0..6).map(|at| digits.get(at).map_or(0, |digit| i64::from(digit - b'0')));
    six.fold(0, |sum, digit| sum * 10 + digit)
}

/// Microseconds from 1970 to the beginning of a day.
#[inline]
pub(crate) fn day_start(year: i64, month: i64, day: i64) -> Result<i64, MomentFault> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return Err(MomentFault::NoSuchDay),
    };
    if day < 1 || day > last {
        return Err(MomentFault::NoSuchDay);
    }
    // Days since 1970 of a civil date, counted in years that begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Ok(days * DAY)
}

#[inline]
fn time_of_day(hour: i64, minute: i64, second: i64) -> Result<i64, MomentFault> {
    let is_midnight = hour == 24 && minute == 0 && second == 0;
    if (hour > 23 && !is_midnight) || minute > 59 || second > 60 {
        return Err(MomentFault::NoSuchTime);
    }
    Ok(hour * HOUR + minute * MINUTE + second * SECOND)
}

/// What is left to read of a text.
struct Signs<'t> {
    rest: &'t str,
}

impl Signs<'_> {
    fn number(&mut self) -> Option<(i64, usize)> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest.get(..digits.min(10))?.parse().ok().filter(|_| digits < 10)?;
        self.rest = &self.rest[digits..];
        Some((number, digits))
    }

    fn one_of(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.rest.chars().next().filter(|sign| signs.contains(sign))?;
        self.rest = &self.rest[sign.len_utf8()..];
        Some(sign)
    }

    fn word(&mut self, words: &[&str]) -> bool {
        let found = words.iter().find(|word| {
            self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        });
        self.rest = found.map_or(self.rest, |word| &self.rest[word.len()..]);
        found.is_some()
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

fn date(signs: &mut Signs<'_>, day: Option<DayPlace>) -> Result<i64, MomentFault> {
    const BETWEEN: &[char] = &['-', '.', '/', '年', '月'];
    let fault = MomentFault::NotAMoment;
    let (first, first_digits) = signs.number().ok_or(fault)?;
    let sign = signs.one_of(BETWEEN).ok_or(fault)?;
    signs.space();
    let (second, _) = signs.number().ok_or(fault)?;
    signs.one_of(BETWEEN).ok_or(fault)?;
    signs.space();
    let (third, third_digits) = signs.number().ok_or(fault)?;
    signs.one_of(&['日', '.']);
    if first_digits == 4 {
        return day_start(first, second, third);
    }
    if third_digits != 4 || first_digits > 2 {
        return Err(fault);
    }
    let day_first = || day_start(third, second, first);
    let month_first = || day_start(third, first, second);
    match (sign, day) {
        ('.', _) | (_, Some(DayPlace::First)) => day_first(),
        (_, Some(DayPlace::Second)) => month_first(),
        _ if first == second || first > 12 => day_first(),
        _ if second > 12 => month_first(),
        _ => Err(MomentFault::DayOrMonth),
    }
}

fn time_and_offset(signs: &mut Signs<'_>) -> Result<(i64, Option<i64>), MomentFault> {
    let fault = MomentFault::NotAMoment;
    signs.one_of(&['T', 't', ',']);
    signs.space();
    signs.word(&["klo", "ob", "o"]);
    signs.space();
    if signs.rest.is_empty() {
        return Ok((0, None));
    }
    let afternoon = half_of_day(signs);
    let (mut hour, _) = signs.number().ok_or(fault)?;
    signs.one_of(&[':', '.']).ok_or(fault)?;
    let (minute, _) = signs.number().ok_or(fault)?;
    let mut second = 0;
    let mut part = 0;
    if signs.one_of(&[':', '.']).is_some() {
        second = signs.number().ok_or(fault)?.0;
        if signs.one_of(&['.', ',']).is_some() {
            let digits = signs.rest.bytes().take_while(u8::is_ascii_digit).count();
            part = fraction(&signs.rest.as_bytes()[..digits]);
            signs.rest = &signs.rest[digits..];
        }
    }
    signs.space();
    if let Some(afternoon) = afternoon.or_else(|| half_of_day(signs)) {
        if !(1..=12).contains(&hour) {
            return Err(MomentFault::NoSuchTime);
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    Ok((time_of_day(hour, minute, second)? + part, offset(signs)?))
}

fn half_of_day(signs: &mut Signs<'_>) -> Option<bool> {
    let half = if signs.word(&["am", "a.m.", "上午"]) {
        Some(false)
    } else if signs.word(&["pm", "p.m.", "下午"]) {
        Some(true)
    } else {
        None
    };
    signs.space();
    half
}

fn offset(signs: &mut Signs<'_>) -> Result<Option<i64>, MomentFault> {
    signs.space();
    let named = signs.word(&["UTC", "GMT", "Z"]);
    let Some(sign) = signs.one_of(&['+', '-']) else {
        return if signs.rest.is_empty() { Ok(named.then_some(0)) } else { Err(MomentFault::NotAMoment) };
    };
    let (number, digits) = signs.number().ok_or(MomentFault::NotAMoment)?;
    let minutes = match digits {
        4 => number / 100 * 60 + number % 100,
        1 | 2 => number * 60 + signs.one_of(&[':']).and_then(|_| signs.number()).map_or(0, |(minutes, _)| minutes),
        _ => return Err(MomentFault::NotAMoment),
    };
    if !signs.rest.is_empty() || minutes > 18 * 60 {
        return Err(MomentFault::NotAMoment);
    }
    Ok(Some(signed(sign as u8, minutes * MINUTE)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "2026-03-01T14:30:00Z", "2026-03-01 14:30:00", "2026-03-01 14:30", "2026/03/01 14:30:00.000",
            "1.3.2026 14:30", "01.03.2026 14.30", "1.3.2026 klo 14.30", "1. 3. 2026 14:30", "20260301143000",
            "2026-03-01T16:30:00+02:00", "2026-03-01T16:30:00+0200", "2026-03-01 16:30 +2", "1772375400",
            "1772375400000", "1772375400.0", "2026-03-01 2:30 PM", "2026/3/1 下午 02:30", "2026年3月1日 14:30",
            "2026-03-01 14:30:00 UTC", "2026-03-01T14:30:00.000000Z",
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
            let slow = zone.to_ambiguous_timestamp(civil_date_time(civil).expect("a time")).compatible().expect("an instant");
            assert_eq!(clock.instant(civil), Some(slow.as_microsecond()));
        }
    }

    #[test]
    fn a_day_number_agrees_with_the_calendar() {
        for (year, month, day) in [(1970, 1, 1), (2000, 2, 29), (1999, 12, 31), (2026, 3, 1), (1900, 3, 1), (2199, 12, 31)] {
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
