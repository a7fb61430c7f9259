//! The made-up company's customers and agents.

use jiff::civil::Date;
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;
use mittari_core::time::{Instant, Span};

use super::clock::Clock;
use super::company::{AGENT_NAMES, COUNTRIES, DESKS, ENDS, PLANS, PRODUCTS, STARTS};
use super::dice::Dice;
use super::sheet::{Cell, Sheet};
use anyhow::Result;

/// A customer.
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) country: usize,
    pub(crate) signed_up_on: Date,
    pub(crate) signed_up_at: Instant,
    /// A plan of the app, and until when; none: only lamps.
    pub(crate) plan: Option<usize>,
    pub(crate) leaves_on: Option<Date>,
    pub(crate) product: usize,
}

/// An agent.
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) desk: usize,
    /// Answers take this many times the desk's usual time.
    pub(crate) pace: f64,
    pub(crate) warmth: f64,
}

/// Everybody; customers in the order in which they signed up.
pub(crate) struct People {
    pub(crate) customers: Vec<Customer>,
    pub(crate) agents: Vec<Agent>,
    by_desk: Vec<Vec<usize>>,
}

/// Who there is, and what time it is.
#[derive(Clone, Copy)]
pub(crate) struct World<'w> {
    pub(crate) people: &'w People,
    pub(crate) clock: &'w Clock,
}

/// How long before the two years the first customer signed up.
const OLDEST_DAYS: f64 = 1100.0;
/// How likely a customer ends a plan in a month.
const LEAVES_A_MONTH: f64 = 0.032;

impl People {
    /// So many customers, and the agents of all desks.
    pub(crate) fn new(seed: u64, customers: usize, clock: &Clock) -> People {
        let mut dice = Dice::new(seed, "people");
        let mut signed_up: Vec<Date> = (0..customers).map(|_| sign_up_day(&mut dice)).collect();
        signed_up.sort();
        let customers =
            signed_up.into_iter().enumerate().map(|(number, day)| customer(&mut dice, clock, number, day)).collect();
        let agents: Vec<Agent> = DESKS
            .iter()
            .enumerate()
            .flat_map(|(desk, of)| (0..of.agents).map(move |_| desk))
            .enumerate()
            .map(|(number, desk)| Agent {
                id: format!("agent-{:02}", number + 1),
                desk,
                pace: dice.between(0.75, 1.35),
                warmth: dice.normal(0.0, 0.12),
            })
            .collect();
        let of_desk = |desk| (0..agents.len()).filter(|agent| agents[*agent].desk == desk).collect();
        let by_desk = (0..DESKS.len()).map(of_desk).collect();
        People { customers, agents, by_desk }
    }

    /// Somebody of a desk.
    pub(crate) fn somebody(&self, dice: &mut Dice, desk: usize) -> usize {
        dice.one(&self.by_desk[desk])
    }

    /// How many had signed up before a day.
    pub(crate) fn signed_up_before(&self, day: Date) -> usize {
        self.customers.partition_point(|customer| customer.signed_up_on < day)
    }

    /// A customer who contacts support on a day: the new ones and some regulars more often than others.
    pub(crate) fn a_caller(&self, dice: &mut Dice, day: Date) -> usize {
        let known = self.signed_up_before(day).max(1);
        match dice.weighted(&[0.55, 0.25, 0.20]) {
            0 => dice.below(known),
            1 => {
                let new = self.signed_up_before(day.saturating_sub(jiff::Span::new().days(75)));
                if new < known { new + dice.below(known - new) } else { dice.below(known) }
            }
            _ => (dice.below(known) / 12) * 12,
        }
    }

