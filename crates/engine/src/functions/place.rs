//! Where a row lies among the periods of a query: boundaries are instants, compared as such.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int32Builder, ListBuilder, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Field, Int32Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use mittari_core::metric::StockAt;

use crate::period::PeriodSet;

/// A moment of the facts.
pub(crate) fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The boundaries of a set of periods, sorted; periods do not overlap.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Boundaries {
    from: Vec<i64>,
    to: Vec<i64>,
    first_day: Vec<i32>,
    end_day: Vec<i32>,
}

impl Boundaries {
    pub(crate) fn new(set: &PeriodSet) -> Arc<Boundaries> {
        let epoch = jiff::civil::date(1970, 1, 1);
        let day = |date: jiff::civil::Date| (date - epoch).get_days();
        let periods = || set.periods.iter();
        Arc::new(Boundaries {
            from: periods().map(|period| period.from.0).collect(),
            to: periods().map(|period| period.to.0).collect(),
            first_day: periods().map(|period| day(period.first)).collect(),
            end_day: periods().map(|period| day(period.end)).collect(),
        })
    }

    #[inline]
    fn place(&self, at: i64, guess: usize) -> Option<usize> {
        if self.from.get(guess).is_some_and(|from| *from <= at) && at < self.to[guess] {
            return Some(guess);
        }
        let place = self.from.partition_point(|from| *from <= at).checked_sub(1)?;
        (at < self.to[place]).then_some(place)
    }
}

fn moments(array: &ArrayRef) -> Result<&TimestampMicrosecondArray> {
    array
        .as_primitive_opt::<TimestampMicrosecondType>()
        .ok_or_else(|| DataFusionError::Internal(format!("{} is no moment", array.data_type())))
}

/// What a [`PlaceFunction`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Question {
    /// (moment) -> the number of the period that holds it.
    Of,
    /// (opens, closes) -> the numbers of the periods at whose given end it is open.
    Open(End),
    /// (first day, end day) -> the numbers of the periods that it overlaps.
    Overlapped,
    /// (number, first day, end day) -> whether that period holds it whole.
    Held,
    /// (number) -> the first instant.
    Start,
    /// (number) -> the first instant after.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Start,
    End,
}

/// A function over the boundaries of one set of periods.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PlaceFunction {
    signature: Signature,
    question: Question,
    boundaries: Arc<Boundaries>,
}

fn function(question: Question, arguments: usize, boundaries: &Arc<Boundaries>) -> ScalarUDF {
    ScalarUDF::from(PlaceFunction {
        signature: Signature::any(arguments, Volatility::Immutable),
        question,
        boundaries: Arc::clone(boundaries),
    })
}

/// The number of the period that holds a moment, null where none does.
pub(crate) fn period_of(boundaries: &Arc<Boundaries>) -> ScalarUDF {
    function(Question::Of, 1, boundaries)
}

/// The numbers of the periods at whose start or end something is open: opened before it, not closed before it.
pub(crate) fn periods_open(boundaries: &Arc<Boundaries>, at: StockAt) -> ScalarUDF {
    let end = match at {
        StockAt::PeriodStart => End::Start,
        StockAt::PeriodEnd => End::End,
    };
    function(Question::Open(end), 2, boundaries)
}

/// The numbers of the periods that two civil dates overlap, the second exclusive.
pub(crate) fn periods_overlapped(boundaries: &Arc<Boundaries>) -> ScalarUDF {
    function(Question::Overlapped, 2, boundaries)
}

/// Whether a period holds two civil dates whole.
pub(crate) fn period_holds(boundaries: &Arc<Boundaries>) -> ScalarUDF {
    function(Question::Held, 3, boundaries)
}

/// The first instant of a period.
pub(crate) fn period_start(boundaries: &Arc<Boundaries>) -> ScalarUDF {
    function(Question::Start, 1, boundaries)
}

/// The first instant after a period.
pub(crate) fn period_end(boundaries: &Arc<Boundaries>) -> ScalarUDF {
    function(Question::End, 1, boundaries)
}

fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Int32, true)))
}

