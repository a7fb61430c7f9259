//! Dimensions: what a name in `by` or `where` means for a fact.

use arrow::datatypes::DataType;
use datafusion::common::{Column, ScalarValue};
use datafusion::functions_nested::expr_fn::array_has;
use datafusion::logical_expr::{Expr, cast, lit, when};
use mittari_core::facts::{Fact, FactKind};
use mittari_core::metric::Attribution;
use mittari_core::settings::Exchange;

use crate::functions::field::field_of;
use crate::query::Filter;

/// Where the value of a dimension comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeySource {
    /// A column that is one text, number or flag.
    Column(String),
    /// A column that is a list: a row counts under each, or as unknown where it has none.
    List(String),
    /// The weekday of the moment that dates the row.
    Weekday,
    /// The hour of it.
    Hour,
    /// A custom value.
    Field(String),
    /// The currency, after conversion.
    Currency,
}

impl KeySource {
    /// What a name means for a fact. A name that is no column is a custom value.
    pub(crate) fn of(fact: Fact, name: &str, attribution: Attribution) -> KeySource {
        match (name, fact.column(name).map(|column| column.kind)) {
            ("weekday", None) => KeySource::Weekday,
            ("hour", None) => KeySource::Hour,
            ("agent", _) if fact == Fact::Conversation => KeySource::Column(attribution.column().to_owned()),
            ("currency", Some(_)) => KeySource::Currency,
            (_, Some(FactKind::List)) => KeySource::List(name.to_owned()),
            (_, Some(_)) => KeySource::Column(name.to_owned()),
            (_, None) => KeySource::Field(name.to_owned()),
        }
    }

    /// Whether the fact has it as a column, or every fact has it.
    pub(crate) fn is_known(&self) -> bool {
        !matches!(self, KeySource::Field(_))
    }

    /// The value as an expression; that of a list and those of the calendar are made elsewhere.
    pub(crate) fn value(&self, exchange: Option<&Exchange>) -> Option<Expr> {
        let column = |name: &str| Expr::Column(Column::from_name(name));
        match self {
            KeySource::Column(name) => Some(column(name)),
            KeySource::Field(name) => Some(field_of().call(vec![column("fields"), lit(name.as_str())])),
            KeySource::Currency => Some(currency(exchange)),
            KeySource::List(_) | KeySource::Weekday | KeySource::Hour => None,
        }
    }
}

/// A text that is not known.
pub(crate) fn unknown() -> Expr {
    lit(ScalarValue::Utf8(None))
}

/// The currency into which amounts are converted, where their own has a rate; else their own.
fn currency(exchange: Option<&Exchange>) -> Expr {
    let own = Expr::Column(Column::from_name("currency"));
    let Some(exchange) = exchange.filter(|exchange| !exchange.rates.is_empty()) else { return own };
    let convertible = exchange.rates.keys().map(|currency| lit(currency.as_str())).collect();
    when(own.clone().in_list(convertible, false), lit(exchange.to.as_str())).otherwise(own.clone()).unwrap_or(own)
}

/// A filter of the query as a condition on the fact; `moment` dates the row, for weekday and hour.
pub(crate) fn condition(
    filter: &Filter,
    source: &KeySource,
    exchange: Option<&Exchange>,
    calendar: impl Fn(&KeySource) -> Option<Expr>,
) -> Expr {
    let holds = match source {
        KeySource::List(name) => list_holds(name, filter),
        _ => {
            let value = source.value(exchange).or_else(|| calendar(source));
            is_one_of(cast_to_text(value.unwrap_or_else(unknown), source), filter)
        }
    };
    if filter.except { holds.is_not_true() } else { holds }
}

/// Texts stay as they are, so that a scan can skip by them; numbers and flags are compared as texts.
fn cast_to_text(value: Expr, source: &KeySource) -> Expr {
    match source {
        KeySource::Column(name) => {
            match Fact::ALL.iter().find_map(|fact| fact.column(name)).map(|column| column.kind) {
                Some(FactKind::Text) | None => value,
                Some(_) => cast(value, DataType::Utf8),
            }
        }
        _ => value,
    }
}

fn is_one_of(value: Expr, filter: &Filter) -> Expr {
    let known: Vec<Expr> = filter.values.iter().flatten().map(|text| lit(text.as_str())).collect();
    let unknown = filter.values.iter().any(Option::is_none).then(|| value.clone().is_null());
    let named = (!known.is_empty()).then(|| value.in_list(known, false));
    either(named, unknown)
}

fn list_holds(name: &str, filter: &Filter) -> Expr {
    let list = Expr::Column(Column::from_name(name));
    let named = filter.values.iter().flatten().map(|text| array_has(list.clone(), lit(text.as_str()))).reduce(Expr::or);
    let empty = datafusion::functions_nested::expr_fn::cardinality(list.clone()).gt(lit(0u64)).is_not_true();
    let unknown = filter.values.iter().any(Option::is_none).then_some(empty);
    either(named, unknown)
}

fn either(left: Option<Expr>, right: Option<Expr>) -> Expr {
    match (left, right) {
        (Some(left), Some(right)) => left.or(right),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => lit(false),
    }
}
