//! The made-up company's money and its customers' lives: plans, orders, journeys, referrals, costs.

use anyhow::Result;
use jiff::civil::Date;
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;
use mittari_core::time::{Instant, SECOND, Span};

use super::clock::Clock;
use super::company::{COUNTRIES, DESKS, ENDS, PLANS, PRODUCTS, STARTS};
use super::dice::Dice;
use super::people::{Customer, World, euros};
use super::sheet::{Cell, Sheet};

/// Zlotys to the euro, for prices.
const ZLOTYS: f64 = 4.3;

/// Plans begun, changed, paused and ended.
pub(crate) fn subscriptions(seed: u64, world: World<'_>) -> Result<Sheet> {
    let World { people, clock } = world;
    let mut dice = Dice::new(seed, "subscriptions");
    let mut sheet = Sheet::new(
        Table::SubscriptionEvent,
        &["occurred_at", "subscription_id", "customer_id", "kind", "plan", "monthly_amount", "currency", "voluntary"],
    )?;
    for (number, customer) in people.customers.iter().enumerate() {
        let Some(plan) = customer.plan else { continue };
        let subscription_id = format!("subscription-{:05}", number + 1);
        let currency = COUNTRIES[customer.country].currency;
        let factor = if currency == "PLN" { ZLOTYS } else { 1.0 };
        let mut add = |at: Instant, kind: &str, plan: Option<usize>, voluntary: Option<bool>| {
            if at < clock.ends {
                sheet.row([
                    at.into(),
                    (&subscription_id).into(),
                    (&customer.id).into(),
                    kind.into(),
                    plan.map(|plan| PLANS[plan].0).into(),
                    plan.map(|plan| euros(PLANS[plan].1 * factor)).into(),
                    plan.map(|_| currency).into(),
                    voluntary.into(),
                ]);
            }
        };
        life_of_a_plan(&mut dice, customer, plan, clock, &mut add);
    }
    Ok(sheet)
}

fn life_of_a_plan(
    dice: &mut Dice,
    customer: &Customer,
    plan: usize,
    clock: &Clock,
    add: &mut impl FnMut(Instant, &str, Option<usize>, Option<bool>),
) {
    let begins = customer.signed_up_at.plus(Span(600 * SECOND));
    let ends = customer.leaves_on.map(|day| clock.day(day).plus(Span(dice.below(86_400) as i64 * SECOND)));
    let until = ends.unwrap_or(clock.ends);
    add(begins, "started", Some(plan), None);
    let part = |share: f64| begins.plus(Span((until.since(begins).0 as f64 * share) as i64));
    if dice.chance(0.14) {
        let other = if dice.chance(0.65) { (plan + 1).min(PLANS.len() - 1) } else { plan.saturating_sub(1) };
        if other != plan {
            add(part(0.45), "changed", Some(other), None);
        }
    }
    if dice.chance(0.03) {
        add(part(0.6), "paused", None, None);
        add(part(0.7), "resumed", None, None);
    }
    let Some(ends) = ends else { return };
    let voluntary = dice.chance(0.74);
    add(ends, "ended", None, Some(voluntary));
    // A failed payment is often mended within days.
    if !voluntary && dice.chance(0.35) {
        add(ends.plus(Span::days(3 + dice.below(12) as i64)), "started", Some(plan), None);
    }
}

/// Purchases and refunds.
pub(crate) fn orders(seed: u64, world: World<'_>) -> Result<Sheet> {
    let World { people, clock } = world;
    let mut dice = Dice::new(seed, "orders");
    let mut sheet = Sheet::new(
        Table::Order,
        &[
            "occurred_at",
            "customer_id",
            "amount",
            "order_id",
            "currency",
            "margin_share",
            "refund",
            "channel",
            "product",
        ],
    )?;
    let mut number = 0;
    for customer in &people.customers {
        let mut at = customer.signed_up_at.plus(Span(3600 * SECOND));
        let every_days = dice.long_tailed(210.0, 0.7);
        let mut left = 0.82;
        while at < clock.ends {
            if at >= clock.starts {
                number += 1;
                order(&mut dice, &mut sheet, number, customer, at, clock);
            }
            if !dice.chance(left) {
                break;
            }
            left *= 0.97;
            at = at.plus(Span((dice.memoryless(every_days).max(0.5) * 86_400.0) as i64 * SECOND));
        }
    }
    Ok(sheet)
}

