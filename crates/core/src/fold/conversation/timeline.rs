//! One conversation from its first event to its last: every clock, advanced together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calendar::Calendar;
use crate::facts::{Conversation, Dimensions};
use crate::fold::Context;
use crate::model::{ActorKind, Choice, EventKind, Outcome, Status};
use crate::time::{Instant, Span};

use super::clock::{Step, opener};
use super::staffing::Staffing;
use super::statuses::{Change, StatusClock};
use super::waits::WaitClock;

/// What one conversation came to; `surveys`, `promises` and `complaints` read it.
pub(super) struct Timeline<'a> {
    pub(super) conversation_id: &'a str,
    pub(super) context: Context<'a>,
    pub(super) waits: WaitClock<'a>,
    pub(super) statuses: StatusClock<'a>,
    pub(super) staffing: Staffing<'a>,
    pub(super) opened_at: Instant,
    pub(super) complaint_at: Option<Instant>,
    pub(super) row: Conversation<'a>,
    pub(super) deleted: bool,
    served_at: Option<Instant>,
    first_bot_at: Option<Instant>,
    handover_at: Option<Instant>,
    calls: i64,
    pub(super) sessions: Vec<&'a str>,
    chat_ends: i64,
    fields: BTreeMap<String, String>,
    single_fields: Option<&'a str>,
    first_priority: Option<&'a str>,
    last_event_at: Instant,
    changes: Calendarless,
}

/// Durations in business time that are taken when their span ends, on the calendar valid then.
#[derive(Default)]
struct Calendarless {
    first_response: Option<Span>,
    first_response_human: Option<Span>,
    first_resolution: Option<Span>,
    resolution: Option<Span>,
    queue: Option<Span>,
    bot: Option<Span>,
}

