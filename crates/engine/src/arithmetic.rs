//! The expression of a composite: arithmetic over the values of parts and of other metrics.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use datafusion::common::DFSchema;
use datafusion::physical_expr::PhysicalExpr;
use mittari_core::metric::Sql;

use crate::error::Result;
use crate::expression::{Reader, plan_error};

/// An expression over doubles.
#[derive(Debug)]
pub(crate) struct Arithmetic {
    names: Vec<String>,
    schema: Arc<Schema>,
    expression: Arc<dyn PhysicalExpr>,
}

impl Arithmetic {
    pub(crate) fn read(reader: &Reader<'_>, sql: &Sql, names: Vec<String>) -> Result<Arithmetic> {
        let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Float64, true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let columns = DFSchema::try_from(Arc::clone(&schema)).map_err(|error| plan_error("composite", error))?;
        let value = reader.number(sql, &columns)?;
        let expression = reader.state.create_physical_expr(value, &columns);
        let expression = expression.map_err(|error| plan_error("composite", error))?;
        Ok(Arithmetic { names, schema, expression })
    }

    /// The value, where every name has one.
    pub(crate) fn value(&self, of: impl Fn(&str) -> Option<f64>) -> Option<f64> {
        let columns = self.names.iter().map(|name| Some(Arc::new(Float64Array::from(vec![of(name)?])) as ArrayRef));
        let columns: Vec<ArrayRef> = columns.collect::<Option<_>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).ok()?;
        let value = self.expression.evaluate(&batch).and_then(|value| value.into_array(1)).ok()?;
        let value = cast(&value, &DataType::Float64).ok()?;
        let value = value.as_primitive::<Float64Type>();
        value.is_valid(0).then(|| value.value(0)).filter(|value| value.is_finite())
    }
}
