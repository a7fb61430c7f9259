//! The closed sets of words in model tables: kinds, statuses, actors, outcomes.

/// A closed set of words.
pub trait Choice: Sized + Copy {
    /// The words, in the order of the variants.
    const WORDS: &'static [&'static str];
    /// The value at a position of [`Choice::WORDS`].
    fn at(position: u8) -> Option<Self>;
    /// The position in [`Choice::WORDS`].
    fn position(self) -> u8;
    /// The word.
    fn word(self) -> &'static str {
        Self::WORDS[usize::from(self.position())]
    }
    /// The value of a word, ASCII case and the separators `-`, `_` and space not minded.
    fn parse(word: &str) -> Option<Self> {
        let plain = |text: &str| -> String {
            text.trim().chars().map(|c| if matches!(c, ' ' | '-') { '_' } else { c.to_ascii_lowercase() }).collect()
        };
        if let Some(position) = Self::WORDS.iter().position(|known| *known == word) {
            return Self::at(position as u8);
        }
        let wanted = plain(word);
        let position = Self::WORDS.iter().position(|known| *known == wanted)?;
        Self::at(position as u8)
    }
}

macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$variant_meta])* #[doc = concat!("`", $word, "`")] $variant),* }

        impl Choice for $name {
            const WORDS: &'static [&'static str] = &[$($word),*];
            fn at(position: u8) -> Option<Self> {
                const ALL: &[$name] = &[$($name::$variant),*];
                ALL.get(usize::from(position)).copied()
            }
            fn position(self) -> u8 {
                self as u8
            }
        }
    )*};
}

choices! {
    /// What happened to a conversation.
    EventKind {
        Opened = "opened", Message = "message", Status = "status", Outcome = "outcome", Assigned = "assigned",
        Team = "team", Priority = "priority", Tagged = "tagged", Untagged = "untagged", Theme = "theme",
        Field = "field", Queued = "queued", Joined = "joined", Abandoned = "abandoned",
        CallAnswered = "call_answered", Ended = "ended", Complaint = "complaint", Escalated = "escalated",
        BotHandoff = "bot_handoff", SlaTarget = "sla_target", Merged = "merged", Split = "split",
        Deleted = "deleted", Restored = "restored",
    }
    /// Who did it.
    ActorKind { Customer = "customer", Agent = "agent", Bot = "bot", System = "system" }
    /// Where a case stands; the order is the order of the clock within one instant.
    Status { New = "new", Open = "open", Pending = "pending", OnHold = "on_hold", Solved = "solved", Closed = "closed" }
    /// How a case came out.
    Outcome { Solved = "solved", Unsolved = "unsolved", Spam = "spam", Duplicate = "duplicate" }
    /// What an answer answers.
    AnswerKind {
        Csat = "csat", Nps = "nps", Ces = "ces", OneContact = "one_contact",
        ChannelPreference = "channel_preference", Open = "open",
    }
    /// Which way an effort scale runs: `ease` high is good, `effort` high is bad.
    Wording { Ease = "ease", Effort = "effort" }
    /// When a question was put.
    Moment {
        AfterChat = "after_chat", AfterPurchase = "after_purchase", AfterSolve = "after_solve",
        Onboarding = "onboarding", Relationship = "relationship", Product = "product",
    }
    /// A change of a subscription.
    SubscriptionKind { Started = "started", Changed = "changed", Paused = "paused", Resumed = "resumed", Ended = "ended" }
    /// A programme of recommendation.
    Program { Organic = "organic", Affiliate = "affiliate" }
    /// A stage of a customer's journey, in order.
    Stage {
        Awareness = "awareness", Consideration = "consideration", Decision = "decision",
        Retention = "retention", Advocacy = "advocacy",
    }
    /// What an annotation marks.
    AnnotationKind { Release = "release", Campaign = "campaign", Incident = "incident" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_whatever_its_case_and_separator() {
        assert_eq!(Status::parse("On Hold"), Some(Status::OnHold));
        assert_eq!(EventKind::parse("call-answered"), Some(EventKind::CallAnswered));
        assert_eq!(EventKind::parse("hugged"), None);
    }

    #[test]
    fn every_position_names_the_value_that_stands_there() {
        for (position, word) in EventKind::WORDS.iter().enumerate() {
            let kind = EventKind::at(position as u8).expect("a kind");
            assert_eq!((kind.word(), usize::from(kind.position())), (*word, position));
        }
        assert_eq!(EventKind::at(EventKind::WORDS.len() as u8), None);
    }
}