impl<'a> Timeline<'a> {
    /// Runs the clocks over the events, which must not be empty; `adopted` are waits of merged conversations.
    pub(super) fn run(
        conversation_id: &'a str,
        steps: &[Step<'_, 'a>],
        adopted: &[(Instant, Instant)],
        context: &Context<'a>,
    ) -> Box<Timeline<'a>> {
        let mut timeline = Timeline::start(conversation_id, steps, context);
        let mut adopted = adopted.iter().peekable();
        for step in steps {
            while let Some((_, since)) = adopted.next_if(|(at, _)| *at <= step.event.header.occurred_at) {
                timeline.waits.adopt(*since);
            }
            timeline.advance(step);
        }
        adopted.for_each(|(_, since)| timeline.waits.adopt(*since));
        timeline
    }

    fn start(conversation_id: &'a str, steps: &[Step<'_, 'a>], context: &Context<'a>) -> Box<Timeline<'a>> {
        let outcome_of = |step: &Step<'_, 'a>| match step.event.kind {
            Some(EventKind::Outcome) => step.event.value.and_then(Outcome::parse),
            _ => None,
        };
        let final_outcome = steps.iter().rev().find_map(outcome_of);
        let opening = steps.iter().find(|step| step.event.kind == Some(EventKind::Opened));
        // What happened before the source says that it was opened happened in it: doctor lists such cases.
        let opened_at = steps.first().map_or(Instant(0), |step| step.event.header.occurred_at);
        let first_message = || {
            steps.iter().find(|step| step.event.kind == Some(EventKind::Message) && step.event.public != Some(false))
        };
        let opened_by = match opening.or_else(first_message) {
            Some(step) => step.actor,
            None => ActorKind::Customer,
        };
        // Boxed: it is large, and is handed on several times.
        let mut timeline = Box::new(Timeline {
            conversation_id,
            context: *context,
            waits: WaitClock::new(conversation_id),
            statuses: StatusClock::new(conversation_id, final_outcome),
            staffing: Staffing::new(context),
            opened_at,
            complaint_at: None,
            row: Conversation::default(),
            deleted: false,
            served_at: None,
            first_bot_at: None,
            handover_at: None,
            calls: 0,
            sessions: Vec::new(),
            chat_ends: 0,
            fields: BTreeMap::new(),
            single_fields: None,
            first_priority: None,
            last_event_at: opened_at,
            changes: Calendarless::default(),
        });
        timeline.row.conversation_id = Some(conversation_id);
        timeline.row.source = steps.first().map(|step| step.event.header.source);
        timeline.row.opened_at = Some(opened_at);
        timeline.row.opened_by = Some(opener(opened_by));
        timeline.row.outcome = final_outcome.map(Choice::word);
        timeline.statuses.opened(opened_at);
        if opened_by == ActorKind::Customer {
            timeline.waits.opened_by_customer(opened_at);
        }
        timeline
    }

    fn advance(&mut self, step: &Step<'_, 'a>) {
        let (event, at) = (step.event, step.event.header.occurred_at);
        self.last_event_at = at;
        self.remember(step);
        match event.kind {
            Some(EventKind::Message) => self.message(step, at),
            Some(EventKind::Status) => self.status(step, at),
            Some(EventKind::Outcome) => self.outcome(step, at),
            Some(EventKind::Assigned) => self.staffing.assigned(event.value, at, self.statuses.status),
            Some(EventKind::Team) => self.staffing.team(event.value),
            Some(EventKind::Priority) => self.priority(event.value),
            Some(EventKind::Tagged) => self.tagged(event.value, at),
            Some(EventKind::Untagged) => self.row.dimensions.tags.retain(|tag| Some(*tag) != event.value),
            Some(EventKind::Theme) => self.theme(event.value),
            Some(EventKind::Field) => self.field(event.target, event.value),
            Some(EventKind::Queued) => self.queued(at),
            // A machine that picks up is no live agent.
            Some(EventKind::Joined | EventKind::CallAnswered) if step.actor == ActorKind::Bot => {}
            Some(EventKind::Joined) => self.joined(at),
            Some(EventKind::CallAnswered) => self.call_answered(step, at),
            Some(EventKind::Abandoned) => self.abandoned(at),
            Some(EventKind::Ended) => self.ended(at),
            Some(EventKind::Complaint | EventKind::Escalated) => self.complained(at),
            Some(EventKind::BotHandoff) => self.hand_over(at),
            Some(EventKind::Deleted) => self.deleted = true,
            Some(EventKind::Restored) => self.deleted = false,
            Some(EventKind::Merged) => self.row.merged_at = Some(at),
            Some(EventKind::Opened | EventKind::SlaTarget | EventKind::Split) | None => {}
        }
    }

    /// Values that any event may carry: the last one counts, the first is kept beside it.
    fn remember(&mut self, step: &Step<'_, 'a>) {
        let event = step.event;
        let dimensions = &mut self.row.dimensions;
        if let Some(channel) = event.channel {
            self.row.opened_channel.get_or_insert(channel);
            dimensions.channel = Some(channel);
        }
        if event.customer_id.is_some() {
            dimensions.customer_id = event.customer_id;
        } else if step.actor == ActorKind::Customer && dimensions.customer_id.is_none() {
            dimensions.customer_id = event.actor_id;
        }
        if let Some(session) = event.session_id
            && !self.sessions.contains(&session)
        {
            self.sessions.push(session);
        }
        if let Some(fields) = event.fields {
            self.merge_fields(fields);
        }
        if step.actor == ActorKind::Bot {
            self.row.bot_met = Some(true);
            self.first_bot_at.get_or_insert(event.header.occurred_at);
        }
    }

    fn message(&mut self, step: &Step<'_, 'a>, at: Instant) {
        let public = step.event.public != Some(false);
        match step.actor {
            ActorKind::Customer if public => self.waits.customer_message(at, self.statuses.holds_messages()),
            ActorKind::Agent if public => {
                self.meet_human(at);
                if self.row.queued_at.is_some() {
                    self.serve(at);
                }
                self.reply(at, step.event.actor_id);
            }
            ActorKind::Agent => self.row.human_met = Some(true),
            ActorKind::Bot if public => {
                self.row.first_bot_reply_at.get_or_insert(at);
            }
            _ => {}
        }
    }

    fn reply(&mut self, at: Instant, agent: Option<&'a str>) {
        if let Some(agent) = agent {
            self.staffing.adopt_team_of(agent, at);
        }
        let calendar = self.staffing.calendar;
        let unanswered = self.waits.first_reply.is_none();
        self.waits.human_reply(at, agent, calendar);
        if unanswered && self.waits.first_reply.is_some() {
            let start = self.waits.first_asked_at.unwrap_or(self.opened_at);
            let human_start = self.handover_at.map_or(start, |handover| handover.max(start));
            self.row.first_response_human_us = Some(at.since(human_start));
            self.changes.first_response = business(calendar, start, at);
            self.changes.first_response_human = business(calendar, human_start, at);
        }
    }

    fn status(&mut self, step: &Step<'_, 'a>, at: Instant) {
        let Some(status) = step.event.value.and_then(Status::parse) else { return };
        let change = self.statuses.set(status, at, step.actor, self.staffing.calendar);
        self.staffing.status_changed(self.statuses.status, at);
        self.follow(change, at);
    }

    fn outcome(&mut self, step: &Step<'_, 'a>, at: Instant) {
        self.row.outcome_reason = step.event.target.or(self.row.outcome_reason);
        let Some(outcome) = step.event.value.and_then(Outcome::parse) else { return };
        let change = self.statuses.outcome(outcome, at);
        self.follow(change, at);
    }

    fn follow(&mut self, change: Change, at: Instant) {
        match change {
            Change::Solved => {
                let calendar = self.staffing.calendar;
                self.waits.solved(at, calendar);
                let span = business(calendar, self.opened_at, at);
                if self.statuses.solves.len() == 1 {
                    self.changes.first_resolution = span;
                }
                self.changes.resolution = span;
                let replied = self.waits.human_messages.last().map(|(_, agent)| *agent);
                self.row.agent_at_solve = self.staffing.assignee().or(replied);
            }
            Change::Closed => self.waits.over(at, self.staffing.calendar),
            Change::Reopened => self.waits.reopened(),
            Change::None => {}
        }
    }

    fn priority(&mut self, value: Option<&'a str>) {
        let value = value.filter(|value| !value.is_empty());
        self.first_priority = self.first_priority.or(value);
        self.row.dimensions.priority = value;
    }

    fn tagged(&mut self, value: Option<&'a str>, at: Instant) {
        let Some(tag) = value.filter(|tag| !tag.is_empty()) else { return };
        if self.context.settings.complaint_tags.iter().any(|known| known == tag) {
            self.complained(at);
        }
        if !self.row.dimensions.tags.contains(&tag) {
            self.row.dimensions.tags.push(tag);
        }
    }

    fn theme(&mut self, value: Option<&'a str>) {
        let Some(theme) = value.filter(|theme| !theme.is_empty()) else { return };
        if !self.row.dimensions.themes.contains(&theme) {
            self.row.dimensions.themes.push(theme);
        }
    }

    fn field(&mut self, name: Option<&str>, value: Option<&str>) {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return };
        self.unfold_fields();
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.fields.insert(name.to_owned(), value.to_owned()),
            None => self.fields.remove(name),
        };
    }

    /// Most conversations carry one object of custom values, or none: it is taken as it is.
    fn merge_fields(&mut self, object: &'a str) {
        if self.fields.is_empty() && self.single_fields.is_none_or(|known| known == object) {
            self.single_fields = Some(object);
            return;
        }
        self.unfold_fields();
        self.fields.extend(parse_fields(object));
    }

    fn unfold_fields(&mut self) {
        if let Some(object) = self.single_fields.take() {
            self.fields.extend(parse_fields(object));
        }
    }

    fn queued(&mut self, at: Instant) {
        self.row.queued_at.get_or_insert(at);
        self.hand_over_to_people(at);
    }

    fn joined(&mut self, at: Instant) {
        self.meet_human(at);
        self.serve(at);
        self.staffing.picked_up(at);
    }

    fn call_answered(&mut self, step: &Step<'_, 'a>, at: Instant) {
        self.calls += 1;
        self.joined(at);
        self.reply(at, step.event.actor_id);
    }

    /// Leaves the queue for a human; without a queue of its own, a call waited from its opening.
    fn serve(&mut self, at: Instant) {
        if self.served_at.is_none() && self.row.abandoned.is_none() {
            self.served_at = Some(at);
            self.leave_queue(at, false);
        }
    }

    /// The customer has left; where the source knows no statuses, that is the end.
    fn abandoned(&mut self, at: Instant) {
        if self.served_at.is_none() && self.row.abandoned.is_none() {
            self.leave_queue(at, true);
            let change = self.statuses.ended(at);
            self.follow(change, at);
        }
    }

    fn leave_queue(&mut self, at: Instant, abandoned: bool) {
        let queued_at = *self.row.queued_at.get_or_insert(self.opened_at);
        self.row.abandoned = Some(abandoned);
        self.row.queue_us = Some(at.since(queued_at));
        self.changes.queue = business(self.staffing.calendar, queued_at, at);
    }

    fn ended(&mut self, at: Instant) {
        self.chat_ends += 1;
        if self.row.queued_at.is_some() {
            self.abandoned(at);
        }
        self.row.ended_at = Some(at);
        self.staffing.ended(at);
        let change = self.statuses.ended(at);
        self.follow(change, at);
    }

    pub(super) fn complained(&mut self, at: Instant) {
        self.complaint_at = Some(self.complaint_at.map_or(at, |known| known.min(at)));
    }

    fn hand_over(&mut self, at: Instant) {
        self.row.bot_met = Some(true);
        self.first_bot_at.get_or_insert(at);
        self.hand_over_to_people(at);
    }

    fn hand_over_to_people(&mut self, at: Instant) {
        if self.row.bot_met == Some(true) && self.handover_at.is_none() {
            self.handover_at = Some(at);
            let start = self.waits.first_asked_at.unwrap_or(self.opened_at);
            self.row.bot_us = Some(at.since(start));
            self.changes.bot = business(self.staffing.calendar, start, at);
        }
    }

    fn meet_human(&mut self, at: Instant) {
        self.row.human_met = Some(true);
        self.hand_over_to_people(at);
    }

    /// Merged away: what was open here is over, and the target takes over the wait.
    pub(super) fn merge_away(&mut self, at: Instant) -> Option<Instant> {
        self.statuses.merged(at, self.staffing.calendar);
        self.waits.merged(at, self.staffing.calendar)
    }

    /// Fills in the row; after this the clocks are only read.
    pub(super) fn finish(&mut self) {
        self.waits.finish();
        self.fill_moments();
        self.fill_durations();
        self.fill_counts();
        self.fill_people();
        self.fill_dimensions();
        let spam = matches!(self.row.outcome, Some("spam" | "duplicate"));
        self.row.countable = Some(!spam && self.row.merged_at.is_none());
    }

    fn fill_moments(&mut self) {
        let row = &mut self.row;
        row.ended_at = row.ended_at.max(self.statuses.closed_at);
        row.first_customer_at = self.waits.first_customer_at;
        row.first_reply_at = self.waits.first_reply.map(|(at, _)| at);
        row.handover_at = self.handover_at;
        row.first_solved_at = self.statuses.solves.first().copied();
        row.last_solved_at = self.statuses.last_solved_at();
        row.status = self.statuses.status.map(Choice::word);
        row.status_since = self.statuses.since;
        row.reopened_at = self.statuses.reopened_at;
        row.complaint_at = self.complaint_at;
    }

    fn fill_durations(&mut self) {
        let start = self.waits.first_asked_at.unwrap_or(self.opened_at);
        let reply_at = self.row.first_reply_at;
        let row = &mut self.row;
        row.first_response_us = reply_at.map(|at| at.since(start));
        row.first_response_business_us = self.changes.first_response;
        row.first_response_human_business_us = self.changes.first_response_human;
        row.first_resolution_us = row.first_solved_at.map(|at| at.since(self.opened_at));
        row.first_resolution_business_us = self.changes.first_resolution;
        row.resolution_us = row.last_solved_at.map(|at| at.since(self.opened_at));
        row.resolution_business_us = row.last_solved_at.and(self.changes.resolution);
        row.queue_business_us = self.changes.queue;
        row.bot_business_us = self.changes.bot;
        if self.statuses.has_statuses {
            let elapsed = |status: Status| Some(self.statuses.time_in[status as usize]);
            (row.new_us, row.open_us) = (elapsed(Status::New), elapsed(Status::Open));
            (row.pending_us, row.on_hold_us) = (elapsed(Status::Pending), elapsed(Status::OnHold));
            let business = |status: Status| self.staffing.calendar.map(|_| self.statuses.business_in[status as usize]);
            (row.new_business_us, row.open_business_us) = (business(Status::New), business(Status::Open));
            (row.pending_business_us, row.on_hold_business_us) = (business(Status::Pending), business(Status::OnHold));
        }
        (row.handling_us, row.handling_business_us) = self.staffing.handling();
    }

    fn fill_counts(&mut self) {
        let row = &mut self.row;
        row.reply_count = Some(self.waits.reply_count);
        row.customer_turn_count = Some(self.waits.customer_turn_count);
        let [by_customer, by_agent, by_automation] = self.statuses.reopen_counts;
        row.reopen_count = Some(by_customer + by_agent + by_automation);
        row.reopen_by_customer_count = Some(by_customer);
        row.reopen_by_agent_count = Some(by_agent);
        row.reopen_by_automation_count = Some(by_automation);
        row.handoff_count = Some(self.staffing.handoff_count);
        row.team_change_count = Some(self.staffing.team_change_count);
        row.bot_met = Some(row.bot_met.unwrap_or(false));
        row.human_met = Some(row.human_met.unwrap_or(false));
        row.handed_over = Some(self.handover_at.is_some());
        row.contact_count = Some(match row.dimensions.channel {
            Some("phone" | "call" | "voice") if self.calls > 0 => self.calls,
            Some("chat" | "live_chat") if !self.sessions.is_empty() => self.sessions.len() as i64,
            Some("chat" | "live_chat") => self.chat_ends.max(1),
            _ => self.waits.reply_count.max(self.calls),
        });
    }

    fn fill_people(&mut self) {
        let row = &mut self.row;
        row.agent_at_first_reply = self.waits.first_reply.and_then(|(_, agent)| agent);
        row.agent_most_replies = self.waits.most_replies();
        let replied = self.waits.human_messages.last().map(|(_, agent)| *agent);
        row.dimensions.agent = self.staffing.last_assignee.or(replied);
        row.opened_agent = self.staffing.first_assignee;
        row.opened_team = self.staffing.first_team;
        row.dimensions.team = self.staffing.current_team();
        row.opened_priority = self.first_priority;
    }

    fn fill_dimensions(&mut self) {
        let attributes = self.context.attributes;
        let dimensions = &mut self.row.dimensions;
        dimensions.tags.sort_unstable();
        dimensions.themes.sort_unstable();
        if let Some(customer) = dimensions.customer_id {
            if let Some(then) = attributes.customer_at(customer, self.opened_at) {
                self.row.opened_product = then.product.as_deref();
                self.row.opened_country = then.country.as_deref();
                self.row.opened_language = then.language.as_deref();
                self.row.opened_plan = then.plan.as_deref();
                dimensions.customer_age = then.age_at(self.opened_at);
            }
            if let Some(last) = attributes.customer_at(customer, self.last_event_at) {
                dimensions.product = last.product.as_deref();
                dimensions.country = last.country.as_deref();
                dimensions.language = last.language.as_deref();
                dimensions.plan = last.plan.as_deref();
                dimensions.segment = last.segment.as_deref();
            }
        }
        dimensions.fields = match self.single_fields {
            Some(object) => Some(Arc::from(object)),
            None if self.fields.is_empty() => None,
            None => serde_json::to_string(&self.fields).ok().map(Arc::from),
        };
    }

    /// What every row made from this conversation can be grouped by.
    pub(super) fn dimensions(&self) -> Dimensions<'a> {
        self.row.dimensions.clone()
    }
}

fn business(calendar: Option<&Calendar>, from: Instant, to: Instant) -> Option<Span> {
    calendar.map(|calendar| calendar.business_time(from, to))
}

/// An object of custom values; values that are no texts are kept as they are written.
fn parse_fields(object: &str) -> impl Iterator<Item = (String, String)> {
    let values: BTreeMap<String, serde_json::Value> = serde_json::from_str(object).unwrap_or_default();
    values.into_iter().filter_map(|(name, value)| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some((name, text)),
        other => Some((name, other.to_string())),
    })
}
