//! The made-up company's help centre and what is said of it in public.

use anyhow::Result;
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;
use mittari_core::time::{HOUR, Instant, MINUTE, SECOND, Span};

use super::cases::Case;
use super::clock::{Clock, busyness};
use super::comments::comment;
use super::company::{ARTICLES, COUNTRIES, TOPICS, article_id};
use super::dice::Dice;
use super::people::World;
use super::sheet::{Cell, Sheet};
use super::stories;

/// Article views: those that led to a case, and the many that did not.
///
/// An article sends a known share of its readers to support; so for each case that a session led to, as many
/// other sessions are made as that share asks for.
pub(crate) fn article_views(seed: u64, cases: &[Case], world: World<'_>) -> Result<Sheet> {
    let World { people, clock } = world;
    let mut dice = Dice::new(seed, "article views");
    let mut sheet = Sheet::new(
        Table::ArticleView,
        &["occurred_at", "article_id", "session_id", "customer_id", "helpful", "contact_clicked", "language"],
    )?;
    let mut sessions = 0;
    for case in cases {
        let Some(session_id) = &case.session_id else { continue };
        let article = article_read_before(&mut dice, case);
        let language = COUNTRIES[people.customers[case.customer].country].language;
        let seen_at = Instant(case.opened_at.0 - (1 + dice.below(15)) as i64 * MINUTE - 7 * SECOND);
        if dice.chance(0.3) {
            let before = Instant(seen_at.0 - 4 * MINUTE);
            let article = dice.below(ARTICLES.len());
            put(&mut sheet, View { at: before, article, session_id, language, ..View::default() });
        }
        let helpful = dice.chance(0.15).then_some(false);
        let clicked = Some(dice.chance(0.8));
        put(&mut sheet, View { at: seen_at, article, session_id, helpful, clicked, language, ..View::default() });
        let (confusing, usual) = stories::TRANSFERRED;
        let share = if article == stories::CONFUSING_ARTICLE { confusing } else { usual };
        for _ in 0..dice.rare((1.0 - share) / share) {
            sessions += 1;
            let customer = dice.chance(0.55).then(|| dice.below(people.signed_up_before(case.day).max(1)));
            let customer_id = customer.map(|customer| people.customers[customer].id.as_str());
            let language = customer.map_or("en", |customer| COUNTRIES[people.customers[customer].country].language);
            let at = clock.in_country(0, case.day, dice.below(86_400) as i64);
            let helpful = dice.chance(0.12).then(|| dice.chance(if share > 0.2 { 0.35 } else { 0.84 }));
            let session_id = format!("visit-{sessions:06}");
            let session_id = session_id.as_str();
            put(&mut sheet, View { at, article, session_id, customer_id, helpful, clicked: Some(false), language });
        }
    }
    Ok(sheet)
}

fn article_read_before(dice: &mut Dice, case: &Case) -> usize {
    let theme = TOPICS[case.topic].theme;
    if theme == "pairing" && dice.chance(0.72) {
        return stories::CONFUSING_ARTICLE;
    }
    let of_theme: Vec<usize> = (0..ARTICLES.len())
        .filter(|article| ARTICLES[*article].1 == theme && *article != stories::CONFUSING_ARTICLE)
        .collect();
    dice.one(&of_theme)
}

/// One page seen.
#[derive(Clone, Copy, Default)]
struct View<'v> {
    at: Instant,
    article: usize,
    session_id: &'v str,
    customer_id: Option<&'v str>,
    helpful: Option<bool>,
    clicked: Option<bool>,
    language: &'v str,
}

fn put(sheet: &mut Sheet, view: View<'_>) {
    let article = article_id(view.article);
    sheet.row([
        view.at.into(),
        (&article).into(),
        view.session_id.into(),
        view.customer_id.into(),
        view.helpful.into(),
        view.clicked.into(),
        view.language.into(),
    ]);
}

/// The articles.
pub(crate) fn articles() -> Result<Sheet> {
    let mut sheet = Sheet::new(Table::Article, &["article_id", "title", "theme", "language", "url"])?;
    for (number, (title, theme)) in ARTICLES.iter().enumerate() {
        let id = article_id(number);
        let url = format!("https://help.example.com/{id}");
        sheet.row([(&id).into(), (*title).into(), (*theme).into(), "en".into(), (&url).into()]);
    }
    Ok(sheet)
}

