//! A refresh of what is touched leaves what a fold of everything would.

use mittari_core::model::Table;
use proptest::prelude::*;

use super::fixture::*;

fn row() -> impl Strategy<Value = Row> {
    let kinds = prop_oneof![
        4 => Just(("message", "customer", "")),
        4 => Just(("message", "agent", "")),
        2 => Just(("opened", "customer", "")),
        2 => Just(("status", "agent", "solved")),
        1 => Just(("status", "customer", "open")),
        1 => Just(("assigned", "agent", "agent3")),
        1 => Just(("merged", "agent", "")),
        1 => Just(("deleted", "agent", "")),
    ];
    (0..6u8, 0..400i64, kinds, 0..3u8, 0..6u8, 0..2i64).prop_map(|(conversation, minute, kind, person, target, id)| {
        let (kind, actor_kind, value) = kind;
        let mut row = event(&format!("c{conversation}"), minute, kind).by(actor_kind, &format!("p{person}"));
        if !value.is_empty() {
            row = row.value(value);
        }
        if kind == "merged" {
            row = row.target(&format!("c{target}"));
        }
        if minute % 5 == 0 {
            row = row.id(&format!("{}", minute % 40), id);
        }
        if minute % 7 == 0 {
            row.session = Some(format!("s{person}"));
        }
        row
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn batches_in_any_order_leave_what_one_fold_of_all_leaves(
        rows in prop::collection::vec(row(), 1..60),
        cuts in prop::collection::vec(1..12usize, 1..4),
    ) {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let rows: Vec<Row> = rows
            .into_iter()
            .enumerate()
            .map(|(number, row)| if row.id.is_some() { row } else { row.id(&format!("own{number}"), 0) })
            .collect();
        let (mut whole, mut parts) = (store(&one), store(&other));
        import_events(&mut whole, &rows);
        let mut rest = &rows[..];
        for cut in cuts.iter().cycle() {
            let (part, left) = rest.split_at((*cut).min(rest.len()));
            import_events(&mut parts, part);
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(holding(&whole), holding(&parts));
        parts.rebuild(|_| ()).expect("rebuilt");
        prop_assert_eq!(holding(&whole), holding(&parts));
        let last = parts.imports().last().expect("an import").id;
        let before_last: Vec<i64> = parts.imports().iter().map(|record| record.id).filter(|id| *id != last).collect();
        for id in before_last {
            parts.forget(id).expect("forgotten");
        }
        let refreshed = holding(&parts);
        parts.rebuild(|_| ()).expect("rebuilt");
        prop_assert_eq!(refreshed, holding(&parts));
    }
}

#[test]
fn an_answer_that_comes_before_its_invitation_finds_its_conversation() {
    let answers = batch(vec![
        ("kind", texts([Some("csat")])),
        (
            "score",
            std::sync::Arc::new(
                arrow::array::Decimal128Array::from(vec![4_000_000]).with_data_type(crate::schema::DECIMAL),
            ),
        ),
        ("invitation_id", texts([Some("i1")])),
        ("answer_id", texts([Some("a1")])),
        ("occurred_at", moments([Some(at(100))])),
        ("comment", texts([Some("thank you")])),
    ]);
    let invitations = batch(vec![
        ("invitation_id", texts([Some("i1")])),
        ("kind", texts([Some("csat")])),
        ("conversation_id", texts([Some("c0")])),
        ("occurred_at", moments([Some(at(90))])),
    ]);
    let follow_ups = batch(vec![
        ("answer_id", texts([Some("a1")])),
        ("occurred_at", moments([Some(at(120))])),
        ("done_at", moments([Some(at(120))])),
    ]);
    let tables = [
        (Table::FollowUp, follow_ups),
        (Table::Answer, answers),
        (Table::Event, events(&company())),
        (Table::Invitation, invitations),
    ];
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (mut whole, mut late) = (store(&one), store(&other));
    import(&mut whole, at(1_000_000), &tables);
    for table in tables {
        import(&mut late, at(1_000_000), &[table]);
    }
    let (whole, late) = (holding(&whole), holding(&late));
    assert_eq!(whole, late);
    assert!(late["answers"][0].contains("conversation_id=c0"), "{:?}", late["answers"]);
    assert!(late["answers"][0].contains("followed_up_at"), "{:?}", late["answers"]);
    assert!(!late["answers"][0].contains("thank you"));
}

#[test]
fn a_changed_plan_of_a_customer_reaches_its_conversations() {
    let customers = batch(vec![
        ("customer_id", texts([Some("customer1")])),
        ("plan", texts([Some("pro")])),
        ("name", texts([Some("Anna")])),
        ("occurred_at", moments([Some(0)])),
    ]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(&folder);
    import_events(&mut store, &company());
    import(&mut store, at(1_000_000), &[(Table::Customer, customers)]);
    let refreshed = holding(&store);
    assert_eq!(refreshed["conversations"].iter().filter(|row| row.contains(" plan=pro")).count(), 3);
    store.rebuild(|_| ()).expect("rebuilt");
    assert_eq!(holding(&store), refreshed);
    let people = store.people().expect("people");
    let hash = people.hashes_shown_as("Anna")[0].to_owned();
    assert_eq!(
        (people.customer(&hash), people.person(&hash).map(|person| person.vendor_id.as_str())),
        ("Anna", Some("customer1"))
    );
}
