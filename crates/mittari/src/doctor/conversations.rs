//! Checks of conversations: order of events, ends, people, time zones, calendars.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::tz::TimeZone;
use mittari_core::calendar::Calendars;
use mittari_core::model::Table;
use mittari_core::time::{DAY, Instant, SECOND};
use mittari_store::{People, Store};

use super::table::{Rows, rows};
use super::{Check, Offenders, Severity};
use crate::failure::Done;

/// What checks need to know of one conversation; none of it depends on the order of rows.
#[derive(Default)]
struct Case {
    source: String,
    opened_at: Option<i64>,
    opened_by_customer: bool,
    done_at: Option<i64>,
    first_customer_at: Option<i64>,
    first_agent_at: Option<i64>,
    last_at: i64,
    ended: bool,
    has_status: bool,
    has_outcome: bool,
    has_customer: bool,
    gone: bool,
    /// A call or chat was picked up: what was said there is not in messages.
    talked: bool,
    solves: u32,
    last_status: Option<(i64, bool)>,
    asked_at: Option<i64>,
}

/// What checks need to know of one agent.
#[derive(Default)]
struct AgentSeen {
    replies: u64,
    at_once: u64,
}

/// Everything that one reading of the events gathers.
#[derive(Default)]
struct Gathered {
    cases: BTreeMap<String, Case>,
    agents: HashMap<String, AgentSeen>,
    nameless_replies: u64,
    replies: u64,
    by_hour: [u64; 24],
    teams: HashSet<String>,
    bad_due: Vec<String>,
    merges: Vec<(String, String)>,
    openings: HashMap<(String, i64), u32>,
    last_at: i64,
}

/// Silent for this long, a case was forgotten or its end never exported.
const SILENT: i64 = 30 * DAY;

pub(super) fn checks(store: &Store, limit: usize) -> Done<Vec<Check>> {
    let zone = TimeZone::get(&store.settings().zone).unwrap_or(TimeZone::UTC);
    let mut gathered = Gathered::default();
    for batch in rows(store, Table::Event)? {
        gathered.read(&batch, &zone);
    }
    let people = store.people()?;
    let mut checks = order(&gathered, limit);
    checks.extend(ends(&gathered, limit));
    checks.extend(who(&gathered, store, &people, limit)?);
    checks.extend(hours(&gathered, store, limit)?);
    Ok(checks)
}

impl Gathered {
    fn read(&mut self, rows: &Rows, zone: &TimeZone) {
        let columns = ["conversation_id", "kind", "actor_kind", "actor_id", "customer_id", "value", "target", "source"];
        let [conversation, kind, actor_kind, actor, customer, value, target, source] =
            columns.map(|name| rows.words(name));
        for row in 0..rows.len() {
            let (Some(id), Some(kind)) = (conversation.get(row), kind.get(row)) else { continue };
            let at = rows.occurred_at(row);
            self.last_at = self.last_at.max(at.min(rows.recorded_at(row)));
            let event = Event {
                at,
                kind,
                by_customer: actor_kind.get(row) == Some("customer"),
                by_agent: actor_kind.get(row) == Some("agent"),
                actor: actor.get(row),
                customer: customer.get(row),
                value: value.get(row),
                public: rows.flag("public", row) != Some(false),
                automated: rows.flag("automated", row) == Some(true),
            };
            match kind {
                "merged" => self.merges.push((id.to_owned(), target.get(row).unwrap_or_default().to_owned())),
                "team" => self.teams.extend(event.value.map(str::to_owned)),
                "sla_target" if event.value.and_then(|due| due.parse::<jiff::Timestamp>().ok()).is_none() => {
                    self.bad_due.push(format!("{id} at {}: due \"{}\"", Instant(at), event.value.unwrap_or_default()));
                }
                _ => {}
            }
            self.event(id, source.get(row).unwrap_or_default(), &event, zone);
        }
    }

