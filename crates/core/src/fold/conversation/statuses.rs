//! Where the case stands: time in each status, solves, reopenings, episodes.
//!
//! Time in a status is known from the first status event on, not before; a source without statuses (chats,
//! calls) is solved by its outcome and over when it ended. `closed` without `solved` counts as solved unless
//! the outcome says otherwise, and a case that leaves solved or closed is reopened, by whoever moved it.

use crate::calendar::Calendar;
use crate::facts::Episode;
use crate::model::{ActorKind, Outcome, Status};
use crate::time::{Instant, Span};

use super::clock::opener;

/// The clock of one conversation's statuses.
#[derive(Default)]
pub(super) struct StatusClock<'a> {
    conversation_id: &'a str,
    /// Closing without a solve counts as one.
    closing_solves: bool,
    pub(super) has_statuses: bool,
    pub(super) status: Option<Status>,
    pub(super) since: Option<Instant>,
    pub(super) solved: bool,
    pub(super) solves: Vec<Instant>,
    pub(super) closed_at: Option<Instant>,
    pub(super) reopened_at: Option<Instant>,
    /// By customer, agent, automation.
    pub(super) reopen_counts: [i64; 3],
    /// By status; the last is not a status of interest.
    pub(super) time_in: [Span; 6],
    pub(super) business_in: [Span; 6],
    pub(super) episodes: Vec<Episode<'a>>,
}

impl<'a> StatusClock<'a> {
    pub(super) fn new(conversation_id: &'a str, final_outcome: Option<Outcome>) -> Self {
        let closing_solves = matches!(final_outcome, None | Some(Outcome::Solved));
        StatusClock { conversation_id, closing_solves, ..StatusClock::default() }
    }

    pub(super) fn opened(&mut self, at: Instant) {
        self.start_episode(at, "first");
    }

    /// Whether the case is done: solved, closed, or over.
    pub(super) fn done(&self) -> bool {
        self.episodes.last().is_some_and(|episode| episode.closes_at.is_some())
    }

    /// Whether a customer's message waits only if the status changes.
    pub(super) fn holds_messages(&self) -> bool {
        matches!(self.status, Some(Status::Solved | Status::Closed)) || (self.status.is_none() && self.solved)
    }

    /// A new status. Says what it led to.
    pub(super) fn set(&mut self, status: Status, at: Instant, by: ActorKind, calendar: Option<&Calendar>) -> Change {
        self.has_statuses = true;
        if self.status == Some(status) {
            return Change::None;
        }
        self.leave_status(at, calendar);
        let was_done = self.done();
        let was_solved_or_closed = self.solved || matches!(self.status, Some(Status::Solved | Status::Closed));
        self.status = Some(status);
        self.since = Some(at);
        match status {
            Status::Solved => self.solve(at),
            Status::Closed => {
                self.closed_at = Some(at);
                if self.solved || !self.closing_solves { self.close(at) } else { self.solve(at) }
            }
            _ if was_solved_or_closed => self.reopen(at, by),
            _ if was_done => self.go_on(),
            _ => Change::None,
        }
    }

    /// The source says how it came out.
    pub(super) fn outcome(&mut self, outcome: Outcome, at: Instant) -> Change {
        match outcome {
            Outcome::Solved if !self.solved => self.solve(at),
            Outcome::Solved => Change::None,
            Outcome::Unsolved | Outcome::Spam | Outcome::Duplicate => self.close(at),
        }
    }

    /// A call or chat is over; where the source knows no statuses, so is the case.
    pub(super) fn ended(&mut self, at: Instant) -> Change {
        if self.status.is_none() { self.close(at) } else { Change::None }
    }

    /// Merged into another conversation: nothing is open here any more.
    pub(super) fn merged(&mut self, at: Instant, calendar: Option<&Calendar>) {
        self.leave_status(at, calendar);
        self.since = None;
        self.close(at);
    }

    /// The last solve, unless the case is open again.
    pub(super) fn last_solved_at(&self) -> Option<Instant> {
        if self.solved { self.solves.last().copied() } else { None }
    }

    fn leave_status(&mut self, at: Instant, calendar: Option<&Calendar>) {
        let (Some(status), Some(since)) = (self.status, self.since) else { return };
        let place = status as usize;
        self.time_in[place] = self.time_in[place] + at.since(since);
        if let Some(calendar) = calendar {
            self.business_in[place] = self.business_in[place] + calendar.business_time(since, at);
        }
    }

    fn solve(&mut self, at: Instant) -> Change {
        self.solved = true;
        self.solves.push(at);
        self.close(at);
        Change::Solved
    }

    fn close(&mut self, at: Instant) -> Change {
        match self.episodes.last_mut() {
            Some(episode) if episode.closes_at.is_none() => {
                episode.closes_at = Some(at);
                Change::Closed
            }
            _ => Change::None,
        }
    }

    fn reopen(&mut self, at: Instant, by: ActorKind) -> Change {
        self.solved = false;
        self.reopened_at.get_or_insert(at);
        let place = match by {
            ActorKind::Customer => 0,
            ActorKind::Agent => 1,
            ActorKind::Bot | ActorKind::System => 2,
        };
        self.reopen_counts[place] += 1;
        self.start_episode(at, opener(by));
        Change::Reopened
    }

    /// Ended or given up, but neither solved nor closed: the source says that it goes on.
    fn go_on(&mut self) -> Change {
        if let Some(episode) = self.episodes.last_mut() {
            episode.closes_at = None;
        }
        Change::None
    }

    fn start_episode(&mut self, at: Instant, by: &'static str) {
        self.episodes.push(Episode {
            conversation_id: Some(self.conversation_id),
            opens_at: Some(at),
            opened_by: Some(by),
            case_opened_at: self.episodes.first().map_or(Some(at), |first| first.opens_at),
            ..Episode::default()
        });
    }
}

/// What a new status or outcome led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    None,
    Solved,
    /// Over without a solve.
    Closed,
    Reopened,
}
