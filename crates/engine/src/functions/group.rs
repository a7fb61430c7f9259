//! The number of a row's group among the groups that a second pass is for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

/// A period and the values of the keys.
pub(crate) type GroupKey = (u32, Vec<Option<Arc<str>>>);

/// The groups, numbered: by period first, then value by value.
#[derive(Debug, PartialEq, Eq)]
struct Numbers {
    /// For each key, the number of each value; 0 is no value.
    values: Vec<HashMap<Arc<str>, u32, BuildHasherDefault<ShortTextHasher>>>,
    groups: HashMap<Vec<u32>, i32>,
}

#[derive(Debug)]
struct GroupFunction {
    signature: Signature,
    numbers: Arc<Numbers>,
}

impl PartialEq for GroupFunction {
    fn eq(&self, other: &GroupFunction) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for GroupFunction {}

impl std::hash::Hash for GroupFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.numbers.groups.len().hash(state);
    }
}

/// `group_number(period, key, ...)`: the place of the group in `groups`, null for any other.
pub(crate) fn group_number(groups: &[GroupKey]) -> ScalarUDF {
    let keys = groups.first().map_or(0, |(_, keys)| keys.len());
    let mut numbers = Numbers { values: vec![HashMap::default(); keys], groups: HashMap::new() };
    for (place, (period, keys)) in groups.iter().enumerate() {
        let mut code = vec![*period];
        for (values, key) in numbers.values.iter_mut().zip(keys) {
            code.push(match key {
                None => 0,
                Some(text) => {
                    let next = values.len() as u32 + 1;
                    *values.entry(Arc::clone(text)).or_insert(next)
                }
            });
        }
        numbers.groups.insert(code, place as i32);
    }
    let signature = Signature::any(keys + 1, Volatility::Immutable);
    ScalarUDF::from(GroupFunction { signature, numbers: Arc::new(numbers) })
}

impl ScalarUDFImpl for GroupFunction {
    fn name(&self) -> &str {
        "group_number"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let periods = arrays[0].as_primitive::<Int32Type>();
        let mut codes = Vec::with_capacity(arrays.len() - 1);
        for (values, array) in self.numbers.values.iter().zip(&arrays[1..]) {
            codes.push(codes_of(values, array)?);
        }
        let mut known = Known::default();
        let numbers = (0..args.number_rows).map(|row| {
            let mut code = vec![periods.is_valid(row).then(|| periods.value(row) as u32)?];
            for column in &codes {
                code.push(column[row]?);
            }
            known.number(&code, &self.numbers.groups)
        });
        Ok(ColumnarValue::Array(Arc::new(numbers.collect::<Int32Array>())))
    }
}

/// The last codes looked up: rows of one group often follow each other.
#[derive(Default)]
struct Known {
    code: Vec<u32>,
    number: Option<i32>,
}

impl Known {
    fn number(&mut self, code: &[u32], groups: &HashMap<Vec<u32>, i32>) -> Option<i32> {
        if self.code != code {
            self.code.clear();
            self.code.extend_from_slice(code);
            self.number = groups.get(code).copied();
        }
        self.number
    }
}

type Values = HashMap<Arc<str>, u32, BuildHasherDefault<ShortTextHasher>>;

/// The number of each row's value: 0 for no value, none for a value of no group.
fn codes_of(values: &Values, array: &ArrayRef) -> Result<Vec<Option<u32>>> {
    let array = match array.data_type() {
        DataType::Utf8 => Arc::clone(array),
        _ => cast(array, &DataType::Utf8)?,
    };
    let texts = array.as_string::<i32>();
    Ok(texts
        .iter()
        .map(|text| match text {
            None => Some(0),
            Some(text) => values.get(text).copied(),
        })
        .collect())
}

/// A hash for short texts: a few multiplications.
#[derive(Clone, Copy, Default)]
pub(crate) struct ShortTextHasher(u64);

impl Hasher for ShortTextHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_by_period_and_values_and_no_value_is_one() {
        let key = |period, text: Option<&str>| (period, vec![text.map(Arc::from)]);
        let function = group_number(&[key(0, Some("email")), key(1, Some("email")), key(1, None)]);
        let periods: ArrayRef = Arc::new(Int32Array::from(vec![Some(0), Some(1), Some(1), Some(0), None]));
        let texts: ArrayRef = Arc::new(arrow::array::StringArray::from(vec![
            Some("email"),
            Some("email"),
            None,
            Some("chat"),
            Some("email"),
        ]));
        let args = ScalarFunctionArgs {
            args: vec![ColumnarValue::Array(periods), ColumnarValue::Array(texts)],
            arg_fields: Vec::new(),
            number_rows: 5,
            return_field: Arc::new(arrow::datatypes::Field::new("group", DataType::Int32, true)),
            config_options: Arc::default(),
        };
        let answer = function.inner().invoke_with_args(args).and_then(|value| value.to_array(5)).expect("numbers");
        let numbers: Vec<_> = answer.as_primitive::<Int32Type>().iter().collect();
        assert_eq!(numbers, [Some(0), Some(1), Some(2), None, None]);
    }
}