    fn event(&mut self, id: &str, source: &str, event: &Event<'_>, zone: &TimeZone) {
        if !self.cases.contains_key(id) {
            self.cases.insert(id.to_owned(), Case { source: source.to_owned(), last_at: i64::MIN, ..Case::default() });
        }
        let Some(case) = self.cases.get_mut(id) else { return };
        let reply = case.take(event);
        if let Some(wait) = reply {
            self.replies += 1;
            if let Some(hour) = Instant(event.at).to_timestamp().map(|at| zone.to_datetime(at).hour()) {
                self.by_hour[hour as usize % 24] += 1;
            }
            match event.actor {
                None => self.nameless_replies += 1,
                Some(agent) => {
                    let seen = self.agents.entry(agent.to_owned()).or_default();
                    seen.replies += 1;
                    seen.at_once += u64::from(wait.is_some_and(|wait| wait <= 2 * SECOND));
                }
            }
        }
        if event.kind == "opened"
            && let Some(customer) = event.customer
        {
            *self.openings.entry((customer.to_owned(), event.at / (60 * SECOND))).or_default() += 1;
        }
    }
}

/// One event, as far as checks look.
struct Event<'e> {
    at: i64,
    kind: &'e str,
    by_customer: bool,
    by_agent: bool,
    actor: Option<&'e str>,
    customer: Option<&'e str>,
    value: Option<&'e str>,
    public: bool,
    automated: bool,
}

impl Case {
    /// Takes an event in; for a public reply of an agent gives the wait before it, where there was one.
    fn take(&mut self, event: &Event<'_>) -> Option<Option<i64>> {
        let earliest = |known: &mut Option<i64>| *known = Some(known.map_or(event.at, |known| known.min(event.at)));
        self.last_at = self.last_at.max(event.at);
        self.has_customer |= event.customer.is_some();
        match event.kind {
            "opened" => {
                earliest(&mut self.opened_at);
                self.opened_by_customer |= !event.by_agent;
            }
            "status" => self.status(event),
            "outcome" => self.has_outcome = true,
            "ended" | "abandoned" => self.ended = true,
            "merged" | "deleted" => self.gone = true,
            "call_answered" | "joined" => self.talked = true,
            "message" if event.public && event.by_customer => {
                earliest(&mut self.first_customer_at);
                self.asked_at = Some(event.at);
            }
            "message" if event.public && event.by_agent && !event.automated => {
                earliest(&mut self.first_agent_at);
                return Some(self.asked_at.take().map(|asked| event.at - asked));
            }
            _ => {}
        }
        None
    }

    fn status(&mut self, event: &Event<'_>) {
        self.has_status = true;
        let done = matches!(event.value, Some("solved" | "closed"));
        self.solves += u32::from(event.value == Some("solved"));
        if done {
            self.done_at = Some(self.done_at.map_or(event.at, |known| known.min(event.at)));
        }
        if self.last_status.is_none_or(|(at, _)| at <= event.at) {
            self.last_status = Some((event.at, done));
        }
    }

    fn is_over(&self) -> bool {
        self.gone || self.ended || self.has_outcome || self.last_status.is_some_and(|(_, done)| done)
    }
}

/// The cases that a condition picks, each in words.
fn picked(gathered: &Gathered, limit: usize, condition: impl Fn(&Case) -> Option<String>) -> Offenders {
    let mut offenders = Offenders::new(limit);
    for (id, case) in &gathered.cases {
        if let Some(why) = condition(case) {
            offenders.add(|| format!("{id} of {}: {why}", case.source));
        }
    }
    offenders
}

fn shown(at: i64) -> String {
    Instant(at).to_string()
}

