//! What a company decides: zone, hours, thresholds, windows. The one place for every default.
//!
//! `settings.toml` in the data folder holds only what differs from these defaults; an unknown key is an error.
//! What the folds use of it is part of `facts_version`, so that a change folds again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;

/// All settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The company's name, for reports.
    pub company: Option<String>,
    /// The time zone in which periods are civil, as the zone database names it.
    pub zone: String,
    /// The calendar of the workspace; none: no business time.
    pub calendar: Option<String>,
    /// Calendars by name.
    pub calendars: BTreeMap<String, CalendarSettings>,
    /// Which team keeps which calendar, where it is not the workspace's.
    pub team_calendars: BTreeMap<String, String>,
    /// What is promised, where the source does not say.
    pub sla: Vec<SlaSettings>,
    /// The least satisfied score by scale ("1-5"), where it is not the usual one.
    pub satisfied_from: BTreeMap<String, Decimal>,
    /// The highest dissatisfied score by scale, where it is not the usual one: who is followed up, and what counts as a complaint.
    pub dissatisfied_to: BTreeMap<String, Decimal>,
    /// Tags that make a conversation a complaint.
    pub complaint_tags: Vec<String>,
    /// Lengths of time.
    pub windows: Windows,
    /// The margin of an order that names none, 0 to 1.
    pub margin_share: Decimal,
    /// Which categories of costs are support; empty: all.
    pub support_cost_categories: Vec<String>,
    /// Ids of actors that are bots, whatever the source calls them.
    pub bot_ids: Vec<String>,
    /// Ids of actors that are rules or integrations.
    pub automation_ids: Vec<String>,
    /// Where a case can be opened, with `{id}` in it.
    pub ticket_url: Option<String>,
    /// Names of competitors.
    pub competitors: Vec<String>,
    /// The currency to convert into, and the rates.
    pub exchange: Option<Exchange>,
    /// Fewer rows than this are marked, and withheld in views of single agents.
    pub n_min: u32,
    /// Targets by metric id, in the metric's unit (durations in seconds).
    pub targets: BTreeMap<String, f64>,
}

/// Hours of one calendar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarSettings {
    /// The zone of its hours; default: the workspace's.
    pub zone: Option<String>,
    /// Open intervals by day or run of days: `mon-fri = ["09:00-12:00", "13:00-17:00"]`; `24:00` is midnight.
    pub hours: BTreeMap<String, Vec<String>>,
    /// Days on which it is closed.
    pub holidays: Vec<String>,
    /// The first day on which it holds.
    pub valid_from: Option<String>,
    /// The day after the last on which it holds.
    pub valid_to: Option<String>,
}

/// One promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlaSettings {
    /// first_reply, next_reply or resolution.
    pub metric: String,
    /// Within how many minutes.
    pub minutes: u32,
    /// Whether these are minutes of business time.
    #[serde(default)]
    pub business: bool,
    /// For which priority; none: all.
    #[serde(default)]
    pub priority: Option<String>,
    /// For which channel; none: all.
    #[serde(default)]
    pub channel: Option<String>,
}

/// Lengths of time. A metric's parameter of the same name takes its value from here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Windows {
    /// Reopenings, repeated contacts and first contact resolution look this far.
    pub reopen_days: u32,
    /// An article sends to support who contacts it within this time.
    pub transfer_hours: u32,
    /// Who subscribes again within this time was never lost.
    pub churn_grace_days: u32,
    /// A customer reaches the next stage within this time.
    pub stage_days: u32,
    /// A dissatisfied customer is to be followed up within this time.
    pub follow_up_days: u32,
    /// A buyer without an order for this long is lost.
    pub buyer_churn_days: u32,
    /// A second answer to one invitation replaces the first within this time.
    pub answer_edit_hours: u32,
    /// A customer silent for this long has left the journey.
    pub silent_days: u32,
}

/// Rates of exchange into one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The currency to convert into.
    pub to: String,
    /// How much of it one unit of each other currency is.
    pub rates: BTreeMap<String, Decimal>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            company: None,
            zone: "UTC".to_owned(),
            calendar: None,
            calendars: BTreeMap::new(),
            team_calendars: BTreeMap::new(),
            sla: Vec::new(),
            satisfied_from: BTreeMap::new(),
            dissatisfied_to: BTreeMap::new(),
            complaint_tags: vec!["complaint".to_owned()],
            windows: Windows::default(),
            margin_share: Decimal::whole(1),
            support_cost_categories: vec!["support".to_owned()],
            bot_ids: Vec::new(),
            automation_ids: Vec::new(),
            ticket_url: None,
            competitors: Vec::new(),
            exchange: None,
            n_min: 5,
            targets: BTreeMap::new(),
        }
    }
}