fn order(dice: &mut Dice, sheet: &mut Sheet, number: usize, customer: &Customer, at: Instant, clock: &Clock) {
    let product = if dice.chance(0.5) { customer.product } else { dice.weighted(&PRODUCTS.map(|(_, _, share)| share)) };
    let currency = COUNTRIES[customer.country].currency;
    let factor = if currency == "PLN" { ZLOTYS } else { 1.0 };
    let amount = euros(PRODUCTS[product].1 * factor * (1 + dice.rare(0.5)) as f64);
    let order_id = format!("order-{number:06}");
    let shop = if dice.chance(0.6) { "web" } else { "app" };
    let mut add = |at: Instant, refund: bool, order_id: &str| {
        if at < clock.ends {
            sheet.row([
                at.into(),
                (&customer.id).into(),
                amount.into(),
                order_id.into(),
                currency.into(),
                Decimal(420_000).into(),
                refund.into(),
                shop.into(),
                PRODUCTS[product].0.into(),
            ]);
        }
    };
    add(at, false, &order_id);
    if dice.chance(0.045) {
        add(at.plus(Span::days(4 + dice.below(20) as i64)), true, &format!("{order_id}-refund"));
    }
}

/// Logins, features used, trainings, loyalty points.
pub(crate) fn activities(seed: u64, world: World<'_>) -> Result<Sheet> {
    let World { people, clock } = world;
    let mut dice = Dice::new(seed, "activities");
    let mut sheet = Sheet::new(Table::Activity, &["occurred_at", "customer_id", "kind", "name", "quantity"])?;
    for customer in &people.customers {
        let loyal = customer.plan.is_some() && dice.chance(0.30);
        let usage = if customer.plan.is_some() { dice.long_tailed(9.0, 0.7) } else { dice.long_tailed(2.5, 0.8) };
        let last = customer.leaves_on.unwrap_or(ENDS);
        let mut month = STARTS.max(customer.signed_up_on.first_of_month());
        while month < last {
            let mut add = |dice: &mut Dice, kind: &str, name: &str, quantity: Cell<'_>| {
                let day = month.saturating_add(jiff::Span::new().days(dice.below(28) as i64));
                let at = clock.in_country(customer.country, day, 6 * 3600 + dice.below(60_000) as i64);
                if at < clock.ends && at >= customer.signed_up_at {
                    sheet.row([at.into(), (&customer.id).into(), kind.into(), name.into(), quantity]);
                }
            };
            if dice.chance(if customer.plan.is_some() { 0.85 } else { 0.3 }) {
                let times = Decimal::whole(1 + dice.rare(usage) as i64);
                add(&mut dice, "usage", "app", times.into());
            }
            if loyal && dice.chance(0.5) {
                add(&mut dice, "loyalty", "points", Cell::None);
            }
            if dice.chance(0.008) {
                add(&mut dice, "training", "first lamps", Cell::None);
            }
            month = month.saturating_add(jiff::Span::new().months(1)).first_of_month();
        }
    }
    Ok(sheet)
}

/// Steps on the way from hearing of the company to recommending it.
pub(crate) fn touchpoints(seed: u64, world: World<'_>) -> Result<Sheet> {
    let World { people, clock } = world;
    const STEPS: [(&str, &[&str], f64, f64); 5] = [
        ("awareness", &["advert", "search", "friend"], 1.0, 6.0),
        ("consideration", &["product page", "comparison", "store visit"], 0.92, 9.0),
        ("decision", &["first order", "trial"], 0.85, 12.0),
        ("retention", &["second order", "plan renewed"], 0.58, 18.0),
        ("advocacy", &["review written", "friend invited"], 0.22, 0.0),
    ];
    let mut dice = Dice::new(seed, "touchpoints");
    let mut sheet = Sheet::new(Table::Touchpoint, &["occurred_at", "customer_id", "stage", "name", "channel"])?;
    for customer in people.customers.iter().filter(|customer| customer.signed_up_on >= STARTS) {
        let mut at = Instant(customer.signed_up_at.0 - Span::days(15).0);
        for (stage, names, reaches, days) in STEPS {
            if at >= clock.ends || !dice.chance(reaches) {
                break;
            }
            let channel = dice.one(&["web", "app", "store"]);
            sheet.row([at.into(), (&customer.id).into(), stage.into(), dice.one(names).into(), channel.into()]);
            at = at.plus(Span((dice.memoryless(days) * 86_400.0) as i64 * SECOND + SECOND));
        }
    }
    Ok(sheet)
}

