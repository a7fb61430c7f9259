//! `mittari init`: a data folder with the company's decisions in settings.toml.

use clap::Args;
use jiff::tz::TimeZone;
use mittari_core::calendar::Calendars;
use mittari_core::settings::{CalendarSettings, Settings};
use mittari_store::{Access, Store};

use super::Place;
use crate::console::Tone;
use crate::failure::{Done, Failure, Outcome};

const EXAMPLES: &str = "\
Examples:
  mittari init                                                         asks
  mittari init --zone Europe/Ljubljana --hours 'mon-fri 08:00-12:00 13:00-17:00'
  mittari init --hours 'mon-sat 09:00-21:00' --holiday 2026-12-25 --holiday 2027-01-01
  mittari init --target csat=82 --target first_response_time=4h
  mittari init --team-hours 'billing: mon-fri 08:00-16:00'";

/// Every key of settings.toml with its default, as `mittari init --help` shows it.
const REFERENCE: &str = r#"
# company = "Example Ltd"        # for the head of reports
zone = "UTC"                     # the zone in which days and months are counted: "Europe/Helsinki"
# calendar = "office"            # the workspace's calendar; none: no business time
complaint_tags = ["complaint"]   # tags that make a conversation a complaint
margin_share = 1.0               # the margin of orders that name none, 0 to 1
support_cost_categories = ["support"]   # which costs are support; empty: all
bot_ids = []                     # actors that are bots, whatever the source calls them
automation_ids = []              # actors that are rules or integrations
# ticket_url = "https://desk.example.com/tickets/{id}"
competitors = []                 # names of competitors
n_min = 5                        # fewer rows are marked, and withheld of single agents
sla = []                         # [[sla]] metric = "first_reply", minutes = 240, business = true, priority = "high", channel = "email"

[windows]
reopen_days = 7                  # reopenings, repeated contacts and first contact resolution look this far
transfer_hours = 24              # an article sends to support who contacts it within this time
churn_grace_days = 30            # who subscribes again within this time was never lost
stage_days = 90                  # a customer reaches the next stage within this time
follow_up_days = 2               # a dissatisfied customer is to be followed up within this time
buyer_churn_days = 90            # a buyer without an order for this long is lost
answer_edit_hours = 24           # a second answer to one invitation replaces the first within this time
silent_days = 30                 # a customer silent for this long has left the journey

[calendars]                      # [calendars.office]  zone = "Europe/Helsinki"  holidays = ["2026-12-25"]
                                 # [calendars.office.hours]  mon = ["09:00-12:00", "13:00-17:00"]
[team_calendars]                 # billing = "office"
[satisfied_from]                 # "1-5" = 4.0: the least satisfied score of a scale
[dissatisfied_to]                # "1-5" = 2.0: the highest dissatisfied score of a scale
[targets]                        # csat = 82.0; durations in seconds
# [exchange]                     # to = "EUR"
# [exchange.rates]               # USD = 0.92
"#;

fn long_help() -> String {
    format!("{EXAMPLES}\n\nEvery key of settings.toml, with its default:\n{REFERENCE}")
}

/// Make a data folder: zone, opening hours, targets
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub(crate) struct Init {
    /// The company's name, for reports.
    #[arg(long)]
    company: Option<String>,
    /// The time zone in which days and months are counted.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// Opening hours: 'mon-fri 09:00-17:00'; may be given several times.
    #[arg(long, value_name = "HOURS")]
    hours: Vec<String>,
    /// Opening hours of a team: 'billing: mon-fri 08:00-16:00'.
    #[arg(long, value_name = "TEAM: HOURS")]
    team_hours: Vec<String>,
    /// A day on which all are closed.
    #[arg(long, value_name = "DAY")]
    holiday: Vec<String>,
    /// A target: csat=82, first_response_time=4h.
    #[arg(long, value_name = "METRIC=VALUE")]
    target: Vec<String>,
    /// Where a case can be opened, with {id} in it.
    #[arg(long, value_name = "URL")]
    ticket_url: Option<String>,
}

impl Init {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let mut store = Store::open(place.data, Access::Write)?;
        let before = store.settings().clone();
        let asked = if self.says_nothing() && place.console.interactive { self.asking(place)? } else { None };
        let settings = asked.as_ref().unwrap_or(self).settings(before, place)?;
        store.write_settings(&settings)?;
        tell(&settings, &store, place)
    }

    fn says_nothing(&self) -> bool {
        self.company.is_none()
            && self.zone.is_none()
            && self.ticket_url.is_none()
            && [&self.hours, &self.team_hours, &self.holiday, &self.target].iter().all(|given| given.is_empty())
    }

    /// Asks for what most need; the rest is in settings.toml.
    fn asking(&self, place: &Place<'_>) -> Done<Option<Init>> {
        let console = place.console;
        let system = TimeZone::system().iana_name().unwrap_or("UTC").to_owned();
        let company = console.ask("Company name, for the head of reports?", "none")?;
        let zone = console.ask("Time zone in which days and months are counted?", &system)?;
        let hours = console.ask("Opening hours? For none: none", "mon-fri 09:00-17:00")?;
        let target = console.ask("Target for customer satisfaction in percent?", "none")?;
        let said = |answer: String| Some(answer).filter(|answer| answer != "none");
        Ok(Some(Init {
            company: said(company),
            zone: said(zone),
            hours: said(hours).into_iter().collect(),
            team_hours: Vec::new(),
            holiday: Vec::new(),
            target: said(target).map(|target| format!("csat={target}")).into_iter().collect(),
            ticket_url: None,
        }))
    }

    fn settings(&self, mut settings: Settings, place: &Place<'_>) -> Done<Settings> {
        settings.company = self.company.clone().or(settings.company);
        settings.ticket_url = self.ticket_url.clone().or(settings.ticket_url);
        if let Some(zone) = &self.zone {
            TimeZone::get(zone).map_err(|_| unknown_zone(zone))?;
            settings.zone.clone_from(zone);
        }
        for hours in &self.hours {
            let calendar = settings.calendars.entry("office".to_owned()).or_default();
            add_hours(calendar, hours)?;
            settings.calendar = Some("office".to_owned());
        }
        for team_hours in &self.team_hours {
            let wrong = || {
                Failure::input(
                    format!("team hours \"{team_hours}\" cannot be read"),
                    "Write 'billing: mon-fri 08:00-16:00'.",
                )
            };
            let (team, hours) =
                team_hours.split_once(':').filter(|(team, _)| !team.trim().is_empty()).ok_or_else(wrong)?;
            let team = team.trim();
            add_hours(settings.calendars.entry(team.to_owned()).or_default(), hours)?;
            settings.team_calendars.insert(team.to_owned(), team.to_owned());
        }
        for calendar in settings.calendars.values_mut() {
            calendar.holidays.extend(self.holiday.iter().cloned());
        }
        for target in &self.target {
            let (metric, value) = read_target(target, place)?;
            settings.targets.insert(metric, value);
        }
        Calendars::new(&settings, &[])
            .map_err(|error| Failure::input(error.to_string(), "Hours are written 09:00-17:00, days 2026-12-25."))?;
        Ok(settings)
    }
}

