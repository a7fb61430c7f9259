//! Rows that need no fold: amounts of a period, as they are.

use crate::facts::{Dimensions, PeriodCost, PeriodRevenue};
use crate::fold::Context;
use crate::model::{Cost, Revenue};

/// The fact of one cost; whether its category is support is for the settings to say.
pub fn cost<'a>(row: &Cost<'a>, context: &Context<'_>) -> PeriodCost<'a> {
    let support = &context.settings.support_cost_categories;
    PeriodCost {
        period_start: Some(row.period_start),
        period_end: Some(row.period_end),
        amount: Some(row.amount),
        category: row.category,
        support: Some(support.is_empty() || row.category.is_none_or(|category| support.iter().any(|s| s == category))),
        currency: row.currency,
        dimensions: Dimensions { team: row.team, channel: row.channel, ..Dimensions::default() },
    }
}

/// The fact of one revenue.
pub fn revenue<'a>(row: &Revenue<'a>) -> PeriodRevenue<'a> {
    PeriodRevenue {
        period_start: Some(row.period_start),
        period_end: Some(row.period_end),
        amount: Some(row.amount),
        category: row.category,
        currency: row.currency,
        dimensions: Dimensions { team: row.team, channel: row.channel, ..Dimensions::default() },
    }
}
