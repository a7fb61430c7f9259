//! Orders and refunds: which order of the customer it is, when the next one came, what stays as margin.
//!
//! A refund is no order: it has no index and no next, and no order is followed by one. Its amount comes in
//! positive and is kept negative, so that a sum subtracts it. A negative amount is a refund, whatever the row
//! says of itself. Every other row is one order, also where rows share an order id.

use crate::decimal::{Decimal, ONE};
use crate::facts::{Dimensions, Purchase};
use crate::fold::Context;
use crate::fold::customer::Group;
use crate::fold::customer::order::{in_order, who};
use crate::model::Order;
use crate::time::Instant;

/// The purchases of a customer in their order.
pub(super) fn orders<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<Purchase<'a>> {
    let rows = in_order(group.orders, |row| &row.header);
    let mut next_orders: Vec<Option<Instant>> = Vec::with_capacity(rows.len());
    let mut next = None;
    for row in rows.iter().rev() {
        next_orders.push(next.filter(|_| !is_refund(row)));
        if !is_refund(row) {
            next = Some(row.header.occurred_at);
        }
    }
    let mut order_count = 0;
    let numbered = rows.into_iter().zip(next_orders.into_iter().rev()).map(|(row, next_order_at)| {
        let order_index = (!is_refund(row)).then(|| {
            order_count += 1;
            order_count
        });
        Purchase { order_index, next_order_at, ..purchase(row, group, context) }
    });
    numbered.collect()
}

fn is_refund(row: &Order<'_>) -> bool {
    row.refund == Some(true) || row.amount.0 < 0
}

fn purchase<'a>(row: &Order<'a>, group: &Group<'_, 'a>, context: &Context<'a>) -> Purchase<'a> {
    let refund = is_refund(row);
    let amount = if refund { Decimal(-row.amount.0.saturating_abs()) } else { row.amount };
    let margin_share = row.margin_share.unwrap_or(context.settings.margin_share);
    let known = who(group.customer_id.or(Some(row.customer_id)), row.header.occurred_at, context);
    Purchase {
        order_id: row.order_id,
        ordered_at: Some(row.header.occurred_at),
        next_order_at: None,
        order_index: None,
        amount: Some(amount),
        margin_share: Some(margin_share),
        margin: Some(product(amount, margin_share)),
        refund: Some(refund),
        currency: row.currency,
        dimensions: Dimensions { channel: row.channel, product: row.product.or(known.product), ..known },
    }
}

/// The product to six digits, half away from zero; saturates.
pub(super) fn product(amount: Decimal, factor: Decimal) -> Decimal {
    let exact = i128::from(amount.0) * i128::from(factor.0);
    let half = i128::from(ONE) / 2 * exact.signum();
    let rounded = (exact + half) / i128::from(ONE);
    Decimal(i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX }))
}
