//! What an activity of an event log may mean, by its words.
//!
//! Verbs alone mislead: "Resolve ticket" solves the case, "Resolve SW anomaly" does something within it. Only
//! what acts on the case itself, or names no object, is taken for sure.

/// What an activity becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Meaning {
    pub(super) kind: &'static str,
    /// The event's value, where the word says it.
    pub(super) value: Option<&'static str>,
    pub(super) actor: Option<&'static str>,
    pub(super) public: Option<bool>,
}

impl Meaning {
    const fn of(kind: &'static str, value: Option<&'static str>) -> Meaning {
        Meaning { kind, value, actor: None, public: None }
    }

    const fn message(actor: &'static str, public: Option<bool>) -> Meaning {
        Meaning { kind: "message", value: None, actor: Some(actor), public }
    }
}

/// The case itself, as activities name it.
const CASE: &[&str] = &[
    "ticket",
    "case",
    "request",
    "incident",
    "issue",
    "conversation",
    "chat",
    "call",
    "tiketti",
    "tapaus",
    "pyyntö",
    "zgłoszeni",
    "spraw",
    "обращен",
    "заявк",
    "тикет",
    "zahtev",
    "zadev",
    "工單",
    "案件",
];

const OPENED: &[&str] = &[
    "insert",
    "create",
    "open",
    "register",
    "submit",
    "new",
    "receive",
    "start",
    "luo",
    "avaa",
    "kirja",
    "utwórz",
    "utworzon",
    "otwar",
    "zarejestr",
    "созда",
    "откры",
    "зарегистр",
    "ustvar",
    "odpr",
    "建立",
    "開立",
    "新增",
];
const CLOSED: &[&str] = &["close", "closed", "archive", "sulje", "suljett", "zamkn", "закры", "zapr", "關閉", "結案"];
const SOLVED: &[&str] =
    &["solve", "resolve", "fixed", "complete", "done", "ratkais", "rozwiąz", "реш", "reši", "rešen", "解決", "完成"];
const PENDING: &[&str] = &["wait", "pending", "suspend", "odota", "oczek", "ожид", "čaka", "等待", "待處理"];
const ON_HOLD: &[&str] = &["hold", "pause", "pidoss", "wstrzym", "приостан", "zadrž", "暫停", "保留"];
const REOPENED: &[&str] = &["reopen", "re-open", "uudelleen", "ponownie otw", "переоткр", "ponovno odpr", "重新開"];
const TAKEN: &[&str] = &[
    "take in charge",
    "take over",
    "accept",
    "pick up",
    "claim",
    "in progress",
    "ota käsit",
    "otett",
    "przyję",
    "przejm",
    "в работ",
    "принят",
    "prevzem",
    "prevzet",
    "受理",
    "接手",
];
const ASSIGNED: &[&str] = &[
    "assign",
    "dispatch",
    "transfer",
    "reassign",
    "forward",
    "siirr",
    "osoit",
    "przypis",
    "przekaz",
    "назнач",
    "перевед",
    "dodel",
    "指派",
    "轉派",
];
const ESCALATED: &[&str] = &["escalat", "upgrade", "eskal", "эскал", "升級"];
const NOTE: &[&str] = &[
    "internal",
    "private",
    "note",
    "sisäi",
    "muistiin",
    "wewn",
    "notatk",
    "внутрен",
    "заметк",
    "intern",
    "opomb",
    "內部",
    "備註",
];
const MESSAGE: &[&str] = &[
    "reply",
    "replied",
    "respon",
    "answer",
    "comment",
    "message",
    "e-mail",
    "email",
    "vasta",
    "viesti",
    "komment",
    "odpowied",
    "wiadomo",
    "komentarz",
    "ответ",
    "сообщ",
    "коммент",
    "odgov",
    "sporoč",
    "koment",
    "回覆",
    "回應",
    "訊息",
    "留言",
];
const BY_CUSTOMER: &[&str] =
    &["customer", "client", "requester", "user", "asiakas", "asiakka", "klient", "клиент", "strank", "客戶", "顧客"];
const PRIORITY: &[&str] =
    &["priority", "seriousness", "severity", "urgency", "prioriteet", "priorytet", "приоритет", "priorit", "優先"];
const SPAM: &[&str] = &["spam", "roskapost", "спам", "垃圾"];
const DUPLICATE: &[&str] = &["duplicate", "kaksoiskappale", "duplikat", "дубл", "dvojnik", "重複"];
const COMPLAINT: &[&str] =
    &["complaint", "reklamaat", "valitus", "reklamacj", "skarg", "жалоб", "pritožb", "投訴", "客訴"];

