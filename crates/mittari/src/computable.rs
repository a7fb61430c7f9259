//! What the data at hand can answer, and what would make the rest so: the end of every import.

use std::collections::BTreeMap;

use mittari_store::Store;

use crate::catalogue;
use crate::commands::Place;
use crate::console::Tone;
use crate::failure::Done;
use crate::needs;

/// Says which metrics can be computed, by family, and which tables would bring the others.
pub(crate) fn tell(store: &Store, place: &Place<'_>) -> Done<()> {
    let console = place.console;
    let facts = store.facts(None)?;
    let catalogue = catalogue::of(place.data)?;
    let (mut ready, mut waiting) = (0, BTreeMap::<Vec<&str>, Vec<&str>>::new());
    for metric in catalogue.iter().filter(|metric| metric.variant.is_none() && metric.deprecated.is_none()) {
        let missing = needs::missing(&catalogue, metric, |fact| facts.row_count(fact) > 0);
        if missing.is_empty() {
            ready += 1;
        } else {
            waiting.entry(missing).or_default().push(&metric.id);
        }
    }
    let all: usize = ready + waiting.values().map(Vec::len).sum::<usize>();
    console.say(&format!("\n{ready} of {all} metrics can be computed now."))?;
    let mut waiting: Vec<_> = waiting.into_iter().collect();
    waiting.sort_by_key(|(tables, metrics)| (std::cmp::Reverse(metrics.len()), tables.clone()));
    for (tables, metrics) in &waiting {
        console.say(&format!(
            "  {} would bring {}",
            console.paint(Tone::Strong, &tables.join(" and ")),
            metrics.join(", ")
        ))?;
    }
    if facts.row_count(mittari_core::facts::Fact::Conversation) > 0 && store.settings().calendars.is_empty() {
        let has_calendars = store.row_counts().contains_key(&mittari_core::model::Table::CalendarHours);
        if !has_calendars {
            console
                .say("  opening hours (\"mittari init --hours 'mon-fri 09:00-17:00'\") would bring business time")?;
        }
    }
    console.say(&format!("\nNext: {}", console.paint(Tone::Strong, "mittari report")))
}
