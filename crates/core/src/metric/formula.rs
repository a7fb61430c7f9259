//! What is computed: the formula, its rows, its sides and parts.

use super::Unit;
use super::sql::{Params, Sql};
use crate::facts::Fact;

/// A formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// One number from one set of rows.
    Simple {
        /// Which rows.
        rows: Rows,
        /// What is made of them.
        measure: Measure,
    },
    /// One side over the other.
    Ratio {
        /// Above the line.
        numerator: Side,
        /// Below the line.
        denominator: Side,
    },
    /// Arithmetic over parts and other metrics.
    Composite {
        /// The arithmetic.
        expression: Sql,
        /// The parts by name.
        parts: Vec<Part>,
    },
    /// Computed outside of the engine.
    Model {
        /// Which one.
        name: String,
    },
}

/// Which rows of a fact, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The fact.
    pub fact: Fact,
    /// What puts a row into a period.
    pub dating: Dating,
    /// Which rows; none: all.
    pub filter: Option<Sql>,
    /// Which rows count at all yet.
    pub matures: Option<Matures>,
    /// One row per key first.
    pub per: Option<Per>,
    /// Whether a period that is not made of whole civil months has no value.
    pub whole_months: bool,
}

/// What puts a row into a period.
#[derive(Clone, Debug, PartialEq)]
pub enum Dating {
    /// A moment of the row.
    Moment(String),
    /// Two civil dates: the period must hold them whole.
    Whole {
        /// The column of the first day.
        start: String,
        /// The column of the day after the last.
        end: String,
    },
    /// Being open at one end of the period.
    Stock {
        /// When a row opens.
        opens: Sql,
        /// When it closes; none: never.
        closes: Option<Sql>,
        /// At which end.
        at: StockAt,
    },
}

/// At which end of a period a stock is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StockAt {
    /// At its first instant.
    PeriodStart,
    /// At its end.
    PeriodEnd,
}

/// From when on a row is old enough.
#[derive(Clone, Debug, PartialEq)]
pub struct Matures {
    /// The moment from which it ages.
    pub from: Sql,
    /// How old it has to be, as written.
    pub after: Sql,
}

/// One row per key first.
#[derive(Clone, Debug, PartialEq)]
pub struct Per {
    /// The key's column.
    pub key: String,
    /// Which rows go in.
    pub filter: Option<Sql>,
    /// What is known of each key.
    pub columns: Vec<PerColumn>,
}

/// One number known of each key.
#[derive(Clone, Debug, PartialEq)]
pub struct PerColumn {
    /// Its name.
    pub name: String,
    /// How it is made.
    pub total: PerTotal,
}

/// How a number of each key is made.
#[derive(Clone, Debug, PartialEq)]
pub enum PerTotal {
    /// Rows, or rows where a condition holds.
    Count(Option<Sql>),
    /// The sum of a value.
    Sum(Sql),
}

/// What is made of rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// How many.
    Count,
    /// How many different keys.
    Distinct {
        /// The key's column.
        key: String,
    },
    /// The total.
    Sum {
        /// Of what.
        value: Sql,
    },
    /// The mean.
    Mean {
        /// Of what.
        value: Sql,
        /// Where its scale ends.
        bounds: Option<[Sql; 2]>,
        /// The column whose equal values belong together.
        cluster: Option<String>,
    },
    /// A quantile.
    Quantile {
        /// Of what.
        value: Sql,
        /// Which, 0 to 1.
        q: f64,
    },
    /// Some of the rows over all.
    Share {
        /// Which; none under a split: those of the key.
        of: Option<Sql>,
    },
    /// Some less others, over all.
    NetShare {
        /// The ones.
        plus: Sql,
        /// The others.
        minus: Sql,
    },
}

/// A side of a ratio.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Which rows.
    pub rows: Rows,
    /// What is made of them.
    pub take: Take,
}

/// What a side of a ratio makes of its rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Take {
    /// How many.
    Rows,
    /// The total of a value.
    Sum(Sql),
    /// How many different keys.
    Distinct(String),
}

/// A part of a composite.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name in the expression.
    pub name: String,
    /// How it is computed.
    pub formula: Formula,
    /// The unit in which it stands in the expression.
    pub unit: Unit,
}

impl Formula {
    /// The sets of rows that it reads, its own parts' among them; other metrics' are not.
    pub fn rows(&self) -> Vec<&Rows> {
        match self {
            Formula::Simple { rows, .. } => vec![rows],
            Formula::Ratio { numerator, denominator } => vec![&numerator.rows, &denominator.rows],
            Formula::Composite { parts, .. } => parts.iter().flat_map(|part| part.formula.rows()).collect(),
            Formula::Model { .. } => Vec::new(),
        }
    }

    /// Every expression in it.
    pub fn expressions(&self) -> Vec<Sql> {
        let mut found = Vec::new();
        self.clone().each_sql(&mut |sql| found.push(sql.clone()));
        found
    }

    /// The formula with every parameter's value in its place.
    pub(super) fn with(&self, params: &Params) -> Formula {
        let mut formula = self.clone();
        formula.each_sql(&mut |sql| *sql = sql.with(params));
        formula
    }

    fn each_sql(&mut self, change: &mut impl FnMut(&mut Sql)) {
        match self {
            Formula::Simple { rows, measure } => {
                rows.each_sql(change);
                measure.each_sql(change);
            }
            Formula::Ratio { numerator, denominator } => {
                for side in [numerator, denominator] {
                    side.rows.each_sql(change);
                    if let Take::Sum(value) = &mut side.take {
                        change(value);
                    }
                }
            }
            Formula::Composite { expression, parts } => {
                change(expression);
                for part in parts {
                    part.formula.each_sql_boxed(change);
                }
            }
            Formula::Model { .. } => {}
        }
    }

    /// Ends the growth of types that a recursion over `impl FnMut` would have.
    fn each_sql_boxed(&mut self, change: &mut dyn FnMut(&mut Sql)) {
        self.each_sql(&mut |sql| change(sql));
    }
}

impl Rows {
    fn each_sql(&mut self, change: &mut impl FnMut(&mut Sql)) {
        if let Dating::Stock { opens, closes, .. } = &mut self.dating {
            change(opens);
            closes.iter_mut().for_each(&mut *change);
        }
        self.filter.iter_mut().for_each(&mut *change);
        if let Some(matures) = &mut self.matures {
            change(&mut matures.from);
            change(&mut matures.after);
        }
        if let Some(per) = &mut self.per {
            per.filter.iter_mut().for_each(&mut *change);
            for column in &mut per.columns {
                match &mut column.total {
                    PerTotal::Count(condition) => condition.iter_mut().for_each(&mut *change),
                    PerTotal::Sum(value) => change(value),
                }
            }
        }
    }
}

impl Measure {
    fn each_sql(&mut self, change: &mut impl FnMut(&mut Sql)) {
        match self {
            Measure::Count | Measure::Distinct { .. } => {}
            Measure::Sum { value } | Measure::Quantile { value, .. } => change(value),
            Measure::Mean { value, bounds, .. } => {
                change(value);
                bounds.iter_mut().flatten().for_each(change);
            }
            Measure::Share { of } => of.iter_mut().for_each(change),
            Measure::NetShare { plus, minus } => {
                change(plus);
                change(minus);
            }
        }
    }
}
