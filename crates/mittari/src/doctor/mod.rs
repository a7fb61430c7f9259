//! Invariants over the user's own data: what makes numbers wrong, doubtful or absent, with the rows that do.
//!
//! Every check names at most a few rows and counts all. Nothing is changed: what to do is said, and done at the
//! source, in a mapping or in settings.

mod conversations;
mod customers;
mod surveys;
mod table;

use mittari_core::model::Table;
use mittari_core::time::Instant;
use mittari_store::Store;
use serde::Serialize;

use crate::failure::Done;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// Numbers are wrong because of it.
    Wrong,
    /// Numbers may be wrong.
    Doubtful,
    /// Numbers are absent that could be there.
    Missing,
}

/// One invariant that does not hold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    /// Its name, for programs.
    pub(crate) check: &'static str,
    pub(crate) severity: Severity,
    /// What is the case, in one line.
    pub(crate) what: String,
    /// How many rows, cases or people.
    pub(crate) count: u64,
    /// Of how many.
    pub(crate) of: u64,
    /// What it does to numbers.
    pub(crate) effect: &'static str,
    pub(crate) remedy: String,
    /// Some of them, as they can be found again.
    pub(crate) rows: Vec<String>,
}

/// What was looked at.
pub(crate) struct Examined {
    pub(crate) checks: usize,
    pub(crate) findings: Vec<Finding>,
}

/// Offending rows, counted all, kept some.
#[derive(Clone, Debug, Default)]
struct Offenders {
    count: u64,
    rows: Vec<String>,
    limit: usize,
}

impl Offenders {
    fn new(limit: usize) -> Offenders {
        Offenders { limit, ..Offenders::default() }
    }

    /// One more; the text is only made while there is room.
    fn add(&mut self, row: impl FnOnce() -> String) {
        self.count += 1;
        if self.rows.len() < self.limit {
            self.rows.push(row());
        }
    }
}

/// One check: its name, what it means, and what offends it.
struct Check {
    name: &'static str,
    severity: Severity,
    what: String,
    effect: &'static str,
    remedy: String,
    of: u64,
    offenders: Offenders,
}

impl Check {
    fn finding(self) -> Option<Finding> {
        let Offenders { count, rows, .. } = self.offenders;
        (count > 0).then_some(Finding {
            check: self.name,
            severity: self.severity,
            what: self.what,
            count,
            of: self.of,
            effect: self.effect,
            remedy: self.remedy,
            rows,
        })
    }
}

/// Runs all checks; each names at most `limit` rows.
pub(crate) fn examine(store: &Store, limit: usize) -> Done<Examined> {
    let mut checks = vec![conflicts(store, limit)?, future(store, limit)?];
    checks.extend(conversations::checks(store, limit)?);
    checks.extend(surveys::checks(store, limit)?);
    checks.extend(customers::checks(store, limit)?);
    let count = checks.len();
    let mut findings: Vec<Finding> = checks.into_iter().filter_map(Check::finding).collect();
    findings.sort_by(|a, b| {
        let share = |finding: &Finding| finding.count as f64 / finding.of.max(1) as f64;
        a.severity.cmp(&b.severity).then(share(b).total_cmp(&share(a))).then(a.check.cmp(b.check))
    });
    Ok(Examined { checks: count, findings })
}

fn conflicts(store: &Store, limit: usize) -> Done<Check> {
    let mut offenders = Offenders::new(limit);
    for conflict in store.conflicts(10_000)? {
        offenders.add(|| {
            let row = &conflict.counted;
            let changed = row.cells.iter().find(|cell| !conflict.ignored.cells.contains(cell));
            let (name, counts) = changed.map_or(("", ""), |(name, value)| (*name, value.as_str()));
            let ignored =
                conflict.ignored.cells.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value.as_str());
            let id = row.external_id.as_deref().unwrap_or("?");
            format!("{} {id} of {}: {name} \"{counts}\" counts, \"{ignored}\" does not", row.table.name(), row.source)
        });
    }
    Ok(Check {
        name: "same id, other content",
        severity: Severity::Wrong,
        what: "rows of one id and revision say different things; the larger content hash counts".to_owned(),
        effect: "which of them counts is arbitrary",
        remedy: "Give each change a higher revision, or forget the import that is wrong (\"mittari imports\")."
            .to_owned(),
        of: offenders.count,
        offenders,
    })
}

/// Rows dated after they were recorded.
fn future(store: &Store, limit: usize) -> Done<Check> {
    let mut offenders = Offenders::new(limit);
    let mut of = 0;
    for table in Table::ALL.iter().filter(|table| !matches!(table, Table::Cost | Table::Revenue | Table::CalendarHours))
    {
        for rows in table::rows(store, *table)? {
            of += rows.len() as u64;
            for row in 0..rows.len() {
                let (occurred, recorded) = (rows.occurred_at(row), rows.recorded_at(row));
                if occurred > recorded {
                    offenders.add(|| {
                        format!(
                            "{} {}: {} is after {}, when it was recorded",
                            table.name(),
                            rows.id(row),
                            Instant(occurred),
                            Instant(recorded)
                        )
                    });
                }
            }
        }
    }
    Ok(Check {
        name: "dated in the future",
        severity: Severity::Wrong,
        what: "rows are dated after they became known".to_owned(),
        effect: "they stand in periods that are not over",
        remedy: "Look at the time zone of the import (--zone, or the mapping) and at day and month.".to_owned(),
        of,
        offenders,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_offenders_are_counted_and_some_kept() {
        let mut offenders = Offenders::new(2);
        (0..5).for_each(|number| offenders.add(|| format!("row {number}")));
        assert_eq!((offenders.count, offenders.rows.len()), (5, 2));
    }
}
