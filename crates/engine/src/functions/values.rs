//! What aggregates take: whole numbers from BIGINT or DECIMAL columns, weights, filters; read without copies.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int8Array, Int64Array};
use arrow::datatypes::{DataType, Decimal128Type, Int8Type, Int64Type};
use datafusion::error::{DataFusionError, Result};

/// A column of whole numbers; a decimal is the whole number of its smallest units.
pub(crate) enum Numbers<'a> {
    /// BIGINT.
    Long(&'a Int64Array),
    /// DECIMAL.
    Decimal(&'a Decimal128Array),
}

impl<'a> Numbers<'a> {
    pub(crate) fn of(array: &'a ArrayRef) -> Result<Numbers<'a>> {
        match array.data_type() {
            DataType::Int64 => Ok(Numbers::Long(array.as_primitive::<Int64Type>())),
            DataType::Decimal128(_, _) => Ok(Numbers::Decimal(array.as_primitive::<Decimal128Type>())),
            other => Err(DataFusionError::Internal(format!("{other} is no whole number"))),
        }
    }

    fn nulls(&self) -> Option<&arrow::buffer::NullBuffer> {
        match self {
            Numbers::Long(array) => array.nulls(),
            Numbers::Decimal(array) => array.nulls(),
        }
    }

    #[inline]
    pub(crate) fn at(&self, row: usize) -> i128 {
        match self {
            Numbers::Long(array) => i128::from(array.value(row)),
            Numbers::Decimal(array) => array.value(row),
        }
    }
}

/// Weights of change rows.
pub(crate) fn weights(array: &ArrayRef) -> Result<&Int8Array> {
    array
        .as_primitive_opt::<Int8Type>()
        .ok_or_else(|| DataFusionError::Internal(format!("{} is no weight", array.data_type())))
}

/// Calls `each` with every row that the filter lets through and in which every column has a value.
#[inline]
pub(crate) fn rows(
    length: usize,
    columns: &[&Numbers<'_>],
    filter: Option<&BooleanArray>,
    mut each: impl FnMut(usize),
) {
    let mut nulls: Option<arrow::buffer::NullBuffer> = None;
    for column in columns {
        nulls = arrow::buffer::NullBuffer::union(nulls.as_ref(), column.nulls());
    }
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
    match (nulls, filter) {
        (None, None) => (0..length).for_each(each),
        (Some(nulls), None) => nulls.valid_indices().for_each(each),
        (nulls, Some(filter)) => {
            let mut passing = filter.values().clone();
            for mask in [filter.nulls(), nulls.as_ref()].into_iter().flatten() {
                passing = &passing & mask.inner();
            }
            passing.set_indices().for_each(&mut each);
        }
    }
}
