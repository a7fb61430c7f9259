//! The tables themselves. The doc comment of a field is the column's documentation everywhere.

use super::*;

/// What a row hangs on: the conversation (fold A), the customer (fold B), or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Folded with the events of its conversation.
    Conversation,
    /// Folded with the other rows of its customer.
    Customer,
    /// Read whole: attributes, calendars, periods of money.
    Reference,
}

macro_rules! cell_type {
    (text required) => { &'a str };
    (person required) => { &'a str };
    (text optional) => { Option<&'a str> };
    (person optional) => { Option<&'a str> };
    (private optional) => { bool };
    (fields optional) => { Option<&'a str> };
    (integer optional) => { Option<i64> };
    (decimal required) => { Decimal };
    (decimal optional) => { Option<Decimal> };
    (flag optional) => { Option<bool> };
    (instant optional) => { Option<Instant> };
    (date required) => { jiff::civil::Date };
    (date optional) => { Option<jiff::civil::Date> };
    ($choice:ident required) => { Option<$choice> };
    ($choice:ident optional) => { Option<$choice> };
}

macro_rules! cell_kind {
    (text) => {
        ColumnKind::Text
    };
    (person) => {
        ColumnKind::Person
    };
    (private) => {
        ColumnKind::Private
    };
    (fields) => {
        ColumnKind::Fields
    };
    (integer) => {
        ColumnKind::Integer
    };
    (decimal) => {
        ColumnKind::Decimal
    };
    (flag) => {
        ColumnKind::Flag
    };
    (instant) => {
        ColumnKind::Instant
    };
    (date) => {
        ColumnKind::Date
    };
    ($choice:ident) => {
        ColumnKind::Choice(<$choice as Choice>::WORDS)
    };
}

macro_rules! read_cell {
    ($cells:ident, $at:expr, text required) => {
        $cells.text($at).unwrap_or_default()
    };
    ($cells:ident, $at:expr, person required) => {
        $cells.text($at).unwrap_or_default()
    };
    ($cells:ident, $at:expr, text optional) => {
        $cells.text($at)
    };
    ($cells:ident, $at:expr, person optional) => {
        $cells.text($at)
    };
    ($cells:ident, $at:expr, fields optional) => {
        $cells.text($at)
    };
    ($cells:ident, $at:expr, private optional) => {
        $cells.flag($at).unwrap_or(false)
    };
    ($cells:ident, $at:expr, integer optional) => {
        $cells.integer($at)
    };
    ($cells:ident, $at:expr, decimal required) => {
        $cells.decimal($at).unwrap_or_default()
    };
    ($cells:ident, $at:expr, decimal optional) => {
        $cells.decimal($at)
    };
    ($cells:ident, $at:expr, flag optional) => {
        $cells.flag($at)
    };
    ($cells:ident, $at:expr, instant optional) => {
        $cells.instant($at)
    };
    ($cells:ident, $at:expr, date required) => {
        $cells.date($at).unwrap_or_default()
    };
    ($cells:ident, $at:expr, date optional) => {
        $cells.date($at)
    };
    ($cells:ident, $at:expr, $choice:ident $need:ident) => {
        $cells.choice($at).and_then($choice::at)
    };
}

macro_rules! tables {
    ($($(#[doc = $doc:literal])* $row:ident = $name:literal in $fold:ident {
        $($(#[doc = $field_doc:literal])* $field:ident: $kind:ident $need:ident),* $(,)?
    })*) => {
        /// The model tables.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Table { $($(#[doc = $doc])* $row),* }

        impl Table {
            /// All tables.
            pub const ALL: &'static [Table] = &[$(Table::$row),*];

            /// The name in files, lake and docs.
            pub fn name(self) -> &'static str {
                match self { $(Table::$row => $name),* }
            }

            /// One line: what a row is.
            pub fn doc(self) -> &'static str {
                match self { $(Table::$row => concat!($($doc),*).trim_ascii()),* }
            }

            /// Its own columns, the header not among them.
            pub fn columns(self) -> &'static [Column] {
                match self { $(Table::$row => {
                    const COLUMNS: &[Column] = &[$(Column {
                        name: stringify!($field),
                        kind: cell_kind!($kind),
                        required: need!($need),
                        doc: concat!($($field_doc),*).trim_ascii(),
                    }),*];
                    COLUMNS
                }),* }
            }

            /// Which fold reads it.
            pub fn fold(self) -> Fold {
                match self { $(Table::$row => Fold::$fold),* }
            }
        }

        $($(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $row<'a> {
            /// What every row carries.
            pub header: Header<'a>,
            $($(#[doc = $field_doc])* pub $field: cell_type!($kind $need)),*
        }

        impl<'a> ModelTable<'a> for $row<'a> {
            const TABLE: Table = Table::$row;
            #[inline]
            fn read(cells: &impl Cells<'a>) -> Self {
                let mut at = 0usize..;
                let mut next = || at.next().unwrap_or_default();
                $row {
                    header: cells.header(),
                    $($field: { let column = next(); read_cell!(cells, column, $kind $need) }),*
                }
            }
        })*
    };
}

macro_rules! need {
    (required) => {
        true
    };
    (optional) => {
        false
    };
}

tables! {
    /// something that happened to a ticket, chat, call or thread
    Event = "conversation_events" in Conversation {
        /// the conversation it happened to
        conversation_id: text required,
        /// what happened
        kind: EventKind required,
        /// who did it; default by kind
        actor_kind: ActorKind optional,
        /// the id of who did it
        actor_id: person optional,
        /// the customer whose conversation it is
        customer_id: person optional,
        /// whether the customer can see it; default true
        public: flag optional,
        /// whether a rule or a machine did it in an agent's name
        automated: flag optional,
        /// email, chat, phone, web ...
        channel: text optional,
        /// the new value: a status, an outcome, an agent, a team, a tag ...
        value: text optional,
        /// what the value is of: a field's name, an SLA metric, the other conversation
        target: text optional,
        /// the browser or app session it came from
        session_id: text optional,
        /// the page it came from
        url: text optional,
        /// custom values; each name becomes a dimension
        fields: fields optional,
    }
    /// a question sent or shown
    Invitation = "survey_invitations" in Conversation {
        /// the invitation's id, which answers name
        invitation_id: text required,
        /// what is asked
        kind: AnswerKind required,
        /// the survey
        survey: text optional,
        /// the question
        question: text optional,
        /// the conversation it asks about
        conversation_id: text optional,
        /// the order it asks about
        order_id: text optional,
        /// who is asked
        customer_id: person optional,
        /// how it is asked
        channel: text optional,
        /// when in the customer's life it is asked
        moment: Moment optional,
        /// when it was seen
        shown_at: instant optional,
        /// custom values; each name becomes a dimension
        fields: fields optional,
    }
    /// one answer to one question
    Answer = "survey_answers" in Conversation {
        /// what was asked; without the column: csat
        kind: AnswerKind required,
        /// the score given
        score: decimal optional,
        /// the choice made
        choice: text optional,
        /// the question
        question: text optional,
        /// the theme of question or comment
        theme: text optional,
        /// the answer's id, which follow-ups name
        answer_id: text optional,
        /// the invitation it answers
        invitation_id: text optional,
        /// the survey
        survey: text optional,
        /// the survey's version
        survey_version: integer optional,
        /// the worst score of the scale
        scale_min: decimal optional,
        /// the best score of the scale
        scale_max: decimal optional,
        /// the least score that counts as satisfied, where it is not the usual one
        satisfied_from: decimal optional,
        /// which way an effort scale runs
        wording: Wording optional,
        /// when in the customer's life it was asked
        moment: Moment optional,
        /// the customer's own words
        comment: private optional,
        /// the language of the answer
        language: text optional,
        /// the conversation it is about
        conversation_id: text optional,
        /// the order it is about
        order_id: text optional,
        /// who answered
        customer_id: person optional,
        /// the agent whom it rates, where the source says
        agent_id: person optional,
        /// how it was answered
        channel: text optional,
        /// when the company replied to it
        replied_at: instant optional,
        /// custom values; each name becomes a dimension
        fields: fields optional,
    }
    /// care for a dissatisfied customer
    FollowUp = "follow_ups" in Conversation {
        /// the answer it follows up
        answer_id: text required,
        /// whose task it is
        owner_id: person optional,
        /// until when
        due_at: instant optional,
        /// when it was done
        done_at: instant optional,
        /// what came of it
        outcome: text optional,
    }
    /// one criterion of one review
    Rating = "quality_ratings" in Conversation {
        /// the review it is part of
        review_id: text required,
        /// the criterion
        criterion: text required,
        /// the score given
        score: decimal required,
        /// the conversation reviewed
        conversation_id: text optional,
        /// the agent reviewed
        agent_id: person optional,
        /// who reviewed
        reviewer_id: person optional,
        /// the scorecard
        scorecard: text optional,
        /// the weight of the criterion; default 1
        weight: decimal optional,
        /// the least score; default 0
        scale_min: decimal optional,
        /// the best score; default 1
        scale_max: decimal optional,
        /// whether failing it fails the review
        critical: flag optional,
        /// whether it did not apply
        not_applicable: flag optional,
    }
    /// a change of a subscription
    SubscriptionEvent = "subscription_events" in Customer {
        /// the subscription
        subscription_id: text required,
        /// whose it is
        customer_id: person required,
        /// what changed
        kind: SubscriptionKind required,
        /// the plan from now on
        plan: text optional,
        /// what it costs a month from now on
        monthly_amount: decimal optional,
        /// the currency of the amount
        currency: text optional,
        /// whether the customer wanted the end; false: a failed payment
        voluntary: flag optional,
    }
    /// a purchase or refund
    Order = "orders" in Customer {
        /// who bought
        customer_id: person required,
        /// how much; positive, for a refund too
        amount: decimal required,
        /// the order's id
        order_id: text optional,
        /// the currency of the amount
        currency: text optional,
        /// the share of the amount that stays as margin, 0 to 1
        margin_share: decimal optional,
        /// whether the amount went back
        refund: flag optional,
        /// where it was bought
        channel: text optional,
        /// what was bought
        product: text optional,
    }
    /// a help page seen
    ArticleView = "article_views" in Customer {
        /// the article
        article_id: text required,
        /// the browser or app session
        session_id: text optional,
        /// who, where known
        customer_id: person optional,
        /// the vote: helpful or not
        helpful: flag optional,
        /// whether the contact link was followed
        contact_clicked: flag optional,
        /// the language of the article
        language: text optional,
    }
    /// an act of engagement
    Activity = "customer_activities" in Customer {
        /// who
        customer_id: person required,
        /// loyalty, training, login, feature, usage ...
        kind: text required,
        /// what exactly
        name: text optional,
        /// how many times; default 1
        quantity: decimal optional,
    }
    /// a public post, comment or review
    Mention = "mentions" in Customer {
        /// the network or review site
        network: text required,
        /// who wrote it
        author: person optional,
        /// the customer behind the author, where known
        customer_id: person optional,
        /// the conversation it led to
        conversation_id: text optional,
        /// what it says
        text: private optional,
        /// its language
        language: text optional,
        /// -1, 0 or 1
        sentiment: integer optional,
        /// whether it asks something
        asks: flag optional,
        /// whether what it asks is technical
        technical: flag optional,
        /// whether it suggests something
        suggests: flag optional,
        /// the competitor it names
        competitor: text optional,
        /// whether it is an opportunity to sell
        opportunity: flag optional,
        /// what it is about
        theme: text optional,
        /// the article that answers it
        article_id: text optional,
        /// the rating of a review
        rating: decimal optional,
        /// when the company replied
        replied_at: instant optional,
    }
    /// one recommendation
    Referral = "referrals" in Customer {
        /// who recommended
        referrer_id: person required,
        /// who was recommended to
        referred_id: person optional,
        /// organic or affiliate
        program: Program optional,
        /// when it led to a purchase
        converted_at: instant optional,
        /// what was earned by it
        revenue: decimal optional,
        /// what was paid for it
        reward: decimal optional,
        /// the currency of both
        currency: text optional,
    }
    /// a step of a customer's journey
    Touchpoint = "touchpoints" in Customer {
        /// who
        customer_id: person required,
        /// the stage reached
        stage: Stage required,
        /// the step
        name: text optional,
        /// where
        channel: text optional,
        /// the browser or app session
        session_id: text optional,
    }
    /// money spent in a period
    Cost = "costs" in Reference {
        /// the first day
        period_start: date required,
        /// the day after the last
        period_end: date required,
        /// how much
        amount: decimal required,
        /// what for; settings say which categories are support
        category: text optional,
        /// whose
        team: text optional,
        /// on which channel
        channel: text optional,
        /// the currency
        currency: text optional,
    }
    /// money earned in a period
    Revenue = "revenues" in Reference {
        /// the first day
        period_start: date required,
        /// the day after the last
        period_end: date required,
        /// how much
        amount: decimal required,
        /// of what kind
        category: text optional,
        /// whose
        team: text optional,
        /// on which channel
        channel: text optional,
        /// the currency
        currency: text optional,
    }
    /// who a customer is, from a moment on
    Customer = "customers" in Reference {
        /// the customer
        customer_id: person required,
        /// the name, for display
        name: private optional,
        /// the address, for display
        email: private optional,
        /// since when these values hold; default: always
        valid_from: instant optional,
        /// the country
        country: text optional,
        /// the language
        language: text optional,
        /// the plan
        plan: text optional,
        /// the segment
        segment: text optional,
        /// the product used
        product: text optional,
        /// since when a customer
        signed_up_at: instant optional,
    }
    /// who an agent is, from a moment on
    Agent = "agents" in Reference {
        /// the agent
        agent_id: person required,
        /// the name, for display
        name: private optional,
        /// the address, for display
        email: private optional,
        /// since when these values hold; default: always
        valid_from: instant optional,
        /// the team
        team: text optional,
        /// the role
        role: text optional,
    }
    /// what an article is
    Article = "articles" in Reference {
        /// the article
        article_id: text required,
        /// its title
        title: text optional,
        /// what it is about
        theme: text optional,
        /// its language
        language: text optional,
        /// where it is
        url: text optional,
    }
    /// when a team is open: one row an interval of the week, or a holiday
    CalendarHours = "calendars" in Reference {
        /// the calendar's name
        calendar: text required,
        /// the time zone of its hours, as the zone database names it
        zone: text required,
        /// 1 Monday to 7 Sunday; none for a holiday
        weekday: integer optional,
        /// from when, HH:MM
        opens: text optional,
        /// until when, HH:MM; 24:00 is midnight
        closes: text optional,
        /// a day on which it is closed
        holiday: date optional,
        /// the first day on which this row holds; default: always
        valid_from: date optional,
        /// the day after the last on which this row holds; default: for ever
        valid_to: date optional,
        /// the team that keeps it; none: whom settings say
        team: text optional,
    }
    /// what is promised
    SlaPolicy = "sla_policies" in Reference {
        /// the policy's name
        policy: text required,
        /// first_reply, next_reply or resolution
        metric: text required,
        /// within how many minutes
        target_minutes: integer optional,
        /// whether the minutes are counted in business time
        business: flag optional,
        /// the priority it is for; none: all
        priority: text optional,
        /// the channel it is for; none: all
        channel: text optional,
        /// the first moment at which it holds
        valid_from: instant optional,
    }
    /// what changed: a release, a campaign, an incident
    Annotation = "annotations" in Reference {
        /// what it was
        kind: AnnotationKind required,
        /// its name
        name: text optional,
        /// when it was over
        ended_at: instant optional,
        /// what to know of it
        note: text optional,
        /// the product it concerns
        product: text optional,
    }
}

impl Table {
    /// The table of a name.
    pub fn named(name: &str) -> Option<Table> {
        Table::ALL.iter().copied().find(|table| table.name() == name)
    }

    /// Header and own columns.
    pub fn all_columns(self) -> impl Iterator<Item = &'static Column> {
        HEADER.iter().chain(self.columns())
    }
}

impl<'a> Event<'a> {
    /// The place among events of one instant: routing before agents' messages, statuses after both.
    pub fn rank(&self, by_customer: bool) -> u8 {
        use EventKind::*;
        match self.kind {
            Some(Restored) => 0,
            Some(Opened) => 1,
            Some(Message) if by_customer => 2,
            Some(
                Queued | Joined | CallAnswered | Assigned | Team | Priority | Tagged | Untagged | Theme | Field
                | SlaTarget | BotHandoff | Escalated | Complaint,
            ) => 3,
            Some(Message) => 4,
            Some(Abandoned) => 5,
            Some(Ended) => 6,
            Some(Status) => 7 + self.value.and_then(super::Status::parse).map_or(0, |status| status.position()),
            Some(Outcome) => 13,
            Some(Split) => 14,
            Some(Merged) => 15,
            Some(Deleted) | None => 16,
        }
    }
}
