//! Expressions of metric files: SQL over a fact's columns, parsed by DataFusion, from an allow-list.
//!
//! What comes out is checked (columns, functions, types), deterministic, and free of aggregates, subqueries and
//! windows. `period_start`, `period_end` and `now` stay columns of the checked expression; [`Moments`] puts their
//! values in when a plan is made.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, ScalarValue, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::expr::{BinaryExpr, ScalarFunction};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TypeSignature, Volatility, cast, lit, try_cast,
};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use mittari_core::facts::{Fact, FactKind};
use mittari_core::metric::{MetricFileError, Problem, Sql, nearest};
use mittari_core::settings::Exchange;
use mittari_core::time::DAY;

use crate::error::Result;
use crate::functions::field::field_of;
use crate::functions::place::instant_type;

/// The functions that expressions may call, as DataFusion names them.
const FUNCTIONS: &[&str] = &[
    "abs",
    "ceil",
    "floor",
    "round",
    "sqrt",
    "power",
    "ln",
    "exp",
    "least",
    "greatest",
    "coalesce",
    "nullif",
    "lower",
    "upper",
    "btrim",
    "ltrim",
    "rtrim",
    "character_length",
    "substr",
    "starts_with",
    "ends_with",
    "contains",
    "strpos",
    "array_has",
    "cardinality",
    "array_length",
    "elapsed_us",
    "field",
];

/// What expressions may name beside columns.
pub(crate) const PERIOD_START: &str = "period_start";
pub(crate) const PERIOD_END: &str = "period_end";
pub(crate) const NOW: &str = "now";

/// What plans put into conditions on rows of whole periods.
pub(crate) const HELD: &str = "__held";

/// Columns that hold money in the row's currency.
const MONEY: &[&str] = &["amount", "margin", "monthly_amount", "next_amount", "revenue", "reward", "spend"];

/// A number that can be summed exactly: an expression of type BIGINT or DECIMAL(38, 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    pub(crate) expr: Expr,
    /// How many integers of its sums make one.
    pub(crate) unit: i64,
}

/// Reads expressions of one metric.
pub(crate) struct Reader<'a> {
    pub(crate) state: &'a SessionState,
    pub(crate) file: &'a str,
    pub(crate) exchange: Option<&'a Exchange>,
}

/// The columns of a fact as expressions see them.
pub(crate) fn fact_columns(fact: Fact) -> Result<DFSchema> {
    schema_of(fact.columns().map(|column| Field::new(column.name, arrow_type(column.kind), true)).collect())
}

pub(crate) fn schema_of(mut fields: Vec<Field>) -> Result<DFSchema> {
    for name in [PERIOD_START, PERIOD_END, NOW] {
        if !fields.iter().any(|field| field.name() == name) {
            fields.push(Field::new(name, instant_type(), true));
        }
    }
    DFSchema::try_from(Schema::new(fields)).map_err(|error| plan_error("metric", error))
}

pub(crate) fn plan_error(fact: &'static str, source: DataFusionError) -> crate::error::EngineError {
    crate::error::EngineError::Plan { fact, source: Box::new(source) }
}

fn arrow_type(kind: FactKind) -> DataType {
    match kind {
        FactKind::Text => DataType::Utf8,
        FactKind::Instant => instant_type(),
        FactKind::Duration | FactKind::Count => DataType::Int64,
        FactKind::Flag => DataType::Boolean,
        FactKind::Decimal => DataType::Decimal128(18, 6),
        FactKind::List => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
        FactKind::Date => DataType::Date32,
    }
}

