//! Valopuro, the made-up company: a maker of smart lamps with an app, its desks, its people, its topics.
//!
//! Nothing here is drawn by chance. What was planted for the report to find is in `stories`.

use jiff::civil::{Date, date};

/// The company's name.
pub(crate) const NAME: &str = "Valopuro";
/// The zone of its head office, in which periods are civil.
pub(crate) const ZONE: &str = "Europe/Helsinki";
/// The first day of the two years.
pub(crate) const STARTS: Date = date(2024, 11, 1);
/// The day after the last.
pub(crate) const ENDS: Date = date(2026, 11, 1);

/// A team and when it is open.
pub(crate) struct Desk {
    pub(crate) team: &'static str,
    pub(crate) calendar: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) opens: &'static str,
    pub(crate) closes: &'static str,
    /// 1 Monday to 7 Sunday, first and last day.
    pub(crate) days: (i64, i64),
    /// How many agents.
    pub(crate) agents: usize,
    /// Median of the first answer to a mail, in minutes of business time.
    pub(crate) first_answer_minutes: f64,
    /// How agreeable its answers are, in points of a five-point scale.
    pub(crate) warmth: f64,
}

/// The teams.
pub(crate) const DESKS: &[Desk] = &[
    desk("helsinki", "Europe/Helsinki", ("08:00", "18:00"), (1, 6), (14, 95.0, 0.10)),
    desk("warsaw", "Europe/Warsaw", ("08:00", "17:00"), (1, 5), (12, 130.0, 0.0)),
    desk("ljubljana", "Europe/Ljubljana", ("09:00", "17:00"), (1, 5), (7, 150.0, 0.05)),
    desk("taipei", "Asia/Taipei", ("09:00", "18:00"), (1, 6), (9, 80.0, 0.15)),
    desk("billing", "Europe/Warsaw", ("08:00", "16:00"), (1, 5), (8, 210.0, -0.05)),
    desk("technical", "Europe/Helsinki", ("08:00", "20:00"), (1, 7), (12, 170.0, -0.10)),
];

const fn desk(
    team: &'static str,
    zone: &'static str,
    (opens, closes): (&'static str, &'static str),
    days: (i64, i64),
    (agents, first_answer_minutes, warmth): (usize, f64, f64),
) -> Desk {
    Desk { team, calendar: team, zone, opens, closes, days, agents, first_answer_minutes, warmth }
}

/// The number of a team in [`DESKS`].
pub(crate) fn desk_number(team: &str) -> usize {
    DESKS.iter().position(|desk| desk.team == team).unwrap_or_default()
}

/// Days on which a calendar is closed.
pub(crate) fn holidays(calendar: &str) -> &'static [Date] {
    const FINLAND: &[Date] = &[
        date(2024, 12, 6),
        date(2024, 12, 24),
        date(2024, 12, 25),
        date(2024, 12, 26),
        date(2025, 1, 1),
        date(2025, 1, 6),
        date(2025, 4, 18),
        date(2025, 4, 21),
        date(2025, 5, 1),
        date(2025, 5, 29),
        date(2025, 6, 20),
        date(2025, 12, 24),
        date(2025, 12, 25),
        date(2025, 12, 26),
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 6, 19),
    ];
    const POLAND: &[Date] = &[
        date(2024, 11, 1),
        date(2024, 11, 11),
        date(2024, 12, 25),
        date(2024, 12, 26),
        date(2025, 1, 1),
        date(2025, 1, 6),
        date(2025, 4, 21),
        date(2025, 5, 1),
        date(2025, 6, 19),
        date(2025, 8, 15),
        date(2025, 11, 11),
        date(2025, 12, 24),
        date(2025, 12, 25),
        date(2025, 12, 26),
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 6, 4),
    ];
    const SLOVENIA: &[Date] = &[
        date(2024, 11, 1),
        date(2024, 12, 25),
        date(2024, 12, 26),
        date(2025, 1, 1),
        date(2025, 1, 2),
        date(2025, 4, 21),
        date(2025, 5, 1),
        date(2025, 5, 2),
        date(2025, 6, 25),
        date(2025, 8, 15),
        date(2025, 10, 31),
        date(2025, 12, 25),
        date(2025, 12, 26),
        date(2026, 1, 1),
        date(2026, 1, 2),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 1),
        date(2026, 6, 25),
    ];
    const TAIWAN: &[Date] = &[
        date(2025, 1, 1),
        date(2025, 1, 27),
        date(2025, 1, 28),
        date(2025, 1, 29),
        date(2025, 1, 30),
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 4, 4),
        date(2025, 5, 30),
        date(2025, 10, 6),
        date(2025, 10, 10),
        date(2026, 1, 1),
        date(2026, 2, 16),
        date(2026, 2, 17),
        date(2026, 2, 18),
        date(2026, 2, 19),
        date(2026, 2, 20),
        date(2026, 6, 19),
        date(2026, 9, 25),
    ];
    match calendar {
        "warsaw" | "billing" => POLAND,
        "ljubljana" => SLOVENIA,
        "taipei" => TAIWAN,
        _ => FINLAND,
    }
}

