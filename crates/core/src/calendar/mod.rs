//! Business time: how much of a span lies in the hours of a calendar. Rules 9, 14 and 15.
//!
//! A calendar is weekly civil intervals, any number a day, with holidays and with validity, under one name; it
//! is open at an instant when the civil time of that instant in the calendar's zone lies in an interval of that
//! day. Work over midnight is two intervals, until 24:00 and from 00:00 of the next day, so that a holiday
//! closes exactly its civil date. Hours that overlap count once.
//!
//! All zones come from the bundled database: the same rows give the same time on every machine.

mod block;
mod compile;
mod error;
mod rules;
#[cfg(test)]
mod tests;
mod zone;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

pub use error::CalendarError;
pub use zone::zone;

use crate::model::CalendarHours;
use crate::settings::Settings;
use crate::time::{DAY, Instant, Span};
use block::Block;
use rules::Rules;

/// All calendars of a workspace, and who keeps which.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendars {
    named: BTreeMap<String, Arc<Calendar>>,
    teams: HashMap<String, Arc<Calendar>>,
    workspace: Option<Arc<Calendar>>,
}

impl Calendars {
    /// Reads the calendars of settings and of the table `calendars`.
    ///
    /// Rows of a name replace settings' calendar of that name; `team_calendars` of settings goes before the
    /// `team` of rows. The workspace keeps the calendar that settings name; where they name none, and there is
    /// exactly one calendar that no team keeps, that one.
    pub fn new(settings: &Settings, rows: &[CalendarHours<'_>]) -> Result<Calendars, CalendarError> {
        let named: BTreeMap<String, Arc<Calendar>> = all_rules(settings, rows)?
            .into_iter()
            .map(|(name, rules)| (name.clone(), Arc::new(Calendar::new(name, rules))))
            .collect();
        let teams = teams(settings, rows)?
            .into_iter()
            .map(|(team, calendar)| Ok((team.clone(), kept(&named, &calendar, || format!("the team \"{team}\""))?)))
            .collect::<Result<_, _>>()?;
        let workspace = match &settings.calendar {
            Some(name) => Some(kept(&named, name, || "the workspace".to_owned())?),
            None => the_one_of_no_team(&named, &teams),
        };
        Ok(Calendars { named, teams, workspace })
    }

    /// Whether one row of the table `calendars` can be used: what an importer asks before it accepts the row.
    pub fn check_row(row: &CalendarHours<'_>) -> Result<(), CalendarError> {
        Rules::default().add_row(row)
    }

    /// The calendar that a team keeps: its own, else the workspace's.
    #[inline]
    pub fn for_team(&self, team: Option<&str>) -> Option<&Calendar> {
        let own = team.filter(|_| !self.teams.is_empty()).and_then(|team| self.teams.get(team));
        own.or(self.workspace.as_ref()).map(Arc::as_ref)
    }

    /// The calendar of a name.
    pub fn named(&self, name: &str) -> Option<&Calendar> {
        self.named.get(name).map(Arc::as_ref)
    }

    /// Whether there is no calendar at all, so that all business time is null.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// Everything that decides a business time, as text that is equal exactly when it all is: for `facts_version`.
    pub fn definition(&self) -> String {
        let teams: BTreeMap<_, _> = self.teams.iter().map(|(team, calendar)| (team, calendar.name())).collect();
        let workspace = self.workspace.as_ref().map(|calendar| calendar.name());
        let rules: Vec<_> = self.named.values().map(|calendar| (&calendar.name, &calendar.rules)).collect();
        format!("{workspace:?} {teams:?} {rules:?}")
    }
}

/// The rules of every calendar by name.
fn all_rules(settings: &Settings, rows: &[CalendarHours<'_>]) -> Result<BTreeMap<String, Rules>, CalendarError> {
    let mut of_rows: BTreeMap<String, Rules> = BTreeMap::new();
    for row in rows {
        of_rows.entry(row.calendar.to_owned()).or_default().add_row(row)?;
    }
    let mut all: BTreeMap<String, Rules> = of_rows.into_iter().map(|(name, rules)| (name, rules.in_order())).collect();
    for (name, calendar) in &settings.calendars {
        if !all.contains_key(name) {
            all.insert(name.clone(), Rules::of_settings(name, calendar, &settings.zone)?);
        }
    }
    Ok(all)
}

/// The name of the calendar that each team keeps.
fn teams(settings: &Settings, rows: &[CalendarHours<'_>]) -> Result<BTreeMap<String, String>, CalendarError> {
    let mut teams = settings.team_calendars.clone();
    for row in rows {
        let Some(team) = row.team.filter(|team| !settings.team_calendars.contains_key(*team)) else { continue };
        let first = teams.entry(team.to_owned()).or_insert_with(|| row.calendar.to_owned());
        if first != row.calendar {
            let (first, second) = (first.clone(), row.calendar.to_owned());
            return Err(CalendarError::TwoCalendars { team: team.to_owned(), first, second });
        }
    }
    Ok(teams)
}

fn kept(
    named: &BTreeMap<String, Arc<Calendar>>,
    name: &str,
    keeper: impl Fn() -> String,
) -> Result<Arc<Calendar>, CalendarError> {
    named.get(name).cloned().ok_or_else(|| CalendarError::UnknownCalendar {
        keeper: keeper(),
        calendar: name.to_owned(),
        nearest: zone::nearest(name, named.keys().map(String::as_str)),
    })
}

fn the_one_of_no_team(
    named: &BTreeMap<String, Arc<Calendar>>,
    teams: &HashMap<String, Arc<Calendar>>,
) -> Option<Arc<Calendar>> {
    let mut free = named.values().filter(|calendar| !teams.values().any(|kept| kept.name == calendar.name));
    let first = free.next()?;
    free.next().is_none().then(|| first.clone())
}

/// One calendar, compiled.
///
/// 1990 to 2069 are compiled at once; other stretches of eighty years when an instant in them is first asked
/// for, and kept. Outside of the years that jiff knows (-9999 to 9999) no time passes.
#[derive(Debug)]
pub struct Calendar {
    name: String,
    rules: Rules,
    usual: Block,
    others: Vec<OnceLock<Block>>,
}

/// 1990-01-01T00:00:00Z.
const USUAL_FROM: i64 = 7_305 * DAY;
/// Eighty years: 29,220 days, until 2070-01-01T00:00:00Z.
const BLOCK: i64 = 29_220 * DAY;
/// How many blocks lie before the usual one, and after it: as far as the first and last day that jiff knows.
const BLOCKS_BEFORE: i64 = 150;
const BLOCKS_AFTER: i64 = 100;

impl PartialEq for Calendar {
    fn eq(&self, other: &Calendar) -> bool {
        self.name == other.name && self.rules == other.rules
    }
}

impl Calendar {
    fn new(name: String, rules: Rules) -> Calendar {
        let usual = compile_block(&rules, 0);
        let others = (0..BLOCKS_BEFORE + 1 + BLOCKS_AFTER).map(|_| OnceLock::new()).collect();
        Calendar { name, rules, usual, others }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The zones of its hours: almost always one.
    pub fn zones(&self) -> impl Iterator<Item = &str> {
        self.rules.openings.keys().map(String::as_str)
    }

    /// The open time between two instants; none where `to` is not after `from`.
    #[inline]
    pub fn business_time(&self, from: Instant, to: Instant) -> Span {
        let (since, until) = (from.0.wrapping_sub(USUAL_FROM), to.0.wrapping_sub(USUAL_FROM));
        if (0..BLOCK).contains(&since) && (0..BLOCK).contains(&until) {
            return Span((self.usual.until(until) - self.usual.until(since)).max(0));
        }
        if to <= from { Span(0) } else { self.business_time_far(from, to) }
    }

    /// The earliest instant at which `span` of open time has passed since `from`; `None` where it never does.
    ///
    /// So what is due after exactly the rest of a day is due when that day closes, not when the next one opens.
    pub fn add_business(&self, from: Instant, span: Span) -> Option<Instant> {
        if span.0 <= 0 {
            return Some(from);
        }
        let (mut number, at) = place(from);
        let mut wanted = span.0.checked_add(self.block(number).until(at))?;
        while number <= BLOCKS_AFTER {
            let block = self.block(number);
            if wanted <= block.total() {
                return block.when(wanted).map(|since| Instant(block_start(number) + since));
            }
            wanted -= block.total();
            number += 1;
        }
        None
    }

    #[cold]
    fn business_time_far(&self, from: Instant, to: Instant) -> Span {
        let ((first, from), (last, to)) = (place(from), place(to));
        let between: i64 = (first..last).map(|number| self.block(number).total()).sum();
        Span(between + self.block(last).until(to) - self.block(first).until(from))
    }

    fn block(&self, number: i64) -> &Block {
        match (number, self.others.get((number + BLOCKS_BEFORE) as usize)) {
            (0, _) | (_, None) => &self.usual,
            (_, Some(other)) => other.get_or_init(|| compile_block(&self.rules, number)),
        }
    }
}

/// The number of an instant's block, the usual one being 0, and the time since the block's start; an instant
/// outside of the years that are known is taken for the nearest inside.
fn place(at: Instant) -> (i64, i64) {
    let known = known_time();
    let since = at.0.clamp(known.start, known.end) - USUAL_FROM;
    (since.div_euclid(BLOCK), since.rem_euclid(BLOCK))
}

fn block_start(number: i64) -> i64 {
    USUAL_FROM + number * BLOCK
}

fn known_time() -> std::ops::Range<i64> {
    jiff::Timestamp::MIN.as_microsecond()..jiff::Timestamp::MAX.as_microsecond()
}

fn compile_block(rules: &Rules, number: i64) -> Block {
    let from = block_start(number);
    let known = known_time();
    let ranges = compile::open_ranges(rules, from.max(known.start), (from + BLOCK).min(known.end));
    Block::new(&ranges, from, from + BLOCK)
}
