//! What is guessed for tables that nobody has described, and that the guess can be used as it is.

use crate::support::{Folder, Imported, import_one};
use mittari_core::model::Table;
use mittari_ingest::{Guess, IngestError, Mapping, Options, guess};

fn guessed(name: &str, text: &str) -> (Guess, Imported) {
    let folder = Folder::new();
    let file = folder.file(name, text);
    let guess = guess(&file, &Options::default()).unwrap_or_else(|error| panic!("{error}"));
    let options =
        Options { mapping: Some(Mapping::parse("guess.toml", &guess.toml).expect("a mapping")), ..Options::default() };
    let imported = import_one(&file, &options);
    (guess, imported)
}

/// An event log in the shape of a real one, made up.
fn log() -> String {
    let mut text =
        "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant index,Variant,severity,customer,product\n"
            .to_owned();
    for case in 0..40 {
        let mut add = |activity: &str, day: u32, agent: u32| {
            let row = format!(
                "Case {case},{activity},Value {agent},2026/01/{day:02} 10:{case:02}:00.000,V,1,V,Value {},Value {},Value {}\n",
                case % 3,
                case % 17,
                case % 5
            );
            text.push_str(&row);
        };
        add("Assign seriousness", 1, 1);
        add("Take in charge ticket", 2, case % 4);
        if case % 4 == 0 {
            add("Wait", 3, 2);
            add("Require upgrade", 4, 2);
        }
        if case % 8 == 0 {
            add("Create SW anomaly", 5, 2);
        }
        add("Resolve ticket", 6, 2);
        add("Closed", 20, 3);
    }
    text
}

#[test]
fn an_event_log_is_recognised_by_names_and_values() {
    let (guess, imported) = guessed("helpdesk.csv", &log());
    assert!(guess.summary.starts_with("An event log"), "{}", guess.summary);
    assert!(
        imported.errors.is_empty() && imported.problems.is_empty(),
        "{:?} {:?}",
        imported.errors,
        imported.problems.first()
    );
    let count = |end: &str| imported.events().iter().filter(|event| event.ends_with(end)).count();
    assert_eq!(
        [" opened", "status solved", "status closed", "status pending", "status open"].map(count),
        [40, 40, 40, 10, 40]
    );
    assert_eq!(imported.events().iter().filter(|event| event.contains(" assigned Value ")).count(), 40);
    assert_eq!(imported.events().iter().filter(|event| event.ends_with(" escalated")).count(), 10);
    assert_eq!(imported.events().iter().filter(|event| event.ends_with(" field Create SW anomaly")).count(), 5);
    let opened = imported.of(Table::Event).into_iter().find(|row| row["kind"] == "opened").expect("an opening");
    assert_eq!(opened["customer_id"], "Value 0");
    assert!(opened["fields"].contains("\"product\":\"Value 0\""), "{}", opened["fields"]);
    assert!(
        guess.toml.contains("# CONFIRM: no activity opens every case") && guess.toml.contains("Not used: \"Variant\""),
        "{}",
        guess.toml
    );
    assert!(guess.preview.iter().all(|chunk| chunk.rows.num_rows() <= 5) && guess.preview.len() >= 7);
}

