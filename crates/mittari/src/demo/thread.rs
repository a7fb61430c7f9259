//! The events of one made-up conversation, on their way into the sheet.
//!
//! What would happen after the company's last instant is dropped: so the last weeks have open cases, running
//! waits and surveys without an answer, as in any export.

use mittari_core::time::Instant;

use super::people::Agent;
use super::sheet::{Cell, Sheet};

/// Who does something.
#[derive(Clone, Copy)]
pub(crate) enum By<'p> {
    Customer,
    Agent(&'p Agent),
    Bot,
    System,
}

/// The columns of the events.
pub(crate) const COLUMNS: &[&str] = &[
    "external_id",
    "occurred_at",
    "conversation_id",
    "kind",
    "actor_kind",
    "actor_id",
    "customer_id",
    "public",
    "channel",
    "value",
    "target",
    "session_id",
    "fields",
];

/// One conversation.
pub(crate) struct Thread<'s> {
    sheet: &'s mut Sheet,
    ends: Instant,
    events: u32,
    pub(crate) conversation_id: String,
    pub(crate) customer_id: String,
    pub(crate) channel: &'static str,
}

impl<'s> Thread<'s> {
    pub(crate) fn new(
        sheet: &'s mut Sheet,
        ends: Instant,
        number: usize,
        customer_id: &str,
        channel: &'static str,
    ) -> Self {
        Thread {
            sheet,
            ends,
            events: 0,
            conversation_id: format!("case-{number:06}"),
            customer_id: customer_id.to_owned(),
            channel,
        }
    }

    /// The opening, with the session it came from and the version of the app.
    pub(crate) fn opened(&mut self, at: Instant, session_id: Option<&str>, app_version: &str) {
        let fields = format!("{{\"app_version\":\"{app_version}\"}}");
        self.write(
            at,
            "opened",
            By::Customer,
            [Cell::None, Cell::None, Cell::None, session_id.into(), fields.as_str().into()],
        );
    }

    /// Anything with a value.
    pub(crate) fn happens(&mut self, at: Instant, kind: &str, by: By<'_>, value: Option<&str>) {
        self.write(at, kind, by, [Cell::None, value.into(), Cell::None, Cell::None, Cell::None]);
    }

    /// Anything with a value of something.
    pub(crate) fn happens_to(&mut self, at: Instant, kind: &str, by: By<'_>, target: &str, value: Option<&str>) {
        self.write(at, kind, by, [Cell::None, value.into(), target.into(), Cell::None, Cell::None]);
    }

    /// A message that the customer can see.
    pub(crate) fn message(&mut self, at: Instant, by: By<'_>) {
        self.happens(at, "message", by, None);
    }

    /// A note among agents.
    pub(crate) fn note(&mut self, at: Instant, by: By<'_>) {
        self.write(at, "message", by, [false.into(), Cell::None, Cell::None, Cell::None, Cell::None]);
    }

    /// A new status.
    pub(crate) fn status(&mut self, at: Instant, by: By<'_>, status: &str) {
        self.happens(at, "status", by, Some(status));
    }

    fn write(
        &mut self,
        at: Instant,
        kind: &str,
        by: By<'_>,
        [public, value, target, session_id, fields]: [Cell<'_>; 5],
    ) {
        if at >= self.ends {
            return;
        }
        self.events += 1;
        let external_id = format!("{}-{}", &self.conversation_id[5..], self.events);
        let (actor_kind, actor_id): (&str, Option<&str>) = match by {
            By::Customer => ("customer", Some(&self.customer_id)),
            By::Agent(agent) => ("agent", Some(&agent.id)),
            By::Bot => ("bot", Some("bot")),
            By::System => ("system", None),
        };
        self.sheet.row([
            external_id.as_str().into(),
            at.into(),
            self.conversation_id.as_str().into(),
            kind.into(),
            actor_kind.into(),
            actor_id.into(),
            self.customer_id.as_str().into(),
            public,
            self.channel.into(),
            value,
            target,
            session_id,
            fields,
        ]);
    }
}
