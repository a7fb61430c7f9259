//! The facts: what metrics see, column by column, said once.
//!
//! A fact is what a fold made of events: one row a conversation, a wait, an answer, a subscription. Each is
//! declared once, here: the struct that the fold fills, the columns that the lake stores and that conditions in
//! metric files may name, and their documentation. Every fact row also bears the same [`Dimensions`], null
//! where they make no sense, so that every metric can be grouped by all of them. In the lake a fact row is a
//! change: it has a `weight` of +1 or -1 and the `recorded_at` of its batch.
//!
//! Durations end in `_us` (microseconds), in business time in `_business_us`; a business duration is null
//! without a calendar, and 0 when the span lies outside its hours.

use std::sync::Arc;

use crate::decimal::Decimal;
use crate::time::{Instant, Span};

/// What a column of a fact holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// Text.
    Text,
    /// A moment.
    Instant,
    /// A length of time in microseconds.
    Duration,
    /// A whole number.
    Count,
    /// true or false.
    Flag,
    /// A number with six digits after the point.
    Decimal,
    /// Several texts: a row counts once under each.
    List,
    /// A civil date.
    Date,
}

/// One column of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactColumn {
    /// The name, which conditions use.
    pub name: &'static str,
    /// What it holds.
    pub kind: FactKind,
    /// What it means, in one line.
    pub doc: &'static str,
    /// Whether it is one of the dimensions that every fact has.
    pub dimension: bool,
}

/// Takes the cells of a fact row, one call a column, in the order of the fact's columns.
pub trait CellSink {
    /// A text.
    fn text(&mut self, value: Option<&str>);
    /// A moment.
    fn instant(&mut self, value: Option<Instant>);
    /// A length of time.
    fn duration(&mut self, value: Option<Span>);
    /// A whole number.
    fn count(&mut self, value: Option<i64>);
    /// true or false.
    fn flag(&mut self, value: Option<bool>);
    /// A number.
    fn decimal(&mut self, value: Option<Decimal>);
    /// Several texts.
    fn list(&mut self, values: &[&str]);
    /// A civil date.
    fn date(&mut self, value: Option<jiff::civil::Date>);
}

/// A cursor on one stored fact row: gives its cells back, by their number in [`Fact::columns`].
pub trait FactCells<'a> {
    /// A text.
    fn text(&self, column: usize) -> Option<&'a str>;
    /// A moment.
    fn instant(&self, column: usize) -> Option<Instant>;
    /// A length of time.
    fn duration(&self, column: usize) -> Option<Span>;
    /// A whole number.
    fn count(&self, column: usize) -> Option<i64>;
    /// true or false.
    fn flag(&self, column: usize) -> Option<bool>;
    /// A number.
    fn decimal(&self, column: usize) -> Option<Decimal>;
    /// Several texts.
    fn list(&self, column: usize) -> Vec<&'a str>;
    /// A civil date.
    fn date(&self, column: usize) -> Option<jiff::civil::Date>;
}

/// A row of a fact.
pub trait FactRow<'a>: PartialEq + Sized {
    /// Which fact.
    const FACT: Fact;
    /// Hands over the cells in the order of [`Fact::columns`].
    fn cells(&self, sink: &mut impl CellSink);
    /// Reads the row under the cursor: the inverse of [`FactRow::cells`].
    fn read(cells: &impl FactCells<'a>) -> Self;
}

/// What every fact row can be grouped by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dimensions<'a> {
    /// the customer
    pub customer_id: Option<&'a str>,
    /// email, chat, phone, web ...
    pub channel: Option<&'a str>,
    /// the team
    pub team: Option<&'a str>,
    /// the agent
    pub agent: Option<&'a str>,
    /// the priority
    pub priority: Option<&'a str>,
    /// the product
    pub product: Option<&'a str>,
    /// the customer's country
    pub country: Option<&'a str>,
    /// the customer's language
    pub language: Option<&'a str>,
    /// the customer's plan
    pub plan: Option<&'a str>,
    /// the customer's segment
    pub segment: Option<&'a str>,
    /// how long a customer: "under 30 days", "30 to 90 days", "90 days to 1 year", "over 1 year"
    pub customer_age: Option<&'a str>,
    /// the tags
    pub tags: Vec<&'a str>,
    /// the themes
    pub themes: Vec<&'a str>,
    /// custom values, as one JSON object of texts
    pub fields: Option<Arc<str>>,
}

