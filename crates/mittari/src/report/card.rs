//! The scorecard as a value: what the terminal and the page show, before either words or draws it.
//!
//! It holds numbers as the engine gave them; rounding and language are the renderers' affair.

use jiff::civil::Date;
use mittari_core::estimate::Verdict;
use mittari_core::metric::{Better, Metric};

/// A scorecard.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) company: Option<String>,
    /// The first day.
    pub(crate) from: Date,
    /// The day after the last.
    pub(crate) to: Date,
    /// Which days are compared with which.
    pub(crate) compared: Option<Compared>,
    /// The grain of the trends: day, week, month, quarter or year.
    pub(crate) grain: &'static str,
    pub(crate) zone: String,
    pub(crate) calendar: CalendarShown,
    /// The data's watermark, in the zone.
    pub(crate) known_until: Option<String>,
    pub(crate) as_of: Option<String>,
    pub(crate) filters: Vec<String>,
    /// Fewer rows than this are marked.
    pub(crate) n_min: u32,
    pub(crate) sections: Vec<Section>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) absent: Vec<Absent>,
}

/// Two stretches of days that are compared; the second day of each is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) now: (Date, Date),
    pub(crate) before: (Date, Date),
}

/// By whose hours business time was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CalendarShown {
    None,
    One(String),
    ByTeam,
}

/// The metrics of one family.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) family: String,
    pub(crate) lines: Vec<Line>,
}

/// One metric: its number, its course, its parts.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) metric: Metric,
    /// The definition's id and hash.
    pub(crate) definition: String,
    /// What sets it apart from other lines of the metric: a currency, a scale.
    pub(crate) label: Option<String>,
    pub(crate) figure: Figure,
    /// What changed, over the days that are compared; these may be the last of the card's.
    pub(crate) change: Option<Figure>,
    pub(crate) trend: Vec<Point>,
    /// The shares of a split.
    pub(crate) parts: Vec<Figure>,
    pub(crate) breakdowns: Vec<Breakdown>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) target: Option<f64>,
}

/// A number with all that says how far to trust it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figure {
    /// The group's value; none: the whole, or unknown.
    pub(crate) group: Option<String>,
    pub(crate) value: Option<f64>,
    pub(crate) n: Option<i64>,
    pub(crate) numerator: Option<f64>,
    pub(crate) denominator: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// Rows counted beside the value.
    pub(crate) open: i64,
    pub(crate) running: bool,
    pub(crate) withheld: bool,
    pub(crate) currency: Option<String>,
    pub(crate) previous: Option<f64>,
    pub(crate) change: Option<f64>,
    pub(crate) verdict: Option<Verdict>,
}

/// One period of a trend.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) starts: Date,
    pub(crate) figure: Figure,
}

/// A metric by one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Breakdown {
    pub(crate) dimension: String,
    pub(crate) bars: Vec<Figure>,
}

/// A metric that keeps another one honest.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) metric: Metric,
    pub(crate) verdict: Option<Verdict>,
}

/// Something that stands out.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    /// One metric changed.
    Change { place: Option<Place>, metric: Metric, figure: Figure },
    /// A speed metric got better while one that keeps it honest got worse.
    Pair { place: Option<Place>, speed: Box<(Metric, Figure)>, quality: Box<(Metric, Figure)> },
    /// An article sends many of its readers to support.
    Article { title: String, metric: Metric, figure: Figure, all: Option<f64> },
    /// A period had far more than its neighbours.
    Peak { starts: Date, grain: &'static str, metric: Metric, value: f64, usual: f64, mark: Option<Mark> },
}

/// Where it stands out: one value of one dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) dimension: String,
    pub(crate) value: Option<String>,
}

/// Something that happened, on the axis of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) on: Date,
    /// release, campaign or incident.
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) note: Option<String>,
}

/// A metric without data, and the tables that would bring it.
#[derive(Clone, Debug)]
pub(crate) struct Absent {
    pub(crate) metric: Metric,
    pub(crate) tables: Vec<String>,
}

impl Line {
    /// The guard that got worse while this metric got better.
    pub(crate) fn broken_guard(&self) -> Option<&Guard> {
        let better = self.change.as_ref().is_some_and(|change| change.verdict == Some(Verdict::Better));
        self.guards.iter().find(|guard| better && guard.verdict == Some(Verdict::Worse))
    }
}

impl Figure {
    /// Whether there are so few rows that the number is to be read with care.
    pub(crate) fn is_of_few(&self, n_min: u32) -> bool {
        self.n.is_some_and(|n| n > 0 && n < i64::from(n_min))
    }
}

/// The key of a verdict's text.
pub(crate) fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "verdict-better",
        Verdict::Worse => "verdict-worse",
        Verdict::Higher => "verdict-higher",
        Verdict::Lower => "verdict-lower",
        Verdict::NoDetectableChange => "verdict-same",
        Verdict::TooLittleData => "verdict-little",
    }
}

/// A sign that says a verdict without colour.
pub(crate) fn verdict_sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "\u{2713}",
        Verdict::Worse => "!",
        Verdict::Higher => "\u{2191}",
        Verdict::Lower => "\u{2193}",
        Verdict::NoDetectableChange => "=",
        Verdict::TooLittleData => "\u{2026}",
    }
}

/// The text key of a direction.
pub(crate) fn direction_key(better: Better) -> &'static str {
    match better {
        Better::Higher => "better-higher",
        Better::Lower => "better-lower",
        Better::Neither => "better-neither",
    }
}
