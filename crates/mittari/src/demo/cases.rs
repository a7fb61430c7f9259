//! The made-up conversations: who asks what, how long the answer takes, how it ends.
//!
//! Mail, web forms and messaging are a slow to and fro in the desk's hours; chats meet a bot first; calls wait
//! in a queue. Each ends solved, mostly, and some come back.

use anyhow::Result;
use jiff::civil::{Date, date};
use mittari_core::time::{Instant, MINUTE, SECOND, Span};

use super::clock::{Clock, busyness, pressure, second_of_day};
use super::company::{CHANNELS, COUNTRIES, DESKS, RELEASE_TOPIC, TOPICS, desk_number};
use super::dice::Dice;
use super::people::{Agent, People, World};
use super::sheet::Sheet;
use super::stories;
use super::thread::{By, Thread};

/// What later parts need to know of a conversation.
pub(crate) struct Case {
    pub(crate) conversation_id: String,
    pub(crate) customer: usize,
    pub(crate) channel: usize,
    pub(crate) topic: usize,
    pub(crate) desk: usize,
    pub(crate) opened_at: Instant,
    pub(crate) day: Date,
    pub(crate) session_id: Option<String>,
    /// The last solve; none: never, or dropped.
    pub(crate) solved_at: Option<Instant>,
    /// Who solved it; none: the bot, or nobody.
    pub(crate) agent: Option<usize>,
    /// What the customer would say, on a five-point scale.
    pub(crate) mood: f64,
    pub(crate) contacts: u32,
}

/// A case while it is made.
struct Run<'c> {
    clock: &'c Clock,
    people: &'c People,
    desk: usize,
    agent: usize,
    hurried: bool,
    pressure: f64,
    topic: usize,
    mood: f64,
    contacts: u32,
}

/// How one ended.
enum Ending {
    Solved(Instant),
    SolvedByBot(Instant),
    Lost,
}

/// Makes all conversations, in the order in which they were opened; their events go into `sheet` day by day,
/// and `day_done` is told after each day.
pub(crate) fn make(
    seed: u64,
    count: usize,
    world: World<'_>,
    sheet: &mut Sheet,
    mut day_done: impl FnMut(Date, &mut Sheet) -> Result<()>,
) -> Result<Vec<Case>> {
    let World { clock, .. } = world;
    let mut dice = Dice::new(seed, "cases");
    let total: f64 = clock.days().map(busyness).sum();
    let mut cases: Vec<Case> = Vec::with_capacity(count + count / 8);
    let mut coming_back: Vec<(Date, usize)> = Vec::new();
    for day in clock.days() {
        let new = dice.rare(count as f64 * 0.92 * busyness(day) / total);
        let mut today: Vec<Option<usize>> = (0..new).map(|_| None).collect();
        coming_back.retain(|(when, case)| {
            let now = *when <= day;
            if now {
                today.push(Some(*case));
            }
            !now
        });
        for earlier in today {
            let earlier = earlier.map(|number: usize| &cases[number]);
            let case = one(&mut dice, world, sheet, cases.len() + 1, day, earlier)?;
            if comes_back(&mut dice, &case) {
                let days = 1 + dice.below(6) as i64;
                coming_back.push((day.saturating_add(jiff::Span::new().days(days)), cases.len()));
            }
            cases.push(case);
        }
        day_done(day, sheet)?;
    }
    Ok(cases)
}

fn comes_back(dice: &mut Dice, case: &Case) -> bool {
    let unhappy = (3.4 - case.mood).max(0.0) * 0.12;
    let unsolved = if case.solved_at.is_none() { 0.10 } else { 0.0 };
    dice.chance(0.05 + unhappy + unsolved)
}

