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

#[cfg(test)]
mod tests {
    use super::product;
    use crate::decimal::Decimal;
    use crate::facts::Purchase;
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, at, order};
    use crate::model::Order;
    use crate::settings::Settings;

    fn refund<'a>(id: &'a str, when: &str, amount: i64) -> Order<'a> {
        Order { refund: Some(true), ..order(id, when, amount) }
    }

    fn check(orders: &[Order<'static>], expected: impl Fn(&[Purchase<'_>])) {
        expected(&Workspace::default().fold(Group { orders, ..ann() }).orders);
    }

    #[test]
    fn orders_are_numbered_and_each_knows_the_next() {
        check(&[order("o2", "2026-03-01", 50), order("o1", "2026-01-05", 50)], |rows| {
            assert_eq!(rows.iter().map(|row| row.order_index).collect::<Vec<_>>(), [Some(1), Some(2)]);
            assert_eq!(rows.iter().map(|row| row.next_order_at).collect::<Vec<_>>(), [Some(at("2026-03-01")), None]);
        });
    }

    #[test]
    fn a_refund_is_subtracted_and_is_no_order() {
        check(
            &[order("o1", "2026-01-05", 50), refund("r1", "2026-01-09", 20), order("o2", "2026-03-01", 10)],
            |rows| {
                assert_eq!(rows[1].amount, Some(Decimal::whole(-20)));
                assert_eq!((rows[1].order_index, rows[1].next_order_at, rows[1].refund), (None, None, Some(true)));
                assert_eq!(rows[0].next_order_at, Some(at("2026-03-01")), "the refund does not follow the order");
                assert_eq!(rows[2].order_index, Some(2));
                assert_eq!(rows.iter().filter_map(|row| row.amount).map(|amount| amount.0).sum::<i64>(), 40_000_000);
            },
        );
    }

    #[test]
    fn a_negative_amount_is_a_refund_given_with_its_sign() {
        check(&[order("r1", "2026-01-09", -20), refund("r2", "2026-01-10", -5)], |rows| {
            assert_eq!(
                rows.iter().map(|row| row.amount).collect::<Vec<_>>(),
                [Some(Decimal::whole(-20)), Some(Decimal::whole(-5)),]
            );
            assert!(rows.iter().all(|row| row.refund == Some(true)));
        });
    }

    #[test]
    fn a_margin_is_the_order_s_own_else_the_setting_s() {
        let settings = Settings { margin_share: "0.4".parse().expect("a share"), ..Settings::default() };
        let own = Order { margin_share: Some("0.25".parse().expect("a share")), ..order("o2", "2026-01-06", 10) };
        let orders = [order("o1", "2026-01-05", 50), own, refund("r1", "2026-01-07", 50)];
        let workspace = Workspace::of(settings);
        let rows = workspace.fold(Group { orders: &orders, ..ann() }).orders;
        let margins: Vec<String> = rows.iter().filter_map(|row| row.margin).map(|margin| margin.to_string()).collect();
        assert_eq!(margins, ["20", "2.5", "-20"]);
    }

    #[test]
    fn a_product_is_rounded_at_the_sixth_digit_half_away_from_zero() {
        assert_eq!(product(Decimal(1), Decimal(500_000)), Decimal(1));
        assert_eq!(product(Decimal(-1), Decimal(500_000)), Decimal(-1));
        assert_eq!(product(Decimal(1), Decimal(499_999)), Decimal(0));
        assert_eq!(product(Decimal(i64::MAX), Decimal::whole(2)), Decimal(i64::MAX));
        assert_eq!(product(Decimal(i64::MIN), Decimal::whole(2)), Decimal(i64::MIN));
    }
}
