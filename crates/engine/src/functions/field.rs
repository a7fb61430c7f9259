//! A custom value by name, out of the JSON object that the column `fields` holds.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use serde_json::{Map, Value};

#[derive(Debug, PartialEq, Eq, Hash)]
struct FieldFunction {
    signature: Signature,
}

/// `field_of(fields, 'name')`.
pub(crate) fn field_of() -> ScalarUDF {
    ScalarUDF::from(FieldFunction { signature: Signature::any(2, Volatility::Immutable) })
}

impl ScalarUDFImpl for FieldFunction {
    fn name(&self) -> &str {
        "field_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [fields, ColumnarValue::Scalar(ScalarValue::Utf8(Some(name)))] = args.args.as_slice() else {
            return Err(DataFusionError::Plan("field takes the name of a custom value in quotes".to_owned()));
        };
        let fields = fields.to_array(args.number_rows)?;
        Ok(ColumnarValue::Array(values_of(&fields, name)?))
    }
}

/// Equal objects follow each other often: the last one read is remembered.
fn values_of(fields: &ArrayRef, name: &str) -> Result<ArrayRef> {
    let fields = cast(fields, &DataType::Utf8)?;
    let texts = fields.as_string::<i32>();
    let mut values = StringBuilder::with_capacity(texts.len(), texts.len() * 8);
    let mut last: Option<(&str, Option<String>)> = None;
    for text in texts.iter() {
        match (text, &last) {
            (None, _) => values.append_null(),
            (Some(text), Some((known, value))) if *known == text => values.append_option(value.as_deref()),
            (Some(text), _) => {
                let value = value_in(text, name);
                values.append_option(value.as_deref());
                last = Some((text, value));
            }
        }
    }
    Ok(Arc::new(values.finish()))
}

fn value_in(text: &str, name: &str) -> Option<String> {
    if !text.contains(name) && !text.contains('\\') {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_str(text).ok()?;
    match object.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_value_is_found_by_its_name_and_absent_otherwise() {
        assert_eq!(value_in(r#"{"shop":"north","floor":2}"#, "shop"), Some("north".to_owned()));
        assert_eq!(value_in(r#"{"shop":"north","floor":2}"#, "floor"), Some("2".to_owned()));
        assert_eq!(value_in(r#"{"shop":"north"}"#, "sho"), None);
        assert_eq!(value_in(r#"{"sh\u006fp":"north"}"#, "shop"), Some("north".to_owned()));
        assert_eq!(value_in("not json with shop", "shop"), None);
    }
}
