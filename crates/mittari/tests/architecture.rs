//! Which crate may know which: the table of the design, held.

#![expect(clippy::expect_used, reason = "a test that cannot go on ends")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// The dependencies of each crate, what only tests and builds need left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let crates = std::fs::read_dir(root().join("crates")).expect("crates");
    crates
        .flatten()
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path().join("Cargo.toml")).ok()?;
            let manifest: toml::Table = text.parse().expect("a manifest");
            let named = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
            Some((entry.file_name().to_string_lossy().into_owned(), named.keys().cloned().collect()))
        })
        .collect()
}

#[test]
fn crates_depend_on_each_other_as_the_table_says() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("core", &[] as &[&str]),
        ("ingest", &["core"]),
        ("store", &["core"]),
        ("engine", &["core", "store"]),
        ("mittari", &["core", "store", "engine", "ingest"]),
    ]);
    for (name, dependencies) in dependencies() {
        let Some(allowed) = allowed.get(name.as_str()) else {
            panic!("{name} is not in the table: add it here and in ARCHITECTURE.md")
        };
        let ours = dependencies.iter().filter_map(|dependency| dependency.strip_prefix("mittari-"));
        for own in ours {
            assert!(allowed.contains(&own), "{name} must not depend on {own}");
        }
    }
}

#[test]
fn core_knows_no_file_no_network_no_async_and_no_arrow() {
    let dependencies = &dependencies()["core"];
    for unwanted in
        ["arrow", "parquet", "datafusion", "deltalake", "sqlx", "tokio", "futures", "reqwest", "rand", "tempfile"]
    {
        assert!(!dependencies.contains(unwanted), "core depends on {unwanted}");
    }
}

#[test]
fn datafusion_stays_in_engine_and_store() {
    for (name, dependencies) in dependencies() {
        let knows = dependencies.contains("datafusion") || dependencies.contains("deltalake");
        assert_eq!(knows, matches!(name.as_str(), "engine" | "store"), "{name}");
    }
}

/// Every source file of a crate.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for name in dependencies().keys() {
        for file in sources(&root().join("crates").join(name).join("src")) {
            let text = std::fs::read_to_string(&file).expect("a file");
            assert!(text.starts_with("//! "), "{} does not open with //!", file.display());
        }
    }
}

#[test]
fn there_is_one_version_of_what_must_agree() {
    let lock: toml::Table =
        std::fs::read_to_string(root().join("Cargo.lock")).expect("the lock").parse().expect("TOML");
    let packages = lock["package"].as_array().expect("packages");
    for name in ["arrow", "parquet", "datafusion", "object_store", "deltalake"] {
        let versions: BTreeSet<&str> = packages
            .iter()
            .filter(|package| package["name"].as_str() == Some(name))
            .filter_map(|package| package["version"].as_str())
            .collect();
        assert!(versions.len() <= 1, "{name} in several versions: {versions:?}");
    }
}