/// What an activity means; empty where its words say nothing, several where it does several things.
pub(super) fn meanings(activity: &str) -> Vec<Meaning> {
    let text = activity.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| begins_a_word(&text, word));
    let names_case = has(CASE);
    let is_bare = text.split_whitespace().count() == 1;
    if has(REOPENED) {
        return vec![Meaning::of("status", Some("open"))];
    }
    if has(SPAM) {
        return vec![Meaning::of("outcome", Some("spam"))];
    }
    if has(DUPLICATE) {
        return vec![Meaning::of("outcome", Some("duplicate"))];
    }
    if has(TAKEN) {
        return vec![Meaning::of("status", Some("open")), Meaning::of("assigned", None)];
    }
    if has(CLOSED) && (names_case || is_bare) {
        return vec![Meaning::of("status", Some("closed"))];
    }
    if has(SOLVED) && (names_case || is_bare) {
        return vec![Meaning::of("status", Some("solved"))];
    }
    if has(ON_HOLD) {
        return vec![Meaning::of("status", Some("on_hold"))];
    }
    if has(PENDING) {
        return vec![Meaning::of("status", Some("pending"))];
    }
    if has(COMPLAINT) {
        return vec![Meaning::of("complaint", None)];
    }
    if has(MESSAGE) || has(NOTE) {
        return vec![match (has(NOTE), has(BY_CUSTOMER)) {
            (true, _) => Meaning::message("agent", Some(false)),
            (false, true) => Meaning::message("customer", None),
            (false, false) => Meaning::message("agent", Some(true)),
        }];
    }
    if has(ESCALATED) {
        return vec![Meaning::of("escalated", None)];
    }
    if has(PRIORITY) {
        return vec![Meaning::of("priority", None)];
    }
    if has(ASSIGNED) {
        return vec![Meaning::of("assigned", None)];
    }
    if has(OPENED) && (names_case || is_bare) {
        return vec![Meaning::of("opened", None)];
    }
    Vec::new()
}

/// The status of the model that a word stands for.
pub(super) fn status(word: &str) -> Option<&'static str> {
    let text = word.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|known| begins_a_word(&text, known));
    const NEW: &[&str] = &["new", "uusi", "nowy", "nowe", "новый", "новая", "nov", "新"];
    Some(match text.as_str() {
        _ if has(REOPENED) => "open",
        _ if has(CLOSED) => "closed",
        _ if has(SOLVED) => "solved",
        _ if has(ON_HOLD) => "on_hold",
        _ if has(PENDING) => "pending",
        _ if has(NEW) => "new",
        _ if has(OPENED)
            || has(TAKEN)
            || has(ASSIGNED)
            || text.starts_with("w toku")
            || text.starts_with("处理")
            || text.contains("處理中") =>
        {
            "open"
        }
        _ => return None,
    })
}

/// Whether a word, or a beginning of one, occurs where a word begins.
fn begins_a_word(text: &str, word: &str) -> bool {
    let is_script_without_spaces = word.chars().any(|sign| matches!(sign, '\u{4e00}'..='\u{9fff}'));
    text.match_indices(word).any(|(at, _)| {
        is_script_without_spaces || text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(activity: &str) -> Vec<(&'static str, Option<&'static str>)> {
        meanings(activity).into_iter().map(|meaning| (meaning.kind, meaning.value)).collect()
    }

    #[test]
    fn activities_are_read_by_their_words() {
        assert_eq!(kinds("Insert ticket"), [("opened", None)]);
        assert_eq!(kinds("Take in charge ticket"), [("status", Some("open")), ("assigned", None)]);
        assert_eq!(kinds("Resolve ticket"), [("status", Some("solved"))]);
        assert_eq!(kinds("RESOLVED"), [("status", Some("solved"))]);
        assert_eq!(kinds("Closed"), [("status", Some("closed"))]);
        assert_eq!(kinds("Wait"), [("status", Some("pending"))]);
        assert_eq!(kinds("Require upgrade"), [("escalated", None)]);
        assert_eq!(kinds("Assign seriousness"), [("priority", None)]);
        assert_eq!(kinds("Customer replied"), [("message", None)]);
    }

    #[test]
    fn what_is_done_within_a_case_does_not_solve_it() {
        assert_eq!(kinds("Resolve SW anomaly"), []);
        assert_eq!(kinds("Create SW anomaly"), []);
        assert_eq!(kinds("Schedule intervention"), []);
    }

    #[test]
    fn words_of_other_languages_are_known() {
        assert_eq!(kinds("Zamknięto zgłoszenie"), [("status", Some("closed"))]);
        assert_eq!(kinds("Ответ клиенту"), [("message", None)]);
        assert_eq!(status("Ratkaistu"), Some("solved"));
        assert_eq!(status("Zaprto"), Some("closed"));
        assert_eq!(status("等待客戶"), Some("pending"));
        assert_eq!(status("purple"), None);
    }
}
