//! What can be wrong with a calendar: everything that a person may have mistyped, each with a hint.

/// Why hours, holidays or a team's calendar cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The zone database does not know the name.
    #[error("unknown time zone \"{zone}\" of calendar \"{calendar}\"")]
    UnknownZone {
        /// The calendar that names it.
        calendar: String,
        /// The name as given.
        zone: String,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// A key of `hours` that is no day of the week, or a number outside 1 to 7.
    #[error("\"{day}\" is no day of the week, in calendar \"{calendar}\"")]
    UnknownDay {
        /// The calendar.
        calendar: String,
        /// The day as given.
        day: String,
    },
    /// A text that is no time of day.
    #[error("\"{text}\" is no opening time, in calendar \"{calendar}\"")]
    BadHours {
        /// The calendar.
        calendar: String,
        /// The text as given.
        text: String,
    },
    /// An interval that ends where it starts, or before.
    #[error("calendar \"{calendar}\" closes at {closes}, not after it opens at {opens}")]
    ClosesBeforeItOpens {
        /// The calendar.
        calendar: String,
        /// When it opens.
        opens: String,
        /// When it closes.
        closes: String,
    },
    /// One of the two times of a row is missing, or both are there without a day.
    #[error("a row of calendar \"{calendar}\" has {given} but not {missing}")]
    Incomplete {
        /// The calendar.
        calendar: String,
        /// The column that is there.
        given: &'static str,
        /// The column that it needs.
        missing: &'static str,
    },
    /// A text that is no date.
    #[error("\"{text}\" is no date, in calendar \"{calendar}\"")]
    BadDate {
        /// The calendar.
        calendar: String,
        /// The text as given.
        text: String,
    },
    /// A validity that ends where it starts, or before.
    #[error("calendar \"{calendar}\" is valid to {to}, which is not after {from}")]
    NeverValid {
        /// The calendar.
        calendar: String,
        /// Its first day.
        from: String,
        /// The day after its last.
        to: String,
    },
    /// A team, or the workspace, keeps a calendar that does not exist.
    #[error("{keeper} keeps the calendar \"{calendar}\", which does not exist")]
    UnknownCalendar {
        /// Who keeps it, in words.
        keeper: String,
        /// The name as given.
        calendar: String,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// Rows give one team two calendars.
    #[error("the team \"{team}\" keeps two calendars, \"{first}\" and \"{second}\"")]
    TwoCalendars {
        /// The team.
        team: String,
        /// One calendar.
        first: String,
        /// The other.
        second: String,
    },
}

impl CalendarError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            CalendarError::UnknownZone { nearest, .. } => {
                did_you_mean(nearest, "Zones are named like \"Europe/Helsinki\".")
            }
            CalendarError::UnknownDay { .. } => {
                "Days are mon, tue, wed, thu, fri, sat, sun, or a run such as mon-fri; in rows 1 (Monday) to 7."
                    .to_owned()
            }
            CalendarError::BadHours { .. } => {
                "Hours are written \"09:00-17:30\"; 24:00 is midnight at the end of the day.".to_owned()
            }
            CalendarError::ClosesBeforeItOpens { opens, closes, .. } => format!(
                "Hours over midnight are two intervals: \"{opens}-24:00\" and, on the next day, \"00:00-{closes}\"."
            ),
            CalendarError::Incomplete { .. } => {
                "A row is an interval (weekday, opens, closes) or a holiday (holiday).".to_owned()
            }
            CalendarError::BadDate { .. } => "Dates are written 2026-12-24.".to_owned(),
            CalendarError::NeverValid { .. } => {
                "valid_to is the day after the last on which the hours hold.".to_owned()
            }
            CalendarError::UnknownCalendar { nearest, .. } => did_you_mean(
                nearest,
                "Add it under [calendars] in settings.toml, or import it as a table \"calendars\".",
            ),
            CalendarError::TwoCalendars { team, .. } => format!(
                "Say which in settings.toml, under [team_calendars]: \"{team}\" = \"...\"; \
                 hours that change with time share one name and differ in valid_from and valid_to."
            ),
        }
    }
}

fn did_you_mean(nearest: &Option<String>, otherwise: &str) -> String {
    match nearest {
        Some(name) => format!("Did you mean \"{name}\"?"),
        None => otherwise.to_owned(),
    }
}
