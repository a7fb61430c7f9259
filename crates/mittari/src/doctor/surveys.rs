//! Checks of surveys: scales, invitations, follow-ups, reviews.

use std::collections::{BTreeMap, HashMap, HashSet};

use mittari_core::model::Table;
use mittari_core::time::Instant;
use mittari_store::Store;

use super::table::rows;
use super::{Check, Offenders, Severity};
use crate::failure::Done;

pub(super) fn checks(store: &Store, limit: usize) -> Done<Vec<Check>> {
    let mut invited: HashMap<String, i64> = HashMap::new();
    for batch in rows(store, Table::Invitation)? {
        let ids = batch.words("invitation_id");
        for row in 0..batch.len() {
            if let Some(id) = ids.get(row) {
                let at = batch.occurred_at(row);
                let known = invited.entry(id.to_owned()).or_insert(at);
                *known = at.min(*known);
            }
        }
    }
    let mut seen = Seen { answer_ids: HashSet::new(), scales: BTreeMap::new(), count: 0 };
    let (mut off, mut early, mut uninvited, mut empty) =
        (Offenders::new(limit), Offenders::new(limit), Offenders::new(limit), Offenders::new(limit));
    for batch in rows(store, Table::Answer)? {
        let [id, kind, invitation, choice] =
            ["answer_id", "kind", "invitation_id", "choice"].map(|name| batch.words(name));
        for row in 0..batch.len() {
            seen.count += 1;
            let name = || id.get(row).map_or_else(|| batch.id(row), str::to_owned);
            seen.answer_ids.extend(id.get(row).map(str::to_owned));
            let kind = kind.get(row).unwrap_or("csat");
            let score = batch.decimal("score", row);
            let (min, max) = scale(kind, batch.decimal("scale_min", row), batch.decimal("scale_max", row));
            match score {
                Some(score) if score < min || score > max => off.add(|| format!("{}: {score} on {min}-{max}", name())),
                None if choice.get(row).is_none() && kind != "open" => {
                    empty.add(|| format!("{} at {}", name(), Instant(batch.occurred_at(row))))
                }
                _ => {}
            }
            if score.is_some() {
                seen.scales.entry(kind.to_owned()).or_default().insert(format!("{min}-{max}"));
            }
            let Some(invitation) = invitation.get(row) else { continue };
            match invited.get(invitation) {
                Some(at) if batch.occurred_at(row) < *at => early
                    .add(|| format!("{}: answered {}, sent {}", name(), Instant(batch.occurred_at(row)), Instant(*at))),
                None if !invited.is_empty() => uninvited.add(|| format!("{}: invitation {invitation}", name())),
                _ => {}
            }
        }
    }
    let mut checks = answers(&seen, off, early, uninvited, empty, limit);
    checks.push(follow_ups(store, &seen, limit)?);
    checks.push(reviews(store, limit)?);
    Ok(checks)
}

/// What is remembered of the answers.
struct Seen {
    answer_ids: HashSet<String>,
    scales: BTreeMap<String, HashSet<String>>,
    count: u64,
}

/// The scale of an answer; the usual one of its kind where it names none.
fn scale(kind: &str, min: Option<f64>, max: Option<f64>) -> (f64, f64) {
    let usual = match kind {
        "nps" => (0.0, 10.0),
        "ces" => (1.0, 7.0),
        _ => (1.0, 5.0),
    };
    (min.unwrap_or(usual.0), max.unwrap_or(usual.1))
}

