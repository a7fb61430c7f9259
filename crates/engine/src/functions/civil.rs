//! The weekday and the hour of a moment on the workspace's clock, and the time between two moments.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use jiff::tz::TimeZone;
use mittari_core::time::{DAY, HOUR, SECOND};

use super::place::instant_type;

/// The offsets of a zone: from each instant on, local time is so many microseconds ahead of UTC.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Offsets {
    since: Vec<i64>,
    offset: Vec<i64>,
}

impl Offsets {
    /// The zone's offsets for two centuries; before and after, the first and the last hold.
    pub(crate) fn new(zone: &TimeZone) -> Arc<Offsets> {
        let first = jiff::Timestamp::from_second(-2_208_988_800).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let micros = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * SECOND;
        let mut offsets = Offsets { since: vec![i64::MIN], offset: vec![micros(zone.to_offset(first))] };
        for transition in zone.following(first) {
            if transition.timestamp().as_second() > 4_133_980_800 {
                break;
            }
            offsets.since.push(transition.timestamp().as_microsecond());
            offsets.offset.push(micros(transition.offset()));
        }
        Arc::new(offsets)
    }

    #[inline]
    fn local(&self, at: i64, guess: &mut usize) -> i64 {
        let holds = |place: usize| self.since[place] <= at && self.since.get(place + 1).is_none_or(|next| at < *next);
        if !holds(*guess) {
            *guess = self.since.partition_point(|since| *since <= at) - 1;
        }
        at.saturating_add(self.offset[*guess])
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Weekday,
    Hour,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CivilFunction {
    signature: Signature,
    part: Part,
    offsets: Arc<Offsets>,
}

/// "1" Monday to "7" Sunday.
pub(crate) fn weekday(offsets: &Arc<Offsets>) -> ScalarUDF {
    civil(Part::Weekday, offsets)
}

/// "0" to "23".
pub(crate) fn hour(offsets: &Arc<Offsets>) -> ScalarUDF {
    civil(Part::Hour, offsets)
}

fn civil(part: Part, offsets: &Arc<Offsets>) -> ScalarUDF {
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::from(CivilFunction { signature, part, offsets: Arc::clone(offsets) })
}

const NUMBERS: [&str; 24] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
    "21", "22", "23",
];

impl ScalarUDFImpl for CivilFunction {
    fn name(&self) -> &str {
        match self.part {
            Part::Weekday => "weekday",
            Part::Hour => "hour",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let moments = arrays[0]
            .as_primitive_opt::<TimestampMicrosecondType>()
            .ok_or_else(|| DataFusionError::Internal(format!("{} is no moment", arrays[0].data_type())))?;
        let mut guess = 0;
        let names = moments.iter().map(|at| {
            let local = self.offsets.local(at?, &mut guess);
            let number = match self.part {
                // 1970-01-01 was a Thursday.
                Part::Weekday => (local.div_euclid(DAY) + 3).rem_euclid(7) + 1,
                Part::Hour => local.rem_euclid(DAY) / HOUR,
            };
            NUMBERS.get(number as usize).copied()
        });
        Ok(ColumnarValue::Array(Arc::new(names.collect::<StringArray>())))
    }
}

/// `elapsed_us(from, to)`: the microseconds from one moment to another.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ElapsedFunction {
    signature: Signature,
}

pub(crate) fn elapsed_us() -> ScalarUDF {
    let signature = Signature::new(TypeSignature::Exact(vec![instant_type(); 2]), Volatility::Immutable);
    ScalarUDF::from(ElapsedFunction { signature })
}

impl ScalarUDFImpl for ElapsedFunction {
    fn name(&self) -> &str {
        "elapsed_us"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let moments = |array: &ArrayRef| array.as_primitive_opt::<TimestampMicrosecondType>().cloned();
        let (Some(from), Some(to)) = (moments(&arrays[0]), moments(&arrays[1])) else {
            return Err(DataFusionError::Internal("elapsed_us takes two moments".to_owned()));
        };
        let elapsed = from.iter().zip(&to).map(|(from, to)| Some(to?.saturating_sub(from?)));
        Ok(ColumnarValue::Array(Arc::new(elapsed.collect::<Int64Array>())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_changes_with_the_clocks() {
        let offsets = Offsets::new(&TimeZone::get("Europe/Helsinki").expect("the bundled database"));
        let local_hour = |text: &str| {
            let at: jiff::Timestamp = text.parse().expect("a moment");
            offsets.local(at.as_microsecond(), &mut 0).rem_euclid(DAY) / HOUR
        };
        assert_eq!(local_hour("2026-01-15T12:00:00Z"), 14);
        assert_eq!(local_hour("2026-07-15T12:00:00Z"), 15);
        assert_eq!(local_hour("2026-03-29T00:59:59Z"), 2);
        assert_eq!(local_hour("2026-03-29T01:00:00Z"), 4);
    }
}
