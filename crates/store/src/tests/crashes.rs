//! A writer that dies at any step leaves nothing half done: importing again gives what a clean import gives.

use super::fixture::*;
use crate::import::ImportMeta;
use crate::store::{Access, Store};
use mittari_core::model::Table;

const STEPS: [&str; 5] = ["rows written", "files durable", "one table committed", "tables committed", "done"];

#[test]
fn a_kill_at_any_step_and_the_import_again_equal_a_clean_import() {
    let clean = tempfile::tempdir().expect("a temporary folder");
    let rows = company();
    let mut store = store(&clean);
    import_events(&mut store, &rows[..40]);
    import_events(&mut store, &rows);
    let wanted = holding(&store);
    for step in STEPS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for part in [&rows[..40], &rows[..]] {
            let mut dying = Store::open(folder.path(), Access::Write).expect("opens");
            dying.dies_at = Some(step);
            let mut import = dying.begin_import(ImportMeta::default()).expect("an import");
            import.write(Table::Event, &events(part)).expect("rows");
            import.finish().expect_err("a death");
            drop(dying);
            let mut store = Store::open(folder.path(), Access::Write).expect("opens after a crash");
            assert!(store.verify().expect("a check").damaged.is_empty(), "{step}");
            let counts = import_events(&mut store, part).tables[&Table::Event];
            assert_eq!(counts.stored + counts.duplicate, part.len() as u64, "{step}");
        }
        let store = Store::open(folder.path(), Access::Read).expect("opens");
        assert_eq!(holding(&store), wanted, "after a death at {step:?}");
    }
}

#[test]
fn a_reader_between_two_steps_sees_the_state_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows = company();
    import_events(&mut store(&folder), &rows[..30]);
    let before = holding(&Store::open(folder.path(), Access::Read).expect("a reader"));
    for step in &STEPS[..4] {
        let mut dying = Store::open(folder.path(), Access::Write).expect("opens");
        dying.dies_at = Some(step);
        let mut import = dying.begin_import(ImportMeta::default()).expect("an import");
        import.write(Table::Event, &events(&rows)).expect("rows");
        import.finish().expect_err("a death");
        let reader = Store::open(folder.path(), Access::Read).expect("a reader");
        assert_eq!(holding(&reader), before, "{step}");
    }
}

#[test]
fn after_a_crash_the_delta_logs_say_what_the_register_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut dying = store(&folder);
    dying.dies_at = Some("tables committed");
    let mut import = dying.begin_import(ImportMeta::default()).expect("an import");
    import.write(Table::Event, &events(&company())).expect("rows");
    import.finish().expect_err("a death");
    drop(dying);
    let store = store(&folder);
    let events = store.data().join("lake/conversation_events");
    let left = std::fs::read_dir(&events).expect("a folder").filter_map(Result::ok);
    assert_eq!(left.filter(|entry| entry.path().extension().is_some_and(|end| end == "parquet")).count(), 0);
    let rows = store.logged_rows("lake/conversation_events").expect("a log");
    assert_eq!(rows, 0);
}
