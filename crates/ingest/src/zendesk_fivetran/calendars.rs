//! Schedules and their holidays as calendars.
//!
//! Hours are minutes since Sunday midnight in the schedule's own zone; the columns in UTC beside them are wrong half
//! of the year and not read. A stretch over midnight becomes one for each day.

use std::collections::{BTreeMap, HashMap};

use mittari_core::model::Table;
use mittari_core::time::DAY;

use super::lookup::{Lookup, each};
use super::sheet::{Making, Sheet, says_yes};
use super::zones::{zone_of, zone_of_offset};
use super::{Stage, Tables};
use crate::IngestError;
use crate::moment::usual;
use crate::problem::Fault;
use crate::reader::ReadRules;

const DAY_MINUTES: i64 = 24 * 60;

/// Name and zone of every schedule.
#[derive(Default)]
pub(super) struct Schedules(HashMap<String, Schedule>);

/// One schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) name: String,
    /// As the zone database names it; as given where it does not know it.
    pub(super) zone: String,
}

impl Schedules {
    /// Reads what the tables of schedules and zones say.
    pub(super) fn read(tables: &Tables, rules: &ReadRules) -> Result<Schedules, IngestError> {
        let mut offsets = HashMap::new();
        each(tables, "time_zone", rules, |sheet| {
            let (names, values) = (sheet.texts("time_zone"), sheet.texts("standard_offset"));
            for row in 0..sheet.rows() {
                if let (Some(name), Some(offset)) = (names.get(row), values.get(row)) {
                    offsets.insert(name.to_owned(), offset.to_owned());
                }
            }
            Ok(())
        })?;
        let mut given: BTreeMap<String, (String, String)> = BTreeMap::new();
        each(tables, "schedule", rules, |sheet| {
            let (ids, names, zones) = (sheet.needed("id", "schedule")?, sheet.texts("name"), sheet.texts("time_zone"));
            for row in 0..sheet.rows() {
                if let Some(id) = ids.get(row) {
                    let name = names.get(row).unwrap_or(id).to_owned();
                    given.insert(id.to_owned(), (name, zones.get(row).unwrap_or("UTC").to_owned()));
                }
            }
            Ok(())
        })?;
        let by_offset = |name: &String| offsets.get(name).and_then(|offset| zone_of_offset(offset));
        let is_double = |name: &String| given.values().filter(|(other, _)| other == name).count() > 1;
        let schedules = given.iter().map(|(id, (name, zone))| {
            let name = if is_double(name) { format!("{name} ({id})") } else { name.clone() };
            let zone = zone_of(zone).or_else(|| by_offset(zone)).unwrap_or_else(|| zone.clone());
            (id.clone(), Schedule { name, zone })
        });
        Ok(Schedules(schedules.collect()))
    }

    /// A schedule by its id.
    pub(super) fn get(&self, id: &str) -> Option<&Schedule> {
        self.0.get(id)
    }
}

/// Reads the table `schedule`.
pub(super) struct Hours;

impl Stage for Hours {
    fn table(&self) -> &'static str {
        "schedule"
    }

    fn rows_of(&self) -> Table {
        Table::CalendarHours
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let ids = sheet.needed("id", "schedule")?;
        let (starts, ends) = (sheet.needed("start_time", "schedule")?, sheet.needed("end_time", "schedule")?);
        let deleted = sheet.texts("_fivetran_deleted");
        let mut hours = Making::new(
            Table::CalendarHours,
            &[
                ("external_id", "id"),
                ("calendar", "name"),
                ("zone", "time_zone"),
                ("weekday", "start_time"),
                ("opens", "start_time"),
                ("closes", "end_time"),
            ],
        );
        for row in (0..sheet.rows()).filter(|row| !says_yes(deleted.get(*row))) {
            let id = ids.get(row).unwrap_or_default();
            let schedule = lookup.schedules.get(id).cloned();
            let schedule = schedule.as_ref();
            let (name, zone) =
                (schedule.map(|schedule| schedule.name.as_str()), schedule.map(|schedule| schedule.zone.as_str()));
            let minutes = |text: Option<&str>| {
                text.and_then(|text| text.parse::<i64>().ok()).filter(|minute| (0..=8 * DAY_MINUTES).contains(minute))
            };
            let (Some(start), Some(end)) = (minutes(starts.get(row)), minutes(ends.get(row))) else {
                hours.push(row, &[None, name, zone, None, starts.get(row), ends.get(row)]);
                hours.fault(no_stretch(starts.get(row), ends.get(row)));
                continue;
            };
            if start >= end {
                hours.push(row, &[None, name, zone, None, None, None]);
                hours.fault(no_stretch(starts.get(row), ends.get(row)));
            }
            for (weekday, opens, closes) in by_day(start, end) {
                if let Some(schedule) = schedule {
                    lookup.keep_hours(schedule, weekday, &opens, &closes);
                }
                let external_id = format!("schedule:{id}:{weekday}:{opens}-{closes}");
                let weekday = weekday.to_string();
                hours.push(row, &[Some(&external_id), name, zone, Some(&weekday), Some(&opens), Some(&closes)]);
            }
        }
        Ok(vec![hours])
    }
}