macro_rules! fact_type {
    (text) => { Option<&'a str> };
    (label) => { Option<String> };
    (instant) => { Option<Instant> };
    (duration) => { Option<Span> };
    (count) => { Option<i64> };
    (flag) => { Option<bool> };
    (decimal) => { Option<Decimal> };
    (date) => { Option<jiff::civil::Date> };
}

macro_rules! fact_kind {
    (text) => {
        FactKind::Text
    };
    (label) => {
        FactKind::Text
    };
    (instant) => {
        FactKind::Instant
    };
    (duration) => {
        FactKind::Duration
    };
    (count) => {
        FactKind::Count
    };
    (flag) => {
        FactKind::Flag
    };
    (decimal) => {
        FactKind::Decimal
    };
    (date) => {
        FactKind::Date
    };
}

macro_rules! give_cell {
    ($sink:ident, $value:expr, text) => {
        $sink.text($value)
    };
    ($sink:ident, $value:expr, label) => {
        $sink.text($value.as_deref())
    };
    ($sink:ident, $value:expr, instant) => {
        $sink.instant($value)
    };
    ($sink:ident, $value:expr, duration) => {
        $sink.duration($value)
    };
    ($sink:ident, $value:expr, count) => {
        $sink.count($value)
    };
    ($sink:ident, $value:expr, flag) => {
        $sink.flag($value)
    };
    ($sink:ident, $value:expr, decimal) => {
        $sink.decimal($value)
    };
    ($sink:ident, $value:expr, date) => {
        $sink.date($value)
    };
}

macro_rules! take_cell {
    ($cells:ident, $column:expr, label) => {
        $cells.text($column).map(str::to_owned)
    };
    ($cells:ident, $column:expr, $kind:ident) => {
        $cells.$kind($column)
    };
}

macro_rules! facts {
    ($($(#[doc = $doc:literal])* $row:ident = $name:literal by $fold:ident dated $dated:ident {
        $($(#[doc = $field_doc:literal])* $field:ident: $kind:ident),* $(,)?
    })*) => {
        /// The facts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fact { $($(#[doc = $doc])* $row),* }

        impl Fact {
            /// All facts.
            pub const ALL: &'static [Fact] = &[$(Fact::$row),*];

            /// The name that `from` uses.
            pub fn name(self) -> &'static str {
                match self { $(Fact::$row => $name),* }
            }

            /// One line: what a row is.
            pub fn doc(self) -> &'static str {
                match self { $(Fact::$row => concat!($($doc),*).trim_ascii()),* }
            }

            /// Which fold makes it.
            pub fn fold(self) -> crate::model::Fold {
                match self { $(Fact::$row => crate::model::Fold::$fold),* }
            }

            /// The moment that dates a row unless a metric says otherwise; the span of the fact is the span of these.
            pub fn dated_by(self) -> &'static str {
                match self { $(Fact::$row => stringify!($dated)),* }
            }

            /// Its own columns, without the dimensions.
            pub fn own_columns(self) -> &'static [FactColumn] {
                match self { $(Fact::$row => {
                    const COLUMNS: &[FactColumn] = &[$(FactColumn {
                        name: stringify!($field),
                        kind: fact_kind!($kind),
                        doc: concat!($($field_doc),*).trim_ascii(),
                        dimension: false,
                    }),*];
                    COLUMNS
                }),* }
            }
        }

        $($(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $row<'a> {
            $($(#[doc = $field_doc])* pub $field: fact_type!($kind),)*
            /// What it can be grouped by.
            pub dimensions: Dimensions<'a>,
        }

        impl<'a> FactRow<'a> for $row<'a> {
            const FACT: Fact = Fact::$row;
            fn cells(&self, sink: &mut impl CellSink) {
                $(give_cell!(sink, self.$field, $kind);)*
                self.dimensions.cells(sink);
            }
            fn read(cells: &impl FactCells<'a>) -> Self {
                let mut at = 0usize..;
                let mut next = || at.next().unwrap_or_default();
                $row {
                    $($field: take_cell!(cells, next(), $kind),)*
                    dimensions: Dimensions::read(cells, next()),
                }
            }
        })*
    };
}

