//! House habits that a machine can check: every file says what it is, and none grows out of hand.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::path::{Path, PathBuf};

/// A file of one thing is mostly under 400 lines; beyond this it is two things.
const LINES_MAX: usize = 600;

/// Declarations, one item a line, that belong together.
const DECLARATIONS: [&str; 2] = ["crates/core/src/facts.rs", "crates/core/src/model/tables.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources() -> Vec<(String, String)> {
    let mut folders = vec![root().join("crates")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository").flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).expect("below the root").display().to_string();
                found.push((name, std::fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    assert!(found.len() > 100, "only {} source files found", found.len());
    found
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "these files do not open with //!: {silent:#?}");
}

#[test]
fn no_file_grows_out_of_hand() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(name, text)| text.lines().count() > LINES_MAX && !DECLARATIONS.contains(&name.as_str()))
        .map(|(name, text)| (name, text.lines().count()))
        .collect();
    assert!(long.is_empty(), "these files have more than {LINES_MAX} lines: {long:#?}");
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    let marks = ["todo", "unimplemented"].map(|word| format!("{word}!("));
    let left: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark.as_str())))
        .map(|(name, _)| name)
        .collect();
    assert!(left.is_empty(), "these files have something left to do: {left:#?}");
}