fn no_stretch(start: Option<&str>, end: Option<&str>) -> Fault {
    let value = format!("{}-{}", start.unwrap_or_default(), end.unwrap_or_default());
    Fault::of(
        "start_time",
        &value,
        "no stretch of a week",
        "start_time and end_time are minutes since Sunday midnight, end_time the later",
    )
}

/// (weekday from Monday, opens, closes) of each day that a stretch touches.
fn by_day(start: i64, end: i64) -> Vec<(i64, String, String)> {
    let mut days = Vec::new();
    let mut from = start;
    while from < end {
        let midnight = (from / DAY_MINUTES + 1) * DAY_MINUTES;
        let to = end.min(midnight);
        let day = (from / DAY_MINUTES) % 7;
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        let closes = if to == midnight { "24:00".to_owned() } else { clock(to % DAY_MINUTES) };
        days.push((if day == 0 { 7 } else { day }, clock(from % DAY_MINUTES), closes));
        from = to;
    }
    days
}

/// Reads the table `schedule_holiday`.
pub(super) struct Holidays;

impl Stage for Holidays {
    fn table(&self) -> &'static str {
        "schedule_holiday"
    }

    fn rows_of(&self) -> Table {
        Table::CalendarHours
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let table = self.table();
        let (ids, schedules) = (sheet.texts("id"), sheet.needed("schedule_id", table)?);
        let (starts, ends) = (sheet.needed("start_date", table)?, sheet.texts("end_date"));
        let deleted = sheet.texts("_fivetran_deleted");
        let mut days = Making::new(
            Table::CalendarHours,
            &[("external_id", "id"), ("calendar", "schedule_id"), ("zone", "schedule_id"), ("holiday", "start_date")],
        );
        for row in (0..sheet.rows()).filter(|row| !says_yes(deleted.get(*row))) {
            let schedule = schedules.get(row).and_then(|id| lookup.schedules.get(id)).cloned();
            let schedule = schedule.as_ref();
            let (name, zone) =
                (schedule.map(|schedule| schedule.name.as_str()), schedule.map(|schedule| schedule.zone.as_str()));
            for date in dates(starts.get(row), ends.get(row)) {
                if let Some(schedule) = schedule {
                    lookup.keep_holiday(schedule, &date);
                }
                let external_id = format!("holiday:{}:{date}", ids.get(row).unwrap_or_default());
                days.push(row, &[Some(&external_id), name, zone, Some(&date)]);
                if schedule.is_none() {
                    let id = schedules.get(row).unwrap_or_default();
                    days.fault(Fault::of(
                        "schedule_id",
                        id,
                        "a holiday of a schedule that is not there",
                        "export the table schedule with it",
                    ));
                    break;
                }
            }
        }
        Ok(vec![days])
    }
}

/// All days of a holiday, both ends among them; as given where they are no dates, so that they are reported.
fn dates(start: Option<&str>, end: Option<&str>) -> Vec<String> {
    let day = |text: &str| usual(text, None).ok().map(|written| written.civil.div_euclid(DAY));
    let Some(first) = start.and_then(day) else { return vec![start.unwrap_or_default().to_owned()] };
    let last = end.and_then(day).unwrap_or(first).clamp(first, first + 366);
    let date = |day: i64| {
        jiff::Timestamp::from_microsecond(day * DAY)
            .ok()
            .map(|at| jiff::tz::TimeZone::UTC.to_datetime(at).date().to_string())
    };
    (first..=last).filter_map(date).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_over_midnight_becomes_one_for_each_day() {
        let text = |days: Vec<(i64, String, String)>| -> Vec<String> {
            days.into_iter().map(|(day, opens, closes)| format!("{day} {opens}-{closes}")).collect()
        };
        assert_eq!(text(by_day(1980, 2520)), ["1 09:00-18:00"]);
        assert_eq!(text(by_day(0, 1440)), ["7 00:00-24:00"]);
        assert_eq!(text(by_day(8640 + 1200, 10080 + 120)), ["6 20:00-24:00", "7 00:00-02:00"]);
    }

    #[test]
    fn a_holiday_has_both_its_first_and_its_last_day() {
        assert_eq!(dates(Some("2022-12-26"), Some("2022-12-28")), ["2022-12-26", "2022-12-27", "2022-12-28"]);
        assert_eq!(dates(Some("2022-12-26"), None), ["2022-12-26"]);
        assert_eq!(dates(Some("Boxing Day"), None), ["Boxing Day"]);
    }
}
