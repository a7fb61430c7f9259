//! Business time of many spans, for the bench: what the calendar alone costs, without events, folds and files.
//!
//! Reads settings (TOML, which names one calendar) from the first argument and spans from standard input: pairs
//! of instants, eight bytes each, little end first. Adds up their business time on two threads, as often as the
//! second argument says, and prints the total of one time. It takes no time itself: `bench/run.py` does, as the
//! difference of two runs, so that neither start nor reading counts.

use std::io::Read;

use mittari_core::calendar::{Calendar, Calendars};
use mittari_core::settings::Settings;
use mittari_core::time::{Instant, Span};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let settings: Settings = toml::from_str(&arguments.next().ok_or("settings are missing")?)?;
    let times: u32 = arguments.next().ok_or("how often is missing")?.parse()?;
    let calendars = Calendars::new(&settings, &[])?;
    let calendar = calendars.for_team(None).ok_or("the settings name no calendar")?;
    let spans = spans(std::io::stdin())?;
    let mut total = 0;
    for _ in 0..times {
        total = sum_on_two_threads(calendar, std::hint::black_box(&spans));
    }
    println!("{total}");
    Ok(())
}

fn spans(mut input: impl Read) -> std::io::Result<Vec<(Instant, Instant)>> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let (words, _) = bytes.as_chunks::<8>();
    let instants: Vec<Instant> = words.iter().map(|word| Instant(i64::from_le_bytes(*word))).collect();
    let (pairs, _) = instants.as_chunks::<2>();
    Ok(pairs.iter().map(|[from, to]| (*from, *to)).collect())
}

fn sum_on_two_threads(calendar: &Calendar, spans: &[(Instant, Instant)]) -> i128 {
    let (first, second) = spans.split_at(spans.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| sum(calendar, second));
        sum(calendar, first) + other.join().unwrap_or_default()
    })
}

fn sum(calendar: &Calendar, spans: &[(Instant, Instant)]) -> i128 {
    // Two thousand spans of eighty years fit into 64 bits.
    let part = |spans: &[(Instant, Instant)]| -> i64 {
        spans.iter().map(|(from, to)| calendar.business_time(*from, *to)).sum::<Span>().0
    };
    spans.chunks(1 << 11).map(part).map(i128::from).sum()
}