impl<'a> Dimensions<'a> {
    fn read(cells: &impl FactCells<'a>, first: usize) -> Self {
        let mut at = first..;
        let mut next = || at.next().unwrap_or_default();
        Dimensions {
            customer_id: cells.text(next()),
            channel: cells.text(next()),
            team: cells.text(next()),
            agent: cells.text(next()),
            priority: cells.text(next()),
            product: cells.text(next()),
            country: cells.text(next()),
            language: cells.text(next()),
            plan: cells.text(next()),
            segment: cells.text(next()),
            customer_age: cells.text(next()),
            tags: cells.list(next()),
            themes: cells.list(next()),
            fields: cells.text(next()).map(Arc::from),
        }
    }

    fn cells(&self, sink: &mut impl CellSink) {
        for text in [
            self.customer_id,
            self.channel,
            self.team,
            self.agent,
            self.priority,
            self.product,
            self.country,
            self.language,
            self.plan,
            self.segment,
            self.customer_age,
        ] {
            sink.text(text);
        }
        sink.list(&self.tags);
        sink.list(&self.themes);
        sink.text(self.fields.as_deref());
    }
}

macro_rules! dimension {
    ($name:literal, $kind:ident, $doc:literal) => {
        FactColumn { name: $name, kind: FactKind::$kind, doc: $doc, dimension: true }
    };
}

/// The columns of [`Dimensions`], in its order.
pub const DIMENSIONS: &[FactColumn] = &[
    dimension!("customer_id", Text, "the customer"),
    dimension!("channel", Text, "email, chat, phone, web ..."),
    dimension!("team", Text, "the team"),
    dimension!("agent", Text, "the agent"),
    dimension!("priority", Text, "the priority"),
    dimension!("product", Text, "the product"),
    dimension!("country", Text, "the customer's country"),
    dimension!("language", Text, "the customer's language"),
    dimension!("plan", Text, "the customer's plan"),
    dimension!("segment", Text, "the customer's segment"),
    dimension!("customer_age", Text, "how long a customer, in four steps"),
    dimension!("tags", List, "the tags; not additive"),
    dimension!("themes", List, "the themes; not additive"),
    dimension!("fields", Text, "custom values, as one JSON object of texts"),
];

impl Fact {
    /// The fact of a name.
    pub fn named(name: &str) -> Option<Fact> {
        Fact::ALL.iter().copied().find(|fact| fact.name() == name)
    }

    /// Own columns and dimensions, in the order of [`FactRow::cells`].
    pub fn columns(self) -> impl Iterator<Item = &'static FactColumn> {
        self.own_columns().iter().chain(DIMENSIONS)
    }

    /// The column of a name.
    pub fn column(self, name: &str) -> Option<&'static FactColumn> {
        self.columns().find(|column| column.name == name)
    }
}

