//! What the made-up company asks its customers, what they answer, who looks after the unhappy, and what
//! reviewers think of the conversations.

use anyhow::Result;
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;
use mittari_core::time::{HOUR, Instant, MINUTE, SECOND, Span};

use super::cases::Case;
use super::clock::Clock;
use super::comments::comment;
use super::company::{CHANNELS, COUNTRIES, DESKS};
use super::dice::Dice;
use super::people::World;
use super::sheet::{Cell, Sheet};
use super::stories;

/// The sheets of questions, answers, follow-ups and reviews.
pub(crate) struct Surveys {
    pub(crate) invitations: Sheet,
    pub(crate) answers: Sheet,
    pub(crate) follow_ups: Sheet,
    pub(crate) ratings: Sheet,
    dice: Dice,
    count: usize,
}

/// A question on its way.
struct Question<'q> {
    kind: &'static str,
    moment: &'static str,
    conversation_id: Option<&'q str>,
    customer: usize,
    agent_id: Option<&'q str>,
    channel: &'static str,
    asked_at: Instant,
}

/// An answer on its way.
#[derive(Default)]
struct Reply {
    score: Option<i64>,
    scale: Option<(i64, i64)>,
    choice: Option<&'static str>,
    wording: Option<&'static str>,
    /// On a five-point scale, for the comment.
    like: i64,
    hurried: bool,
}

impl Surveys {
    pub(crate) fn new(seed: u64) -> Result<Surveys> {
        Ok(Surveys {
            invitations: Sheet::new(
                Table::Invitation,
                &[
                    "occurred_at",
                    "invitation_id",
                    "kind",
                    "survey",
                    "conversation_id",
                    "customer_id",
                    "channel",
                    "moment",
                    "shown_at",
                ],
            )?,
            answers: Sheet::new(
                Table::Answer,
                &[
                    "occurred_at",
                    "kind",
                    "score",
                    "choice",
                    "answer_id",
                    "invitation_id",
                    "survey",
                    "scale_min",
                    "scale_max",
                    "wording",
                    "moment",
                    "comment",
                    "language",
                    "conversation_id",
                    "customer_id",
                    "channel",
                    "replied_at",
                ],
            )?,
            follow_ups: Sheet::new(
                Table::FollowUp,
                &["occurred_at", "answer_id", "owner_id", "due_at", "done_at", "outcome"],
            )?,
            ratings: Sheet::new(
                Table::Rating,
                &[
                    "occurred_at",
                    "review_id",
                    "criterion",
                    "score",
                    "conversation_id",
                    "agent_id",
                    "reviewer_id",
                    "scorecard",
                    "weight",
                    "scale_min",
                    "scale_max",
                    "critical",
                    "not_applicable",
                ],
            )?,
            dice: Dice::new(seed, "surveys"),
            count: 0,
        })
    }

    /// The questions after each solved case, and reviews of some.
    pub(crate) fn after_cases(&mut self, cases: &[Case], world: World<'_>) -> Result<()> {
        let World { people, .. } = world;
        for case in cases {
            let Some(solved_at) = case.solved_at else { continue };
            let agent_id = case.agent.map(|agent| people.agents[agent].id.as_str());
            if self.dice.chance(0.62) {
                self.after_case(case, solved_at, agent_id, world);
            }
            if let Some(agent_id) = agent_id.filter(|_| self.dice.chance(0.035)) {
                self.review(case, solved_at, agent_id, world);
            }
        }
        Ok(())
    }

