//! What can go wrong between a query and its answer, with what to do about it.

use datafusion::error::DataFusionError;
use mittari_core::estimate::EstimateError;
use mittari_core::metric::{MetricFileError, UnknownMetric};

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A metric that nobody knows.
    #[error(transparent)]
    UnknownMetric(#[from] UnknownMetric),
    /// A query that names no metric.
    #[error("no metric is named")]
    NoMetric,
    /// A metric file with a mistake that only the SQL parser can see.
    #[error(transparent)]
    Metric(#[from] MetricFileError),
    /// A query that cannot be read.
    #[error("{what} \"{text}\" cannot be read")]
    Query {
        /// Which part of the query.
        what: &'static str,
        /// What was given.
        text: String,
        /// What to write.
        hint: String,
    },
    /// A dimension that no fact of the query has, in no row.
    #[error("unknown dimension \"{name}\"")]
    UnknownDimension {
        /// The name.
        name: String,
        /// What to write.
        hint: String,
    },
    /// A time zone that the zone database does not have.
    #[error("unknown time zone \"{zone}\"")]
    UnknownZone {
        /// The zone's name.
        zone: String,
    },
    /// Too many periods for one answer.
    #[error("{periods} periods are too many for one answer")]
    TooManyPeriods {
        /// How many they would be.
        periods: usize,
    },
    /// The plan cannot be made or run.
    #[error("the query on {fact} failed: {source}")]
    Plan {
        /// The fact that was read.
        fact: &'static str,
        /// What DataFusion says.
        source: Box<DataFusionError>,
    },
    /// The facts cannot be opened.
    #[error("the facts cannot be read: {message}")]
    Facts {
        /// What the store says.
        message: String,
    },
    /// States that do not fit together.
    #[error("{metric} cannot be estimated: {source}")]
    Estimate {
        /// The metric.
        metric: String,
        /// What is wrong.
        source: EstimateError,
    },
}

/// The engine's result.
pub type Result<T> = std::result::Result<T, EngineError>;

impl EngineError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            EngineError::UnknownMetric(unknown) => unknown.hint(),
            EngineError::Metric(error) => error.hint(),
            EngineError::Query { hint, .. } | EngineError::UnknownDimension { hint, .. } => hint.clone(),
            EngineError::NoMetric => "\"mittari metrics\" lists them.".to_owned(),
            EngineError::UnknownZone { .. } => "Name it as the zone database does: Europe/Helsinki.".to_owned(),
            EngineError::TooManyPeriods { .. } => "Choose a coarser grain, or a shorter span.".to_owned(),
            EngineError::Plan { .. } | EngineError::Facts { .. } => {
                "\"mittari verify\" tells whether the data folder is whole; \"mittari rebuild\" mends facts.".to_owned()
            }
            EngineError::Estimate { .. } => "This is a mistake of the program: please report it.".to_owned(),
        }
    }
}