impl Default for Windows {
    fn default() -> Self {
        Windows {
            reopen_days: 7,
            transfer_hours: 24,
            churn_grace_days: 30,
            stage_days: 90,
            follow_up_days: 2,
            buyer_churn_days: 90,
            answer_edit_hours: 24,
            silent_days: 30,
        }
    }
}

impl Windows {
    /// The window of a name, for a metric's parameter of that name.
    pub fn named(&self, name: &str) -> Option<u32> {
        Some(match name {
            "reopen_days" => self.reopen_days,
            "transfer_hours" => self.transfer_hours,
            "churn_grace_days" => self.churn_grace_days,
            "stage_days" => self.stage_days,
            "follow_up_days" => self.follow_up_days,
            "buyer_churn_days" => self.buyer_churn_days,
            "answer_edit_hours" => self.answer_edit_hours,
            "silent_days" => self.silent_days,
            _ => return None,
        })
    }
}

/// "1-5" of 1 and 5.
pub fn scale_name(scale_min: Decimal, scale_max: Decimal) -> String {
    format!("{scale_min}-{scale_max}")
}

impl Settings {
    /// The least score that counts as satisfied on a scale, unless the answer says otherwise.
    ///
    /// The usual thresholds: 1-5 from 4, 0-10 and 1-10 from 8, 1-7 from 6, 1-4 from 3, 1-3 from 3, 1-2 from 2,
    /// 1-100 from 80; any other scale: its upper two fifths.
    pub fn satisfied_from(&self, scale_min: Decimal, scale_max: Decimal) -> Decimal {
        let scale = scale_name(scale_min, scale_max);
        if let Some(set) = self.satisfied_from.get(&scale) {
            return *set;
        }
        match scale.as_str() {
            "1-5" => Decimal::whole(4),
            "0-10" | "1-10" => Decimal::whole(8),
            "1-7" => Decimal::whole(6),
            "1-4" | "1-3" => Decimal::whole(3),
            "1-2" => Decimal::whole(2),
            "0-1" => Decimal::whole(1),
            "0-100" | "1-100" => Decimal::whole(80),
            _ => Decimal(scale_min.0 + (scale_max.0 - scale_min.0) / 5 * 3),
        }
    }

    /// The highest score that counts as dissatisfied on a scale: its lower two fifths, by default.
    pub fn dissatisfied_to(&self, scale_min: Decimal, scale_max: Decimal) -> Decimal {
        let scale = scale_name(scale_min, scale_max);
        if let Some(set) = self.dissatisfied_to.get(&scale) {
            return *set;
        }
        match scale.as_str() {
            "1-5" | "1-4" => Decimal::whole(2),
            "0-10" | "1-10" => Decimal::whole(4),
            "1-7" => Decimal::whole(3),
            "1-3" | "1-2" => Decimal::whole(1),
            "0-1" => Decimal::whole(0),
            "0-100" | "1-100" => Decimal::whole(40),
            _ => Decimal(scale_min.0 + (scale_max.0 - scale_min.0) / 5 * 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_of_five_is_satisfied_and_eight_of_ten() {
        let settings = Settings::default();
        let from = |min, max| settings.satisfied_from(Decimal::whole(min), Decimal::whole(max));
        assert_eq!(from(1, 5), Decimal::whole(4));
        assert_eq!(from(0, 10), Decimal::whole(8));
        assert_eq!(from(1, 10), Decimal::whole(8));
        assert_eq!(from(1, 7), Decimal::whole(6));
        assert_eq!(from(1, 4), Decimal::whole(3));
        assert_eq!(from(1, 3), Decimal::whole(3));
        assert_eq!(from(1, 2), Decimal::whole(2));
        assert_eq!(from(1, 100), Decimal::whole(80));
    }

    #[test]
    fn a_setting_overrides_the_usual_threshold() {
        let mut settings = Settings::default();
        settings.satisfied_from.insert("1-5".to_owned(), Decimal::whole(3));
        assert_eq!(settings.satisfied_from(Decimal::whole(1), Decimal::whole(5)), Decimal::whole(3));
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(toml::from_str::<Settings>("zoen = \"UTC\"").is_err());
    }
}
