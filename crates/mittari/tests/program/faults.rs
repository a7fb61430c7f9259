//! What must hold when things go wrong: a killed import, bad rows, a second writer, a damaged file.

use std::path::Path;

use crate::desk::{Desk, events};
use mittari_store::{Access, Store};

/// All numbers of conversations, by month and channel, and every row of the reasons.
fn output(desk: &Desk) -> String {
    desk.must(&[
        "report",
        "--metrics",
        "request_volume,first_response_time,resolution_time,reopen_rate,backlog",
        "--by",
        "month,channel",
        "--json",
    ])
}

/// Files and folders under a folder.
fn entries(folder: &Path) -> usize {
    let Ok(found) = std::fs::read_dir(folder) else { return 0 };
    found.flatten().map(|entry| 1 + if entry.path().is_dir() { entries(&entry.path()) } else { 0 }).sum()
}

#[test]
fn an_import_killed_at_any_moment_and_begun_again_leaves_no_trace() {
    let clean = Desk::new();
    clean.file("conversation_events.csv", &events(1500));
    clean.must(&["import", "conversation_events.csv"]);
    let expected = output(&clean);
    let whole = entries(&clean.data());

    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(1500));
    let rounds = 8;
    for round in 0..rounds {
        let mut import = desk.start(&["import", "conversation_events.csv"]);
        // Killed when so much of the folder is there, so that no round depends on how fast the machine is.
        let enough = 1 + whole * round / rounds;
        while entries(&desk.data()) < enough && import.try_wait().expect("asked").is_none() {
            std::thread::yield_now();
        }
        import.kill().expect("killed");
        import.wait().expect("gone");
    }
    desk.must(&["import", "conversation_events.csv"]);
    assert_eq!(output(&desk), expected);
    assert_eq!(desk.json(&["verify"])["damaged"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_same_rows_shuffled_and_in_parts_give_the_same_bytes() {
    let text = events(400);
    let (header, rows) = text.split_once('\n').expect("a header");
    let clean = Desk::new();
    clean.file("conversation_events.csv", &text);
    clean.must(&["import", "conversation_events.csv"]);

    let mut lines: Vec<&str> = rows.lines().collect();
    // A fixed shuffle: every seventh line, again and again.
    lines = (0..7).flat_map(|start| lines.iter().copied().skip(start).step_by(7).collect::<Vec<_>>()).collect();
    let desk = Desk::new();
    for (number, part) in lines.chunks(700).enumerate() {
        let name = format!("conversation_events-{number}.csv");
        desk.file(&name, &format!("{header}\n{}\n", part.join("\n")));
        desk.must(&["import", &name]);
    }
    desk.must(&["import", "conversation_events-0.csv"]);
    assert_eq!(output(&desk), output(&clean));
}

#[test]
fn every_bad_row_is_listed_and_every_good_row_is_in() {
    let desk = Desk::new();
    let good =
        "c1,opened,2026-03-01T09:00:00Z,\nc2,opened,2026-03-01T09:00:00Z,\nc3,status,2026-03-01T10:00:00Z,solved\n";
    let bad = [
        (",opened,2026-03-01T09:00:00Z,", "conversation_id"),
        ("c4,hugged,2026-03-01T09:00:00Z,", "kind"),
        ("c5,opened,soon,", "occurred_at"),
        ("c6,opened,,", "occurred_at"),
        ("c7,opened,2026-02-30T09:00:00Z,", "occurred_at"),
    ];
    let rows: String = bad.iter().map(|(row, _)| format!("{row}\n")).collect();
    desk.file("conversation_events.csv", &format!("conversation_id,kind,occurred_at,value\n{good}{rows}"));
    let summary = desk.json(&["import", "conversation_events.csv"]);
    let counts = &summary["tables"]["conversation_events"];
    assert_eq!((&counts["received"], &counts["stored"], &counts["rejected"]), (&8.into(), &3.into(), &5.into()));
    let rejected = desk.json(&["imports", "--rejected", &summary["import"].to_string()]);
    for (number, (row, column)) in bad.iter().enumerate() {
        let found = &rejected[number];
        assert_eq!(found["line"], 5 + number, "{found:#}");
        assert_eq!(found["column"], *column, "{found:#}");
        assert_eq!(found["row"], *row);
        for part in ["reason", "remedy"] {
            assert!(!found[part].as_str().unwrap_or_default().is_empty(), "{found:#}");
        }
    }
    assert_eq!(desk.run(&["import", "conversation_events.csv", "--strict"]).code(), 1);
}

#[test]
fn one_unreadable_file_does_not_keep_the_others_out() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(10));
    std::fs::write(desk.folder().join("orders.parquet"), b"PAR1 this is no parquet file PAR1").unwrap();
    let ran = desk.run(&["import", "conversation_events.csv", "orders.parquet"]);
    assert_ne!(ran.code(), 0);
    assert!(ran.err().contains("orders.parquet"), "{}", ran.err());
}

#[test]
fn a_second_writer_is_refused_and_told_by_whom_while_readers_run() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(10));
    desk.must(&["import", "conversation_events.csv"]);
    let before = output(&desk);
    let writer = Store::open(desk.data(), Access::Write).expect("the first writer");
    let second = desk.run(&["import", "conversation_events.csv"]);
    assert_eq!(second.code(), 3, "{}", second.err());
    assert!(second.err().contains(&std::process::id().to_string()), "{}", second.err());
    assert_eq!(output(&desk), before, "readers run beside the writer");
    drop(writer);
    desk.must(&["import", "conversation_events.csv"]);
}

#[test]
fn a_flipped_bit_is_found_and_facts_are_mended() {
    let desk = Desk::new();
    desk.file("conversation_events.csv", &events(60));
    desk.must(&["import", "conversation_events.csv"]);
    let before = output(&desk);
    let facts = desk.data().join("facts/conversations");
    let file = std::fs::read_dir(facts)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|of| of == "parquet"))
        .unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let verified = desk.run(&["verify"]);
    assert_eq!(verified.code(), 1);
    assert!(
        verified.out().contains(file.file_name().unwrap().to_str().unwrap())
            && verified.out().contains("mittari rebuild")
    );
    desk.must(&["rebuild"]);
    assert_eq!(output(&desk), before);
    desk.must(&["verify"]);
}
