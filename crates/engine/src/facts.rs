//! What the engine needs of the facts: tables of change rows, and what "now" is.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use mittari_core::facts::Fact;
use mittari_core::time::Instant;

use crate::error::{EngineError, Result};

/// Facts as known at one moment.
pub trait FactTables: Send + Sync {
    /// The change rows of a fact: `weight`, `recorded_at`, then its columns.
    fn table(&self, fact: Fact) -> Result<Arc<dyn TableProvider>>;
    /// "Now" to every metric.
    fn watermark(&self) -> Option<Instant>;
    /// The rules that the facts were folded with.
    fn facts_version(&self) -> &str;
    /// The first and last moment that dates a row of a fact.
    fn span(&self, fact: Fact) -> Result<Option<(Instant, Instant)>>;
}

impl FactTables for mittari_store::Facts {
    fn table(&self, fact: Fact) -> Result<Arc<dyn TableProvider>> {
        self.provider(fact).map_err(unreadable)
    }

    fn watermark(&self) -> Option<Instant> {
        self.watermark()
    }

    fn facts_version(&self) -> &str {
        self.facts_version()
    }

    fn span(&self, fact: Fact) -> Result<Option<(Instant, Instant)>> {
        self.span(fact).map_err(unreadable)
    }
}

fn unreadable(error: mittari_store::StoreError) -> EngineError {
    EngineError::Facts { message: error.to_string() }
}