fn order(gathered: &Gathered, limit: usize) -> Vec<Check> {
    let of = gathered.cases.len() as u64;
    let before = picked(gathered, limit, |case| {
        let (opened, done) = (case.opened_at?, case.done_at?);
        (done < opened).then(|| format!("solved {}, opened {}", shown(done), shown(opened)))
    });
    let unopened = picked(gathered, limit, |case| {
        case.opened_at
            .is_none()
            .then(|| format!("first seen {}", shown(case.first_customer_at.unwrap_or(case.last_at))))
    });
    let replies = picked(gathered, limit, |case| {
        let (asked, replied) = (case.first_customer_at?, case.first_agent_at?);
        (case.opened_by_customer && !case.talked && replied < asked)
            .then(|| format!("answered {}, asked {}", shown(replied), shown(asked)))
    });
    let storms = picked(gathered, limit, |case| (case.solves >= 6).then(|| format!("solved {} times", case.solves)));
    let at_once = picked(gathered, limit, |case| {
        (case.opened_at.is_some() && case.opened_at == case.done_at)
            .then(|| format!("opened and solved at {}", shown(case.last_at)))
    });
    vec![
        Check {
            name: "solved before opened", severity: Severity::Wrong, of, offenders: before,
            what: "cases were solved or closed before they were opened".to_owned(),
            effect: "their resolution times are negative",
            remedy: "The opening and the status come in different time zones, or from different columns: look at the mapping.".to_owned(),
        },
        Check {
            name: "never opened", severity: Severity::Doubtful, of, offenders: unopened,
            what: "cases have events and no opening".to_owned(),
            effect: "they are dated by their first event, and their waiting times may begin too late",
            remedy: "Import the part of the export that begins before, or let the mapping make an \"opened\" event.".to_owned(),
        },
        Check {
            name: "answered before asked", severity: Severity::Doubtful, of, offenders: replies,
            what: "an agent answered before the customer had written".to_owned(),
            effect: "the first response may be a message that answers nothing",
            remedy: "Map what agents write first as opened by the agent, or give messages of one second a sequence.".to_owned(),
        },
        Check {
            name: "reopening storms", severity: Severity::Doubtful, of, offenders: storms,
            what: "cases were solved six times or more".to_owned(),
            effect: "a rule that fights an agent looks like unhappy customers in the reopen rate",
            remedy: "Look for rules that reopen; name them in automation_ids of settings.toml.".to_owned(),
        },
        Check {
            name: "opened and solved at once", severity: Severity::Doubtful, of, offenders: at_once,
            what: "cases were opened and solved in the same instant".to_owned(),
            effect: "they pull resolution times to 0",
            remedy: "If a migration made them, leave them out by a mapping; if calls are written down afterwards, map when they began.".to_owned(),
        },
    ]
}