    fn after_case(&mut self, case: &Case, solved_at: Instant, agent_id: Option<&str>, world: World<'_>) {
        let chat = CHANNELS[case.channel].0 == "chat";
        let pause = if chat { Span(20 * SECOND) } else { Span(HOUR) };
        let kind = ["csat", "ces", "one_contact"][self.dice.weighted(&[0.66, 0.20, 0.14])];
        let question = Question {
            kind,
            moment: if chat { "after_chat" } else { "after_solve" },
            conversation_id: Some(&case.conversation_id),
            customer: case.customer,
            agent_id,
            channel: if chat { "chat" } else { "email" },
            asked_at: solved_at.plus(pause),
        };
        let mood = self.dice.normal(case.mood, 0.95);
        let hurried = stories::hurried(DESKS[case.desk].team, case.day);
        let reply = match kind {
            "ces" => scored(mood * 7.0 / 5.0 + 0.2, (1, 7), mood, Some("ease"), hurried),
            "one_contact" => {
                let once = self.dice.chance(if case.contacts == 1 { 0.90 } else { 0.35 });
                Reply {
                    choice: Some(if once { "yes" } else { "no" }),
                    like: if once { 4 } else { 2 },
                    ..Reply::default()
                }
            }
            _ => scored(mood, (1, 5), mood, None, hurried),
        };
        // Who is at one of the two ends answers more readily.
        let readiness = if chat { 0.34 } else { 0.19 } + 0.05 * (mood - 3.4).abs();
        self.ask(&question, &reply, readiness, world);
    }

    /// Would you recommend us? And how would you rather reach us? Asked of some customers every month.
    pub(crate) fn relationship(&mut self, cases: &[Case], world: World<'_>) -> Result<()> {
        let World { people, clock } = world;
        let mut recent = 0;
        let asked_a_day = people.customers.len() as f64 / 900.0;
        for day in clock.days() {
            recent += cases[recent..].iter().take_while(|case| case.day < day).count();
            for _ in 0..self.dice.rare(asked_a_day) {
                let known = people.signed_up_before(day);
                let after_contact = recent > 0 && self.dice.chance(0.35);
                let (customer, mood) = if after_contact {
                    let case = &cases[recent - 1 - self.dice.below(recent.min(1500))];
                    (case.customer, case.mood)
                } else {
                    (self.dice.below(known), 4.15)
                };
                self.recommend(customer, mood, clock.day(day), world);
            }
        }
        Ok(())
    }

    fn recommend(&mut self, customer: usize, mood: f64, day: Instant, world: World<'_>) {
        let World { people, .. } = world;
        let preference = self.dice.chance(0.15);
        let country = &COUNTRIES[people.customers[customer].country];
        let question = Question {
            kind: if preference { "channel_preference" } else { "nps" },
            moment: "relationship",
            conversation_id: None,
            customer,
            agent_id: None,
            channel: "email",
            asked_at: day.plus(Span(9 * HOUR + self.dice.below(5 * 3600) as i64 * SECOND)),
        };
        let reply = if preference {
            let by_country = if country.code == "TW" { [0.1, 0.2, 0.1, 0.6] } else { [0.38, 0.32, 0.18, 0.12] };
            let choice = ["email", "chat", "phone", "messaging"][self.dice.weighted(&by_country)];
            Reply { choice: Some(choice), like: 4, ..Reply::default() }
        } else {
            let like = self.dice.normal(mood, 0.9);
            scored(like * 2.35 - 1.2, (0, 10), like, None, false)
        };
        self.ask(&question, &reply, 0.27, world);
    }

    fn ask(&mut self, question: &Question<'_>, reply: &Reply, readiness: f64, world: World<'_>) {
        let World { people, clock } = world;
        if question.asked_at >= clock.ends {
            return;
        }
        self.count += 1;
        let invitation_id = format!("invitation-{:06}", self.count);
        let customer = &people.customers[question.customer];
        let shown_at =
            question.asked_at.plus(self.dice.minutes(if question.channel == "chat" { 0.2 } else { 300.0 }, 1.1));
        let shown_at = (self.dice.chance(0.7) && shown_at < clock.ends).then_some(shown_at);
        self.invitations.row([
            question.asked_at.into(),
            (&invitation_id).into(),
            question.kind.into(),
            question.moment.into(),
            question.conversation_id.into(),
            (&customer.id).into(),
            question.channel.into(),
            question.moment.into(),
            shown_at.into(),
        ]);
        let Some(shown_at) = shown_at.filter(|_| self.dice.chance(readiness / 0.7)) else { return };
        let answered_at = shown_at.plus(self.dice.minutes(1.2, 0.8));
        if answered_at < clock.ends {
            self.answer(question, reply, &invitation_id, answered_at, world);
        }
    }

