//! One row of an answer, in the words of the contract: keys may be added, never changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One number, with all that is needed to trust it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultRow {
    /// The metric's id.
    pub metric: String,
    /// The first day of the period's grain; null without a grain.
    pub period: Option<String>,
    /// The value of each dimension; null: unknown.
    pub group: Group,
    /// The number; null where there is none.
    pub value: Option<f64>,
    /// Its unit; durations are in seconds.
    pub unit: String,
    /// The rows behind it; null outside of the data's span.
    pub n: Option<i64>,
    /// What was divided.
    pub numerator: Option<f64>,
    /// By what.
    pub denominator: Option<f64>,
    /// The lower end of the interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The interval's method and level.
    pub interval: Option<String>,
    /// final, or running where cases are open or the period is not over.
    pub state: String,
    /// Rows counted beside the value.
    pub open: i64,
    /// Whether the value is kept back because it is of too few rows of one agent.
    pub withheld: bool,
    /// The value compared with.
    pub previous: Option<f64>,
    /// The value less that.
    pub change: Option<f64>,
    /// The least difference that the data allow.
    pub change_low: Option<f64>,
    /// The greatest.
    pub change_high: Option<f64>,
    /// better, worse, higher, lower, no detectable change, too little data; null without comparison.
    pub verdict: Option<String>,
    /// The zone of the periods.
    pub zone: String,
    /// The calendar of business time; null for elapsed time.
    pub calendar: Option<String>,
    /// The currency of money.
    pub currency: Option<String>,
    /// The definition's hash.
    pub definition: String,
    /// What is known up to when.
    pub watermark: Option<String>,
    /// Whether it is of fewer rows than settings ask for.
    pub few: bool,
}

/// The values of the dimensions, in the order of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group(pub Vec<(String, Option<String>)>);

impl Group {
    /// The value of a dimension; none where there is no such dimension, or the value is unknown.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_deref())
    }
}

impl Serialize for Group {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Group {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Group, D::Error> {
        let map: BTreeMap<String, Option<String>> = BTreeMap::deserialize(from)?;
        Ok(Group(map.into_iter().collect()))
    }
}
