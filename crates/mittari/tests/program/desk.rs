//! What whole-program tests share: a desk of their own, the program run on it, small made-up exports.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A folder with a data folder in it, gone at the end of the test.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    data: PathBuf,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        Desk { folder, data }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// Takes another folder for its data from now on.
    pub(crate) fn look_at(&mut self, data: &str) {
        self.data = self.folder.path().join(data);
    }

    /// The folder in which the program is run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file beside the data.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mittari"));
        command.current_dir(self.folder.path()).arg("--data").arg(&self.data).args(args);
        command.env_remove("MITTARI_DATA").env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran(self.command(args).output().expect("the program runs"))
    }

    /// Runs the program, which must end well.
    pub(crate) fn must(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code(), 0, "mittari {}\n{}{}", args.join(" "), ran.out(), ran.err());
        ran.out()
    }

    /// Runs the program, which must end well and answer in JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.must(&args)).expect("JSON")
    }

    /// Starts the program and lets it run.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }
}

/// How the program ended.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

/// The one row of a metric without groups and periods.
pub(crate) fn row<'r>(rows: &'r Value, metric: &str) -> &'r Value {
    let found: Vec<&Value> = rows.as_array().expect("rows").iter().filter(|row| row["metric"] == metric).collect();
    assert_eq!(found.len(), 1, "rows of {metric}: {rows:#}");
    found[0]
}

/// Events of so many solved mail cases, one a day, each with a question and an answer an hour later; every tenth
/// comes back after a day.
pub(crate) fn events(cases: usize) -> String {
    let mut text =
        String::from("external_id,conversation_id,kind,occurred_at,actor_kind,actor_id,customer_id,channel,value\n");
    for case in 0..cases {
        let day = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(case as i64 % 250));
        let mut put = |number: usize, kind: &str, time: &str, actor: &str, value: &str| {
            let channel = ["email", "chat"][case % 2];
            let actor_id = if actor == "agent" { "aino" } else { "" };
            text.push_str(&format!(
                "{case}-{number},c{case},{kind},{day}T{time}Z,{actor},{actor_id},p{},{channel},{value}\n",
                case % 40
            ));
        };
        put(1, "opened", "09:00:00", "customer", "");
        put(2, "message", "09:00:00", "customer", "");
        put(3, "message", "10:00:00", "agent", "");
        put(4, "status", "10:00:00", "agent", "solved");
        if case % 10 == 0 {
            put(5, "message", "20:00:00", "customer", "");
            put(6, "status", "20:00:00", "customer", "open");
            put(7, "message", "21:00:00", "agent", "");
            put(8, "status", "21:00:00", "agent", "solved");
        }
    }
    text
}