/// Who recommended the company to whom.
pub(crate) fn referrals(seed: u64, world: World<'_>) -> Result<Sheet> {
    let World { people, clock } = world;
    let mut dice = Dice::new(seed, "referrals");
    let mut sheet = Sheet::new(
        Table::Referral,
        &["occurred_at", "referrer_id", "referred_id", "program", "converted_at", "revenue", "reward", "currency"],
    )?;
    for day in clock.days() {
        let known = people.signed_up_before(day);
        for _ in 0..dice.rare(known as f64 * 0.0004) {
            let referrer = &people.customers[dice.below(known)];
            let affiliate = dice.chance(0.22);
            let at = clock.in_country(referrer.country, day, 9 * 3600 + dice.below(40_000) as i64);
            let converted_at = at.plus(Span((dice.memoryless(6.0) * 86_400.0) as i64 * SECOND));
            let converted = dice.chance(if affiliate { 0.2 } else { 0.34 }) && converted_at < clock.ends;
            let referred = dice.chance(0.4).then(|| people.customers.get(known + dice.below(200))).flatten();
            sheet.row([
                at.into(),
                (&referrer.id).into(),
                referred.map(|customer| &customer.id).into(),
                if affiliate { "affiliate" } else { "organic" }.into(),
                converted.then_some(converted_at).into(),
                converted.then(|| euros(dice.long_tailed(72.0, 0.5))).into(),
                converted.then_some(Decimal::whole(if affiliate { 8 } else { 5 })).into(),
                "EUR".into(),
            ]);
        }
    }
    Ok(sheet)
}

/// What support costs, by month and team, and what else is spent.
pub(crate) fn costs(seed: u64, conversations: usize) -> Result<Sheet> {
    let mut dice = Dice::new(seed, "costs");
    let mut sheet = Sheet::new(Table::Cost, &["period_start", "period_end", "amount", "category", "team", "currency"])?;
    let agents: usize = DESKS.iter().map(|desk| desk.agents).sum();
    let a_month = conversations as f64 * 6.4 / 24.0;
    for (from, to) in months() {
        for desk in DESKS {
            let amount = euros(a_month * desk.agents as f64 / agents as f64 * dice.between(0.95, 1.08));
            sheet.row([from.into(), to.into(), amount.into(), "support".into(), desk.team.into(), "EUR".into()]);
        }
        let amount = euros(a_month * dice.between(0.6, 0.9));
        sheet.row([from.into(), to.into(), amount.into(), "marketing".into(), Cell::None, "EUR".into()]);
    }
    Ok(sheet)
}

/// What was earned, by month.
pub(crate) fn revenues(seed: u64, conversations: usize) -> Result<Sheet> {
    let mut dice = Dice::new(seed, "revenues");
    let mut sheet = Sheet::new(Table::Revenue, &["period_start", "period_end", "amount", "category", "currency"])?;
    for (number, (from, to)) in months().enumerate() {
        let a_month = conversations as f64 * 82.0 / 24.0 * (1.0 + 0.012 * number as f64);
        let dark_season = if matches!(from.month(), 11 | 12) { 1.35 } else { 1.0 };
        let lamps = euros(a_month * 0.72 * dark_season * dice.between(0.96, 1.05));
        sheet.row([from.into(), to.into(), lamps.into(), "lamps".into(), "EUR".into()]);
        sheet.row([from.into(), to.into(), euros(a_month * 0.28).into(), "plans".into(), "EUR".into()]);
    }
    Ok(sheet)
}

fn months() -> impl Iterator<Item = (Date, Date)> {
    let next = |day: Date| day.saturating_add(jiff::Span::new().months(1));
    STARTS.series(jiff::Span::new().months(1)).take_while(|from| *from < ENDS).map(move |from| (from, next(from)))
}