fn ends(gathered: &Gathered, limit: usize) -> Vec<Check> {
    let of = gathered.cases.len() as u64;
    let with_status = gathered.cases.values().filter(|case| case.has_status).count() as u64;
    let silent = picked(gathered, limit, |case| {
        (!case.is_over() && gathered.last_at - case.last_at > SILENT)
            .then(|| format!("last event {}", shown(case.last_at)))
    });
    let no_outcome = picked(gathered, limit, |case| {
        (case.ended && !case.has_status && !case.has_outcome && !case.gone)
            .then(|| format!("ended {}", shown(case.last_at)))
    });
    // Where most cases have statuses, one without is a gap in the export.
    let gap = with_status * 2 > of;
    let no_status = picked(gathered, limit, |case| {
        (gap && !case.has_status && !case.ended && !case.gone && !case.has_outcome)
            .then(|| format!("last event {}", shown(case.last_at)))
    });
    let mut lost = Offenders::new(limit);
    for (id, target) in &gathered.merges {
        if target == id || !gathered.cases.contains_key(target) {
            lost.add(|| format!("{id} into \"{target}\""));
        }
    }
    let mut due = Offenders::new(limit);
    for row in &gathered.bad_due {
        due.add(|| row.clone());
    }
    vec![
        Check {
            name: "open and silent",
            severity: Severity::Doubtful,
            of,
            offenders: silent,
            what: "cases are open and nothing has happened in them for 30 days".to_owned(),
            effect: "they fill the backlog and its age",
            remedy: "Close them where they lie, or import the events that ended them.".to_owned(),
        },
        Check {
            name: "ended without outcome",
            severity: Severity::Missing,
            of,
            offenders: no_outcome,
            what: "chats or calls ended, and nothing says whether they were solved".to_owned(),
            effect: "they are in no resolution metric",
            remedy: "Map the disposition code to \"outcome\" (solved, unsolved, spam, duplicate).".to_owned(),
        },
        Check {
            name: "without a status",
            severity: Severity::Missing,
            of,
            offenders: no_status,
            what: "cases have no status at all, while others have".to_owned(),
            effect: "they are in no resolution metric and not in the backlog",
            remedy: "Export the status history too, or map the last status with its time.".to_owned(),
        },
        Check {
            name: "merged into nothing",
            severity: Severity::Wrong,
            of: gathered.merges.len() as u64,
            offenders: lost,
            what: "cases were merged into themselves or into cases that are not there".to_owned(),
            effect: "their waits and messages are lost",
            remedy: "Import the cases they went into; the mapping's target must be a conversation_id, with its prefix."
                .to_owned(),
        },
        Check {
            name: "promises without a due time",
            severity: Severity::Wrong,
            of: gathered.bad_due.len() as u64,
            offenders: due,
            what: "SLA targets do not say when they are due".to_owned(),
            effect: "they are missing from SLA attainment",
            remedy: "The value of an sla_target is the moment it is due: 2026-01-31T12:00:00Z.".to_owned(),
        },
    ]
}

fn who(gathered: &Gathered, store: &Store, people: &People, limit: usize) -> Done<Vec<Check>> {
    let of = gathered.cases.len() as u64;
    let mut known: HashSet<String> = HashSet::new();
    for batch in rows(store, Table::Agent)? {
        let ids = batch.words("agent_id");
        known.extend((0..batch.len()).filter_map(|row| ids.get(row).map(str::to_owned)));
    }
    let (mut strangers, mut bots, mut many) = (Offenders::new(limit), Offenders::new(limit), Offenders::new(limit));
    let mut agents: Vec<(&String, &AgentSeen)> = gathered.agents.iter().collect();
    agents.sort_by(|a, b| b.1.replies.cmp(&a.1.replies).then(a.0.cmp(b.0)));
    for (id, seen) in &agents {
        if !known.is_empty() && !known.contains(*id) {
            strangers.add(|| format!("{}: {} replies", people.agent(id), seen.replies));
        }
        if seen.replies >= 20 && seen.at_once * 10 >= seen.replies * 9 {
            bots.add(|| format!("{}: {} of {} replies within 2 seconds", people.agent(id), seen.at_once, seen.replies));
        }
    }
    let mut opened: Vec<_> = gathered.openings.iter().filter(|(_, count)| **count >= 3).collect();
    opened.sort();
    for ((customer, minute), count) in opened {
        many.add(|| format!("{}: {count} cases at {}", people.customer(customer), shown(minute * 60 * SECOND)));
    }
    let mut nameless = Offenders::new(limit);
    nameless.count = gathered.nameless_replies;
    Ok(vec![
        Check {
            name: "unknown agents", severity: Severity::Missing, of: agents.len() as u64, offenders: strangers,
            what: "agents reply who are not in the table of agents".to_owned(),
            effect: "they have no team, and ids instead of names",
            remedy: "Import them: mittari import agents.csv --as agents (agent_id, name, team, role).".to_owned(),
        },
        Check {
            name: "replies by nobody", severity: Severity::Missing, of: gathered.replies, offenders: nameless,
            what: "replies of agents do not say who wrote them".to_owned(),
            effect: "they are in no view of agents, and handoffs cannot be counted",
            remedy: "Map the author of a message to actor_id.".to_owned(),
        },
        Check {
            name: "undeclared bots", severity: Severity::Wrong, of: agents.len() as u64, offenders: bots,
            what: "an agent who always answers within two seconds is a machine".to_owned(),
            effect: "its greetings count as first responses",
            remedy: "Add its id to bot_ids in settings.toml, then \"mittari rebuild\".".to_owned(),
        },
        Check {
            name: "without a customer", severity: Severity::Missing, of,
            offenders: picked(gathered, limit, |case| (!case.has_customer && !case.gone).then(|| format!("last event {}", shown(case.last_at)))),
            what: "cases do not say whose they are".to_owned(),
            effect: "they are left out of repeat contacts and of first contact resolution by repeat",
            remedy: "Map the requester to customer_id.".to_owned(),
        },
        Check {
            name: "many cases at once", severity: Severity::Doubtful, of: gathered.openings.len() as u64, offenders: many,
            what: "a customer opened three cases or more within a minute".to_owned(),
            effect: "one problem counts several times, as volume and as repeated contact",
            remedy: "A form sent twice, or one address for many customers? Map the outcome \"duplicate\", or another customer_id.".to_owned(),
        },
    ])
}