/// Posts, comments and reviews.
pub(crate) fn mentions(seed: u64, count: usize, world: World<'_>) -> Result<Sheet> {
    let World { clock, .. } = world;
    let mut dice = Dice::new(seed, "mentions");
    let mut sheet = Sheet::new(
        Table::Mention,
        &[
            "occurred_at",
            "network",
            "author",
            "customer_id",
            "text",
            "language",
            "sentiment",
            "asks",
            "technical",
            "suggests",
            "competitor",
            "opportunity",
            "theme",
            "article_id",
            "rating",
            "replied_at",
        ],
    )?;
    let total: f64 = clock.days().map(busyness).sum();
    let mut number = 0;
    for day in clock.days() {
        for _ in 0..dice.rare(count as f64 * busyness(day) / total) {
            number += 1;
            let at = clock.in_country(0, day, 6 * 3600 + dice.below(17 * 3600) as i64);
            mention(&mut dice, &mut sheet, number, at, stories::release_factor(day), world);
        }
    }
    Ok(sheet)
}

fn mention(dice: &mut Dice, sheet: &mut Sheet, number: usize, at: Instant, release: f64, world: World<'_>) {
    let World { people, clock } = world;
    let network = *["forum", "short posts", "video", "review site"]
        .get(dice.weighted(&[0.34, 0.30, 0.12, 0.24]))
        .unwrap_or(&"forum");
    let about_release = dice.chance((release - 1.0) * 0.5);
    let sentiment = dice.weighted(if about_release { &[0.62, 0.26, 0.12] } else { &[0.22, 0.38, 0.40] }) as i64 - 1;
    let topic = if about_release {
        super::company::RELEASE_TOPIC
    } else {
        dice.weighted(&TOPICS.iter().map(|topic| topic.share).collect::<Vec<_>>())
    };
    let author = format!("writer-{number:05}");
    let customer = dice.chance(0.25).then(|| dice.below(people.customers.len() / 2));
    let language =
        COUNTRIES[dice.weighted(&COUNTRIES.iter().map(|country| country.share).collect::<Vec<_>>())].language;
    let asks = network != "review site" && dice.chance(0.3);
    let answered = dice.chance(if asks { 0.72 } else { 0.38 });
    let replied_at = at.plus(dice.minutes(190.0, 1.1));
    let article = (asks && dice.chance(0.6)).then(|| article_id(TOPICS[topic].article));
    let rating = (network == "review site")
        .then(|| Decimal::whole((sentiment + 3 + dice.below(2) as i64 * sentiment).clamp(1, 5)));
    sheet.row([
        at.into(),
        network.into(),
        (&author).into(),
        customer.map(|customer| &people.customers[customer].id).into(),
        comment(dice, language, sentiment * 2 + 3, false).into(),
        language.into(),
        Cell::Count(sentiment),
        asks.into(),
        asks.then(|| matches!(TOPICS[topic].team, Some("technical"))).into(),
        dice.chance(0.08).into(),
        dice.chance(0.05).then(|| dice.one(&["Luxora", "Glimmerly"])).into(),
        dice.chance(0.06).into(),
        TOPICS[topic].theme.into(),
        article.as_ref().into(),
        rating.into(),
        (answered && replied_at < clock.ends).then_some(replied_at).into(),
    ]);
}

/// What changed when.
pub(crate) fn annotations(clock: &Clock) -> Result<Sheet> {
    let mut sheet = Sheet::new(Table::Annotation, &["occurred_at", "kind", "name", "ended_at", "note", "product"])?;
    let mut add = |from, to: Option<jiff::civil::Date>, kind: &str, name: &str, note: &str| {
        sheet.row([
            clock.day(from).plus(Span(9 * HOUR)).into(),
            kind.into(),
            name.into(),
            to.map(|to| clock.day(to)).into(),
            note.into(),
            Cell::None,
        ]);
    };
    add(stories::RELEASE_ON, None, "release", "App 5.0", "New look; pairing moved to another page");
    add(
        stories::INCIDENT_ON,
        Some(stories::INCIDENT_ON),
        "incident",
        "Cloud outage",
        "Lamps did not react for six hours",
    );
    for (from, to, name) in stories::CAMPAIGNS {
        add(*from, Some(*to), "campaign", name, "");
    }
    Ok(sheet)
}
