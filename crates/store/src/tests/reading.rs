//! What was known when, what is damaged, and facts through DataFusion.

use datafusion::prelude::SessionContext;
use mittari_core::facts::Fact;
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use super::fixture::*;
use crate::memory;
use crate::store::{Access, Store};
use mittari_core::model::Table;

#[test]
fn a_number_can_be_had_as_it_was_known() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = company();
    let mut store = store(&folder);
    import(&mut store, at(1_000_000), &[(Table::Event, events(&rows[..30]))]);
    let first = holding(&store);
    import(&mut store, at(2_000_000), &[(Table::Event, events(&rows))]);
    let second = holding(&store);
    assert_ne!(first, second);
    let known_at = |store: &Store, minute| of_facts(&store.facts(Some(Instant(at(minute)))).expect("facts"));
    assert_eq!(known_at(&store, 1_500_000), first);
    assert_eq!(known_at(&store, 2_500_000), second);
    store.rebuild(|_| ()).expect("rebuilt");
    assert_eq!(known_at(&store, 1_500_000), first, "folded again from events");
    assert!(known_at(&store, 10).values().all(Vec::is_empty));
}

#[test]
fn verify_finds_a_flipped_bit_a_short_file_and_a_missing_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(&folder);
    import_events(&mut store, &company());
    assert!(store.verify().expect("a check").damaged.is_empty());
    let file = |store: &Store, number: usize| {
        let record = &store.snapshot().files[number];
        store.data().join(&record.folder).join(&record.name)
    };
    let (flipped, short, missing) = (file(&store, 0), file(&store, 1), file(&store, 2));
    let mut bytes = std::fs::read(&flipped).expect("bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&flipped, bytes).expect("written");
    let bytes = std::fs::read(&short).expect("bytes");
    std::fs::write(&short, &bytes[..bytes.len() - 1]).expect("written");
    std::fs::remove_file(&missing).expect("removed");
    let damaged: Vec<_> = store.verify().expect("a check").damaged.into_iter().map(|damage| damage.file).collect();
    assert_eq!(damaged, [flipped, short, missing]);
    store.rebuild(|_| ()).expect("facts are made anew");
    assert!(store.verify().expect("a check").damaged.iter().all(|damage| !damage.derived));
}

#[test]
fn facts_are_tables_of_datafusion() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(&folder);
    import_events(&mut store, &company());
    let facts = store.facts(None).expect("facts");
    let context = SessionContext::new();
    context.register_table("conversations", facts.provider(Fact::Conversation).expect("a table")).expect("registered");
    let sql = "select sum(weight) as n, min(opened_at) as first from conversations where reopen_count > 0";
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let rows = runtime.block_on(async { context.sql(sql).await.expect("a plan").collect().await.expect("rows") });
    let shown = arrow::util::pretty::pretty_format_batches(&rows).expect("a table").to_string();
    assert!(shown.contains("| 4 | 2026-01-05T00:00:00Z |"), "{shown}");
    let span = facts.span(Fact::Conversation).expect("a span").expect("rows");
    assert_eq!(span, (Instant(at(0)), Instant(at(6300))));
}

#[test]
fn facts_in_memory_equal_facts_of_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(&folder);
    import_events(&mut store, &company());
    let facts = memory::facts(vec![(Table::Event, events(&company()))], &Settings::default()).expect("facts");
    assert_eq!(of_facts(&facts), holding(&store));
    assert_eq!(facts.watermark(), Some(Instant(at(6600))));
}

#[test]
fn settings_are_kept_and_another_threshold_folds_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(&folder);
    import_events(&mut store, &company());
    let version = store.facts(None).expect("facts").facts_version().to_owned();
    let settings = Settings { zone: "Europe/Helsinki".to_owned(), ..Settings::default() };
    store.write_settings(&settings).expect("written");
    drop(store);
    let mut store = Store::open(folder.path(), Access::Write).expect("opens");
    assert_eq!(store.settings(), &settings);
    import_events(&mut store, &company());
    assert_ne!(store.facts(None).expect("facts").facts_version(), version);
}