impl ScalarUDFImpl for PlaceFunction {
    fn name(&self) -> &str {
        match self.question {
            Question::Of => "period_of",
            Question::Open(End::Start) => "periods_open_at_start",
            Question::Open(End::End) => "periods_open_at_end",
            Question::Overlapped => "periods_overlapped",
            Question::Held => "period_holds",
            Question::Start => "start_of_period",
            Question::End => "end_of_period",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.question {
            Question::Of => DataType::Int32,
            Question::Open(_) | Question::Overlapped => list_type(),
            Question::Held => DataType::Boolean,
            Question::Start | Question::End => instant_type(),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let rows = args.number_rows;
        let array: ArrayRef = match self.question {
            Question::Of => Arc::new(self.of(moments(&arrays[0])?)),
            Question::Open(end) => self.open(moments(&arrays[0])?, moments(&arrays[1])?, end),
            Question::Overlapped => self.overlapped(&arrays, rows),
            Question::Held => self.held(&arrays, rows),
            Question::Start => self.boundary(&arrays[0], &self.boundaries.from),
            Question::End => self.boundary(&arrays[0], &self.boundaries.to),
        };
        if rows == 1 && args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_))) {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

impl PlaceFunction {
    fn of(&self, moments: &TimestampMicrosecondArray) -> Int32Array {
        let mut guess = 0;
        moments
            .iter()
            .map(|at| {
                let place = self.boundaries.place(at?, guess)?;
                guess = place;
                Some(place as i32)
            })
            .collect()
    }

    fn open(&self, opens: &TimestampMicrosecondArray, closes: &TimestampMicrosecondArray, end: End) -> ArrayRef {
        let ends = match end {
            End::Start => &self.boundaries.from,
            End::End => &self.boundaries.to,
        };
        let mut lists = ListBuilder::new(Int32Builder::new());
        for (opens, closes) in opens.iter().zip(closes) {
            if let Some(opens) = opens {
                let first = ends.partition_point(|end| *end <= opens);
                let after = closes.map_or(ends.len(), |closes| ends.partition_point(|end| *end <= closes));
                (first..after).for_each(|place| lists.values().append_value(place as i32));
            }
            lists.append(true);
        }
        Arc::new(lists.finish())
    }

    fn overlapped(&self, arrays: &[ArrayRef], rows: usize) -> ArrayRef {
        let (first, end) = (arrays[0].as_primitive::<Date32Type>(), arrays[1].as_primitive::<Date32Type>());
        let mut lists = ListBuilder::new(Int32Builder::new());
        for row in 0..rows {
            if first.is_valid(row) && end.is_valid(row) {
                let (first, end) = (first.value(row), end.value(row));
                let from = self.boundaries.end_day.partition_point(|after| *after <= first);
                let to = self.boundaries.first_day.partition_point(|begin| *begin < end);
                (from..to).for_each(|place| lists.values().append_value(place as i32));
            }
            lists.append(true);
        }
        Arc::new(lists.finish())
    }

    fn held(&self, arrays: &[ArrayRef], rows: usize) -> ArrayRef {
        let places = arrays[0].as_primitive::<Int32Type>();
        let (first, end) = (arrays[1].as_primitive::<Date32Type>(), arrays[2].as_primitive::<Date32Type>());
        let held = (0..rows).map(|row| {
            let place = places.is_valid(row).then(|| places.value(row) as usize)?;
            let begins = *self.boundaries.first_day.get(place)? <= first.value(row);
            Some(begins && end.value(row) <= self.boundaries.end_day[place])
        });
        Arc::new(held.collect::<BooleanArray>())
    }

    fn boundary(&self, places: &ArrayRef, boundaries: &[i64]) -> ArrayRef {
        let places = places.as_primitive::<Int32Type>();
        let at = places.iter().map(|place| boundaries.get(place? as usize).copied());
        Arc::new(at.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::period::{midnight, periods, sets_of};
    use crate::query::Grain;

    fn months() -> PlaceFunction {
        let periods = periods(date(2026, 1, 1), date(2026, 4, 1), Some(Grain::Month), &TimeZone::UTC).expect("months");
        PlaceFunction {
            signature: Signature::any(1, Volatility::Immutable),
            question: Question::Of,
            boundaries: Boundaries::new(&sets_of(periods)[0]),
        }
    }

    fn at(year: i16, month: i8, day: i8) -> i64 {
        midnight(date(year, month, day), &TimeZone::UTC).expect("midnight").0
    }

    #[test]
    fn a_moment_at_midnight_belongs_to_the_period_that_begins() {
        let moments = TimestampMicrosecondArray::from(vec![
            Some(at(2025, 12, 31)),
            Some(at(2026, 1, 1)),
            Some(at(2026, 2, 1) - 1),
            Some(at(2026, 2, 1)),
            Some(at(2026, 4, 1)),
            None,
        ]);
        let places: Vec<_> = months().of(&moments).iter().collect();
        assert_eq!(places, [None, Some(0), Some(0), Some(1), None, None]);
    }

    #[test]
    fn what_opens_at_a_boundary_is_not_open_there_and_what_closes_at_it_still_is() {
        let opens = TimestampMicrosecondArray::from(vec![at(2026, 1, 1), at(2025, 12, 1), at(2026, 1, 15)]);
        let closes = TimestampMicrosecondArray::from(vec![Some(at(2026, 2, 1)), Some(at(2026, 1, 1)), None]);
        let lists = months().open(&opens, &closes, End::Start);
        let list = |row| lists.as_list::<i32>().value(row).as_primitive::<Int32Type>().values().to_vec();
        assert_eq!((list(0), list(1), list(2)), (vec![1], vec![0], vec![1, 2]));
    }

    #[test]
    fn dates_are_held_by_the_period_that_has_them_whole() {
        let day = |month, day| (date(2026, month, day) - date(1970, 1, 1)).get_days();
        let first: ArrayRef = Arc::new(arrow::array::Date32Array::from(vec![day(1, 1), day(1, 15)]));
        let end: ArrayRef = Arc::new(arrow::array::Date32Array::from(vec![day(2, 1), day(2, 15)]));
        let lists = months().overlapped(&[Arc::clone(&first), Arc::clone(&end)], 2);
        let list = |row| lists.as_list::<i32>().value(row).as_primitive::<Int32Type>().values().to_vec();
        assert_eq!((list(0), list(1)), (vec![0], vec![0, 1]));
        let places: ArrayRef = Arc::new(Int32Array::from(vec![0, 0]));
        let held = months().held(&[places, first, end], 2);
        assert_eq!(held.as_boolean().iter().collect::<Vec<_>>(), [Some(true), Some(false)]);
    }
}
