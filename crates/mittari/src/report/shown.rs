//! Numbers, durations, money and dates as people of a language write them. Rounding happens here and nowhere else.

use jiff::civil::Date;
use mittari_core::metric::{Language, Unit};

use super::speech::Speech;

/// A no-break space: a number and its unit stay together.
const SPACE: char = '\u{a0}';

/// A value in its unit: `1 h 52 min`, `83.4 %`, `41 points`, `1,234.50 EUR`.
pub(crate) fn value(speech: &Speech, value: f64, unit: Unit, currency: Option<&str>) -> String {
    let language = speech.language;
    match unit {
        Unit::Duration => duration(speech, value),
        Unit::Percent => format!("{}{SPACE}%", percent(language, value)),
        Unit::Points => speech.say_with("points", &[("value", &number(language, value, 1))]),
        Unit::Score => number(language, value, 2),
        Unit::Count => number(language, value, if value.fract() == 0.0 || value.abs() >= 1000.0 { 0 } else { 2 }),
        Unit::Ratio => number(language, value, 3),
        Unit::Money => {
            let decimals = if value.abs() >= 100_000.0 { 0 } else { 2 };
            let amount = number(language, value, decimals);
            currency.map_or(amount.clone(), |currency| format!("{amount}{SPACE}{currency}"))
        }
    }
}

/// A difference in a unit, with its sign; of percentages in percentage points.
pub(crate) fn change(speech: &Speech, change: f64, unit: Unit, currency: Option<&str>) -> String {
    let sign = if change < 0.0 { "\u{2212}" } else { "+" };
    format!("{sign}{}", value(speech, change.abs(), unit, currency))
}

/// A percentage: two digits after the point where one would hide the difference from nothing or everything.
fn percent(language: Language, value: f64) -> String {
    let near_an_end = (value > 0.0 && value < 1.0) || (value > 99.0 && value < 100.0);
    number(language, value, if near_an_end { 2 } else { 1 })
}

/// A whole number.
pub(crate) fn count(language: Language, count: i64) -> String {
    number(language, count as f64, 0)
}

/// A number with so many digits after the point, grouped by thousands as the language does.
pub(crate) fn number(language: Language, value: f64, decimals: usize) -> String {
    let (thousands, point) = match language {
        Language::English | Language::TraditionalChinese => (',', '.'),
        Language::Slovenian => ('.', ','),
        Language::Finnish | Language::Polish | Language::Russian => (SPACE, ','),
    };
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    // Polish and Slovenian leave four digits together.
    let least = if matches!(language, Language::Polish | Language::Slovenian) { 5 } else { 4 };
    let grouped = if whole.len() < least { whole.to_owned() } else { group(whole, thousands) };
    let zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !zero { "\u{2212}" } else { "" };
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{fraction}") }
}

fn group(digits: &str, by: char) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(by);
        }
        grouped.push(digit);
    }
    grouped
}

/// Seconds as the two largest units that say it: `3 d 4 h`, `1 h 52 min`, `2 min 30 s`, `0.8 s`.
pub(crate) fn duration(speech: &Speech, seconds: f64) -> String {
    if seconds < 0.0 {
        return format!("\u{2212}{}", duration(speech, -seconds));
    }
    if seconds < 59.5 {
        let decimals = if seconds >= 9.95 || seconds.fract() == 0.0 { 0 } else { 1 };
        return speech.say_with("duration-seconds", &[("seconds", &number(speech.language, seconds, decimals))]);
    }
    let whole = seconds.round() as i64;
    let minutes = (seconds / 60.0).round() as i64;
    let hours = (seconds / 3600.0).round() as i64;
    let units = |stem: &str, (large, large_name): (i64, &str), (small, small_name): (i64, &str)| {
        let large = count(speech.language, large);
        if small == 0 {
            return speech.say_with(&format!("duration-{stem}-only"), &[(large_name, &large)]);
        }
        speech.say_with(&format!("duration-{stem}"), &[(large_name, &large), (small_name, &small.to_string())])
    };
    match () {
        () if whole < 3600 => units("minutes", (whole / 60, "minutes"), (whole % 60, "seconds")),
        () if minutes < 48 * 60 => units("hours", (minutes / 60, "hours"), (minutes % 60, "minutes")),
        () => units("days", (hours / 24, "days"), (hours % 24, "hours")),
    }
}

