//! What holds for every conversation: order changes nothing, clocks never run backwards.

use mittari_core::fold::conversation::Group;
use mittari_core::model::{ActorKind, Choice, Event, EventKind, Status};
use mittari_core::time::Span;
use proptest::prelude::*;

use crate::desk::*;

/// A random event of one of two conversations; many share their instant.
fn any_event() -> impl Strategy<Value = Event<'static>> {
    let kinds = 0..EventKind::WORDS.len() as u8;
    (kinds, 0u8..4, 0i64..40, 0usize..3, 0usize..6, any::<bool>(), any::<i64>()).prop_map(
        |(kind, actor, minute, agent, value, other, identity)| {
            let agents = ["ann", "bob", "cid"];
            let kind = EventKind::at(kind).expect("a kind");
            let mut header = header(at("0m").plus(Span(minute * 60_000_000)), 0);
            header.identity = identity;
            Event {
                header,
                conversation_id: if other { "s" } else { "c" },
                kind: Some(kind),
                actor_kind: ActorKind::at(actor),
                actor_id: Some(agents[agent]),
                customer_id: None,
                public: Some(value % 5 != 0),
                automated: None,
                channel: Some(["email", "chat"][agent % 2]),
                value: Some(match kind {
                    EventKind::Status => Status::WORDS[value],
                    EventKind::Outcome => ["solved", "unsolved", "spam"][agent],
                    _ => agents[value % 3],
                }),
                target: Some(if kind == EventKind::Merged { "c" } else { "colour" }),
                session_id: None,
                url: None,
                fields: None,
            }
        },
    )
}

proptest! {
    #[test]
    fn the_order_in_which_events_arrive_changes_nothing(
        (events, shuffled) in prop::collection::vec(any_event(), 1..40)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
    ) {
        let desk = Desk::default();
        let one = desk.fold_group(&Group { key: "c", events: &events, ..Group::default() });
        let other = desk.fold_group(&Group { key: "c", events: &shuffled, ..Group::default() });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn no_duration_is_negative_and_no_reply_precedes_its_question(
        events in prop::collection::vec(any_event(), 1..40)
    ) {
        let desk = Desk::default();
        let facts = desk.fold_group(&Group { key: "c", events: &events, ..Group::default() });
        for row in &facts.conversations {
            let durations = [row.first_response_human_us, row.queue_us, row.open_us, row.handling_us];
            prop_assert!(durations.into_iter().flatten().all(|span| span >= Span(0)));
            prop_assert!(row.reopen_count >= Some(0));
        }
        for reply in &facts.replies {
            prop_assert!(reply.waiting_since <= reply.replied_at);
        }
    }

    #[test]
    fn every_episode_but_the_last_is_closed_before_the_next_opens(
        events in prop::collection::vec(any_event(), 1..40)
    ) {
        let desk = Desk::default();
        let facts = desk.fold_group(&Group { key: "c", events: &events, ..Group::default() });
        for pair in facts.episodes.windows(2).filter(|pair| pair[0].conversation_id == pair[1].conversation_id) {
            prop_assert!(pair[0].closes_at.is_some() && pair[0].closes_at <= pair[1].opens_at);
        }
    }

    #[test]
    fn waits_follow_each_other_and_each_reply_ended_one(events in prop::collection::vec(any_event(), 1..40)) {
        let desk = Desk::default();
        let facts = desk.fold_group(&Group { key: "c", events: &events, ..Group::default() });
        let ended_by_reply = facts.waits.iter().filter(|wait| wait.ended_by == Some("reply")).count();
        prop_assert_eq!(ended_by_reply, facts.replies.len());
        let running = facts.waits.iter().filter(|wait| wait.ended_at.is_none()).count();
        prop_assert!(running <= facts.conversations.len());
    }
}
