//! Whose turn it is: waits, replies, turns.
//!
//! A wait runs from the first customer message that no human has answered (before any message: from the
//! opening) to the first public human message after it. Bots, automatic acknowledgements and internal notes
//! do not end it; a solve ends it without a reply.

use crate::calendar::Calendar;
use crate::facts::{Reply, Wait};
use crate::time::Instant;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Customer,
    Agent,
}

/// The clock of one conversation's waits.
#[derive(Default)]
pub(super) struct WaitClock<'a> {
    conversation_id: &'a str,
    since: Option<Instant>,
    /// The wait runs from the opening; the first customer message moves its start.
    from_opening: bool,
    /// A customer message after a solve: a wait only if the status leaves solved.
    held: Option<Instant>,
    last_side: Option<Side>,
    /// Somebody waits, or waited, for an answer: what makes an agent's message a reply.
    asked: bool,
    pub(super) opened_by_customer: bool,
    pub(super) first_asked_at: Option<Instant>,
    pub(super) first_customer_at: Option<Instant>,
    pub(super) first_reply: Option<(Instant, Option<&'a str>)>,
    pub(super) customer_turn_count: i64,
    pub(super) reply_count: i64,
    pub(super) waits: Vec<Wait<'a>>,
    pub(super) replies: Vec<Reply<'a>>,
    /// Every public human message, for the ledger of who replied before a survey, and most.
    pub(super) human_messages: Vec<(Instant, &'a str)>,
}

impl<'a> WaitClock<'a> {
    pub(super) fn new(conversation_id: &'a str) -> Self {
        WaitClock { conversation_id, ..WaitClock::default() }
    }

    /// A customer opened it: without a message (a call, a form) the wait runs from here.
    pub(super) fn opened_by_customer(&mut self, at: Instant) {
        self.opened_by_customer = true;
        self.asked = true;
        self.from_opening = true;
        self.since = Some(at);
        self.first_asked_at = Some(at);
    }

    pub(super) fn customer_message(&mut self, at: Instant, solved: bool) {
        if self.last_side != Some(Side::Customer) {
            self.customer_turn_count += 1;
            self.last_side = Some(Side::Customer);
        }
        self.asked = true;
        if self.first_customer_at.is_none() {
            self.first_customer_at = Some(at);
            if self.first_reply.is_none() {
                self.first_asked_at = Some(at);
            }
        }
        if solved {
            self.held.get_or_insert(at);
        } else if std::mem::take(&mut self.from_opening) || self.since.is_none() {
            self.since = Some(at);
        }
    }

    /// A public message of a human agent, or a call picked up.
    pub(super) fn human_reply(&mut self, at: Instant, agent: Option<&'a str>, calendar: Option<&Calendar>) {
        self.human_messages.extend(agent.map(|agent| (at, agent)));
        self.held = None;
        if !self.asked {
            return;
        }
        if self.last_side != Some(Side::Agent) {
            self.reply_count += 1;
            self.last_side = Some(Side::Agent);
        }
        let first = self.opened_by_customer && self.first_reply.is_none();
        if first {
            self.first_reply = Some((at, agent));
        }
        let Some(since) = self.end_wait(at, "reply", calendar) else { return };
        let wait = self.waits.last().cloned().unwrap_or_default();
        self.replies.push(Reply {
            conversation_id: Some(self.conversation_id),
            replied_at: Some(at),
            waiting_since: Some(since),
            wait_us: wait.wait_us,
            wait_business_us: wait.wait_business_us,
            agent_id: agent,
            is_first: Some(first),
            turn_index: Some(self.reply_count),
            ..Reply::default()
        });
    }

    /// Solved: the wait is over, also one that ended with the call or chat just before.
    pub(super) fn solved(&mut self, at: Instant, calendar: Option<&Calendar>) {
        let ended = self.end_wait(at, "solve", calendar);
        if let (None, Some(last)) = (ended, self.waits.last_mut())
            && last.ended_by == Some("end")
        {
            last.ended_by = Some("solve");
        }
    }

    /// Over without a solve: hung up, given up, spam. Nobody waits any more.
    pub(super) fn over(&mut self, at: Instant, calendar: Option<&Calendar>) {
        self.end_wait(at, "end", calendar);
    }

    /// The status left solved: what the customer wrote since then waits from when it was written.
    pub(super) fn reopened(&mut self) {
        if let Some(held) = self.held.take() {
            self.since.get_or_insert(held);
        }
    }

    /// Merged into another conversation, which takes over the wait.
    pub(super) fn merged(&mut self, at: Instant, calendar: Option<&Calendar>) -> Option<Instant> {
        self.end_wait(at, "merge", calendar)
    }

    /// Takes over the wait of a conversation merged into this one.
    pub(super) fn adopt(&mut self, since: Instant) {
        self.asked = true;
        self.since = Some(self.since.map_or(since, |own| own.min(since)));
    }

    /// The wait that still runs, as a row.
    pub(super) fn finish(&mut self) {
        if let Some(since) = self.since.take() {
            self.waits.push(Wait {
                conversation_id: Some(self.conversation_id),
                waiting_since: Some(since),
                ..Wait::default()
            });
        }
    }

    /// Who sent the last public human message at or before a moment.
    pub(super) fn last_agent_before(&self, at: Instant) -> Option<&'a str> {
        self.human_messages.iter().rev().find(|(sent_at, _)| *sent_at <= at).map(|(_, agent)| *agent)
    }

    /// Who sent the most public messages; of equals, who came first.
    pub(super) fn most_replies(&self) -> Option<&'a str> {
        let mut counts: Vec<(&'a str, usize)> = Vec::new();
        for (_, agent) in &self.human_messages {
            match counts.iter_mut().find(|(known, _)| known == agent) {
                Some((_, count)) => *count += 1,
                None => counts.push((agent, 1)),
            }
        }
        let most = counts.iter().map(|(_, count)| *count).max()?;
        counts.iter().find(|(_, count)| *count == most).map(|(agent, _)| *agent)
    }

    fn end_wait(&mut self, at: Instant, by: &'static str, calendar: Option<&Calendar>) -> Option<Instant> {
        let since = self.since.take()?;
        self.from_opening = false;
        self.waits.push(Wait {
            conversation_id: Some(self.conversation_id),
            waiting_since: Some(since),
            ended_at: Some(at),
            ended_by: Some(by),
            wait_us: Some(at.since(since)),
            wait_business_us: calendar.map(|calendar| calendar.business_time(since, at)),
            ..Wait::default()
        });
        Some(since)
    }
}