#[test]
fn a_ticket_export_is_recognised_in_every_language() {
    let exports = [
        ("Tapausnumero;Luotu;Ratkaistu;Tila;Käsittelijä;Asiakas;Kanava", "Ratkaistu", "Uusi"),
        ("Nr zgłoszenia;Data utworzenia;Data rozwiązania;Status;Konsultant;Klient;Kanał", "Rozwiązane", "Nowe"),
        ("Номер обращения;Дата создания;Дата решения;Статус;Оператор;Клиент;Канал", "Решено", "Новое"),
        ("Številka zahtevka;Odprto;Rešeno;Stanje;Skrbnik;Stranka;Kanal", "Rešeno", "Nov"),
        ("工單編號;建立時間;解決時間;狀態;客服;客戶;管道", "已解決", "新"),
        ("Ticket ID;Created;Resolved;Status;Assignee;Customer;Channel", "Resolved", "New"),
    ];
    for (header, solved, new) in exports {
        let rows: String = (1..40)
            .map(|number| {
                let end = if number % 2 == 0 { format!("{}.3.2026 15:00", number % 28 + 1) } else { String::new() };
                let status = if number % 2 == 0 { solved } else { new };
                format!(
                    "T-{number};{}.3.2026 9:00;{end};{status};agent {};K{number};{}\n",
                    number % 28 + 1,
                    number % 4,
                    ["email", "chat"][number % 2]
                )
            })
            .collect();
        let (guess, imported) = guessed("export.csv", &format!("{header}\n{rows}"));
        assert!(guess.summary.starts_with("A ticket export"), "{header}: {}", guess.summary);
        assert!(
            imported.errors.is_empty() && imported.problems.is_empty(),
            "{header}: {:?}\n{}",
            imported.problems.first(),
            guess.toml
        );
        let count = |end: &str| imported.events().iter().filter(|event| event.ends_with(end)).count();
        assert_eq!(["opened", "status solved"].map(count), [39, 19], "{header}\n{}", guess.toml);
        assert_eq!(imported.events().iter().filter(|event| event.contains(" assigned agent ")).count(), 39, "{header}");
        let opened = imported.of(Table::Event).into_iter().find(|row| row["kind"] == "opened").expect("an opening");
        assert!(opened.contains_key("customer_id") && opened.contains_key("channel"), "{header}\n{}", guess.toml);
    }
}

#[test]
fn answers_and_orders_are_recognised() {
    let rows: String = (1..30)
        .map(|row| format!("2026-03-{:02} 10:00,{},C{row},good enough {row}\n", row % 28 + 1, row % 5 + 1))
        .collect();
    let (_, imported) = guessed("survey.csv", &format!("Submitted,Satisfaction,Client,Feedback\n{rows}"));
    assert_eq!(imported.of(Table::Answer).len(), 29);
    assert_eq!(imported.column(Table::Answer, "scale_max")[0], "5");
    let rows: String =
        (1..30).map(|row| format!("Z-{row};{}.3.2026;C{};{},50;PLN\n", row % 28 + 1, row % 7, row * 10)).collect();
    let (_, imported) = guessed("zakupy.csv", &format!("Zamówienie;Data;Klient;Kwota;Waluta\n{rows}"));
    assert_eq!(imported.of(Table::Order).len(), 29);
    assert_eq!(imported.column(Table::Order, "amount")[0], "10.5");
    assert_eq!(imported.column(Table::Order, "order_id")[0], "Z-1");
}

#[test]
fn printed_orders_without_names_are_recognised_by_their_values() {
    let rows: String = (0..60)
        .map(|row| {
            format!(
                " {:05} {:04} 1997{:02}{:02}  {}  {:7.2}\n",
                row / 3,
                row / 3,
                row % 12 + 1,
                row % 28 + 1,
                row % 4 + 1,
                12.34 + row as f64
            )
        })
        .collect();
    let (_, imported) = guessed("sample.txt", &rows);
    assert_eq!(imported.of(Table::Order).len(), 60);
    assert_eq!(imported.column(Table::Order, "customer_id")[3], "00001");
    assert_eq!(imported.column(Table::Order, "amount")[0], "12.34");
}

#[test]
fn a_doubtful_day_is_marked() {
    let rows: String =
        (1..12).map(|row| format!("{row},0{}/0{}/2026,Closed\n", row % 9 + 1, (row + 3) % 9 + 1)).collect();
    let folder = Folder::new();
    let file = folder.file("t.csv", format!("Ticket ID,Created,Status\n{rows}"));
    let guess = guess(&file, &Options::default()).expect("a guess");
    assert!(guess.toml.contains("CONFIRM: day or month first?"), "{}", guess.toml);
}

#[test]
fn a_table_with_the_model_s_names_is_proposed_as_it_is() {
    let (guess, imported) =
        guessed("x.csv", "conversation_id,kind,occurred_at,value\n1,opened,2026-03-01,\n1,status,2026-03-02,solved\n");
    assert!(guess.summary.contains("no mapping is needed"), "{}", guess.summary);
    assert_eq!(imported.received, 2);
}

#[test]
fn a_table_without_times_is_not_guessed_at() {
    let folder = Folder::new();
    let file = folder.file("a.csv", "colour,shape\nred,round\nblue,square\n");
    assert!(matches!(guess(&file, &Options::default()), Err(IngestError::Unrecognised { .. })));
}
