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

#[cfg(test)]
mod tests {
    use crate::facts::StageVisit;
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, at, touch};
    use crate::model::Stage::*;
    use crate::model::Touchpoint;
    use crate::time::Span;

    fn check(touchpoints: &[Touchpoint<'static>], expected: impl Fn(&[StageVisit<'_>])) {
        expected(&Workspace::default().fold(Group { touchpoints, ..ann() }).stages);
    }

    fn entered<'a>(rows: &[StageVisit<'a>]) -> Vec<Option<&'a str>> {
        rows.iter().map(|row| row.stage).collect()
    }

    #[test]
    fn a_stage_is_entered_at_its_first_touchpoint_and_left_at_that_of_the_next() {
        let ad = touch("ad", Awareness, "2026-01-05");
        let again = touch("ad again", Awareness, "2026-01-06");
        let trial = touch("trial", Consideration, "2026-01-15");
        check(&[trial, again, ad], |rows| {
            assert_eq!(entered(rows), [Some("awareness"), Some("consideration")]);
            assert_eq!((rows[0].step, rows[0].entered_at), (Some("ad"), Some(at("2026-01-05"))));
            assert_eq!((rows[0].left_at, rows[0].next_stage), (Some(at("2026-01-15")), Some("consideration")));
            assert_eq!(rows[0].stage_us, Some(Span::days(10)));
            assert_eq!((rows[1].left_at, rows[1].stage_us), (None, None));
        });
    }

    #[test]
    fn a_touchpoint_of_an_earlier_stage_does_not_lead_back() {
        let touchpoints = [
            touch("order", Decision, "2026-01-05"),
            touch("ad", Awareness, "2026-01-06"),
            touch("renewal", Retention, "2026-01-07"),
        ];
        check(&touchpoints, |rows| {
            assert_eq!(entered(rows), [Some("decision"), Some("retention")]);
            assert_eq!(rows[0].left_at, Some(at("2026-01-07")));
        });
    }

    #[test]
    fn a_stage_left_out_was_passed_through() {
        check(&[touch("ad", Awareness, "2026-01-05"), touch("order", Decision, "2026-01-06")], |rows| {
            assert_eq!(rows[0].next_stage, Some("decision"));
        });
    }

    #[test]
    fn a_customer_is_silent_since_its_last_touchpoint_of_any_stage() {
        let touchpoints = [
            touch("ad", Awareness, "2026-01-05"),
            touch("trial", Consideration, "2026-01-06"),
            touch("ad again", Awareness, "2026-01-20"),
        ];
        check(&touchpoints, |rows| {
            let silent: Vec<_> = rows.iter().map(|row| row.silent_since).collect();
            assert_eq!(silent, [None, Some(at("2026-01-20"))]);
        });
    }

    #[test]
    fn touchpoints_of_one_instant_are_taken_in_the_order_of_their_stages() {
        check(&[touch("a", Consideration, "2026-01-05"), touch("b", Awareness, "2026-01-05")], |rows| {
            assert_eq!(entered(rows), [Some("awareness"), Some("consideration")]);
            assert_eq!(rows[0].stage_us, Some(Span(0)));
        });
    }
}
