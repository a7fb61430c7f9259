//! In what terms a state of whole numbers is reported: units, percent, scale, level.

use super::Level;

/// How a state becomes a number for people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// How sure the interval is.
    pub level: Level,
    /// What the quotient is multiplied by: 100 for percent and points, else 1.
    pub times: i64,
    /// How many integers of the state's sums make one: 1,000,000 for decimals and for seconds, 1 for counts.
    pub unit: i64,
    /// The same for the denominator of a ratio.
    pub denominator_unit: i64,
    /// The ends of the scale, in the number's own unit: no interval reaches beyond them.
    pub clip: Option<(f64, f64)>,
    /// How many times more than chance alone the number of events varies, for the change of a count: see
    /// [`super::dispersion`].
    pub dispersion: f64,
}

impl Default for Terms {
    fn default() -> Terms {
        Terms { level: Level::USUAL, times: 1, unit: 1, denominator_unit: 1, clip: None, dispersion: 1.0 }
    }
}

impl Terms {
    /// Shares and points: the quotient times 100.
    pub fn percent() -> Terms {
        Terms { times: 100, ..Terms::default() }
    }

    /// Decimals as such, and microseconds as seconds.
    pub fn millionths() -> Terms {
        Terms { unit: 1_000_000, ..Terms::default() }
    }

    /// The same terms at another level.
    pub fn at(self, level: Level) -> Terms {
        Terms { level, ..self }
    }

    /// An integer quantity in the number's unit.
    pub(super) fn scaled(&self, value: f64) -> f64 {
        value * self.times as f64 / self.unit as f64
    }

    /// `value` and a distance to either side of it, within the scale.
    pub(super) fn around(&self, value: f64, distance: f64) -> (f64, f64) {
        let (least, greatest) = self.clip.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        ((value - distance).max(least).min(value), (value + distance).min(greatest).max(value))
    }
}
