//! What was planted for the report to find, and how strong: the ground truth that tests hold the report to.

use jiff::civil::{Date, date};

/// App 5.0 came out: contacts doubled for three weeks, then ebbed away over three more.
pub(crate) const RELEASE_ON: Date = date(2026, 3, 10);
/// For how many days contacts stay doubled.
const RELEASE_PEAK_DAYS: i32 = 21;
/// Over how many days they ebb.
const RELEASE_EBB_DAYS: i32 = 21;

/// The billing desk was told to answer faster. It did; and more cases came back.
pub(crate) const HURRY_ON: Date = date(2026, 8, 1);
/// The team of that story.
pub(crate) const HURRIED_TEAM: &str = "billing";
/// Its answers take this share of the time they took.
pub(crate) const HURRY_SPEED: f64 = 0.35;
/// How often a case comes back: usually, and at the billing desk since then.
pub(crate) const REOPENED: (f64, f64) = (0.06, 0.19);
/// What it costs in points of a five-point scale.
pub(crate) const HURRY_MOOD: f64 = -0.35;

/// "Pair a lamp again after a move": who reads it asks support afterwards.
pub(crate) const CONFUSING_ARTICLE: usize = 17;
/// How many of its readers do, and how many of other articles' readers.
pub(crate) const TRANSFERRED: (f64, f64) = (0.42, 0.06);

/// A campaign that brings orders and questions.
pub(crate) const CAMPAIGNS: &[(Date, Date, &str)] = &[
    (date(2024, 11, 25), date(2024, 12, 2), "Dark season sale"),
    (date(2025, 11, 24), date(2025, 12, 1), "Dark season sale"),
    (date(2026, 5, 4), date(2026, 5, 11), "Terrace lights"),
];

/// A day on which the service was down.
pub(crate) const INCIDENT_ON: Date = date(2025, 9, 17);

/// How many times the usual contacts a day has for the release: 1 on other days.
pub(crate) fn release_factor(day: Date) -> f64 {
    let since = (day - RELEASE_ON).get_days();
    match since {
        ..0 => 1.0,
        0..RELEASE_PEAK_DAYS => 2.0,
        _ => 1.0 + (1.0 - f64::from(since - RELEASE_PEAK_DAYS) / f64::from(RELEASE_EBB_DAYS)).max(0.0),
    }
}

/// How many times the usual contacts a day has for campaigns and the incident.
pub(crate) fn other_factor(day: Date) -> f64 {
    if day == INCIDENT_ON {
        return 2.6;
    }
    if CAMPAIGNS.iter().any(|(from, to, _)| (*from..*to).contains(&day)) { 1.35 } else { 1.0 }
}

/// Whether the billing desk is in its hurry.
pub(crate) fn hurried(team: &str, day: Date) -> bool {
    team == HURRIED_TEAM && day >= HURRY_ON
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_doubles_contacts_and_then_ebbs_to_the_usual() {
        assert_eq!(release_factor(date(2026, 3, 9)), 1.0);
        assert_eq!(release_factor(date(2026, 3, 20)), 2.0);
        assert!((1.0..2.0).contains(&release_factor(date(2026, 4, 12))));
        assert_eq!(release_factor(date(2026, 6, 1)), 1.0);
    }
}