    /// The sheet of customers: names, attributes, and for some a second row from when they changed plans.
    pub(crate) fn customer_sheet(&self, seed: u64) -> Result<Sheet> {
        let mut dice = Dice::new(seed, "names");
        let mut sheet = Sheet::new(
            Table::Customer,
            &[
                "customer_id",
                "name",
                "email",
                "valid_from",
                "country",
                "language",
                "plan",
                "segment",
                "product",
                "signed_up_at",
            ],
        )?;
        for customer in &self.customers {
            let country = &COUNTRIES[customer.country];
            let name = full_name(&mut dice, country);
            let email = format!("{}@example.org", customer.id);
            let mut row = |plan: Option<usize>, valid_from: Option<Instant>| {
                sheet.row([
                    (&customer.id).into(),
                    (&name).into(),
                    (&email).into(),
                    valid_from.into(),
                    country.code.into(),
                    country.language.into(),
                    plan.map_or("lamps only", |plan| PLANS[plan].0).into(),
                    if plan == Some(3) { "business" } else { "household" }.into(),
                    PRODUCTS[customer.product].0.into(),
                    customer.signed_up_at.into(),
                ]);
            };
            row(customer.plan, None);
            if let (Some(plan), Some(leaves_on)) = (customer.plan, customer.leaves_on) {
                let _ = plan;
                row(None, Some(Instant::from(leaves_on.at(9, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())));
            }
        }
        Ok(sheet)
    }

    /// The sheet of agents; one of each desk leads it, and one moved between desks.
    pub(crate) fn agent_sheet(&self, clock: &Clock) -> Result<Sheet> {
        let mut sheet = Sheet::new(Table::Agent, &["agent_id", "name", "email", "valid_from", "team", "role"])?;
        for (number, agent) in self.agents.iter().enumerate() {
            let leads = self.by_desk[agent.desk].first() == Some(&number);
            let moved = self.by_desk[agent.desk].last() == Some(&number) && agent.desk == 5;
            let email = format!("{}@example.com", agent.id);
            let mut row = |valid_from: Option<Instant>, team: &str| {
                let role = if leads { "lead" } else { "agent" };
                sheet.row([
                    (&agent.id).into(),
                    AGENT_NAMES[number].into(),
                    (&email).into(),
                    valid_from.into(),
                    team.into(),
                    role.into(),
                ]);
            };
            if moved {
                row(None, "helsinki");
                row(Some(clock.starts.plus(Span::days(120))), DESKS[agent.desk].team);
            } else {
                row(None, DESKS[agent.desk].team);
            }
        }
        sheet.row(["bot".into(), "Lumo (bot)".into(), Cell::None, Cell::None, Cell::None, "bot".into()]);
        Ok(sheet)
    }
}

fn sign_up_day(dice: &mut Dice) -> Date {
    let span = f64::from((ENDS - STARTS).get_days());
    let days =
        if dice.chance(0.55) { -dice.between(1.0, OLDEST_DAYS) } else { span * dice.between(0.0, 1.0).powf(0.85) };
    STARTS.saturating_add(jiff::Span::new().days(days as i64))
}

fn customer(dice: &mut Dice, clock: &Clock, number: usize, signed_up_on: Date) -> Customer {
    let shares: Vec<f64> = COUNTRIES.iter().map(|country| country.share).collect();
    let country = dice.weighted(&shares);
    let plan = dice.chance(0.42).then(|| dice.weighted(&[0.52, 0.28, 0.13, 0.07]));
    let stays_months = dice.memoryless(1.0 / LEAVES_A_MONTH);
    let leaves = signed_up_on.saturating_add(jiff::Span::new().days((20.0 + stays_months * 30.4) as i64));
    Customer {
        id: format!("customer-{:05}", number + 1),
        country,
        signed_up_on,
        signed_up_at: clock.in_country(country, signed_up_on, 8 * 3600 + dice.below(50_000) as i64),
        plan,
        leaves_on: plan.is_some().then_some(leaves).filter(|leaves| *leaves < ENDS),
        product: dice.weighted(&PRODUCTS.map(|(_, _, share)| share)),
    }
}

fn full_name(dice: &mut Dice, country: &super::company::Country) -> String {
    let (first, last) = (dice.one(country.first_names), dice.one(country.last_names));
    if country.code == "TW" { format!("{last}{first}") } else { format!("{first} {last}") }
}

/// Euros and cents.
pub(crate) fn euros(amount: f64) -> Decimal {
    Decimal::from_f64((amount * 100.0).round() / 100.0).unwrap_or_default()
}