fn one(
    dice: &mut Dice,
    world: World<'_>,
    sheet: &mut Sheet,
    number: usize,
    day: Date,
    earlier: Option<&Case>,
) -> Result<Case> {
    let World { people, clock } = world;
    let customer = earlier.map_or_else(|| people.a_caller(dice, day), |case| case.customer);
    let topic = earlier.map_or_else(|| a_topic(dice, day), |case| case.topic);
    let country = people.customers[customer].country;
    let desk = desk_number(TOPICS[topic].team.unwrap_or(COUNTRIES[country].team));
    let channel = a_channel(dice, earlier);
    let opened_at = opening(dice, clock, country, desk, channel, day)?;
    let session_id =
        (matches!(CHANNELS[channel].0, "chat" | "web") && dice.chance(0.24)).then(|| format!("session-{number:06}"));

    let agent = people.somebody(dice, desk);
    let hurried = stories::hurried(DESKS[desk].team, day);
    let mood = 4.3 + DESKS[desk].warmth + TOPICS[topic].mood + CHANNELS[channel].2 + people.agents[agent].warmth;
    let hurry = if hurried { stories::HURRY_MOOD } else { 0.0 };
    let mut run =
        Run { clock, people, desk, agent, hurried, topic, pressure: pressure(day), mood: mood + hurry, contacts: 1 };

    let customer_id = &people.customers[customer].id;
    let mut thread = Thread::new(sheet, clock.ends, number, customer_id, CHANNELS[channel].0);
    thread.opened(opened_at, session_id.as_deref(), app_version(dice, day));
    thread.happens(opened_at, "team", By::System, Some(DESKS[desk].team));
    thread.happens(opened_at, "theme", By::System, Some(TOPICS[topic].theme));
    let ending = run.ending(dice, &mut thread, opened_at, earlier)?;
    let conversation_id = thread.conversation_id;
    let (solved_at, by_agent) = match ending {
        Ending::Solved(at) => (Some(at), true),
        Ending::SolvedByBot(at) => (Some(at), false),
        Ending::Lost => (None, true),
    };
    Ok(Case {
        conversation_id,
        customer,
        channel,
        topic,
        desk,
        opened_at,
        day,
        session_id,
        solved_at: solved_at.filter(|at| *at < clock.ends),
        agent: by_agent.then_some(run.agent),
        mood: run.mood,
        contacts: run.contacts,
    })
}

fn a_topic(dice: &mut Dice, day: Date) -> usize {
    let extra = stories::release_factor(day) - 1.0;
    if dice.chance(extra / (1.0 + extra)) {
        return RELEASE_TOPIC;
    }
    if day >= stories::RELEASE_ON && dice.chance(0.02) {
        return RELEASE_TOPIC;
    }
    dice.weighted(&TOPICS.iter().map(|topic| topic.share).collect::<Vec<_>>())
}

fn a_channel(dice: &mut Dice, earlier: Option<&Case>) -> usize {
    match earlier {
        Some(case) if dice.chance(0.5) => case.channel,
        _ => dice.weighted(&CHANNELS.map(|(_, share, _)| share)),
    }
}

/// When it is opened; calls come only while the desk is open.
fn opening(dice: &mut Dice, clock: &Clock, country: usize, desk: usize, channel: usize, day: Date) -> Result<Instant> {
    let by_phone = CHANNELS[channel].0 == "phone";
    let at = clock.in_country(country, day, second_of_day(dice, by_phone));
    let open = clock.later(desk, at, Span(SECOND))? == at.plus(Span(SECOND));
    if !by_phone || open {
        return Ok(at);
    }
    clock.later(desk, at, Span(dice.below(7 * 3600) as i64 * SECOND))
}

fn app_version(dice: &mut Dice, day: Date) -> &'static str {
    let new = stories::RELEASE_ON;
    let months = f64::from((day - new).get_days()) / 30.0;
    if day >= new && dice.chance((0.45 + 0.12 * months).min(0.95)) {
        return "5.0";
    }
    if day >= date(2025, 6, 1) { "4.3" } else { "4.2" }
}