impl Reader<'_> {
    /// An expression that is true or false.
    pub(crate) fn condition(&self, sql: &Sql, schema: &DFSchema) -> Result<Expr> {
        let (expr, data_type) = self.expression(sql, schema)?;
        match data_type {
            DataType::Boolean | DataType::Null => Ok(expr),
            other => Err(self.wrong(
                sql,
                format!("it is {}, not true or false", words(&other)),
                "Compare it with something.",
            )),
        }
    }

    /// An expression that is a number.
    pub(crate) fn value(&self, sql: &Sql, schema: &DFSchema) -> Result<Value> {
        let (expr, data_type) = self.expression(sql, schema)?;
        let exact = DataType::Decimal128(38, 6);
        let value = match data_type {
            DataType::Int64 => Value { expr, unit: 1 },
            ref whole if whole.is_integer() => Value { expr: cast(expr, DataType::Int64), unit: 1 },
            DataType::Decimal128(_, 6) => Value { expr, unit: 1_000_000 },
            DataType::Decimal128(_, 0) => Value { expr, unit: 1 },
            DataType::Decimal128(..) => Value { expr: cast(expr, exact), unit: 1_000_000 },
            // A division by zero is no number; everything else is rounded to millionths before it is summed.
            DataType::Float64 | DataType::Float32 => Value { expr: try_cast(expr, exact), unit: 1_000_000 },
            DataType::Duration(TimeUnit::Microsecond) => Value { expr: cast(expr, DataType::Int64), unit: 1 },
            other => {
                let remedy = "A value is a number; two moments are subtracted by elapsed_us(from, to).";
                return Err(self.wrong(sql, format!("it is {}, not a number", words(&other)), remedy));
            }
        };
        Ok(value)
    }

    /// An expression that is a number of any type.
    pub(crate) fn number(&self, sql: &Sql, schema: &DFSchema) -> Result<Expr> {
        let (expr, data_type) = self.expression(sql, schema)?;
        if data_type.is_numeric() {
            return Ok(expr);
        }
        Err(self.wrong(sql, format!("it is {}, not a number", words(&data_type)), "Parts are numbers: add, divide."))
    }

    /// An expression that is a moment.
    pub(crate) fn moment(&self, sql: &Sql, schema: &DFSchema) -> Result<Expr> {
        let (expr, data_type) = self.expression(sql, schema)?;
        match data_type {
            DataType::Timestamp(..) => Ok(cast_to_instant(expr, &data_type)),
            other => Err(self.wrong(sql, format!("it is {}, not a moment", words(&other)), "Moments end in _at.")),
        }
    }

    fn expression(&self, sql: &Sql, schema: &DFSchema) -> Result<(Expr, DataType)> {
        let parsed = self.state.create_logical_expr(&sql.text, schema);
        let expr = parsed.map_err(|error| self.unreadable(sql, schema, &error))?;
        self.allowed(sql, &expr)?;
        let expr = self.rewritten(expr, schema).map_err(|error| self.unreadable(sql, schema, &error))?;
        let simplifier = ExprSimplifier::new(SimplifyContext::builder().with_schema(Arc::new(schema.clone())).build());
        let expr = simplifier.coerce(expr, schema).map_err(|error| self.unreadable(sql, schema, &error))?;
        let data_type = expr.get_type(schema).map_err(|error| self.unreadable(sql, schema, &error))?;
        Ok((expr, data_type))
    }

    fn allowed(&self, sql: &Sql, expr: &Expr) -> Result<()> {
        let mut refused: Option<String> = None;
        let walked = expr.apply(|part| {
            if let Some(what) = refusal(part) {
                refused = Some(what);
                return Ok(TreeNodeRecursion::Stop);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        match (walked, refused) {
            (Ok(_), None) => Ok(()),
            (_, what) => {
                let message = what.unwrap_or_else(|| "it cannot be read".to_owned());
                Err(self.wrong(sql, message, &format!("Functions: {}.", FUNCTIONS.join(", "))))
            }
        }
    }

    /// Lengths of days and less as microseconds, custom values by name, money in the workspace's currency.
    fn rewritten(&self, expr: Expr, schema: &DFSchema) -> datafusion::error::Result<Expr> {
        let converts = self.exchange.is_some_and(|exchange| !exchange.rates.is_empty())
            && schema.field_with_unqualified_name("currency").is_ok();
        Ok(expr
            .transform_up(|part| {
                Ok(match part {
                    Expr::BinaryExpr(BinaryExpr { left, op, right })
                        if matches!(op, Operator::Plus | Operator::Minus) =>
                    {
                        Transformed::yes(Expr::BinaryExpr(BinaryExpr {
                            left: Box::new(as_duration(*left)),
                            op,
                            right: Box::new(as_duration(*right)),
                        }))
                    }
                    Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "field" => {
                        let mut with_fields = vec![Expr::Column(Column::from_name("fields"))];
                        with_fields.extend(args);
                        Transformed::yes(field_of().call(with_fields))
                    }
                    Expr::Column(column) if converts && MONEY.contains(&column.name()) => {
                        Transformed::yes(self.converted(column))
                    }
                    other => Transformed::no(other),
                })
            })?
            .data)
    }

    /// An amount times its currency's rate; in a currency without a rate, as it is.
    fn converted(&self, column: Column) -> Expr {
        let amount = Expr::Column(column);
        let rates = self.exchange.iter().flat_map(|exchange| &exchange.rates);
        let branches = rates.map(|(currency, rate)| {
            let is = Expr::Column(Column::from_name("currency")).eq(lit(currency.as_str()));
            let rate = lit(ScalarValue::Decimal128(Some(i128::from(rate.0)), 18, 6));
            (Box::new(is), Box::new(cast(amount.clone() * rate, DataType::Decimal128(18, 6))))
        });
        Expr::Case(datafusion::logical_expr::Case {
            expr: None,
            when_then_expr: branches.collect(),
            else_expr: Some(Box::new(amount.clone())),
        })
    }

    fn unreadable(&self, sql: &Sql, schema: &DFSchema, error: &DataFusionError) -> crate::error::EngineError {
        let root = error.find_root();
        if let DataFusionError::SchemaError(schema_error, _) = root
            && let SchemaError::FieldNotFound { field, .. } = schema_error.as_ref()
        {
            return self.unknown_column(sql, field.name(), schema).into();
        }
        let message = root.strip_backtrace();
        let message = message.lines().next().unwrap_or_default().to_owned();
        self.wrong(sql, message, "docs/metric-file.md says what an expression may be.")
    }

    fn unknown_column(&self, sql: &Sql, name: &str, schema: &DFSchema) -> MetricFileError {
        let known: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let problem = Problem::UnknownWord {
            what: "column".to_owned(),
            word: name.to_owned(),
            nearest: nearest(name, known.iter().copied()).map(str::to_owned),
            known: known.into_iter().map(str::to_owned).collect(),
        };
        MetricFileError { file: self.file.to_owned(), line: sql.line, problem: Box::new(problem) }
    }

    pub(crate) fn wrong(&self, sql: &Sql, message: String, remedy: &str) -> crate::error::EngineError {
        let problem = Problem::Expression { text: sql.text.clone(), message, remedy: remedy.to_owned() };
        MetricFileError { file: self.file.to_owned(), line: sql.line, problem: Box::new(problem) }.into()
    }
}

fn cast_to_instant(expr: Expr, data_type: &DataType) -> Expr {
    if *data_type == instant_type() { expr } else { cast(expr, instant_type()) }
}

fn words(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "a text",
        DataType::Timestamp(..) => "a moment",
        DataType::Boolean => "true or false",
        DataType::Date32 | DataType::Date64 => "a date",
        DataType::List(_) => "a list",
        DataType::Interval(_) | DataType::Duration(_) => "a length of time",
        _ => "a number",
    }
}

/// Why a part of an expression may not stand there.
fn refusal(part: &Expr) -> Option<String> {
    match part {
        Expr::AggregateFunction(function) => Some(format!("\"{}\" is an aggregate", function.func.name())),
        Expr::WindowFunction(_) => Some("it has a window".to_owned()),
        Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_) | Expr::SetComparison(_) => {
            Some("it has a subquery".to_owned())
        }
        Expr::ScalarFunction(function) if !FUNCTIONS.contains(&function.func.name()) => {
            Some(format!("\"{}\" is no function of metric files", function.func.name()))
        }
        Expr::Alias(_)
        | Expr::Column(_)
        | Expr::Literal(..)
        | Expr::BinaryExpr(_)
        | Expr::Like(_)
        | Expr::Not(_)
        | Expr::IsNotNull(_)
        | Expr::IsNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsNotUnknown(_)
        | Expr::Negative(_)
        | Expr::Between(_)
        | Expr::Case(_)
        | Expr::Cast(_)
        | Expr::TryCast(_)
        | Expr::ScalarFunction(_)
        | Expr::InList(_) => None,
        other => Some(format!("`{other}` may not stand in an expression")),
    }
}