/// A civil date.
pub(crate) fn date(speech: &Speech, date: Date) -> String {
    let (day, month, year) = (date.day().to_string(), month(speech, date), date.year().to_string());
    speech.say_with("date-day", &[("day", &day), ("month", &month), ("year", &year)])
}

/// The name of a period that starts on a date: `Oct 2026`, `Q4 2026`, `2026`, a day.
pub(crate) fn period(speech: &Speech, starts: Date, grain: &str) -> String {
    let year = starts.year().to_string();
    match grain {
        "year" => year,
        "quarter" => {
            let quarter = ((starts.month() - 1) / 3 + 1).to_string();
            speech.say_with("date-quarter", &[("quarter", &quarter), ("year", &year)])
        }
        "month" => speech.say_with("date-month", &[("month", &month(speech, starts)), ("year", &year)]),
        _ => date(speech, starts),
    }
}

/// The short name of a month.
pub(crate) fn month(speech: &Speech, date: Date) -> String {
    speech.say(&format!("month-{}", date.month()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn en() -> Speech {
        Speech::new(Language::English)
    }

    #[test]
    fn a_duration_is_said_in_its_two_largest_units() {
        let said = |seconds| duration(&en(), seconds).replace(SPACE, " ");
        assert_eq!(said(0.0), "0 s");
        assert_eq!(said(0.75), "0.8 s");
        assert_eq!(said(59.4), "59 s");
        assert_eq!(said(150.0), "2 min 30 s");
        assert_eq!(said(3_600.0), "1 h");
        assert_eq!(said(6_720.0), "1 h 52 min");
        assert_eq!(said(172_800.0), "2 d");
        assert_eq!(said(273_600.0), "3 d 4 h");
        assert_eq!(said(-150.0), "\u{2212}2 min 30 s");
    }

    #[test]
    fn rounding_never_says_sixty_minutes() {
        let said = |seconds| duration(&en(), seconds);
        assert_eq!(said(59.7), "1 min");
        assert_eq!(said(3_599.6), "1 h");
        assert_eq!(said(7_199.0), "2 h");
        assert_eq!(said(172_799.0), "2 d");
    }

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let shown = |language| number(language, 1_234_567.891, 1);
        assert_eq!(shown(Language::English), "1,234,567.9");
        assert_eq!(shown(Language::Finnish), "1\u{a0}234\u{a0}567,9");
        assert_eq!(shown(Language::Slovenian), "1.234.567,9");
        assert_eq!(number(Language::Polish, 4321.0, 0), "4321");
        assert_eq!(number(Language::English, -0.04, 1), "0.0");
    }

    #[test]
    fn a_percentage_near_an_end_shows_that_it_is_not_there() {
        let shown = |share| value(&en(), share, Unit::Percent, None);
        assert_eq!(shown(0.04), "0.04\u{a0}%");
        assert_eq!(shown(99.97), "99.97\u{a0}%");
        assert_eq!(shown(83.44), "83.4\u{a0}%");
        assert_eq!(shown(100.0), "100.0\u{a0}%");
    }

    #[test]
    fn money_bears_its_currency() {
        assert_eq!(value(&en(), 1234.5, Unit::Money, Some("EUR")), "1,234.50\u{a0}EUR");
    }

    #[test]
    fn periods_are_named_by_their_grain() {
        let of = |grain| period(&en(), day(2026, 10, 1), grain);
        assert_eq!([of("day"), of("month"), of("quarter"), of("year")], ["1 Oct 2026", "Oct 2026", "Q4 2026", "2026"]);
    }
}