fn unknown_zone(zone: &str) -> Failure {
    Failure::unknown(
        "time zone",
        zone,
        jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().iter().map(String::as_str),
    )
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Adds `mon-fri 08:00-12:00 13:00-17:00` to a calendar.
fn add_hours(calendar: &mut CalendarSettings, hours: &str) -> Done<()> {
    let wrong = || {
        Failure::input(
            format!("hours \"{hours}\" cannot be read"),
            "Write 'mon-fri 09:00-17:00', or 'sat 10:00-14:00'.",
        )
    };
    let mut words = hours.split_whitespace();
    let days = words.next().ok_or_else(wrong)?.to_lowercase();
    let place = |day: &str| DAYS.iter().position(|known| day.starts_with(known)).ok_or_else(wrong);
    let (first, last) = match days.split_once('-') {
        Some((first, last)) => (place(first)?, place(last)?),
        None => (place(&days)?, place(&days)?),
    };
    let intervals: Vec<String> = words.map(|interval| interval.trim_matches(',').to_owned()).collect();
    if intervals.is_empty() || first > last {
        return Err(wrong());
    }
    for day in &DAYS[first..=last] {
        calendar.hours.entry((*day).to_owned()).or_default().extend(intervals.iter().cloned());
    }
    Ok(())
}

/// `csat=82`, `first_response_time=4h`.
fn read_target(target: &str, place: &Place<'_>) -> Done<(String, f64)> {
    let wrong = || {
        Failure::input(
            format!("target \"{target}\" cannot be read"),
            "Write csat=82, or first_response_time=4h (s, min, h, d).",
        )
    };
    let (metric, value) = target.split_once('=').ok_or_else(wrong)?;
    let catalogue = crate::catalogue::of(place.data)?;
    let metric =
        catalogue.find(metric.trim()).map_err(|unknown| Failure::input(unknown.to_string(), unknown.hint()))?;
    let value = value.trim();
    let digits = value.trim_end_matches(|letter: char| letter.is_alphabetic() || letter == ' ');
    let seconds = match value[digits.len()..].trim() {
        "" | "s" => 1.0,
        "min" | "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(wrong()),
    };
    let number: f64 = digits.parse().map_err(|_| wrong())?;
    Ok((metric.id.clone(), number * seconds))
}

fn tell(settings: &Settings, store: &Store, place: &Place<'_>) -> Done {
    let console = place.console;
    if console.json {
        console.say_json(settings)?;
        return Ok(Outcome::Fine);
    }
    console.say(&format!(
        "{} is written: zone {}, {}",
        store.data().join("settings.toml").display(),
        settings.zone,
        match settings.calendars.len() {
            0 => "no opening hours (no business time)".to_owned(),
            1 => "one calendar".to_owned(),
            more => format!("{more} calendars"),
        }
    ))?;
    if store.row_counts().is_empty() {
        console.say(&format!("Next: {}", console.paint(Tone::Strong, "mittari import FILE...")))?;
    } else {
        console
            .say(&format!("Hours and windows take effect with {}", console.paint(Tone::Strong, "mittari rebuild")))?;
    }
    Ok(Outcome::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_names_every_key_with_its_default() {
        let settings: Settings = toml::from_str(REFERENCE).expect("the reference is a settings file");
        assert_eq!(settings, Settings::default());
        let all = toml::Table::try_from(Settings::default()).expect("settings");
        let windows = all["windows"].as_table().expect("windows");
        for key in all.keys().chain(windows.keys()).map(String::as_str).chain([
            "company",
            "calendar",
            "ticket_url",
            "exchange",
        ]) {
            assert!(REFERENCE.contains(key), "{key} is not in the reference");
        }
    }

    #[test]
    fn hours_are_read_for_a_range_of_days() {
        let mut calendar = CalendarSettings::default();
        add_hours(&mut calendar, "mon-wed 08:00-12:00 13:00-17:00").expect("hours");
        add_hours(&mut calendar, "Saturday 10:00-14:00").expect("hours");
        assert_eq!(calendar.hours["tue"], ["08:00-12:00", "13:00-17:00"]);
        assert_eq!(calendar.hours["sat"], ["10:00-14:00"]);
        assert!(!calendar.hours.contains_key("thu"));
        assert!(add_hours(&mut calendar, "someday 1").is_err());
    }
}