facts! {
    /// one row a conversation
    Conversation = "conversations" by Conversation dated opened_at {
        /// the conversation
        conversation_id: text,
        /// the source that first spoke of it
        source: text,
        /// when it was opened
        opened_at: instant,
        /// who opened it: customer, agent or automation
        opened_by: text,
        /// whether it counts in rates: not spam, no duplicate, not merged into another
        countable: flag,
        /// when it was ended or closed
        ended_at: instant,
        /// the first public customer message
        first_customer_at: instant,
        /// the first public human reply, or a call or chat picked up
        first_reply_at: instant,
        /// the first message of a bot
        first_bot_reply_at: instant,
        /// when a bot, or the queue behind it, handed over to people
        handover_at: instant,
        /// the first solve
        first_solved_at: instant,
        /// the last solve; null while open again
        last_solved_at: instant,
        /// new, open, pending, on_hold, solved or closed
        status: text,
        /// since when it has that status
        status_since: instant,
        /// solved, unsolved, spam or duplicate
        outcome: text,
        /// why, where the source says
        outcome_reason: text,
        /// when it was merged into another
        merged_at: instant,
        /// from the first customer message, else the opening, to the first human reply
        first_response_us: duration,
        /// the same in business time
        first_response_business_us: duration,
        /// from the handover, else as first_response_us
        first_response_human_us: duration,
        /// the same in business time
        first_response_human_business_us: duration,
        /// from opened to the first solve
        first_resolution_us: duration,
        /// the same in business time
        first_resolution_business_us: duration,
        /// from opened to the last solve; null while open again
        resolution_us: duration,
        /// the same in business time
        resolution_business_us: duration,
        /// the first evidence of a complaint
        complaint_at: instant,
        /// from the complaint to the next solve or the follow-up done
        complaint_resolution_us: duration,
        /// the same in business time
        complaint_resolution_business_us: duration,
        /// when it first waited in a queue
        queued_at: instant,
        /// from queued to served or abandoned
        queue_us: duration,
        /// the same in business time
        queue_business_us: duration,
        /// whether the customer left the queue unserved; null: never queued, or still waiting
        abandoned: flag,
        /// time with the bot before a human
        bot_us: duration,
        /// the same in business time
        bot_business_us: duration,
        /// time in status new
        new_us: duration,
        /// the same in business time
        new_business_us: duration,
        /// time in status open
        open_us: duration,
        /// the same in business time
        open_business_us: duration,
        /// time in status pending
        pending_us: duration,
        /// the same in business time
        pending_business_us: duration,
        /// time in status on_hold
        on_hold_us: duration,
        /// the same in business time
        on_hold_business_us: duration,
        /// assigned and new or open; phone and chat: picked up to ended
        handling_us: duration,
        /// the same in business time
        handling_business_us: duration,
        /// human replies: runs of public agent messages
        reply_count: count,
        /// runs of public customer messages
        customer_turn_count: count,
        /// calls for phone, sessions for chat, else human replies
        contact_count: count,
        /// how often it left solved or closed
        reopen_count: count,
        /// of these, by the customer
        reopen_by_customer_count: count,
        /// of these, by an agent
        reopen_by_agent_count: count,
        /// of these, by a rule
        reopen_by_automation_count: count,
        /// the first time it left solved or closed
        reopened_at: instant,
        /// how often the assignee changed from one agent to another
        handoff_count: count,
        /// how often the team changed from one to another
        team_change_count: count,
        /// whether a bot took part
        bot_met: flag,
        /// whether a human took part
        human_met: flag,
        /// whether a bot handed over to a human
        handed_over: flag,
        /// when it was first reviewed
        reviewed_at: instant,
        /// who gave the first reply
        agent_at_first_reply: text,
        /// who was assigned at the last solve, else replied last before it
        agent_at_solve: text,
        /// who replied last before the survey invitation
        agent_at_survey: text,
        /// who replied most
        agent_most_replies: text,
        /// the channel at the opening
        opened_channel: text,
        /// the first team
        opened_team: text,
        /// the first agent
        opened_agent: text,
        /// the first priority
        opened_priority: text,
        /// the customer's product at the opening
        opened_product: text,
        /// the customer's country at the opening
        opened_country: text,
        /// the customer's language at the opening
        opened_language: text,
        /// the customer's plan at the opening
        opened_plan: text,
    }
    /// one row a stretch from opened, or reopened, to solved
    Episode = "episodes" by Conversation dated opens_at {
        /// the conversation
        conversation_id: text,
        /// when it opened
        opens_at: instant,
        /// first, customer, agent or automation
        opened_by: text,
        /// when it was solved, closed or merged; null while open
        closes_at: instant,
        /// when its conversation was opened
        case_opened_at: instant,
        /// whether its conversation counts in rates
        countable: flag,
    }
    /// one row a wait of a customer for a human
    Wait = "waits" by Conversation dated waiting_since {
        /// the conversation
        conversation_id: text,
        /// the first unanswered customer message
        waiting_since: instant,
        /// when it ended; null while it runs
        ended_at: instant,
        /// reply, solve, end (hung up, given up, spam) or merge; null while it runs
        ended_by: text,
        /// how long
        wait_us: duration,
        /// the same in business time
        wait_business_us: duration,
    }
    /// one row a wait that a human reply ended
    Reply = "replies" by Conversation dated replied_at {
        /// the conversation
        conversation_id: text,
        /// when
        replied_at: instant,
        /// the first unanswered customer message
        waiting_since: instant,
        /// how long the customer waited
        wait_us: duration,
        /// the same in business time
        wait_business_us: duration,
        /// who replied
        agent_id: text,
        /// whether it is the first response
        is_first: flag,
        /// 1 for the first reply of the conversation
        turn_index: count,
    }
    /// one row an answer that counts
    SurveyAnswer = "answers" by Conversation dated answered_at {
        /// the conversation it is about
        conversation_id: text,
        /// the order it is about
        order_id: text,
        /// the answer's id
        answer_id: text,
        /// when
        answered_at: instant,
        /// when it was asked for
        invited_at: instant,
        /// csat, nps, ces, one_contact, channel_preference or open
        kind: text,
        /// the survey
        survey: text,
        /// the question
        question: text,
        /// the choice made
        choice: text,
        /// the theme
        theme: text,
        /// the score given
        score: decimal,
        /// the worst score of the scale
        scale_min: decimal,
        /// the best score of the scale
        scale_max: decimal,
        /// the scale, as "1-5"
        scale: label,
        /// whether the score is in the satisfied part of the scale
        satisfied: flag,
        /// very positive, positive, neutral, poor or very poor, by fifths of the scale
        band: text,
        /// ease or effort
        wording: text,
        /// when in the customer's life it was asked
        moment: text,
        /// whether there is a comment
        has_comment: flag,
        /// how it was answered
        survey_channel: text,
        /// whether it is at or under the complaint threshold
        dissatisfied: flag,
        /// when it was followed up
        followed_up_at: instant,
        /// until when it is to be followed up; null unless dissatisfied
        due_at: instant,
        /// when the company replied to it
        replied_at: instant,
    }
    /// one row an invitation
    SurveyInvitation = "invitations" by Conversation dated invited_at {
        /// the invitation
        invitation_id: text,
        /// the conversation it asks about
        conversation_id: text,
        /// what is asked
        kind: text,
        /// the survey
        survey: text,
        /// the question
        question: text,
        /// when in the customer's life it is asked
        moment: text,
        /// how it is asked
        survey_channel: text,
        /// when
        invited_at: instant,
        /// when it was seen
        shown_at: instant,
        /// when it was answered
        answered_at: instant,
    }
    /// one row a review of a conversation
    Review = "reviews" by Conversation dated reviewed_at {
        /// the review
        review_id: text,
        /// the conversation
        conversation_id: text,
        /// when
        reviewed_at: instant,
        /// 0 to 1: the weighted mean of the applicable criteria, 0 where a critical one failed
        score: decimal,
        /// how many criteria applied
        criterion_count: count,
        /// the scorecard
        scorecard: text,
        /// who reviewed
        reviewer_id: text,
        /// whether a critical criterion failed
        critical_failed: flag,
    }
    /// one row a promise
    SlaTarget = "sla_targets" by Conversation dated due_at {
        /// the conversation
        conversation_id: text,
        /// first_reply, next_reply or resolution
        metric: text,
        /// since when it runs
        applied_at: instant,
        /// until when
        due_at: instant,
        /// when it was done
        met_at: instant,
        /// when it was missed; null where it was met in time
        breached_at: instant,
        /// whether its conversation counts in rates
        countable: flag,
    }
    /// one row a conversation in its customer's history
    Contact = "contacts" by Customer dated opened_at {
        /// the conversation
        conversation_id: text,
        /// when it was opened
        opened_at: instant,
        /// who opened it: customer, agent or automation
        opened_by: text,
        /// the first solve
        first_solved_at: instant,
        /// solved, unsolved, spam or duplicate
        outcome: text,
        /// whether it counts in rates
        countable: flag,
        /// the first time it left solved or closed
        reopened_at: instant,
        /// whether a bot took part
        bot_met: flag,
        /// whether a human took part
        human_met: flag,
        /// 1 for the customer's first conversation
        contact_index: count,
        /// the customer's next customer-opened, non-spam conversation
        next_contact_at: instant,
        /// the same on the same channel
        next_contact_same_channel_at: instant,
        /// the browser or app session it was opened from; links help pages seen with it
        session_id: text,
    }
    /// one row an answer of a customer, with the customer's next one of the same kind
    AnswerPair = "answer_pairs" by Customer dated answered_at {
        /// the answer
        answer_id: text,
        /// when
        answered_at: instant,
        /// csat, nps, ces ...
        kind: text,
        /// whether it was satisfied
        satisfied: flag,
        /// whether it was at or under the threshold
        dissatisfied: flag,
        /// when it was followed up
        followed_up_at: instant,
        /// when the next one came
        next_answered_at: instant,
        /// whether the next one is satisfied
        next_satisfied: flag,
    }
    /// one row a piece of feedback: an answer with a comment, a mention, a public review
    Feedback = "feedback" by Customer dated received_at {
        /// when
        received_at: instant,
        /// answer, mention or review
        origin: text,
        /// when the company replied
        replied_at: instant,
        /// the theme
        theme: text,
        /// the network of a mention
        network: text,
    }
    /// one row a stretch in which a customer is subscribed; a gap within windows.churn_grace_days does not end it
    Subscription = "subscriptions" by Customer dated opens_at {
        /// when it began
        opens_at: instant,
        /// when the customer's last subscription ended; null while there is one
        closes_at: instant,
        /// whether the customer wanted the end
        voluntary: flag,
        /// when the customer subscribed again
        next_opens_at: instant,
        /// 1 for the customer's first stretch
        stretch_index: count,
    }
    /// one row a stretch in which a customer pays one amount a month
    SubscriptionAmount = "subscription_amounts" by Customer dated opens_at {
        /// the subscription
        subscription_id: text,
        /// when the amount began to hold
        opens_at: instant,
        /// when it ended; null while it holds
        closes_at: instant,
        /// the amount a month
        monthly_amount: decimal,
        /// the amount after it, also of what the customer came back with within the grace; 0: lost; null while it holds, or where the currency changed
        next_amount: decimal,
        /// since when a customer
        customer_opens_at: instant,
        /// the currency
        currency: text,
    }
    /// one row an order or refund
    Purchase = "orders" by Customer dated ordered_at {
        /// the order
        order_id: text,
        /// when
        ordered_at: instant,
        /// the customer's next order; null for a refund
        next_order_at: instant,
        /// 1 for the customer's first order; null for a refund
        order_index: count,
        /// the amount; negative for a refund
        amount: decimal,
        /// the share that stays as margin
        margin_share: decimal,
        /// amount times margin share
        margin: decimal,
        /// whether it is a refund
        refund: flag,
        /// the currency
        currency: text,
    }
    /// one row a customer and civil month in which anything happened; months only subscribed are in active_stretches
    CustomerMonth = "customer_months" by Customer dated month_at {
        /// the first instant of the month in the workspace's zone
        month_at: instant,
        /// the first day of the month
        month_start: date,
        /// the day after its last
        month_end: date,
        /// whether the customer had a subscription, order, activity or conversation in it
        active: flag,
        /// what was bought, refunds subtracted; null where currencies mix and no rate is set
        spend: decimal,
        /// the currency of the spend
        currency: text,
        /// how many orders
        order_count: count,
        /// how many conversations
        contact_count: count,
        /// how many acts of usage: activities of kind usage, feature or login
        usage_count: decimal,
        /// whether the customer took part in the loyalty programme
        loyalty: flag,
        /// whether the customer took part in a training
        training: flag,
        /// whether the customer referred somebody
        referred: flag,
    }
    /// one row a stretch of whole civil months in each of which a customer was active
    ActiveStretch = "active_stretches" by Customer dated opens_at {
        /// the first instant of its first month in the workspace's zone
        opens_at: instant,
        /// the first instant of the month after its last; null while a subscription runs
        closes_at: instant,
    }
    /// one row an article and session
    ArticleSession = "article_sessions" by Customer dated first_viewed_at {
        /// the article
        article_id: text,
        /// the session
        session_id: text,
        /// when it was first seen
        first_viewed_at: instant,
        /// when it was last seen
        last_viewed_at: instant,
        /// the next contact with support within the window
        contact_at: instant,
        /// whether it was the last article seen before that contact
        is_last_before_contact: flag,
        /// whether the session could be linked with a customer or a conversation
        linked: flag,
        /// the vote
        helpful: flag,
        /// whether the contact link was followed
        contact_clicked: flag,
    }
    /// one row a mention
    SocialMention = "mentions" by Customer dated mentioned_at {
        /// when
        mentioned_at: instant,
        /// the network
        network: text,
        /// -1, 0 or 1
        sentiment: count,
        /// whether it asks
        asks: flag,
        /// whether what it asks is technical
        technical: flag,
        /// whether it suggests
        suggests: flag,
        /// the competitor it names
        competitor: text,
        /// whether it is an opportunity
        opportunity: flag,
        /// the theme
        theme: text,
        /// the article that answers it
        article_id: text,
        /// the rating of a review
        rating: decimal,
        /// when the company replied
        replied_at: instant,
        /// from the mention to the reply
        reply_us: duration,
        /// the same in business time
        reply_business_us: duration,
    }
    /// one row a recommendation
    Recommendation = "referrals" by Customer dated referred_at {
        /// when
        referred_at: instant,
        /// organic or affiliate
        program: text,
        /// who was recommended to
        referred_id: text,
        /// when it led to a purchase
        converted_at: instant,
        /// what was earned by it
        revenue: decimal,
        /// what was paid for it
        reward: decimal,
        /// the currency
        currency: text,
    }
    /// one row an act of engagement
    Engagement = "activities" by Customer dated acted_at {
        /// when
        acted_at: instant,
        /// loyalty, training, login, feature, usage ...
        kind: text,
        /// what exactly
        name: text,
        /// how many times
        quantity: decimal,
    }
    /// one row an amount spent in a period
    PeriodCost = "costs" by Reference dated period_start {
        /// the first day
        period_start: date,
        /// the day after the last
        period_end: date,
        /// the amount
        amount: decimal,
        /// what for
        category: text,
        /// whether the category is support
        support: flag,
        /// the currency
        currency: text,
    }
    /// one row an amount earned in a period
    PeriodRevenue = "revenues" by Reference dated period_start {
        /// the first day
        period_start: date,
        /// the day after the last
        period_end: date,
        /// the amount
        amount: decimal,
        /// of what kind
        category: text,
        /// the currency
        currency: text,
    }
    /// one row a customer and stage entered
    StageVisit = "stages" by Customer dated entered_at {
        /// the stage
        stage: text,
        /// the first step in it
        step: text,
        /// when it was entered
        entered_at: instant,
        /// when the next stage was entered
        left_at: instant,
        /// the next stage
        next_stage: text,
        /// the last touchpoint of the customer, where no further stage came
        silent_since: instant,
        /// from entered to left
        stage_us: duration,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Counting(Vec<FactKind>);

    impl CellSink for Counting {
        fn text(&mut self, _: Option<&str>) {
            self.0.push(FactKind::Text);
        }
        fn instant(&mut self, _: Option<Instant>) {
            self.0.push(FactKind::Instant);
        }
        fn duration(&mut self, _: Option<Span>) {
            self.0.push(FactKind::Duration);
        }
        fn count(&mut self, _: Option<i64>) {
            self.0.push(FactKind::Count);
        }
        fn flag(&mut self, _: Option<bool>) {
            self.0.push(FactKind::Flag);
        }
        fn decimal(&mut self, _: Option<Decimal>) {
            self.0.push(FactKind::Decimal);
        }
        fn list(&mut self, _: &[&str]) {
            self.0.push(FactKind::List);
        }
        fn date(&mut self, _: Option<jiff::civil::Date>) {
            self.0.push(FactKind::Date);
        }
    }

    #[test]
    fn a_row_gives_its_cells_in_the_order_of_its_columns() {
        let mut sink = Counting::default();
        Conversation::default().cells(&mut sink);
        let declared: Vec<FactKind> = Fact::Conversation.columns().map(|column| column.kind).collect();
        assert_eq!(sink.0, declared);
    }

    #[test]
    fn no_fact_has_two_columns_of_one_name() {
        for fact in Fact::ALL {
            let mut names: Vec<_> = fact.columns().map(|column| column.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", fact.name());
        }
    }

    #[test]
    fn the_moment_that_dates_a_fact_is_one_of_its_columns() {
        for fact in Fact::ALL {
            assert!(fact.column(fact.dated_by()).is_some(), "{}", fact.name());
        }
    }
}
