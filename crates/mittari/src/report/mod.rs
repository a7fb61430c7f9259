//! The scorecard: gathered from the engine, said in six languages, shown on a terminal or as one HTML page.

pub(crate) mod card;
mod findings;
mod findings_text;
pub(crate) mod gather;
pub(crate) mod html;
pub(crate) mod marks;
pub(crate) mod rows;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod shown;
pub(crate) mod speech;
pub(crate) mod terminal;

use mittari_core::metric::{Metric, Unit};

use card::Figure;
use speech::Speech;

/// Of how many of what, in the reader's words: `30 of 50 answers`, `1,204 conversations`.
pub(crate) fn counted(speech: &Speech, metric: &Metric, figure: &Figure) -> String {
    let language = speech.language;
    let Some(n) = figure.n else { return String::new() };
    let counts = metric.counts.get(language);
    let whole = |value: f64| value >= 0.0 && value.fract() == 0.0;
    match figure.numerator.zip(figure.denominator) {
        Some((numerator, denominator))
            if metric.unit == Unit::Percent && whole(numerator) && denominator == n as f64 =>
        {
            let (numerator, denominator) = (shown::count(language, numerator as i64), shown::count(language, n));
            speech.say_with("n-of", &[("numerator", &numerator), ("denominator", &denominator), ("counts", counts)])
        }
        _ => speech.say_with("n-rows", &[("n", &shown::count(language, n)), ("counts", counts)]),
    }
}
