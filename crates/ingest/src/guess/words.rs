//! What columns are called in six languages.

/// What a column may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    Conversation,
    Created,
    FirstReplied,
    Solved,
    Closed,
    Updated,
    When,
    Activity,
    Status,
    Agent,
    Customer,
    Team,
    Channel,
    Priority,
    Tags,
    Score,
    Comment,
    Order,
    Amount,
    Currency,
}

/// Names by role, the surest first. Small, underscores for spaces.
const NAMES: &[(Role, &[&str])] = &[
    (Role::Conversation, &[
        "conversation_id", "case_id", "ticket_id", "case", "ticket", "ticket_number", "ticket_no", "ticket_nr", "ticket_#",
        "case_number", "incident_id", "incident", "request_id", "issue_key", "issue_id", "chat_id", "call_id", "number", "id",
        "case:concept:name", "tiketti", "tapaus", "tapausnumero", "tapaus_id", "palvelupyyntö", "numero", "zgłoszenie",
        "numer_zgłoszenia", "nr_zgłoszenia", "id_zgłoszenia", "sprawa", "обращение", "номер_обращения", "заявка",
        "номер_заявки", "тикет", "номер", "zahtevek", "številka_zahtevka", "id_zahtevka", "zadeva", "工單", "工單編號",
        "案件", "案件編號", "編號", "單號",
    ]),
    (Role::Created, &[
        "created_at", "created", "created_on", "opened_at", "opened", "open_time", "open_date", "creation_date", "date_created",
        "submitted_at", "reported_at", "start_time", "requested_at", "luotu", "luontiaika", "avattu", "utworzono",
        "data_utworzenia", "data_zgłoszenia", "otwarto", "создано", "создан", "дата_создания", "открыто", "дата_открытия",
        "ustvarjeno", "ustvarjen", "odprto", "odprt", "datum_odprtja", "datum_nastanka", "建立時間", "建立日期", "開立時間",
    ]),
    (Role::FirstReplied, &[
        "first_reply_at", "first_replied_at", "first_reply", "first_replied", "first_response_at", "first_response",
        "first_response_time", "first_answered_at", "initially_assigned_at", "ensimmäinen_vastaus", "vastattu",
        "pierwsza_odpowiedź", "data_pierwszej_odpowiedzi", "первый_ответ", "дата_первого_ответа", "prvi_odgovor",
        "首次回覆", "首次回覆時間", "首次回應時間",
    ]),
    (Role::Solved, &[
        "solved_at", "resolved_at", "solved", "resolved", "resolution_date", "date_solved", "date_resolved", "completed_at",
        "ratkaistu", "ratkaisuaika", "rozwiązano", "data_rozwiązania", "решено", "дата_решения", "rešeno", "rešen",
        "datum_rešitve", "解決時間", "解決日期", "結案時間",
    ]),
    (Role::Closed, &[
        "closed_at", "closed", "closed_on", "date_closed", "close_time", "end_time", "suljettu", "sulkemisaika", "zamknięto",
        "data_zamknięcia", "закрыто", "дата_закрытия", "zaprto", "datum_zaprtja", "關閉時間", "關閉日期",
    ]),
    (Role::Updated, &[
        "updated_at", "updated", "last_updated", "modified_at", "last_modified", "muokattu", "päivitetty", "zaktualizowano",
        "data_aktualizacji", "обновлено", "дата_обновления", "posodobljeno", "更新時間",
    ]),
    (Role::When, &[
        "occurred_at", "complete_timestamp", "time:timestamp", "timestamp", "event_time", "event_date", "datetime", "date_time",
        "date", "time", "answered_at", "submitted", "order_date", "ordered_at", "aika", "aikaleima", "päivämäärä", "pvm", "data",
        "czas", "data_i_czas", "дата", "время", "дата_и_время", "datum", "čas", "datum_in_čas", "日期", "時間",
    ]),
    (Role::Activity, &[
        "activity", "event", "action", "concept:name", "event_type", "activity_name", "step", "event_name", "kind",
        "toiminto", "tapahtuma", "czynność", "zdarzenie", "akcja", "действие", "событие", "операция", "aktivnost", "dogodek",
        "dejanje", "活動", "動作", "事件",
    ]),
    (Role::Status, &[
        "status", "state", "ticket_status", "tila", "stan", "статус", "состояние", "stanje", "狀態",
    ]),
    (Role::Agent, &[
        "assignee", "agent", "agent_id", "assignee_id", "assigned_to", "owner", "resource", "org:resource", "handled_by",
        "operator", "employee", "käsittelijä", "vastuuhenkilö", "asiakaspalvelija", "agenta", "konsultant", "przypisany",
        "właściciel", "оператор", "исполнитель", "ответственный", "агент", "skrbnik", "dodeljeno", "referent", "客服",
        "處理人", "負責人",
    ]),
    (Role::Customer, &[
        "customer_id", "customer", "requester", "requester_id", "client", "client_id", "contact", "user", "user_id", "caller",
        "reporter", "company", "asiakas", "asiakas_id", "asiakasnumero", "klient", "id_klienta", "zgłaszający", "клиент",
        "заказчик", "заявитель", "stranka", "kupec", "客戶", "顧客", "客戶編號", "email", "customer_email",
    ]),
    (Role::Team, &[
        "team", "group", "workgroup", "department", "queue", "assignment_group", "org:group", "support_group", "tiimi", "ryhmä",
        "osasto", "zespół", "grupa", "dział", "команда", "группа", "отдел", "ekipa", "skupina", "oddelek", "團隊", "群組", "部門",
    ]),
    (Role::Channel, &[
        "channel", "via", "source_channel", "contact_channel", "medium", "origin", "kanava", "kanał", "канал", "kanal", "管道",
        "渠道", "來源",
    ]),
    (Role::Priority, &[
        "priority", "severity", "seriousness", "urgency", "prioriteetti", "kiireellisyys", "priorytet", "pilność", "приоритет",
        "срочность", "prioriteta", "nujnost", "優先順序", "優先級",
    ]),
    (Role::Tags, &["tags", "labels", "tag", "tunnisteet", "tagit", "tagi", "etykiety", "теги", "метки", "oznake", "標籤"]),
    (Role::Score, &[
        "score", "rating", "csat", "satisfaction", "satisfaction_score", "satisfaction_rating", "csat_score", "nps", "stars",
        "arvosana", "arvio", "tyytyväisyys", "ocena", "zadowolenie", "оценка", "балл", "удовлетворенность", "zadovoljstvo",
        "評分", "滿意度", "分數",
    ]),
    (Role::Comment, &[
        "comment", "feedback", "satisfaction_comment", "kommentti", "palaute", "komentarz", "opinia", "комментарий", "отзыв",
        "komentar", "mnenje", "評論", "意見", "留言",
    ]),
    (Role::Order, &["order_id", "order", "order_number", "invoice", "tilaus", "tilausnumero", "zamówienie", "заказ", "naročilo", "訂單", "訂單編號"]),
    (Role::Amount, &[
        "amount", "total", "price", "sum", "revenue", "value", "order_total", "summa", "hinta", "kwota", "suma", "cena", "сумма",
        "стоимость", "цена", "znesek", "金額", "總額",
    ]),
    (Role::Currency, &["currency", "valuutta", "waluta", "валюта", "valuta", "幣別", "貨幣"]),
];