    fn answer(
        &mut self,
        question: &Question<'_>,
        reply: &Reply,
        invitation_id: &str,
        answered_at: Instant,
        world: World<'_>,
    ) {
        let World { people, clock } = world;
        let answer_id = format!("answer-{:06}", self.count);
        let customer = &people.customers[question.customer];
        let language = COUNTRIES[customer.country].language;
        let talkative = if reply.like <= 2 { 0.45 } else { 0.16 };
        let words = self.dice.chance(talkative).then(|| comment(&mut self.dice, language, reply.like, reply.hurried));
        let answered_back = words.is_some() && self.dice.chance(if reply.like <= 2 { 0.6 } else { 0.25 });
        let replied_at = answered_back.then(|| answered_at.plus(self.dice.minutes(900.0, 0.9)));
        self.answers.row([
            answered_at.into(),
            question.kind.into(),
            reply.score.map(Decimal::whole).into(),
            reply.choice.into(),
            (&answer_id).into(),
            invitation_id.into(),
            question.moment.into(),
            reply.scale.map(|(min, _)| Decimal::whole(min)).into(),
            reply.scale.map(|(_, max)| Decimal::whole(max)).into(),
            reply.wording.into(),
            question.moment.into(),
            words.into(),
            language.into(),
            question.conversation_id.into(),
            (&customer.id).into(),
            question.channel.into(),
            replied_at.filter(|at| *at < clock.ends).into(),
        ]);
        let dissatisfied = reply.score.zip(reply.scale).is_some_and(|(score, (_, max))| score * 5 <= max * 2);
        if dissatisfied {
            self.follow_up(&answer_id, question.agent_id, answered_at, clock);
        }
    }

    fn follow_up(&mut self, answer_id: &str, agent_id: Option<&str>, answered_at: Instant, clock: &Clock) {
        if self.dice.chance(0.2) {
            return;
        }
        let planned_at = answered_at.plus(Span(30 * MINUTE));
        let done_at = answered_at.plus(self.dice.minutes(1300.0, 0.8));
        let done = self.dice.chance(0.88) && done_at < clock.ends;
        if planned_at >= clock.ends {
            return;
        }
        let outcome = ["made good", "explained", "not reached"][self.dice.weighted(&[0.4, 0.35, 0.25])];
        self.follow_ups.row([
            planned_at.into(),
            answer_id.into(),
            agent_id.into(),
            answered_at.plus(Span::days(2)).into(),
            done.then_some(done_at).into(),
            done.then_some(outcome).into(),
        ]);
    }

    fn review(&mut self, case: &Case, solved_at: Instant, agent_id: &str, world: World<'_>) {
        let World { people, clock } = world;
        const CRITERIA: [(&str, i64, bool); 4] =
            [("greeting", 1, false), ("right answer", 4, false), ("tone", 2, false), ("data protection", 3, true)];
        let reviewed_at = solved_at.plus(Span((36.0 * 3600.0 * (1.0 + self.dice.memoryless(1.0))) as i64 * SECOND));
        if reviewed_at >= clock.ends {
            return;
        }
        self.count += 1;
        let review_id = format!("review-{:06}", self.count);
        let reviewer = &people.agents[people.somebody(&mut self.dice, case.desk)].id;
        for (criterion, weight, critical) in CRITERIA {
            let usual = if critical { 4.9 } else { 3.55 + (case.mood - 3.5) * 0.6 };
            let score = self.dice.normal(usual, 0.6).round().clamp(0.0, 4.0);
            self.ratings.row([
                reviewed_at.into(),
                (&review_id).into(),
                criterion.into(),
                Decimal::from_f64(score).into(),
                case.conversation_id.as_str().into(),
                agent_id.into(),
                reviewer.into(),
                "conversations".into(),
                Decimal::whole(weight).into(),
                Decimal::whole(0).into(),
                Decimal::whole(4).into(),
                critical.into(),
                if criterion == "greeting" && self.dice.chance(0.1) { Cell::Flag(true) } else { Cell::None },
            ]);
        }
    }
}

fn scored(value: f64, (min, max): (i64, i64), mood: f64, wording: Option<&'static str>, hurried: bool) -> Reply {
    Reply {
        score: Some((value.round() as i64).clamp(min, max)),
        scale: Some((min, max)),
        wording,
        like: (mood.round() as i64).clamp(1, 5),
        hurried,
        ..Reply::default()
    }
}
