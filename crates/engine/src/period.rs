//! Periods: civil in the workspace's zone, their boundaries instants from the zone database, so that a day on
//! which the clocks change has 23 or 25 hours.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use mittari_core::time::Instant;

use crate::error::{EngineError, Result};
use crate::query::{Compare, Grain};

/// A stretch of civil days, and of instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Period {
    /// The day that names it: the first of its grain, even where the query cuts it.
    pub(crate) label: Date,
    /// The first day.
    pub(crate) first: Date,
    /// The day after the last.
    pub(crate) end: Date,
    /// The first instant.
    pub(crate) from: Instant,
    /// The first instant after it.
    pub(crate) to: Instant,
    /// The first instant after the whole of its grain.
    pub(crate) full_to: Instant,
}

impl Period {
    /// No period at all.
    pub(crate) const NONE: Period = Period {
        label: Date::ZERO,
        first: Date::ZERO,
        end: Date::ZERO,
        from: Instant(0),
        to: Instant(0),
        full_to: Instant(0),
    };

    /// Whether it is made of whole civil months.
    pub(crate) fn is_whole_months(&self) -> bool {
        self.first.day() == 1 && self.end.day() == 1 && self.first < self.end
    }

    fn overlaps(&self, other: &Period) -> bool {
        self.from < other.to && other.from < self.to
    }
}

/// More than these in one answer is a mistake.
const PERIODS_MAX: usize = 10_000;

/// The periods of a query, in order.
pub(crate) fn periods(from: Date, to: Date, grain: Option<Grain>, zone: &TimeZone) -> Result<Vec<Period>> {
    let Some(grain) = grain else { return Ok(vec![period(from, from, to, to, zone)?]) };
    let mut periods = Vec::new();
    let mut start = start_of(grain, from);
    while start < to {
        let end = start.saturating_add(length_of(grain));
        periods.push(period(start, start.max(from), end.min(to), end, zone)?);
        if periods.len() > PERIODS_MAX || end <= start {
            return Err(EngineError::TooManyPeriods { periods: periods.len() });
        }
        start = end;
    }
    Ok(periods)
}

fn period(label: Date, first: Date, end: Date, full_end: Date, zone: &TimeZone) -> Result<Period> {
    Ok(Period {
        label,
        first,
        end,
        from: midnight(first, zone)?,
        to: midnight(end, zone)?,
        full_to: midnight(full_end, zone)?,
    })
}

/// The first instant of a civil day.
pub(crate) fn midnight(day: Date, zone: &TimeZone) -> Result<Instant> {
    at_civil(day.to_datetime(jiff::civil::Time::midnight()), zone)
}

fn at_civil(moment: DateTime, zone: &TimeZone) -> Result<Instant> {
    let timestamp = zone.to_ambiguous_timestamp(moment).compatible();
    timestamp.map(Instant::from).map_err(|_| EngineError::Query {
        what: "day",
        text: moment.to_string(),
        hint: "Choose a day between the years -9998 and 9998.".to_owned(),
    })
}

/// The civil day of an instant.
pub(crate) fn day_of(at: Instant, zone: &TimeZone) -> Date {
    let timestamp = at.to_timestamp().unwrap_or(if at.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX });
    zone.to_datetime(timestamp).date()
}

fn start_of(grain: Grain, day: Date) -> Date {
    match grain {
        Grain::Day => day,
        Grain::Week => {
            let since_monday = day.weekday().since(Weekday::Monday);
            day.saturating_sub(i64::from(since_monday).days())
        }
        Grain::Month => day.first_of_month(),
        Grain::Quarter => {
            let month = (day.month() - 1) / 3 * 3 + 1;
            jiff::civil::date(day.year(), month, 1)
        }
        Grain::Year => day.first_of_year(),
    }
}

fn length_of(grain: Grain) -> Span {
    match grain {
        Grain::Day => 1.day(),
        Grain::Week => 1.week(),
        Grain::Month => 1.month(),
        Grain::Quarter => 3.months(),
        Grain::Year => 1.year(),
    }
}

/// What each period is compared with: equal elapsed parts of both, where the later one still runs at `now`.
pub(crate) fn compared(
    periods: &[Period],
    grain: Option<Grain>,
    compare: Compare,
    now: Instant,
    zone: &TimeZone,
) -> Result<Vec<Period>> {
    periods.iter().map(|period| counterpart(period, grain, compare, now, zone)).collect()
}

fn counterpart(
    period: &Period,
    grain: Option<Grain>,
    compare: Compare,
    now: Instant,
    zone: &TimeZone,
) -> Result<Period> {
    let back = |day: Date| match (compare, grain) {
        // Weeks keep their weekdays.
        (Compare::Year, Some(Grain::Week)) => day.saturating_sub(52.weeks()),
        (Compare::Year, _) => day.saturating_sub(1.year()),
        (Compare::Previous, Some(grain)) => day.saturating_sub(length_of(grain)),
        (Compare::Previous, None) => day.saturating_sub(i64::from((period.end - period.first).get_days()).days()),
    };
    let (first, label) = (back(period.first), back(period.label));
    // The end of a whole grain is where the next one begins, whatever its length: February ends before March.
    let end = match (compare, grain) {
        (Compare::Previous, None) => period.first,
        _ => back(period.end),
    };
    let mut before = self::period(label, first, end, end, zone)?;
    if now < period.to && period.from < now {
        before.to = before.to.min(moved(now, period, first, zone)?);
    }
    Ok(before)
}

