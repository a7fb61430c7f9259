//! Help pages and the contacts that followed them. Rule 32.
//!
//! One row is an article in a session. The session is the one that the view names; views of a customer that name
//! none are of one session while less than half an hour lies between them. A contact is a conversation that the
//! customer opened and that is no spam. A session is linked when a conversation was opened from it, or when its
//! customer is known; a contact opened from the session goes before the customer's other contacts. It follows the
//! article when it comes within `windows.transfer_hours` of a view of it in that session.
//!
//! Each contact has one last article: the last one seen in the session it was opened from, else the last one
//! seen by the customer.

use std::collections::BTreeMap;

use crate::facts::{ArticleSession, Contact, Dimensions};
use crate::fold::Context;
use crate::fold::customer::Group;
use crate::fold::customer::contacts::by_customer;
use crate::fold::customer::order::{in_order, who};
use crate::model::ArticleView;
use crate::time::{Instant, MINUTE, Span};

/// Views without a session's id that lie closer than this are of one session.
const SESSION_GAP: Span = Span(30 * MINUTE);

/// A session: as the views name it, or the number of a run of views that name none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Session<'a> {
    Named(&'a str),
    Run(usize),
}

/// A view, and the session it is of.
type Seen<'g, 'a> = (Session<'a>, &'g ArticleView<'a>);

/// The articles of each session. `contacts` are those of the customer, in order.
pub(super) fn article_sessions<'a>(
    group: &Group<'_, 'a>,
    contacts: &[Contact<'a>],
    context: &Context<'a>,
) -> Vec<ArticleSession<'a>> {
    let seen = in_sessions(in_order(group.article_views, |row| &row.header));
    let mut articles: BTreeMap<(Session<'a>, &'a str), Vec<&ArticleView<'a>>> = BTreeMap::new();
    for (session, view) in &seen {
        articles.entry((*session, view.article_id)).or_default().push(view);
    }
    let customer_id = group.customer_id.or(seen.iter().find_map(|(_, view)| view.customer_id));
    let search = Search {
        seen: &seen,
        contacts: contacts.iter().filter(|contact| by_customer(contact)).collect(),
        window: Span::hours(i64::from(context.settings.windows.transfer_hours)),
        by_customer: customer_id.is_some(),
    };
    let article_session = |((session, article_id), views): ((Session<'a>, &'a str), Vec<&ArticleView<'a>>)| {
        let contact = search.contact_after(session, &views);
        let opened_from = |contact: &Contact<'_>| Some(session) == contact.session_id.map(Session::Named);
        ArticleSession {
            contact_at: contact.and_then(|contact| contact.opened_at),
            is_last_before_contact: Some(contact.is_some_and(|contact| {
                search.last_before(contact).is_some_and(|(last, view)| (last, view.article_id) == (session, article_id))
            })),
            linked: Some(customer_id.is_some() || contacts.iter().any(opened_from)),
            ..of_views(&views, customer_id, context)
        }
    };
    articles.into_iter().map(article_session).collect()
}

/// What the views of one article in one session say by themselves.
fn of_views<'a>(views: &[&ArticleView<'a>], customer_id: Option<&'a str>, context: &Context<'a>) -> ArticleSession<'a> {
    let (Some(first), Some(last)) = (views.first(), views.last()) else { return ArticleSession::default() };
    let known = who(customer_id, first.header.occurred_at, context);
    ArticleSession {
        article_id: Some(first.article_id),
        session_id: first.session_id,
        first_viewed_at: Some(first.header.occurred_at),
        last_viewed_at: Some(last.header.occurred_at),
        helpful: views.iter().rev().find_map(|view| view.helpful),
        contact_clicked: views.iter().filter_map(|view| view.contact_clicked).reduce(|one, other| one || other),
        dimensions: Dimensions { language: first.language.or(known.language), ..known },
        ..ArticleSession::default()
    }
}

fn in_sessions<'g, 'a>(views: Vec<&'g ArticleView<'a>>) -> Vec<Seen<'g, 'a>> {
    let mut run = 0;
    let mut last_at: Option<Instant> = None;
    let session_of = |view: &'g ArticleView<'a>| {
        let Some(session_id) = view.session_id else {
            let at = view.header.occurred_at;
            run += usize::from(last_at.is_some_and(|last_at| at.since(last_at) >= SESSION_GAP));
            last_at = Some(at);
            return (Session::Run(run), view);
        };
        (Session::Named(session_id), view)
    };
    views.into_iter().map(session_of).collect()
}

/// Where contacts and views are looked up.
struct Search<'s, 'g, 'a> {
    /// All views, in order.
    seen: &'s [Seen<'g, 'a>],
    /// Contacts by the customer, in order.
    contacts: Vec<&'s Contact<'a>>,
    window: Span,
    /// Whether contacts from elsewhere are the same customer's.
    by_customer: bool,
}

