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
fn of_views<'a>(
    views: &[&ArticleView<'a>],
    customer_id: Option<&'a str>,
    context: &Context<'a>,
) -> ArticleSession<'a> {
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
