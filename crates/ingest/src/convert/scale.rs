//! The scale of scores whose file names none.
//!
//! NPS is asked on 0 to 10 and effort on 1 to 7. Satisfaction is asked on many scales, so a file without scale
//! columns is looked through first ([`Scale::of_scores`]): one score of 8 says that the 5 beside it was no full mark.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use mittari_core::decimal::Decimal;

use super::Columns;
use super::number::millionths;

/// The worst and the best score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    pub(crate) min: Decimal,
    pub(crate) max: Decimal,
}

impl Scale {
    pub(crate) const fn whole(min: i64, max: i64) -> Scale {
        Scale { min: Decimal::whole(min), max: Decimal::whole(max) }
    }

    /// The usual scale that holds all scores between these two; `None` where none does.
    pub(crate) fn of_scores(least: Decimal, most: Decimal) -> Option<Scale> {
        const USUAL: &[Scale] = &[
            Scale::whole(0, 1),
            Scale::whole(1, 5),
            Scale::whole(1, 7),
            Scale::whole(1, 10),
            Scale::whole(0, 10),
            Scale::whole(1, 100),
            Scale::whole(0, 100),
        ];
        let holds = |scale: &&Scale| scale.min <= least && most <= scale.max;
        // All ones fit 0-1 too, and are no thumbs.
        let start = usize::from(least > Decimal::whole(0));
        USUAL[start..].iter().find(holds).copied()
    }

    /// "1-5".
    pub(crate) fn name(&self) -> String {
        mittari_core::settings::scale_name(self.min, self.max)
    }
}

/// Fills `scale_min` and `scale_max` where a score has none.
pub(super) fn fill(columns: &mut Columns, csat: Option<Scale>) -> Result<(), ArrowError> {
    let (Some(score), Some(kind)) = (columns.get("score"), columns.get("kind")) else { return Ok(()) };
    let kinds = cast(kind, &DataType::Utf8)?;
    let scale_of = |row: usize| {
        let kinds = kinds.as_string::<i32>();
        match kinds.is_valid(row).then(|| kinds.value(row)) {
            Some("nps") => Some(Scale::whole(0, 10)),
            Some("ces") => Some(Scale::whole(1, 7)),
            Some("csat") => csat,
            _ => None,
        }
    };
    let given = |name: &str, row: usize| columns.get(name).and_then(|array| millionths(array, row));
    let (mut mins, mut maxs) = (Vec::new(), Vec::new());
    for row in 0..columns.rows {
        let scale = scale_of(row).filter(|_| score.is_valid(row));
        let (min, max) = (given("scale_min", row), given("scale_max", row));
        let use_default = min.is_none() && max.is_none();
        mins.push(min.or(scale.filter(|_| use_default).map(|scale| scale.min.0)));
        maxs.push(max.or(scale.filter(|_| use_default).map(|scale| scale.max.0)));
    }
    columns.set("scale_min", decimals(mins)?);
    columns.set("scale_max", decimals(maxs)?);
    Ok(())
}

fn decimals(values: Vec<Option<i64>>) -> Result<ArrayRef, ArrowError> {
    let wide: Decimal128Array = values.into_iter().map(|value| value.map(i128::from)).collect();
    Ok(Arc::new(wide.with_precision_and_scale(18, 6)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_usual_scale_that_holds_all_scores_is_taken() {
        let of = |least, most| Scale::of_scores(Decimal::whole(least), Decimal::whole(most)).map(|scale| scale.name());
        assert_eq!(of(2, 5).as_deref(), Some("1-5"));
        assert_eq!(of(0, 1).as_deref(), Some("0-1"));
        assert_eq!(of(1, 1).as_deref(), Some("1-5"));
        assert_eq!(of(1, 7).as_deref(), Some("1-7"));
        assert_eq!(of(1, 10).as_deref(), Some("1-10"));
        assert_eq!(of(0, 5).as_deref(), Some("0-10"));
        assert_eq!(of(12, 95).as_deref(), Some("1-100"));
        assert_eq!(of(-1, 5), None);
        assert_eq!(of(1, 500), None);
    }
}
