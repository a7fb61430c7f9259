//! A text as a civil time and, where one stands there, an offset: all the ways that files write them.

use mittari_core::time::{DAY, HOUR, MINUTE, SECOND};

use super::{DayPlace, MomentFault, epoch, epoch_by_size};

/// A time as written: microseconds as if it were UTC, and the offset if one stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) civil: i64,
    pub(crate) offset: Option<i64>,
}

/// Any of the usual ways.
pub(crate) fn usual(text: &str, day: Option<DayPlace>) -> Result<Written, MomentFault> {
    if let Some(written) = iso_fast(text.as_bytes()) {
        return Ok(written);
    }
    let mut signs = Signs { rest: text };
    if text.bytes().all(|byte| byte.is_ascii_digit())
        || text.strip_prefix('-').is_some_and(is_digits)
        || is_decimal(text)
    {
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
pub(super) fn day_start(year: i64, month: i64, day: i64) -> Result<i64, MomentFault> {
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
        let found =
            words.iter().find(|word| self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)));
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
