//! The same rows, however they come, are stored once and fold to the same facts.

use mittari_core::model::Table;

use super::fixture::*;
use crate::import::ImportMeta;
use crate::register::{Rejected, TableCounts};
use crate::store::{Access, Store};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn an_import_folds_conversations_and_contacts() {
    let folder = folder();
    let mut store = store(&folder);
    let summary = import_events(&mut store, &company());
    let counts = TableCounts { received: 66, stored: 66, duplicate: 0, rejected: 0 };
    assert_eq!(summary.tables[&Table::Event], counts);
    let facts = holding(&store);
    assert_eq!(facts["conversations"].len(), 10);
    assert_eq!(facts["contacts"].len(), 10);
    assert_eq!(facts["replies"].len(), 14);
    assert_eq!(facts["conversations"].iter().filter(|row| row.contains("agent_most_replies=agent1")).count(), 10);
    assert_eq!(store.facts(None).expect("facts").watermark().map(|at| at.0), Some(at(6600)));
}

#[test]
fn the_same_file_twice_counts_once() {
    let folder = folder();
    let mut store = store(&folder);
    import_events(&mut store, &company());
    let before = holding(&store);
    let again = import_events(&mut store, &company());
    let counts = TableCounts { received: 66, stored: 0, duplicate: 66, rejected: 0 };
    assert_eq!(again.tables[&Table::Event], counts);
    assert_eq!(holding(&store), before);
}

#[test]
fn shuffled_and_split_files_give_the_same_facts() {
    let (one, other) = (folder(), folder());
    let (mut whole, mut parts) = (store(&one), store(&other));
    import_events(&mut whole, &company());
    let mut rows = company();
    rows.reverse();
    rows.rotate_left(17);
    for part in rows.chunks(13) {
        import_events(&mut parts, part);
    }
    assert_eq!(holding(&whole), holding(&parts));
}

#[test]
fn equal_rows_of_one_file_count_as_often_as_they_stand_in_it() {
    let folder = folder();
    let mut store = store(&folder);
    let message = event("c1", 5, "tagged").value("vip");
    let rows = vec![event("c1", 0, "opened"), message.clone(), message.clone()];
    assert_eq!(import_events(&mut store, &rows).tables[&Table::Event].stored, 3);
    let mut import = store.begin_import(ImportMeta::default()).expect("an import");
    import.write(Table::Event, &events(&rows[..2])).expect("rows");
    import.next_file();
    import.write(Table::Event, &events(&[message.clone(), message.clone(), message])).expect("rows");
    let counts = import.finish().expect("an end").tables[&Table::Event];
    assert_eq!(counts, TableCounts { received: 5, stored: 1, duplicate: 4, rejected: 0 });
}

#[test]
fn a_higher_revision_replaces_whatever_comes_first() {
    let newer = event("c1", 90, "status").value("solved").id("7", 2);
    let older = event("c1", 50, "status").value("solved").id("7", 1);
    let opened = event("c1", 0, "opened").by("customer", "anna");
    let orders = [[&newer, &older], [&older, &newer]];
    let solved: Vec<_> = orders
        .map(|order| {
            let folder = folder();
            let mut store = store(&folder);
            import_events(&mut store, &[opened.clone(), order[0].clone()]);
            assert_eq!(import_events(&mut store, &[order[1].clone()]).tables[&Table::Event].stored, 1);
            holding(&store)["conversations"].clone()
        })
        .into();
    assert_eq!(solved[0], solved[1]);
    assert!(solved[0][0].contains("first_solved_at=2026-01-05T01:30:00Z"), "{solved:?}");
}

#[test]
fn received_is_stored_and_duplicate_and_rejected() {
    let folder = folder();
    let mut store = store(&folder);
    let mut import = store.begin_import(ImportMeta::default()).expect("an import");
    let rows = [event("c1", 0, "opened"), event("c1", 0, "opened").id("1", 0), event("c1", 0, "opened").id("1", 0)];
    import.write(Table::Event, &events(&rows)).expect("rows");
    let bad = Rejected {
        table: "conversation_events".to_owned(),
        file: "events.csv".to_owned(),
        line: 5,
        column: Some("kind".to_owned()),
        value: Some("hugged".to_owned()),
        reason: "unknown kind".to_owned(),
        remedy: "use one of opened, message ...".to_owned(),
        row: "c1;hugged".to_owned(),
    };
    import.reject(Table::Event, &[bad.clone()]).expect("a rejected row");
    let id = import.id();
    let counts = import.finish().expect("an end").tables[&Table::Event];
    assert_eq!(counts, TableCounts { received: 4, stored: 2, duplicate: 1, rejected: 1 });
    assert_eq!(store.rejected(id).expect("rejected rows"), [bad]);
    assert_eq!(store.imports().len(), 1);
}

#[test]
fn a_second_writer_is_refused_and_told_who_writes_while_readers_read() {
    let folder = folder();
    let mut first = store(&folder);
    import_events(&mut first, &company());
    let second = Store::open(folder.path(), Access::Write).err().expect("a refusal").to_string();
    assert!(second.contains(&format!("process {}", std::process::id())), "{second}");
    let reader = Store::open(folder.path(), Access::Read).expect("a reader beside");
    assert_eq!(holding(&reader), holding(&first));
    drop(first);
    Store::open(folder.path(), Access::Write).expect("the lock is free again");
}

#[test]
fn a_folder_without_data_is_not_made_by_reading() {
    let folder = folder();
    let missing = folder.path().join("nothing");
    let error = Store::open(&missing, Access::Read).err().expect("a refusal").to_string();
    assert!(error.starts_with("there is no data in"), "{error}");
    assert!(!missing.exists());
}
