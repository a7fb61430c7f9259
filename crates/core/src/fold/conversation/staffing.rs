//! Who has the case: assignee, team, handoffs, handling time, and the calendar that its clocks run on.

use crate::calendar::Calendar;
use crate::fold::Context;
use crate::model::Status;
use crate::time::{Instant, Span};

/// Who has one conversation.
pub(super) struct Staffing<'a> {
    context: Context<'a>,
    assignee: Option<&'a str>,
    /// The last assignee who is no machine.
    last_person: Option<&'a str>,
    pub(super) last_assignee: Option<&'a str>,
    pub(super) first_assignee: Option<&'a str>,
    pub(super) handoff_count: i64,
    team: Option<&'a str>,
    pub(super) first_team: Option<&'a str>,
    pub(super) team_change_count: i64,
    pub(super) calendar: Option<&'a Calendar>,
    /// Assigned, and new or open, since.
    handled_since: Option<Instant>,
    handling: Span,
    handling_business: Span,
    /// Picked up; from then on only the call or chat itself counts as handling.
    picked_up: bool,
    ever_handled: bool,
}

impl<'a> Staffing<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        Staffing {
            context: *context,
            assignee: None,
            last_person: None,
            last_assignee: None,
            first_assignee: None,
            handoff_count: 0,
            team: None,
            first_team: None,
            team_change_count: 0,
            calendar: context.calendars.for_team(None),
            handled_since: None,
            handling: Span(0),
            handling_business: Span(0),
            picked_up: false,
            ever_handled: false,
        }
    }

    /// A new assignee; none: unassigned.
    pub(super) fn assigned(&mut self, agent: Option<&'a str>, at: Instant, status: Option<Status>) {
        let agent = agent.filter(|agent| !agent.is_empty());
        if let Some(person) = agent.filter(|agent| !self.is_machine(agent)) {
            self.handoff_count += i64::from(self.last_person.is_some_and(|last| last != person));
            self.last_person = Some(person);
        }
        self.assignee = agent;
        if let Some(agent) = agent {
            self.last_assignee = Some(agent);
            self.first_assignee.get_or_insert(agent);
            self.adopt_team_of(agent, at);
        }
        self.status_changed(status, at);
    }

    /// A bot or a rule that is assigned holds the case for nobody.
    fn is_machine(&self, id: &str) -> bool {
        let settings = self.context.settings;
        settings.bot_ids.iter().chain(&settings.automation_ids).any(|machine| machine == id)
    }

    pub(super) fn team(&mut self, team: Option<&'a str>) {
        let Some(team) = team.filter(|team| !team.is_empty()) else { return };
        if self.team.is_some_and(|known| known != team) {
            self.team_change_count += 1;
        }
        self.set_team(team);
    }

    /// Where the source names no team, the case is with the team of who works on it.
    pub(super) fn adopt_team_of(&mut self, agent: &str, at: Instant) {
        if self.team.is_none()
            && let Some(team) = self.context.attributes.agent_at(agent, at).and_then(|agent| agent.team.as_deref())
        {
            self.set_team(team);
        }
    }

    fn set_team(&mut self, team: &'a str) {
        self.team = Some(team);
        self.first_team.get_or_insert(team);
        self.calendar = self.context.calendars.for_team(Some(team));
    }

    /// The clock of handling starts or stops with the status.
    pub(super) fn status_changed(&mut self, status: Option<Status>, at: Instant) {
        if self.picked_up {
            return;
        }
        let handled = self.assignee.is_some() && matches!(status, Some(Status::New | Status::Open));
        match (handled, self.handled_since) {
            (true, None) => self.start(at),
            (false, Some(_)) => self.stop(at),
            _ => {}
        }
    }

    /// A call or chat is picked up.
    pub(super) fn picked_up(&mut self, at: Instant) {
        if !self.picked_up {
            self.stop(at);
            (self.handling, self.handling_business) = (Span(0), Span(0));
            self.picked_up = true;
        }
        if self.handled_since.is_none() {
            self.start(at);
        }
    }

    /// A call or chat is over.
    pub(super) fn ended(&mut self, at: Instant) {
        if self.picked_up {
            self.stop(at);
        }
    }

    fn start(&mut self, at: Instant) {
        self.ever_handled = true;
        self.handled_since = Some(at);
    }

    fn stop(&mut self, at: Instant) {
        let Some(since) = self.handled_since.take() else { return };
        self.handling = self.handling + at.since(since);
        if let Some(calendar) = self.calendar {
            self.handling_business = self.handling_business + calendar.business_time(since, at);
        }
    }

    /// Handling time so far, elapsed and business; none while it runs or where nobody had it.
    pub(super) fn handling(&self) -> (Option<Span>, Option<Span>) {
        if !self.ever_handled || self.handled_since.is_some() {
            return (None, None);
        }
        (Some(self.handling), self.calendar.map(|_| self.handling_business))
    }

    pub(super) fn assignee(&self) -> Option<&'a str> {
        self.assignee
    }

    pub(super) fn current_team(&self) -> Option<&'a str> {
        self.team
    }
}