impl Run<'_> {
    fn agent(&self) -> &Agent {
        &self.people.agents[self.agent]
    }

    fn ending(
        &mut self,
        dice: &mut Dice,
        thread: &mut Thread<'_>,
        at: Instant,
        earlier: Option<&Case>,
    ) -> Result<Ending> {
        let priority = ["low", "normal", "high", "urgent"][dice.weighted(&[0.15, 0.68, 0.14, 0.03])];
        match thread.channel {
            "phone" => self.call(dice, thread, at),
            "chat" => self.chat(dice, thread, at),
            _ => {
                thread.message(at, By::Customer);
                thread.status(at, By::System, "new");
                thread.happens(at, "priority", By::System, Some(priority));
                self.promise(thread, at, priority)?;
                if dice.chance(0.025) {
                    return self.nothing_to_do(dice, thread, at, earlier);
                }
                self.correspondence(dice, thread, at)
            }
        }
    }

    /// First reply within 4 hours of the desk's time, urgent ones within 1; solved within 3 of its days.
    fn promise(&self, thread: &mut Thread<'_>, at: Instant, priority: &str) -> Result<()> {
        let hours = if priority == "urgent" { 1 } else { 4 };
        let due = self.clock.later(self.desk, at, Span::hours(hours))?;
        thread.happens_to(at, "sla_target", By::System, "first_reply", Some(&due.to_string()));
        let due = self.clock.later(self.desk, at, Span::hours(27))?;
        thread.happens_to(at, "sla_target", By::System, "resolution", Some(&due.to_string()));
        Ok(())
    }

    /// Spam, duplicates and cases merged into the customer's earlier one.
    fn nothing_to_do(
        &mut self,
        dice: &mut Dice,
        thread: &mut Thread<'_>,
        at: Instant,
        earlier: Option<&Case>,
    ) -> Result<Ending> {
        let seen = self.clock.later(self.desk, at, dice.minutes(60.0, 0.8))?;
        let by = By::Agent(&self.people.agents[self.agent]);
        match earlier {
            Some(case) if case.solved_at.is_none_or(|solved| solved > seen) => {
                thread.happens_to(seen, "merged", by, &case.conversation_id, None);
            }
            _ => {
                let outcome = if dice.chance(0.75) { "spam" } else { "duplicate" };
                thread.happens(seen, "outcome", by, Some(outcome));
                thread.status(seen, by, "closed");
                if outcome == "spam" && dice.chance(0.2) {
                    thread.happens(seen.plus(Span::hours(20)), "deleted", By::System, None);
                }
            }
        }
        Ok(Ending::Lost)
    }

    /// How long an answer of this desk takes, in its own hours.
    fn answer_time(&self, dice: &mut Dice, channel: &str, first: bool) -> Span {
        let usual = DESKS[self.desk].first_answer_minutes * self.agent().pace * self.pressure;
        let channel = if channel == "messaging" { 0.22 } else { 1.0 };
        let hurry = if self.hurried { stories::HURRY_SPEED } else { 1.0 };
        let later = if first { 1.0 } else { 0.75 };
        dice.minutes(usual * channel * hurry * later, 0.85)
    }

    /// A slow to and fro.
    fn correspondence(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, opened_at: Instant) -> Result<Ending> {
        if thread.channel == "email" {
            thread.message(opened_at.plus(Span(40 * SECOND)), By::System);
        }
        let slow = self.answer_time(dice, thread.channel, true);
        self.mood -= 0.16 * (slow.seconds() / 60.0 / 120.0).max(0.2).log2();
        let mut at = self.clock.later(self.desk, opened_at, slow)?;
        let taken = Instant(at.0 - (at.since(opened_at).0 / 8).min(12 * MINUTE));
        let agent_id = self.agent().id.clone();
        thread.happens(taken, "assigned", By::System, Some(&agent_id));
        thread.status(taken, By::System, "open");
        if dice.chance(0.015) {
            thread.status(at, By::Agent(&self.people.agents[self.agent]), "solved");
            return Ok(Ending::Solved(at));
        }
        thread.message(at, By::Agent(&self.people.agents[self.agent]));
        for _ in 0..dice.rare(TOPICS[self.topic].more_answers) {
            at = self.one_more_answer(dice, thread, at)?;
        }
        self.come_to_an_end(dice, thread, at.plus(Span(5 * SECOND)))
    }

    /// The customer asks again, and an agent answers: sometimes another one.
    fn one_more_answer(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, answered_at: Instant) -> Result<Instant> {
        thread.status(answered_at.plus(Span(SECOND)), By::Agent(&self.people.agents[self.agent]), "pending");
        let pause = dice.minutes(if thread.channel == "messaging" { 9.0 } else { 240.0 }, 1.2);
        let asked_at = answered_at.plus(pause);
        thread.message(asked_at, By::Customer);
        thread.status(asked_at, By::Customer, "open");
        if dice.chance(0.07) {
            self.hand_over(dice, thread, asked_at.plus(Span(3 * MINUTE)));
        }
        if dice.chance(0.12) {
            thread.note(asked_at.plus(Span(10 * MINUTE)), By::Agent(&self.people.agents[self.agent]));
        }
        let wait = self.answer_time(dice, thread.channel, false);
        let at = self.clock.later(self.desk, asked_at.plus(Span(11 * MINUTE)), wait)?;
        thread.message(at, By::Agent(&self.people.agents[self.agent]));
        self.contacts += 1;
        self.mood -= 0.07;
        Ok(at)
    }

    fn hand_over(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, at: Instant) {
        if dice.chance(0.3) && self.desk != desk_number("technical") {
            self.desk = desk_number("technical");
            thread.happens(at, "team", By::Agent(&self.people.agents[self.agent]), Some(DESKS[self.desk].team));
            thread.happens(at, "escalated", By::Agent(&self.people.agents[self.agent]), None);
        }
        let to = self.people.somebody(dice, self.desk);
        thread.happens(at, "assigned", By::Agent(&self.people.agents[self.agent]), Some(&self.people.agents[to].id));
        self.agent = to;
        self.mood -= 0.22;
    }

    /// Solved, or not; and some come back.
    fn come_to_an_end(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, at: Instant) -> Result<Ending> {
        let by = By::Agent(&self.people.agents[self.agent]);
        if dice.chance(0.03) {
            let why = ["no spare part", "not supported", "other company", "no answer from customer"];
            thread.happens_to(at, "outcome", by, why[dice.weighted(&[0.2, 0.35, 0.15, 0.3])], Some("unsolved"));
            thread.status(at, by, "closed");
            self.mood -= 0.9;
            return Ok(Ending::Lost);
        }
        thread.status(at, by, "solved");
        if dice.chance(0.012) {
            thread.happens(at, "tagged", by, Some("complaint"));
        }
        let (usually, in_a_hurry) = stories::REOPENED;
        if !dice.chance(if self.hurried { in_a_hurry } else { usually }) {
            thread.status(at.plus(Span::days(7)), By::System, "closed");
            return Ok(Ending::Solved(at));
        }
        self.reopened(dice, thread, at)
    }

    fn reopened(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, solved_at: Instant) -> Result<Ending> {
        let days = dice.memoryless(1.4).clamp(0.05, 6.5);
        let back_at = solved_at.plus(Span((days * 86_400.0) as i64 * SECOND));
        thread.message(back_at, By::Customer);
        thread.status(back_at, By::Customer, "open");
        let wait = self.answer_time(dice, thread.channel, false);
        let answered_at = self.clock.later(self.desk, back_at, wait)?;
        let by = By::Agent(&self.people.agents[self.agent]);
        thread.message(answered_at, by);
        let solved_at = answered_at.plus(Span(MINUTE));
        thread.status(solved_at, by, "solved");
        thread.status(solved_at.plus(Span::days(7)), By::System, "closed");
        self.contacts += 1;
        self.mood -= 0.75;
        Ok(Ending::Solved(solved_at))
    }

    /// Waits in the queue until served; none: the customer hung up.
    fn queue(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, at: Instant, median_seconds: f64) -> Option<Instant> {
        thread.happens(at, "queued", By::System, None);
        let wait = dice.seconds(median_seconds * self.pressure * self.pressure, 1.15);
        let patience = Span((30.0 + dice.memoryless(420.0)) as i64 * SECOND);
        if patience < wait {
            let gone_at = at.plus(patience);
            thread.happens(gone_at, "abandoned", By::Customer, None);
            thread.happens(gone_at, "ended", By::System, None);
            thread.happens_to(gone_at, "outcome", By::System, "customer left the queue", Some("unsolved"));
            thread.status(gone_at, By::System, "closed");
            self.mood -= 1.0;
            return None;
        }
        self.mood -= 0.10 * (wait.seconds() / 45.0).max(0.3).log2();
        Some(at.plus(wait))
    }

    fn call(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, at: Instant) -> Result<Ending> {
        let Some(picked_up_at) = self.queue(dice, thread, at.plus(Span(12 * SECOND)), 17.0) else {
            return Ok(Ending::Lost);
        };
        let agent = &self.people.agents[self.agent];
        thread.happens(picked_up_at, "assigned", By::System, Some(&agent.id));
        thread.happens(picked_up_at, "call_answered", By::Agent(agent), None);
        thread.status(picked_up_at, By::System, "open");
        let mut over_at = picked_up_at.plus(dice.minutes(5.2 * agent.pace, 0.6));
        thread.happens(over_at, "ended", By::System, None);
        if dice.chance(0.16) {
            thread.status(over_at.plus(Span(SECOND)), By::Agent(agent), "on_hold");
            let found = dice.minutes(300.0, 0.8);
            over_at = self.clock.later(self.desk, over_at, found)?;
            thread.message(over_at, By::Agent(agent));
            self.contacts += 1;
        }
        self.come_to_an_end(dice, thread, over_at.plus(Span(20 * SECOND)))
    }

    fn chat(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, opened_at: Instant) -> Result<Ending> {
        thread.message(opened_at, By::Customer);
        thread.status(opened_at, By::System, "new");
        let mut at = opened_at.plus(Span(2 * SECOND));
        thread.message(at, By::Bot);
        at = at.plus(dice.seconds(35.0, 0.6));
        thread.message(at, By::Customer);
        at = at.plus(Span(2 * SECOND));
        thread.message(at, By::Bot);
        if dice.chance(if TOPICS[self.topic].mood < -0.1 { 0.16 } else { 0.36 }) {
            let over_at = at.plus(dice.seconds(70.0, 0.7));
            thread.happens(over_at, "ended", By::System, None);
            thread.status(over_at, By::Bot, "solved");
            self.mood -= 0.1;
            return Ok(Ending::SolvedByBot(over_at));
        }
        at = at.plus(Span(5 * SECOND));
        thread.happens(at, "bot_handoff", By::Bot, None);
        if self.clock.later(self.desk, at, Span(SECOND))? != at.plus(Span(SECOND)) {
            return self.correspondence(dice, thread, at);
        }
        let Some(joined_at) = self.queue(dice, thread, at, 14.0) else { return Ok(Ending::Lost) };
        self.talk(dice, thread, joined_at)
    }

    fn talk(&mut self, dice: &mut Dice, thread: &mut Thread<'_>, joined_at: Instant) -> Result<Ending> {
        let agent = &self.people.agents[self.agent];
        thread.happens(joined_at, "assigned", By::System, Some(&agent.id));
        thread.happens(joined_at, "joined", By::Agent(agent), None);
        thread.status(joined_at, By::System, "open");
        let mut at = joined_at.plus(dice.seconds(18.0, 0.5));
        thread.message(at, By::Agent(agent));
        for _ in 0..1 + dice.rare(1.0 + TOPICS[self.topic].more_answers * 0.5) {
            at = at.plus(dice.seconds(40.0, 0.7));
            thread.message(at, By::Customer);
            at = at.plus(dice.seconds(38.0 * self.people.agents[self.agent].pace, 0.7));
            thread.message(at, By::Agent(&self.people.agents[self.agent]));
        }
        at = at.plus(Span(30 * SECOND));
        thread.happens(at, "ended", By::System, None);
        self.come_to_an_end(dice, thread, at)
    }
}