fn hours(gathered: &Gathered, store: &Store, limit: usize) -> Done<Vec<Check>> {
    let at_night: u64 = (0..6).map(|hour| gathered.by_hour[hour]).sum();
    let mut night = Offenders::new(limit);
    if gathered.replies >= 50 && at_night * 10 >= gathered.replies * 4 {
        night.count = at_night;
        let busiest = (0..24).max_by_key(|hour| gathered.by_hour[*hour]).unwrap_or_default();
        night.rows.push(format!("most replies are written at {busiest} o'clock, {}", store.settings().zone));
    }
    let calendars = calendars(store)?;
    let mut without = Offenders::new(limit);
    let mut teams: Vec<&String> = gathered.teams.iter().collect();
    teams.sort();
    for team in teams.iter().filter(|_| !calendars.is_empty()) {
        if calendars.for_team(Some(team)).is_none() {
            without.add(|| (*team).clone());
        }
    }
    let mut none = Offenders::new(limit);
    none.count = u64::from(calendars.is_empty() && !gathered.cases.is_empty());
    Ok(vec![
        Check {
            name: "work at night", severity: Severity::Wrong, of: gathered.replies, offenders: night,
            what: "most replies are written at night, between 0 and 6".to_owned(),
            effect: "days, hours and business time are shifted",
            remedy: "The times are probably in another zone: import again with --zone, or set the zone in settings.toml.".to_owned(),
        },
        Check {
            name: "teams without a calendar", severity: Severity::Missing, of: gathered.teams.len() as u64, offenders: without,
            what: "teams have no opening hours, while others have".to_owned(),
            effect: "their business times are absent",
            remedy: "mittari init --team-hours 'TEAM: mon-fri 09:00-17:00', or a calendar for the workspace; then \"mittari rebuild\".".to_owned(),
        },
        Check {
            name: "no opening hours", severity: Severity::Missing, of: 1, offenders: none,
            what: "nobody's opening hours are known".to_owned(),
            effect: "business time is absent everywhere",
            remedy: "mittari init --hours 'mon-fri 09:00-17:00', then \"mittari rebuild\".".to_owned(),
        },
    ])
}

/// The calendars of settings and table together.
fn calendars(store: &Store) -> Done<Calendars> {
    let mut settings = store.settings().clone();
    for batch in rows(store, Table::CalendarHours)? {
        let (calendar, team) = (batch.words("calendar"), batch.words("team"));
        for row in 0..batch.len() {
            if let Some(name) = calendar.get(row) {
                settings.calendars.entry(name.to_owned()).or_default();
                if let Some(team) = team.get(row) {
                    settings.team_calendars.entry(team.to_owned()).or_insert_with(|| name.to_owned());
                }
            }
        }
    }
    Calendars::new(&settings, &[])
        .map_err(|error| crate::failure::Failure::input(error.to_string(), "Correct settings.toml."))
}
