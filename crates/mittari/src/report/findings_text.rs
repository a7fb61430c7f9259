//! What stands out, in words.

use mittari_core::estimate::Verdict;
use mittari_core::metric::Metric;

use super::card::{Figure, Finding, Place};
use super::shown;
use super::speech::Speech;

/// One sentence.
pub(crate) fn text(speech: &Speech, finding: &Finding) -> String {
    match finding {
        Finding::Change { place, metric, figure } => {
            let key = match figure.verdict {
                Some(Verdict::Better) => "finding-better",
                Some(Verdict::Worse) => "finding-worse",
                _ => "finding-changed",
            };
            let (before, after) = before_and_after(speech, metric, figure);
            let place = place_text(speech, place.as_ref());
            speech.say_with(
                key,
                &[("where", &place), ("metric", title(speech, metric)), ("before", &before), ("after", &after)],
            )
        }
        Finding::Pair { place, speed, quality } => {
            let (speed_before, speed_after) = before_and_after(speech, &speed.0, &speed.1);
            let (quality_before, quality_after) = before_and_after(speech, &quality.0, &quality.1);
            speech.say_with(
                "finding-pair",
                &[
                    ("where", &place_text(speech, place.as_ref())),
                    ("speed", title(speech, &speed.0)),
                    ("speed_before", &speed_before),
                    ("speed_after", &speed_after),
                    ("quality", title(speech, &quality.0)),
                    ("quality_before", &quality_before),
                    ("quality_after", &quality_after),
                ],
            )
        }
        Finding::Peak { starts, grain, metric, value, usual, mark } => {
            let period = shown::period(speech, *starts, grain);
            let times = shown::number(speech.language, value / usual, 1);
            let values = [("metric", title(speech, metric)), ("period", period.as_str()), ("times", times.as_str())];
            let sentence = speech.say_with("finding-peak", &values);
            match mark {
                Some(mark) => format!(
                    "{sentence} {}",
                    speech
                        .say_with("finding-peak-mark", &[("name", &mark.name), ("on", &shown::date(speech, mark.on))])
                ),
                None => sentence,
            }
        }
        Finding::Article { title, metric, figure, all } => {
            let written = |value: Option<f64>| value.map(|value| shown::value(speech, value, metric.unit, None));
            let (value, all) = (written(figure.value), written(*all));
            let none = || speech.say("no-data");
            speech.say_with(
                "finding-article",
                &[("article", title), ("value", &value.unwrap_or_else(none)), ("all", &all.unwrap_or_else(none))],
            )
        }
    }
}

/// The class, for colour.
pub(crate) fn class(finding: &Finding) -> &'static str {
    match finding {
        Finding::Pair { .. } | Finding::Article { .. } => "worse",
        Finding::Peak { .. } => "changed",
        Finding::Change { figure, .. } => match figure.verdict {
            Some(Verdict::Better) => "better",
            Some(Verdict::Worse) => "worse",
            _ => "changed",
        },
    }
}

fn title<'m>(speech: &Speech, metric: &'m Metric) -> &'m str {
    metric.title.get(speech.language)
}

fn before_and_after(speech: &Speech, metric: &Metric, figure: &Figure) -> (String, String) {
    let written = |value: Option<f64>| {
        value.map_or_else(
            || speech.say("no-data"),
            |value| shown::value(speech, value, metric.unit, figure.currency.as_deref()),
        )
    };
    (written(figure.previous), written(figure.value))
}

fn place_text(speech: &Speech, place: Option<&Place>) -> String {
    let Some(place) = place else { return speech.say("everywhere") };
    let value = place.value.clone().unwrap_or_else(|| speech.say("unknown-group"));
    let dimension = speech.find(&format!("dimension-{}", place.dimension)).unwrap_or_else(|| place.dimension.clone());
    format!("{dimension} {value}")
}
