//! A forgotten import leaves no trace in the facts, and takes nothing that another import brought too.

use super::fixture::*;
use crate::error::StoreError;

#[test]
fn forgetting_the_only_import_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut store = store(&folder);
    let id = import_events(&mut store, &company()).id;
    store.forget(id).expect("forgotten");
    assert!(holding(&store).values().all(Vec::is_empty));
    assert_eq!(store.facts(None).expect("facts").watermark(), None);
    assert!(matches!(store.forget(id), Err(StoreError::ForgottenImport { .. })));
    assert!(matches!(store.forget(99), Err(StoreError::UnknownImport { .. })));
}

#[test]
fn what_another_import_also_brought_stays() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let rows = company();
    let mut store_a = store(&one);
    let first = import_events(&mut store_a, &rows[..50]).id;
    import_events(&mut store_a, &rows[30..]);
    store_a.forget(first).expect("forgotten");
    let mut store_b = store(&other);
    import_events(&mut store_b, &rows[30..]);
    assert_eq!(holding(&store_a), holding(&store_b));
    store_a.rebuild(|_| ()).expect("rebuilt");
    assert_eq!(holding(&store_a), holding(&store_b));
}

#[test]
fn a_forgotten_import_can_be_imported_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut store = store(&folder);
    let id = import_events(&mut store, &company()).id;
    let before = holding(&store);
    store.forget(id).expect("forgotten");
    import_events(&mut store, &company());
    assert_eq!(holding(&store), before);
}

#[test]
fn a_row_that_a_forgotten_one_had_replaced_comes_back() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut store = store(&folder);
    let rows = [event("c1", 0, "opened").by("customer", "anna"), event("c1", 50, "status").value("solved").id("7", 1)];
    import_events(&mut store, &rows);
    let before = holding(&store);
    let wrong = import_events(&mut store, &[event("c1", 90, "status").value("solved").id("7", 2)]).id;
    assert_ne!(holding(&store), before);
    store.forget(wrong).expect("forgotten");
    assert_eq!(holding(&store), before);
}