/// The instant as far into the period that begins on `first` as `now` is into `period`, by the civil clock.
fn moved(now: Instant, period: &Period, first: Date, zone: &TimeZone) -> Result<Instant> {
    let Some(timestamp) = now.to_timestamp() else { return Ok(now) };
    let civil = zone.to_datetime(timestamp);
    let elapsed = i64::from((civil.date() - period.first).get_days());
    at_civil(first.saturating_add(elapsed.days()).to_datetime(civil.time()), zone)
}

/// Periods that do not overlap, in order, so that a moment lies in at most one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct PeriodSet {
    pub(crate) periods: Vec<Period>,
}

/// Puts periods into as few sets as need be; equal ones stand in one set once.
pub(crate) fn sets_of(periods: impl IntoIterator<Item = Period>) -> Vec<PeriodSet> {
    let mut sets: Vec<PeriodSet> = Vec::new();
    for period in periods {
        if period.to <= period.from || sets.iter().any(|set| set.place(&period).is_some()) {
            continue;
        }
        match sets.iter_mut().find(|set| !set.periods.iter().any(|known| known.overlaps(&period))) {
            Some(set) => set.periods.push(period),
            None => sets.push(PeriodSet { periods: vec![period] }),
        }
    }
    sets.iter_mut().for_each(|set| set.periods.sort_by_key(|period| period.from));
    sets
}

impl PeriodSet {
    /// The place of a period of the same instants.
    pub(crate) fn place(&self, period: &Period) -> Option<usize> {
        self.periods.iter().position(|known| known.from == period.from && known.to == period.to)
    }

    /// The first instant of the first and the first after the last.
    pub(crate) fn bounds(&self) -> (Instant, Instant) {
        let first = self.periods.first().map_or(Instant(0), |period| period.from);
        (first, self.periods.last().map_or(first, |period| period.to))
    }

    /// Whether each period begins where the one before ends.
    pub(crate) fn is_seamless(&self) -> bool {
        self.periods.windows(2).all(|pair| pair[0].to == pair[1].from)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mittari_core::time::{DAY, HOUR};

    use super::*;

    fn helsinki() -> TimeZone {
        TimeZone::get("Europe/Helsinki").expect("the bundled database")
    }

    fn days(from: Date, to: Date) -> Vec<Period> {
        periods(from, to, Some(Grain::Day), &helsinki()).expect("periods")
    }

    #[test]
    fn a_day_on_which_the_clocks_change_has_23_or_25_hours() {
        let spring = days(date(2026, 3, 29), date(2026, 3, 30));
        assert_eq!(spring[0].to.0 - spring[0].from.0, 23 * HOUR);
        let autumn = days(date(2026, 10, 25), date(2026, 10, 26));
        assert_eq!(autumn[0].to.0 - autumn[0].from.0, 25 * HOUR);
    }

    #[test]
    fn weeks_start_on_monday_and_the_first_is_cut_where_the_query_begins() {
        let weeks = periods(date(2026, 1, 1), date(2026, 1, 12), Some(Grain::Week), &TimeZone::UTC).expect("weeks");
        let labels: Vec<Date> = weeks.iter().map(|week| week.label).collect();
        assert_eq!(labels, [date(2025, 12, 29), date(2026, 1, 5)]);
        assert_eq!((weeks[0].first, weeks[0].end), (date(2026, 1, 1), date(2026, 1, 5)));
    }

    #[test]
    fn a_running_month_is_compared_with_as_much_of_the_month_before() {
        let months = periods(date(2026, 3, 1), date(2026, 4, 1), Some(Grain::Month), &TimeZone::UTC).expect("months");
        let now = midnight(date(2026, 3, 10), &TimeZone::UTC).expect("now");
        let before = compared(&months, Some(Grain::Month), Compare::Previous, now, &TimeZone::UTC).expect("before");
        assert_eq!(before[0].first, date(2026, 2, 1));
        assert_eq!(before[0].to.0 - before[0].from.0, 9 * DAY);
        let over =
            compared(&months, Some(Grain::Month), Compare::Previous, months[0].to, &TimeZone::UTC).expect("over");
        assert_eq!(over[0].to, months[0].from);
    }

    #[test]
    fn a_span_without_grain_is_compared_with_as_many_days_before() {
        let span = periods(date(2026, 1, 11), date(2026, 1, 21), None, &TimeZone::UTC).expect("span");
        let before = compared(&span, None, Compare::Previous, span[0].to, &TimeZone::UTC).expect("before");
        assert_eq!((before[0].first, before[0].end), (date(2026, 1, 1), date(2026, 1, 11)));
    }

    #[test]
    fn overlapping_periods_go_into_different_sets_and_equal_ones_into_one() {
        let months = periods(date(2026, 1, 1), date(2026, 4, 1), Some(Grain::Month), &TimeZone::UTC).expect("months");
        let now = midnight(date(2026, 3, 10), &TimeZone::UTC).expect("now");
        let before = compared(&months, Some(Grain::Month), Compare::Previous, now, &TimeZone::UTC).expect("before");
        let sets = sets_of(months.iter().chain(&before).copied());
        assert_eq!(sets.iter().map(|set| set.periods.len()).collect::<Vec<_>>(), [4, 1]);
        assert!(sets[0].is_seamless());
    }

    #[test]
    fn quarters_and_years_begin_where_the_calendar_says() {
        assert_eq!(start_of(Grain::Quarter, date(2026, 5, 31)), date(2026, 4, 1));
        assert_eq!(start_of(Grain::Year, date(2026, 5, 31)), date(2026, 1, 1));
    }
}