fn answers(
    seen: &Seen,
    off: Offenders,
    early: Offenders,
    uninvited: Offenders,
    empty: Offenders,
    limit: usize,
) -> Vec<Check> {
    let mut mixed = Offenders::new(limit);
    for (kind, scales) in seen.scales.iter().filter(|(_, scales)| scales.len() > 1) {
        let mut scales: Vec<&str> = scales.iter().map(String::as_str).collect();
        scales.sort_unstable();
        mixed.add(|| format!("{kind}: {}", scales.join(", ")));
    }
    let of = seen.count;
    vec![
        Check {
            name: "answers off their scale",
            severity: Severity::Wrong,
            of,
            offenders: off,
            what: "scores lie outside of their scale".to_owned(),
            effect: "satisfied and dissatisfied are told apart by the wrong thresholds",
            remedy: "Give scale_min and scale_max with the answers, or as constants in the mapping.".to_owned(),
        },
        Check {
            name: "answered before asked for",
            severity: Severity::Wrong,
            of,
            offenders: early,
            what: "answers are older than the invitations that they answer".to_owned(),
            effect: "answers and invitations fall into different periods, and the rated agent may be another",
            remedy: "The two come in different time zones, or the invitation bears the time of its export.".to_owned(),
        },
        Check {
            name: "answers to unknown invitations",
            severity: Severity::Missing,
            of,
            offenders: uninvited,
            what: "answers name invitations that are not there".to_owned(),
            effect: "the response rate is too low, and answers cannot find their conversation",
            remedy: "Import all invitations, also those that were never answered.".to_owned(),
        },
        Check {
            name: "answers without an answer",
            severity: Severity::Doubtful,
            of,
            offenders: empty,
            what: "answers have neither score nor choice".to_owned(),
            effect: "dismissed questions may count as answered",
            remedy: "Leave dismissed questions out of the answers, and keep their invitations.".to_owned(),
        },
        Check {
            name: "mixed scales",
            severity: Severity::Doubtful,
            of: seen.scales.len() as u64,
            offenders: mixed,
            what: "one kind of question is asked on several scales".to_owned(),
            effect: "averages stand apart by scale, and shares of satisfied mix what is not quite the same",
            remedy: "Look at each by itself: --by scale.".to_owned(),
        },
    ]
}

fn follow_ups(store: &Store, seen: &Seen, limit: usize) -> Done<Check> {
    let mut lost = Offenders::new(limit);
    let mut of = 0;
    for batch in rows(store, Table::FollowUp)? {
        let answers = batch.words("answer_id");
        of += batch.len() as u64;
        for row in 0..batch.len() {
            if let Some(answer) = answers.get(row).filter(|answer| !seen.answer_ids.contains(*answer)) {
                lost.add(|| format!("{} of answer {answer}", batch.id(row)));
            }
            if batch.instant("done_at", row).is_some_and(|done| {
                done < batch.occurred_at(row)
                    && batch.instant("due_at", row).is_some_and(|due| done > due + 365 * mittari_core::time::DAY)
            }) {
                lost.add(|| format!("{}: done before it was begun", batch.id(row)));
            }
        }
    }
    Ok(Check {
        name: "follow-ups of nothing",
        severity: Severity::Wrong,
        of,
        offenders: lost,
        what: "follow-ups name answers that are not there".to_owned(),
        effect: "care that was given is not counted",
        remedy: "Import the answers with their answer_id; a prefix must be the same for both.".to_owned(),
    })
}

fn reviews(store: &Store, limit: usize) -> Done<Check> {
    let mut off = Offenders::new(limit);
    let mut of = 0;
    for batch in rows(store, Table::Rating)? {
        let (reviews, criteria) = (batch.words("review_id"), batch.words("criterion"));
        of += batch.len() as u64;
        for row in 0..batch.len() {
            let Some(score) = batch.decimal("score", row) else { continue };
            let (min, max) =
                (batch.decimal("scale_min", row).unwrap_or(0.0), batch.decimal("scale_max", row).unwrap_or(1.0));
            if score < min || score > max || max <= min {
                off.add(|| {
                    format!(
                        "{} {}: {score} on {min}-{max}",
                        reviews.get(row).unwrap_or_default(),
                        criteria.get(row).unwrap_or_default()
                    )
                });
            }
        }
    }
    Ok(Check {
        name: "ratings off their scale",
        severity: Severity::Wrong,
        of,
        offenders: off,
        what: "ratings of reviews lie outside of their scale".to_owned(),
        effect: "internal quality is above 100 % or below 0 %",
        remedy: "Give scale_min and scale_max with the ratings; without them the scale is 0 to 1.".to_owned(),
    })
}