/// How well a name fits a role, 0 to 1.
pub(super) fn likeness(plain: &str, role: Role) -> f64 {
    let names = NAMES.iter().find(|(known, _)| *known == role).map_or(&[][..], |(_, names)| names);
    let of = |(place, name): (usize, &&str)| {
        let surety = 1.0 - place as f64 * 0.002;
        if plain == *name {
            return surety;
        }
        if has_word(plain, name) {
            return 0.8 * surety;
        }
        if plain.len() > 4 && strsim::jaro_winkler(plain, name) > 0.93 { 0.7 * surety } else { 0.0 }
    };
    names.iter().enumerate().map(of).fold(0.0, f64::max)
}

/// Whether a name of several words has these among them; a single short word says too little.
fn has_word(plain: &str, name: &str) -> bool {
    if name.chars().count() < 4 && name.is_ascii() {
        return false;
    }
    let is_edge = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric());
    plain.match_indices(name).any(|(at, found)| {
        let (before, after) = (plain[..at].chars().next_back(), plain[at + found.len()..].chars().next());
        (is_edge(before) && is_edge(after)) || !name.is_ascii()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_its_name_in_six_languages() {
        for name in ["case_id", "tapausnumero", "nr_zgłoszenia", "номер_обращения", "številka_zahtevka", "工單編號"] {
            assert!(likeness(name, Role::Conversation) > 0.9, "{name}");
        }
        for name in ["created_at", "luotu", "data_utworzenia", "дата_создания", "odprto", "建立時間"] {
            assert!(likeness(name, Role::Created) > 0.9, "{name}");
        }
        assert!(likeness("complete_timestamp", Role::When) > 0.9);
        assert_eq!(likeness("mood", Role::Channel), 0.0);
    }
}