impl<'s, 'a> Search<'s, '_, 'a> {
    /// The contact that the article led to: from its session, else by its customer.
    fn contact_after(&self, session: Session<'a>, views: &[&ArticleView<'a>]) -> Option<&'s Contact<'a>> {
        let first_at = views.first()?.header.occurred_at;
        let last_at = views.last()?.header.occurred_at;
        let from = self.contacts.partition_point(|contact| contact.opened_at < Some(first_at));
        let to = self.contacts.partition_point(|contact| contact.opened_at <= Some(last_at.plus(self.window)));
        let mut following = self.contacts.get(from..to)?.iter().copied().filter(|c| self.follows(c, views));
        let opened_from = |contact: &&Contact<'a>| Some(session) == contact.session_id.map(Session::Named);
        following.clone().find(opened_from).or_else(|| following.next().filter(|_| self.by_customer))
    }

    /// Whether the last of the views before the contact lies within the window.
    fn follows(&self, contact: &Contact<'a>, views: &[&ArticleView<'a>]) -> bool {
        let Some(opened_at) = contact.opened_at else { return false };
        let viewed = views.partition_point(|view| view.header.occurred_at <= opened_at);
        let last = viewed.checked_sub(1).and_then(|at| views.get(at));
        last.is_some_and(|view| opened_at.since(view.header.occurred_at) <= self.window)
    }

    /// What was seen last before the contact.
    fn last_before(&self, contact: &Contact<'a>) -> Option<Seen<'s, 'a>> {
        let opened_at = contact.opened_at?;
        let viewed = self.seen.partition_point(|(_, view)| view.header.occurred_at <= opened_at);
        let before = || self.seen.iter().take(viewed).rev().copied();
        let session = contact.session_id.map(Session::Named);
        before().find(|(seen, _)| Some(*seen) == session).or_else(|| before().next().filter(|_| self.by_customer))
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{ArticleSession, Contact};
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, at, contact, view};
    use crate::model::ArticleView;
    use crate::settings::{Settings, Windows};

    fn check(
        customer_id: Option<&'static str>,
        article_views: &[ArticleView<'static>],
        contacts: &[Contact<'static>],
        expected: impl Fn(&[ArticleSession<'_>]),
    ) {
        let workspace = Workspace::default();
        let group = Group { customer_id, article_views, contacts, ..Group::default() };
        expected(&workspace.fold(group).article_sessions);
    }

    fn from_session<'a>(session_id: &'a str, contact: Contact<'a>) -> Contact<'a> {
        Contact { session_id: Some(session_id), ..contact }
    }

    fn in_session<'a>(session_id: Option<&'a str>, view: ArticleView<'a>) -> ArticleView<'a> {
        ArticleView { session_id, ..view }
    }

    #[test]
    fn views_of_an_article_in_one_session_are_one_row() {
        let voted = ArticleView { helpful: Some(false), ..view("v2", "reset", "2026-01-05 10:05") };
        let again = ArticleView {
            helpful: Some(true),
            contact_clicked: Some(false),
            ..view("v3", "reset", "2026-01-05 10:09")
        };
        check(Some("ann"), &[again, voted, view("v1", "reset", "2026-01-05 10:00")], &[], |rows| {
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0].first_viewed_at, Some(at("2026-01-05 10:00")));
            assert_eq!(rows[0].last_viewed_at, Some(at("2026-01-05 10:09")));
            assert_eq!(rows[0].helpful, Some(true), "the last vote counts");
            assert_eq!(rows[0].contact_clicked, Some(false));
            assert_eq!((rows[0].contact_at, rows[0].is_last_before_contact), (None, Some(false)));
        });
    }

    #[test]
    fn an_article_sends_to_support_who_contacts_it_within_a_day() {
        let views = [view("v1", "reset", "2026-01-05 10:00")];
        check(Some("ann"), &views, &[contact("c", "2026-01-06 10:00")], |rows| {
            assert_eq!(rows[0].contact_at, Some(at("2026-01-06 10:00")));
            assert_eq!(rows[0].is_last_before_contact, Some(true));
        });
        check(Some("ann"), &views, &[contact("c", "2026-01-06 10:00:01")], |rows| {
            assert_eq!(rows[0].contact_at, None);
        });
    }

    #[test]
    fn how_long_an_article_may_be_held_to_account_is_a_setting() {
        let windows = Windows { transfer_hours: 1, ..Windows::default() };
        let workspace = Workspace::of(Settings { windows, ..Settings::default() });
        let (views, contacts) = ([view("v1", "reset", "2026-01-05 10:00")], [contact("c", "2026-01-05 11:01")]);
        let rows = workspace.fold(Group { article_views: &views, contacts: &contacts, ..ann() }).article_sessions;
        assert_eq!(rows[0].contact_at, None);
    }

    #[test]
    fn a_contact_before_the_article_was_not_caused_by_it() {
        let views = [view("v1", "reset", "2026-01-05 10:00")];
        check(Some("ann"), &views, &[contact("c", "2026-01-05 09:59")], |rows| assert_eq!(rows[0].contact_at, None));
    }

    #[test]
    fn what_an_agent_opened_and_spam_are_no_contacts_with_support() {
        let by_agent = Contact { opened_by: Some("agent"), ..contact("c1", "2026-01-05 10:10") };
        let spam = Contact { outcome: Some("spam"), ..contact("c2", "2026-01-05 10:20") };
        check(Some("ann"), &[view("v1", "reset", "2026-01-05 10:00")], &[by_agent, spam], |rows| {
            assert_eq!(rows[0].contact_at, None);
        });
    }

    #[test]
    fn a_session_without_a_customer_is_linked_by_the_conversation_opened_from_it() {
        let views = [view("v1", "reset", "2026-01-05 10:00")];
        let here = from_session("tab", contact("c", "2026-01-05 10:30"));
        check(None, &views, &[here], |rows| {
            assert_eq!((rows[0].linked, rows[0].contact_at), (Some(true), Some(at("2026-01-05 10:30"))));
        });
        let elsewhere = from_session("other", contact("c", "2026-01-05 10:30"));
        check(None, &views, &[elsewhere], |rows| {
            assert_eq!((rows[0].linked, rows[0].contact_at), (Some(false), None));
        });
    }

    #[test]
    fn a_known_customer_s_contact_by_phone_counts_too() {
        let views = [view("v1", "reset", "2026-01-05 10:00")];
        check(Some("ann"), &views, &[contact("c", "2026-01-05 12:00")], |rows| {
            assert_eq!((rows[0].linked, rows[0].contact_at), (Some(true), Some(at("2026-01-05 12:00"))));
        });
    }

    #[test]
    fn a_contact_from_the_session_goes_before_an_earlier_one_from_elsewhere() {
        let contacts = [contact("c1", "2026-01-05 10:10"), from_session("tab", contact("c2", "2026-01-05 10:30"))];
        check(Some("ann"), &[view("v1", "reset", "2026-01-05 10:00")], &contacts, |rows| {
            assert_eq!(rows[0].contact_at, Some(at("2026-01-05 10:30")));
        });
    }

    #[test]
    fn only_the_last_article_before_the_contact_is_the_last() {
        let views = [
            view("v1", "reset", "2026-01-05 10:00"),
            view("v2", "invoice", "2026-01-05 10:05"),
            view("v3", "invoice", "2026-01-05 11:00"),
        ];
        check(Some("ann"), &views, &[contact("c", "2026-01-05 10:30")], |rows| {
            let last: Vec<_> =
                rows.iter().map(|row| (row.article_id, row.contact_at.is_some(), row.is_last_before_contact)).collect();
            assert_eq!(last, [(Some("invoice"), true, Some(true)), (Some("reset"), true, Some(false))]);
        });
    }

    #[test]
    fn the_last_article_is_that_of_the_session_which_the_contact_was_opened_from() {
        let views = [
            view("v1", "reset", "2026-01-05 10:00"),
            in_session(Some("other tab"), view("v2", "invoice", "2026-01-05 10:05")),
        ];
        check(Some("ann"), &views, &[from_session("tab", contact("c", "2026-01-05 10:30"))], |rows| {
            let last: Vec<_> = rows.iter().map(|row| (row.article_id, row.is_last_before_contact)).collect();
            assert_eq!(last, [(Some("invoice"), Some(false)), (Some("reset"), Some(true))]);
        });
    }

    #[test]
    fn the_window_runs_from_the_last_view_before_the_contact() {
        let views = [view("v1", "reset", "2026-01-05 10:00"), view("v2", "reset", "2026-01-06 09:00")];
        check(Some("ann"), &views, &[contact("c", "2026-01-07 08:00")], |rows| {
            assert_eq!(rows[0].contact_at, Some(at("2026-01-07 08:00")));
        });
    }

    #[test]
    fn views_without_a_session_are_of_one_while_less_than_half_an_hour_lies_between() {
        let views = [
            in_session(None, view("v1", "reset", "2026-01-05 10:00")),
            in_session(None, view("v2", "reset", "2026-01-05 10:29:59")),
            in_session(None, view("v3", "reset", "2026-01-05 10:59:59")),
        ];
        check(Some("ann"), &views, &[], |rows| {
            let first: Vec<_> = rows.iter().map(|row| row.first_viewed_at).collect();
            assert_eq!(first, [Some(at("2026-01-05 10:00")), Some(at("2026-01-05 10:59:59"))]);
        });
    }
}
