//! The order of a customer's rows, and what is known of the customer at a moment.
//!
//! Rows come in any order, and a row may come twice; every part of fold B puts them into the one order first, so
//! that nothing it says depends on arrival.

use crate::facts::Dimensions;
use crate::fold::Context;
use crate::model::Header;
use crate::time::Instant;

/// The place of a row: when it happened, its sequence within the instant, then its id.
pub(super) type Place<'a> = (Instant, i64, Option<&'a str>, i64);

/// The place of a row of this header.
pub(super) fn place<'a>(header: &Header<'a>) -> Place<'a> {
    (header.occurred_at, header.sequence, header.external_id, header.identity)
}

/// The rows in order, each once.
pub(super) fn in_order<'g, 'a, Row: PartialEq>(rows: &'g [Row], header: impl Fn(&Row) -> &Header<'a>) -> Vec<&'g Row> {
    let mut ordered: Vec<&Row> = rows.iter().collect();
    ordered.sort_by(|a, b| place(header(a)).cmp(&place(header(b))));
    ordered.dedup();
    ordered
}

/// Who the customer was at a moment.
pub(super) fn who<'a>(customer_id: Option<&'a str>, at: Instant, context: &Context<'a>) -> Dimensions<'a> {
    let attributes: &'a crate::fold::Attributes = context.attributes;
    let known = customer_id.and_then(|id| attributes.customer_at(id, at));
    Dimensions {
        customer_id,
        product: known.and_then(|row| row.product.as_deref()),
        country: known.and_then(|row| row.country.as_deref()),
        language: known.and_then(|row| row.language.as_deref()),
        plan: known.and_then(|row| row.plan.as_deref()),
        segment: known.and_then(|row| row.segment.as_deref()),
        customer_age: known.and_then(|row| row.age_at(at)),
        ..Dimensions::default()
    }
}