/// A country in which customers live.
pub(crate) struct Country {
    pub(crate) code: &'static str,
    pub(crate) language: &'static str,
    pub(crate) zone: &'static str,
    /// The team that answers its general questions.
    pub(crate) team: &'static str,
    pub(crate) currency: &'static str,
    /// How many customers live there, as a share.
    pub(crate) share: f64,
    pub(crate) first_names: &'static [&'static str],
    pub(crate) last_names: &'static [&'static str],
}

/// The countries.
pub(crate) const COUNTRIES: &[Country] = &[
    Country {
        code: "FI",
        language: "fi",
        zone: "Europe/Helsinki",
        team: "helsinki",
        currency: "EUR",
        share: 0.30,
        first_names: &["Aino", "Eero", "Helmi", "Ilmari", "Kaisa", "Onni", "Saara", "Veikko", "Tuuli", "Pekka"],
        last_names: &["Korpela", "Lahtinen", "Niemi", "Rautio", "Salmela", "Tuominen", "Ylitalo", "Halonen"],
    },
    Country {
        code: "PL",
        language: "pl",
        zone: "Europe/Warsaw",
        team: "warsaw",
        currency: "PLN",
        share: 0.24,
        first_names: &["Agata", "Bartek", "Celina", "Dorota", "Filip", "Iga", "Kacper", "Lena", "Marek", "Zofia"],
        last_names: &["Adamska", "Borowy", "Czajka", "Domin", "Gajda", "Jarosz", "Lis", "Wrona"],
    },
    Country {
        code: "SI",
        language: "sl",
        zone: "Europe/Ljubljana",
        team: "ljubljana",
        currency: "EUR",
        share: 0.10,
        first_names: &["Anja", "Bojan", "Eva", "Gregor", "Jaka", "Lara", "Maja", "Nejc", "Tina", "Urban"],
        last_names: &["Hribar", "Jerman", "Kos", "Mlakar", "Oblak", "Rozman", "Turk", "Zajc"],
    },
    Country {
        code: "TW",
        language: "zh-Hant",
        zone: "Asia/Taipei",
        team: "taipei",
        currency: "EUR",
        share: 0.14,
        first_names: &["怡君", "志明", "雅婷", "家豪", "淑芬", "冠宇", "佩珊", "柏翰"],
        last_names: &["林", "陳", "張", "黃", "李", "吳", "蔡", "許"],
    },
    Country {
        code: "EE",
        language: "ru",
        zone: "Europe/Tallinn",
        team: "helsinki",
        currency: "EUR",
        share: 0.09,
        first_names: &["Алина", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Игорь"],
        last_names: &["Белова", "Волков", "Громова", "Зуев", "Кузьмин", "Лебедева", "Орлов", "Титова"],
    },
    Country {
        code: "IE",
        language: "en",
        zone: "Europe/Dublin",
        team: "helsinki",
        currency: "EUR",
        share: 0.13,
        first_names: &["Aoife", "Brendan", "Ciara", "Declan", "Eimear", "Fionn", "Grainne", "Niall"],
        last_names: &["Brady", "Casey", "Dunne", "Foley", "Hayes", "Keane", "Nolan", "Tierney"],
    },
];

/// What a contact is about.
pub(crate) struct Topic {
    pub(crate) theme: &'static str,
    /// The team that answers it; none: the team of the customer's country.
    pub(crate) team: Option<&'static str>,
    /// How often.
    pub(crate) share: f64,
    /// How many answers it usually takes after the first.
    pub(crate) more_answers: f64,
    /// How it weighs on the customer's mood, in points of a five-point scale.
    pub(crate) mood: f64,
    /// The article that treats it.
    pub(crate) article: usize,
}

/// The topics; the last is the release's own and comes only with it.
pub(crate) const TOPICS: &[Topic] = &[
    topic("delivery", None, 0.20, 0.7, 0.0, 1),
    topic("pairing", Some("technical"), 0.15, 1.6, -0.15, 16),
    topic("invoice", Some("billing"), 0.12, 0.9, -0.05, 8),
    topic("returns", None, 0.11, 1.1, -0.10, 4),
    topic("schedules", None, 0.10, 0.9, 0.10, 20),
    topic("account", None, 0.09, 0.6, 0.05, 12),
    topic("payment failed", Some("billing"), 0.07, 1.0, -0.20, 9),
    topic("flicker", Some("technical"), 0.06, 1.8, -0.30, 24),
    topic("product advice", None, 0.06, 0.5, 0.25, 28),
    topic("cancellation", Some("billing"), 0.04, 0.8, -0.25, 10),
    topic("app 5.0", Some("technical"), 0.0, 1.5, -0.35, 32),
];

const fn topic(
    theme: &'static str,
    team: Option<&'static str>,
    share: f64,
    more_answers: f64,
    mood: f64,
    article: usize,
) -> Topic {
    Topic { theme, team, share, more_answers, mood, article }
}

/// The number of the release's topic.
pub(crate) const RELEASE_TOPIC: usize = TOPICS.len() - 1;

/// The channels, with the share of each, and how agreeable it is.
pub(crate) const CHANNELS: [(&str, f64, f64); 5] = [
    ("email", 0.36, 0.0),
    ("chat", 0.22, 0.10),
    ("phone", 0.17, 0.05),
    ("web", 0.13, -0.05),
    ("messaging", 0.12, 0.10),
];

/// What is sold, with price in euros and share of orders.
pub(crate) const PRODUCTS: [(&str, f64, f64); 5] = [
    ("Lumme bulb", 19.0, 0.34),
    ("Hehku strip", 49.0, 0.24),
    ("Kajo desk lamp", 89.0, 0.20),
    ("Revon ceiling", 149.0, 0.14),
    ("Silta hub", 69.0, 0.08),
];

/// Plans of the app, with euros a month.
pub(crate) const PLANS: &[(&str, f64)] = &[("home", 3.9), ("family", 6.9), ("studio", 14.9), ("business", 39.0)];

/// Agents' names, team by team in the order of [`DESKS`].
pub(crate) const AGENT_NAMES: &[&str] = &[
    "Aada Koivu",
    "Antti Mäki",
    "Elli Saari",
    "Hannu Vuori",
    "Iida Ranta",
    "Jarkko Suo",
    "Kerttu Lampi",
    "Lauri Aho",
    "Minna Harju",
    "Nooa Joki",
    "Oona Kari",
    "Petra Luoto",
    "Risto Salo",
    "Senja Virta",
    "Ada Kruk",
    "Błażej Sowa",
    "Daria Bąk",
    "Emil Zięba",
    "Gosia Sikora",
    "Hubert Czyż",
    "Julia Dzik",
    "Kamil Żuk",
    "Lidia Wilk",
    "Michał Szpak",
    "Nina Kania",
    "Oskar Gil",
    "Alenka Breza",
    "Blaž Gaber",
    "Črt Javor",
    "Darja Lipa",
    "Jure Smreka",
    "Manca Bor",
    "Vid Hrast",
    "趙子涵",
    "周承恩",
    "徐詠晴",
    "高宇軒",
    "馬思妤",
    "羅品睿",
    "梁芷若",
    "宋明哲",
    "謝雨彤",
    "Basia Wierzba",
    "Dawid Jesion",
    "Ewa Lipka",
    "Grzegorz Buk",
    "Hania Olcha",
    "Igor Grab",
    "Karol Topola",
    "Marta Sosna",
    "Aleksi Halla",
    "Eeva Routa",
    "Joonas Kide",
    "Kaisu Usva",
    "Leevi Pyry",
    "Meri Tuisku",
    "Niilo Kaste",
    "Pihla Ukonen",
    "Roope Vihma",
    "Siiri Sade",
    "Tapio Myrsky",
    "Venla Auer",
];

/// The help centre: (title, theme).
pub(crate) const ARTICLES: &[(&str, &str)] = &[
    ("Where is my parcel?", "delivery"),
    ("Delivery times by country", "delivery"),
    ("Change the delivery address", "delivery"),
    ("My parcel came damaged", "delivery"),
    ("Return a lamp", "returns"),
    ("When is my money back?", "returns"),
    ("Return without the box", "returns"),
    ("Warranty, in short", "returns"),
    ("Read your invoice", "invoice"),
    ("A payment failed: what now?", "payment failed"),
    ("End your plan", "cancellation"),
    ("Change your plan", "invoice"),
    ("Forgot your password", "account"),
    ("Share a home with others", "account"),
    ("Move to a new phone", "account"),
    ("Delete your account", "account"),
    ("Pair your first lamp", "pairing"),
    ("Pair a lamp again after a move", "pairing"),
    ("Which networks work", "pairing"),
    ("The hub blinks orange", "pairing"),
    ("Wake up with light", "schedules"),
    ("Follow the sun", "schedules"),
    ("Lights while you travel", "schedules"),
    ("Schedules and daylight saving", "schedules"),
    ("A lamp flickers", "flicker"),
    ("A lamp hums", "flicker"),
    ("Dimmers on the wall", "flicker"),
    ("Bulbs that do not fit", "flicker"),
    ("Which lamp for which room", "product advice"),
    ("Colours and whites", "product advice"),
    ("How much power a lamp takes", "product advice"),
    ("Lamps for the bath", "product advice"),
    ("What is new in app 5.0", "app 5.0"),
    ("Where the buttons went in app 5.0", "app 5.0"),
    ("Go back to the old app", "app 5.0"),
    ("Business accounts", "invoice"),
];

/// The id of an article.
pub(crate) fn article_id(number: usize) -> String {
    format!("help-{number:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_agent_has_a_name_and_a_team() {
        assert_eq!(DESKS.iter().map(|desk| desk.agents).sum::<usize>(), AGENT_NAMES.len());
    }

    #[test]
    fn shares_add_up_to_one() {
        let near_one = |sum: f64| (sum - 1.0).abs() < 1e-9;
        assert!(near_one(TOPICS.iter().map(|topic| topic.share).sum()));
        assert!(near_one(CHANNELS.iter().map(|(_, share, _)| share).sum()));
        assert!(near_one(COUNTRIES.iter().map(|country| country.share).sum()));
        assert!(near_one(PRODUCTS.iter().map(|(_, _, share)| share).sum()));
    }

    #[test]
    fn every_topic_has_a_desk_and_an_article_of_its_theme() {
        for topic in TOPICS {
            assert!(topic.team.is_none_or(|team| DESKS.iter().any(|desk| desk.team == team)), "{}", topic.theme);
            assert_eq!(ARTICLES[topic.article].1, topic.theme);
        }
    }
}