/// An interval without months as a plain number of microseconds: facts are in UTC, where a day has 24 hours.
fn as_duration(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(interval)), _) if interval.months == 0 => {
            let micros = i64::from(interval.days) * DAY + interval.nanoseconds / 1000;
            lit(ScalarValue::DurationMicrosecond(Some(micros)))
        }
        other => other,
    }
}

/// What `period_start`, `period_end` and `now` are in a plan.
#[derive(Clone, Debug)]
pub(crate) struct Moments {
    pub(crate) start: Expr,
    pub(crate) end: Expr,
    pub(crate) now: Expr,
    /// Whether the period holds the row whole.
    pub(crate) held: Expr,
}

impl Moments {
    /// The expression with the values put in.
    pub(crate) fn put_into(&self, expr: &Expr) -> datafusion::error::Result<Expr> {
        let put = expr.clone().transform_up(|part| {
            Ok(match &part {
                Expr::Column(column) => match column.name() {
                    PERIOD_START => Transformed::yes(self.start.clone()),
                    PERIOD_END => Transformed::yes(self.end.clone()),
                    NOW => Transformed::yes(self.now.clone()),
                    HELD => Transformed::yes(self.held.clone()),
                    _ => Transformed::no(part),
                },
                _ => Transformed::no(part),
            })
        })?;
        Ok(put.data)
    }
}

/// `field('name')` as it is written; [`Reader`] gives it the column.
pub(crate) fn field() -> ScalarUDF {
    let signature = Signature::new(TypeSignature::Exact(vec![DataType::Utf8]), Volatility::Immutable);
    ScalarUDF::from(WrittenField { signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct WrittenField {
    signature: Signature,
}

impl ScalarUDFImpl for WrittenField {
    fn name(&self) -> &str {
        "field"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> datafusion::error::Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> datafusion::error::Result<ColumnarValue> {
        Err(DataFusionError::Plan("field is for metric files only".to_owned()))
    }
}
