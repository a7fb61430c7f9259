//! Whether a number changed: one rule for all kinds.
//!
//! MOVER (Zou and Donner (2008), Construction of confidence limits about effect measures, Statistics in Medicine
//! 27) makes the interval of a difference from the two intervals, whatever they come from. A change is called one
//! only where that interval leaves out zero.

use serde::Serialize;

use super::Estimate;

/// The difference of two estimates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Change {
    /// Current less previous; none where either is absent.
    pub change: Option<f64>,
    /// The least difference that the data allow.
    pub low: Option<f64>,
    /// The greatest.
    pub high: Option<f64>,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    Neither,
}

/// What can be said of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Verdict {
    /// It changed for the better.
    #[serde(rename = "better")]
    Better,
    /// It changed for the worse.
    #[serde(rename = "worse")]
    Worse,
    /// It rose, and neither way is better.
    #[serde(rename = "higher")]
    Higher,
    /// It fell, and neither way is better.
    #[serde(rename = "lower")]
    Lower,
    /// What difference there is may be chance.
    #[serde(rename = "no detectable change")]
    NoDetectableChange,
    /// Fewer rows than can be judged.
    #[serde(rename = "too little data")]
    TooLittleData,
}

impl Verdict {
    /// The verdict in words, as results bear it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Higher => "higher",
            Verdict::Lower => "lower",
            Verdict::NoDetectableChange => "no detectable change",
            Verdict::TooLittleData => "too little data",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Current less previous, with the interval of the difference where both have one of their own.
pub fn change(current: &Estimate, previous: &Estimate) -> Change {
    let (Some(now), Some(then)) = (current.value, previous.value) else { return Change::default() };
    let change = now - then;
    let Some(((now_low, now_high), (then_low, then_high))) = current.bounds().zip(previous.bounds()) else {
        return Change { change: Some(change), ..Change::default() };
    };
    let low = change - (now - now_low).hypot(then_high - then);
    let high = change + (now_high - now).hypot(then - then_low);
    Change { change: Some(change), low: Some(low), high: Some(high) }
}

/// What can be said of the change from `previous` to `current`; none for a kind of number that has no interval.
///
/// Both come from [`super::State::for_change`] at the level that is corrected for the comparisons on the page.
pub fn verdict(current: &Estimate, previous: &Estimate, better: Better, n_min: u32) -> Option<Verdict> {
    if !current.judged || !previous.judged {
        return None;
    }
    let Change { low: Some(low), high: Some(high), .. } = change(current, previous) else {
        return Some(Verdict::TooLittleData);
    };
    if too_few(current, previous, i64::from(n_min)) {
        return Some(Verdict::TooLittleData);
    }
    Some(match (better, low > 0.0, high < 0.0) {
        (_, false, false) => Verdict::NoDetectableChange,
        (Better::Higher, true, _) | (Better::Lower, _, true) => Verdict::Better,
        (Better::Higher, ..) | (Better::Lower, ..) => Verdict::Worse,
        (Better::Neither, true, _) => Verdict::Higher,
        (Better::Neither, ..) => Verdict::Lower,
    })
}

/// A count of none is data, and 0 after 40 is a change: of counts only the greater need reach the minimum.
fn too_few(current: &Estimate, previous: &Estimate, n_min: i64) -> bool {
    if current.is_count() { current.n.max(previous.n) < n_min } else { current.n.min(previous.n) < n_min }
}
