//! A made-up company of two years, for `mittari demo`: believable, the same for the same seed, with stories
//! planted for the report to find.
//!
//! It writes files in the ordinary import formats and nothing else, so that what the demo shows went the way
//! that everybody's data goes. It never asks what day it is: the company's time ends on a fixed day.

mod cases;
mod clock;
mod comments;
mod commerce;
pub(crate) mod company;
mod dice;
mod people;
mod sheet;
pub(crate) mod stories;
mod surveys;
mod thread;
mod web;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::civil::{Date, date};
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;
use mittari_core::settings::{Exchange, Settings, SlaSettings};

use clock::Clock;
use people::{People, World};
use sheet::{Form, Sheet};
use surveys::Surveys;

/// How big a company, and which.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) seed: u64,
    pub(crate) conversations: usize,
}

/// One file written.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) path: PathBuf,
    pub(crate) rows: usize,
}

/// The company's settings: zone, hours of every desk, targets.
pub(crate) fn settings() -> Settings {
    let sla = |metric: &str, minutes, priority: Option<&str>| SlaSettings {
        metric: metric.to_owned(),
        minutes,
        business: true,
        priority: priority.map(str::to_owned),
        channel: None,
    };
    Settings {
        company: Some(company::NAME.to_owned()),
        zone: company::ZONE.to_owned(),
        calendar: Some("helsinki".to_owned()),
        calendars: clock::calendars(),
        team_calendars: company::DESKS.iter().map(|desk| (desk.team.to_owned(), desk.calendar.to_owned())).collect(),
        sla: vec![
            sla("first_reply", 60, Some("urgent")),
            sla("first_reply", 240, None),
            sla("resolution", 27 * 60, None),
        ],
        exchange: Some(Exchange {
            to: "EUR".to_owned(),
            rates: BTreeMap::from([("PLN".to_owned(), Decimal(232_558)), ("EUR".to_owned(), Decimal::whole(1))]),
        }),
        competitors: vec!["Luxora".to_owned(), "Glimmerly".to_owned()],
        targets: BTreeMap::from([
            ("csat".to_owned(), 80.0),
            ("nps".to_owned(), 30.0),
            ("first_response_time".to_owned(), 4.0 * 3600.0),
            ("reopen_rate".to_owned(), 8.0),
            ("sla_attainment".to_owned(), 85.0),
        ]),
        ..Settings::default()
    }
}

/// Writes all files of the company into `folder`, and tells of each.
pub(crate) fn write(size: Size, folder: &Path, mut told: impl FnMut(&Written)) -> Result<Vec<Written>> {
    std::fs::create_dir_all(folder)?;
    let clock = Clock::new(&settings())?;
    let people = People::new(size.seed, (size.conversations * 3 / 10).max(200), &clock);
    let world = World { people: &people, clock: &clock };
    let mut files = Vec::new();
    let mut put = |mut sheet: Sheet, part: &str, form: Form| -> Result<()> {
        let rows = sheet.rows();
        let written = Written { path: sheet.write(folder, part, form)?, rows };
        told(&written);
        files.push(written);
        Ok(())
    };
    put(people.customer_sheet(size.seed)?, "", Form::CsvGz)?;
    put(people.agent_sheet(&clock)?, "", Form::Csv)?;
    put(web::articles()?, "", Form::Csv)?;
    put(web::annotations(&clock)?, "", Form::JsonLines)?;
    put(sla_policies()?, "", Form::Csv)?;

    let mut events = Sheet::new(Table::Event, thread::COLUMNS)?;
    let cases = cases::make(size.seed, size.conversations, world, &mut events, |day, events| {
        if let Some(part) = half_year_that_ends(day) {
            let full = std::mem::replace(events, Sheet::new(Table::Event, thread::COLUMNS)?);
            put(full, &part, Form::Parquet)?;
        }
        Ok(())
    })?;

    let mut surveys = Surveys::new(size.seed)?;
    surveys.after_cases(&cases, world)?;
    surveys.relationship(&cases, world)?;
    put(surveys.invitations, "", Form::JsonLinesGz)?;
    put(surveys.answers, "", Form::Csv)?;
    put(surveys.follow_ups, "", Form::Csv)?;
    put(surveys.ratings, "", Form::CsvGz)?;

    put(web::article_views(size.seed, &cases, world)?, "", Form::JsonLinesGz)?;
    put(web::mentions(size.seed, size.conversations / 16, world)?, "", Form::JsonLines)?;
    put(commerce::subscriptions(size.seed, world)?, "", Form::Csv)?;
    put(commerce::orders(size.seed, world)?, "", Form::Parquet)?;
    put(commerce::activities(size.seed, world)?, "", Form::Parquet)?;
    put(commerce::touchpoints(size.seed, world)?, "", Form::CsvGz)?;
    put(commerce::referrals(size.seed, world)?, "", Form::JsonLines)?;
    put(commerce::costs(size.seed, size.conversations)?, "", Form::Csv)?;
    put(commerce::revenues(size.seed, size.conversations)?, "", Form::Csv)?;
    Ok(files)
}

/// The part of the year that a day is the last of, for the names of files.
fn half_year_that_ends(day: Date) -> Option<String> {
    let ends = [
        (date(2025, 4, 30), "-2024-winter"),
        (date(2025, 10, 31), "-2025-summer"),
        (date(2026, 4, 30), "-2025-winter"),
    ];
    if day.tomorrow().is_ok_and(|next| next == company::ENDS) {
        return Some("-2026-summer".to_owned());
    }
    ends.iter().find(|(end, _)| *end == day).map(|(_, part)| (*part).to_owned())
}

fn sla_policies() -> Result<Sheet> {
    let mut sheet = Sheet::new(Table::SlaPolicy, &["policy", "metric", "target_minutes", "business", "priority"])?;
    for sla in settings().sla {
        sheet.row([
            "what we promise".into(),
            sla.metric.as_str().into(),
            sheet::Cell::Count(i64::from(sla.minutes)),
            sla.business.into(),
            sla.priority.as_deref().into(),
        ]);
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(seed: u64) -> Vec<(String, u64)> {
        let folder = tempfile::tempdir().expect("a folder");
        let files = write(Size { seed, conversations: 600 }, folder.path(), |_| ()).expect("written");
        files
            .iter()
            .map(|file| {
                let name = file.path.file_name().expect("a name").to_string_lossy().into_owned();
                let bytes = std::fs::read(&file.path).expect("there");
                (name, bytes.iter().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte))))
            })
            .collect()
    }

    #[test]
    fn the_same_seed_writes_the_same_files() {
        let first = bytes_of(1);
        assert_eq!(first, bytes_of(1));
        assert_ne!(first, bytes_of(2));
    }
}
