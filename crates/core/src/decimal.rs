//! Scores, weights and money: fixed point with six digits.
//!
//! An `f64` would make a sum depend on the order of its terms. Six digits hold every currency and every
//! scale in use; the lake stores the same integers as `DECIMAL(18, 6)`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number with six digits after the point, as an integer count of millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i64);

/// Millionths in one.
pub const ONE: i64 = 1_000_000;

/// Why a text is no decimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseDecimalError {
    /// Not a number at all.
    #[error("\"{0}\" is not a number")]
    NotANumber(String),
    /// More than 12 digits before the point.
    #[error("\"{0}\" is too large: at most 999,999,999,999.999999")]
    TooLarge(String),
}

impl Decimal {
    /// A whole number.
    pub const fn whole(units: i64) -> Decimal {
        Decimal(units * ONE)
    }

    /// The nearest decimal to `value`; `None` where it is not finite or too large.
    pub fn from_f64(value: f64) -> Option<Decimal> {
        let scaled = (value * ONE as f64).round();
        (scaled.is_finite() && scaled.abs() < 1e18).then_some(Decimal(scaled as i64))
    }

    /// The value as a float, for the last division and for display.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }
}

impl std::str::FromStr for Decimal {
    type Err = ParseDecimalError;

    /// Reads `-12`, `12.5`, `.5`, `1e3`; more than six digits after the point are rounded half away from zero.
    fn from_str(text: &str) -> Result<Decimal, ParseDecimalError> {
        let trimmed = text.trim();
        let wrong = || ParseDecimalError::NotANumber(text.to_owned());
        if trimmed.contains(['e', 'E']) {
            let value: f64 = trimmed.parse().map_err(|_| wrong())?;
            return Decimal::from_f64(value).ok_or_else(|| ParseDecimalError::TooLarge(text.to_owned()));
        }
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(wrong());
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 12 {
            return Err(ParseDecimalError::TooLarge(text.to_owned()));
        }
        let mut scaled = whole.bytes().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0')) * ONE;
        let mut unit = ONE / 10;
        for digit in fraction.bytes().take(6) {
            scaled += i64::from(digit - b'0') * unit;
            unit /= 10;
        }
        if fraction.as_bytes().get(6).is_some_and(|digit| *digit >= b'5') {
            scaled += 1;
        }
        Ok(Decimal(if negative { -scaled } else { scaled }))
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, fraction) = (self.0.unsigned_abs() / ONE as u64, self.0.unsigned_abs() % ONE as u64);
        if fraction == 0 {
            return write!(out, "{sign}{whole}");
        }
        let digits = format!("{fraction:06}");
        write!(out, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.to_f64())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        let value = f64::deserialize(from)?;
        Decimal::from_f64(value).ok_or_else(|| serde::de::Error::custom("number too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_reads_back_what_it_writes() {
        for text in ["0", "1", "-1", "12.5", "0.000001", "-0.25", "999999999999.999999"] {
            let decimal: Decimal = text.parse().expect("a number");
            assert_eq!(decimal.to_string(), text);
        }
    }

    #[test]
    fn words_empty_texts_and_lone_signs_are_no_decimals() {
        for text in ["", "-", ".", "four", "1.2.3", "1,5", "0x10", "--1"] {
            assert!(text.parse::<Decimal>().is_err(), "{text:?} was read as a number");
        }
    }

    #[test]
    fn the_seventh_digit_rounds() {
        assert_eq!("0.1234565".parse(), Ok(Decimal(123_457)));
        assert_eq!("-0.1234565".parse(), Ok(Decimal(-123_457)));
    }
}
