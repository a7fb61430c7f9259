//! Metric files to plans to estimates: the one way from a query to its rows.
//!
//! A query names metrics, periods and dimensions; [`run`] answers with [`ResultRow`]s, the same for the terminal,
//! the API and the tests. Plans are DataFusion's: one aggregate per fact, way of dating and grouping, with a
//! filter for each metric, over change rows whose weights make every sum exact. What DataFusion is stays in here.

mod answer;
mod arithmetic;
mod engine;
mod error;
mod explain;
mod expression;
mod facts;
mod functions;
mod keys;
mod lookup;
mod period;
mod planner;
mod query;
mod row;
mod run;
mod session;
mod shape;

pub use engine::{check, run};
pub use error::{EngineError, Result};
pub use explain::{Explanation, RowsBehind, explain};
pub use facts::FactTables;
pub use query::{Compare, Filter, Grain, Query, QueryText};
pub use row::{Group, ResultRow};
pub use session::session;
