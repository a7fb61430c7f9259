//! The one session builder: whoever runs a plan, here or on another machine, takes its session from here.

use std::sync::Arc;

use datafusion::execution::context::SessionContext;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::AggregateUDF;
use datafusion::prelude::SessionConfig;

use crate::expression::field;
use crate::functions::civil::elapsed_us;
use crate::functions::distribution::DistributionFunction;
use crate::functions::field::field_of;
use crate::functions::sums::SumsFunction;

/// A session with the functions of metric files and of plans.
pub fn session() -> SessionContext {
    SessionContext::new_with_state(state())
}

pub(crate) fn state() -> SessionState {
    let mut config = SessionConfig::new().with_information_schema(false);
    let options = config.options_mut();
    // Groups are few and rows many: giving up on partial aggregation never pays here.
    options.execution.skip_partial_aggregation_probe_rows_threshold = usize::MAX;
    // Whether a condition can be null is decided before it is simplified, and may differ after.
    options.execution.skip_physical_aggregate_schema_check = true;
    let mut builder = SessionStateBuilder::new().with_config(config).with_default_features();
    let scalar = [elapsed_us(), field_of(), field()].map(Arc::new);
    builder.scalar_functions().get_or_insert_default().extend(scalar);
    let aggregate = [AggregateUDF::from(SumsFunction::new()), AggregateUDF::from(DistributionFunction::new())];
    builder.aggregate_functions().get_or_insert_default().extend(aggregate.map(Arc::new));
    builder.build()
}
