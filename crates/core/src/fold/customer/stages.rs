//! The journey: when a customer first entered each stage, when it went on to the next, where it fell silent.
//!
//! Stages have an order, and a customer is in the furthest one it has reached: a touchpoint of an earlier stage
//! neither enters it nor leaves the present one. A stage left out was passed through; it has no row, and the one
//! before it is left for the one that came. Touchpoints of one instant are taken in the order of their stages.

use crate::facts::{Dimensions, StageVisit};
use crate::fold::Context;
use crate::fold::customer::Group;
use crate::fold::customer::order::{in_order, place, who};
use crate::model::{Choice, Touchpoint};

/// The stages that a customer entered, in their order.
pub(super) fn stages<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<StageVisit<'a>> {
    let mut touchpoints = in_order(group.touchpoints, |row| &row.header);
    touchpoints.sort_by_key(|row| (row.header.occurred_at, row.header.sequence, row.stage, place(&row.header)));
    let last_touch_at = touchpoints.last().map(|row| row.header.occurred_at);

    let mut entries: Vec<&Touchpoint<'a>> = Vec::new();
    for row in touchpoints.into_iter().filter(|row| row.stage.is_some()) {
        if entries.last().is_none_or(|furthest| row.stage > furthest.stage) {
            entries.push(row);
        }
    }
    let next_entries = entries.iter().skip(1).copied().map(Some).chain([None]);
    let visits = entries.iter().copied().zip(next_entries);
    visits
        .map(|(entry, next)| StageVisit {
            silent_since: last_touch_at.filter(|_| next.is_none()),
            ..visit(entry, next, group, context)
        })
        .collect()
}

fn visit<'a>(
    entry: &Touchpoint<'a>,
    next: Option<&Touchpoint<'a>>,
    group: &Group<'_, 'a>,
    context: &Context<'a>,
) -> StageVisit<'a> {
    let entered_at = entry.header.occurred_at;
    let left_at = next.map(|next| next.header.occurred_at);
    let known = who(group.customer_id.or(Some(entry.customer_id)), entered_at, context);
    StageVisit {
        stage: entry.stage.map(Choice::word),
        step: entry.name,
        entered_at: Some(entered_at),
        left_at,
        next_stage: next.and_then(|next| next.stage).map(Choice::word),
        silent_since: None,
        stage_us: left_at.map(|left_at| left_at.since(entered_at)),
        dimensions: Dimensions { channel: entry.channel, ..known },
    }
}
