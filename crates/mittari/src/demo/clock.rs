//! When things happen at the made-up company: civil times to instants, seasons, weekdays, hours of the day.

use anyhow::{Context, Result};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use mittari_core::calendar::{Calendar, Calendars};
use mittari_core::settings::{CalendarSettings, Settings};
use mittari_core::time::{Instant, SECOND, Span};

use super::company::{COUNTRIES, DESKS, ENDS, STARTS, ZONE, holidays};
use super::dice::Dice;
use super::stories;

/// Zones, calendars and the two ends of the company's time.
pub(crate) struct Clock {
    zone: TimeZone,
    country_zones: Vec<TimeZone>,
    calendars: Calendars,
    pub(crate) starts: Instant,
    pub(crate) ends: Instant,
}

impl Clock {
    /// The clock of the company with these settings.
    pub(crate) fn new(settings: &Settings) -> Result<Clock> {
        let zone = TimeZone::get(ZONE)?;
        let country_zones = COUNTRIES.iter().map(|country| TimeZone::get(country.zone)).collect::<Result<_, _>>()?;
        let calendars = Calendars::new(settings, &[])?;
        let (starts, ends) = (civil(&zone, STARTS, 0), civil(&zone, ENDS, 0));
        Ok(Clock { zone, country_zones, calendars, starts, ends })
    }

    /// Every day of the two years.
    pub(crate) fn days(&self) -> impl Iterator<Item = Date> + use<> {
        STARTS.series(jiff::Span::new().days(1)).take_while(|day| *day < ENDS)
    }

    /// The first instant of a day at the head office.
    pub(crate) fn day(&self, day: Date) -> Instant {
        civil(&self.zone, day, 0)
    }

    /// A second of a day in a customer's country.
    pub(crate) fn in_country(&self, country: usize, day: Date, second: i64) -> Instant {
        civil(&self.country_zones[country], day, second)
    }

    /// The hours of a desk.
    pub(crate) fn hours(&self, desk: usize) -> Result<&Calendar> {
        let team = DESKS[desk].team;
        self.calendars.for_team(Some(team)).with_context(|| format!("no calendar for the team {team}"))
    }

    /// When so much of a desk's time has passed.
    pub(crate) fn later(&self, desk: usize, from: Instant, span: Span) -> Result<Instant> {
        Ok(self.hours(desk)?.add_business(from, span).unwrap_or(self.ends))
    }
}

fn civil(zone: &TimeZone, day: Date, second: i64) -> Instant {
    let midnight = day.at(0, 0, 0, 0).to_zoned(zone.clone());
    let start = midnight.map_or(Instant(0), |midnight| Instant::from(midnight.timestamp()));
    start.plus(Span(second * SECOND))
}

/// The calendar of every desk, as settings know them.
pub(crate) fn calendars() -> std::collections::BTreeMap<String, CalendarSettings> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let calendar = |desk: &super::company::Desk| CalendarSettings {
        zone: Some(desk.zone.to_owned()),
        hours: (desk.days.0..=desk.days.1)
            .map(|day| (DAYS[day as usize - 1].to_owned(), vec![format!("{}-{}", desk.opens, desk.closes)]))
            .collect(),
        holidays: holidays(desk.calendar).iter().map(Date::to_string).collect(),
        ..CalendarSettings::default()
    };
    DESKS.iter().map(|desk| (desk.calendar.to_owned(), calendar(desk))).collect()
}

/// How busy a day is, beside others.
pub(crate) fn busyness(day: Date) -> f64 {
    let week = match day.weekday() {
        Weekday::Monday => 1.28,
        Weekday::Tuesday => 1.14,
        Weekday::Wednesday => 1.06,
        Weekday::Thursday => 1.02,
        Weekday::Friday => 0.94,
        Weekday::Saturday => 0.50,
        Weekday::Sunday => 0.40,
    };
    let since = f64::from((day - STARTS).get_days());
    let growth = 1.0 + 0.25 * since / 730.0;
    // Lamps sell in the dark season.
    let season = 1.0 + 0.14 * (std::f64::consts::TAU * (f64::from(day.day_of_year()) - 5.0) / 365.25).cos();
    let holiday = if holidays("helsinki").contains(&day) { 0.45 } else { 1.0 };
    week * growth * season * holiday * stories::release_factor(day) * stories::other_factor(day)
}

/// How long the queues are beside usual: they grow faster than the contacts, until the desks have caught up.
pub(crate) fn pressure(day: Date) -> f64 {
    (stories::release_factor(day) * stories::other_factor(day)).powf(1.1)
}

/// A second of the day, by how customers' days go: late morning, afternoon, and again after supper.
pub(crate) fn second_of_day(dice: &mut Dice, by_phone: bool) -> i64 {
    const WRITTEN: [f64; 24] = [
        0.6, 0.3, 0.2, 0.2, 0.3, 0.7, 1.6, 3.2, 5.4, 6.8, 7.2, 6.6, 5.6, 6.0, 6.4, 6.1, 5.6, 5.0, 4.8, 5.2, 5.6, 4.6,
        2.9, 1.4,
    ];
    const SPOKEN: [f64; 24] = [
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.4, 5.8, 9.2, 10.0, 9.4, 7.6, 7.4, 8.0, 7.6, 6.0, 3.2, 1.2, 0.4, 0.0, 0.0,
        0.0, 0.0,
    ];
    let hour = dice.weighted(if by_phone { &SPOKEN } else { &WRITTEN });
    hour as i64 * 3600 + dice.below(3600) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn mondays_are_busier_than_sundays_and_winters_than_summers() {
        assert!(busyness(date(2025, 6, 2)) > 2.0 * busyness(date(2025, 6, 8)));
        assert!(busyness(date(2025, 1, 14)) > busyness(date(2025, 7, 15)));
    }

    #[test]
    fn a_case_of_friday_night_is_answered_on_the_next_open_day() {
        let settings = Settings { calendars: calendars(), ..super::super::settings() };
        let clock = Clock::new(&settings).expect("valid hours");
        let warsaw = super::super::company::desk_number("warsaw");
        let friday_night = clock.in_country(1, date(2025, 6, 6), 20 * 3600);
        let answered = clock.later(warsaw, friday_night, Span::hours(1)).expect("a calendar");
        assert_eq!(answered, clock.in_country(1, date(2025, 6, 9), 9 * 3600));
    }
}
