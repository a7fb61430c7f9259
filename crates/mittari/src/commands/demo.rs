//! `mittari demo`: a made-up company, imported by the ordinary path, with its scorecard and its page.

use std::path::{Path, PathBuf};

use clap::Args;
use mittari_core::metric::Language;
use mittari_engine::{Query, QueryText};
use mittari_ingest::Options;
use mittari_store::{Access, Store};
use serde_json::json;

use super::{Place, import, report};
use crate::catalogue;
use crate::console::Tone;
use crate::demo::{self, Size, company};
use crate::failure::{Done, Failure, Outcome};
use crate::report::gather::{self, Sources};
use crate::report::speech::Speech;
use crate::report::{html, terminal};

const EXAMPLES: &str = "\
Examples:
  mittari demo                                 two years of a lamp maker: files, import, scorecard, page
  mittari demo --conversations 10000           smaller and sooner
  mittari demo --folder /tmp/lamps --lang sl   elsewhere, in another language

The files lie in FOLDER/files, the data in FOLDER/data, the page is FOLDER/report.html. The same seed makes the same.";

/// Make up a company of two years, import it, and show its scorecard
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// Where files, data and page go.
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    folder: PathBuf,
    /// How many conversations, about.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    conversations: usize,
    /// Which company.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The language of scorecard and page.
    #[arg(long, value_name = "TAG", default_value = "en")]
    lang: String,
}

impl Demo {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let language = report::language(&self.lang)?;
        let (files, data) = (self.folder.join("files"), self.folder.join("data"));
        if Store::open(&data, Access::Read).is_ok_and(|store| !store.imports().is_empty()) {
            return Err(Failure::input(
                format!("{} holds data already", data.display()),
                format!("Remove the folder {}, or choose another with --folder.", self.folder.display()),
            ));
        }
        let console = place.console;
        console.tell(&format!(
            "Making up {}: about {} conversations, seed {}",
            company::NAME,
            self.conversations,
            self.seed
        ));
        let size = Size { seed: self.seed, conversations: self.conversations };
        let written = demo::write(size, &files, |file| {
            let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            console.tell(&format!("  {name}: {} rows", file.rows));
        })?;
        let here = Place { console, data: &data };
        let imported = self.import(&files, &here)?;
        let rows: u64 = imported.summary.tables.values().map(|counts| counts.stored).sum();
        console.tell(&format!("Imported {rows} rows of {} files in {:.1} s", written.len(), imported.seconds));
        self.show(&here, language, rows)
    }

    fn import(&self, files: &Path, here: &Place<'_>) -> Done<import::Imported> {
        let mut store = Store::open(here.data, Access::Write)?;
        store.write_settings(&demo::settings())?;
        let options = Options::default();
        let found = mittari_ingest::detect(&[files.to_owned()], &options)?;
        import::import(&mut store, &found, &options, None, here)
    }

    fn show(&self, here: &Place<'_>, language: Language, rows: u64) -> Done {
        let store = Store::open(here.data, Access::Read)?;
        let facts = store.facts(None)?;
        let catalogue = catalogue::of(here.data)?;
        let sources = Sources { store: &store, facts: &facts, catalogue: &catalogue };
        let query = Query::parse(&QueryText::default())?;
        let card = gather::card(&sources, &report::asked(query))?;
        let page = self.folder.join("report.html");
        std::fs::write(&page, html::render(&card, language)?)?;
        if here.console.json {
            here.console.say_json(&json!({
                "folder": self.folder, "files": self.folder.join("files"), "data": here.data, "page": page, "rows": rows,
            }))?;
            return Ok(Outcome::Fine);
        }
        here.console.say(&terminal::render(&card, &Speech::new(language), here.console))?;
        here.console.say(&self.next(here, &page))?;
        Ok(Outcome::Fine)
    }

    fn next(&self, here: &Place<'_>, page: &Path) -> String {
        let data = here.data.display();
        let strong = |text: String| here.console.paint(Tone::Strong, &text);
        let lines = [
            format!("The same as one page, to open in a browser: {}", strong(page.display().to_string())),
            String::new(),
            "Try next:".to_owned(),
            strong(format!(
                "  mittari --data {data} report --metrics first_response_time,reopen_rate,csat --by team --from 2026-08-01 --to 2026-11-01 --compare previous"
            )),
            strong(format!(
                "  mittari --data {data} report --metrics request_volume --by month,themes --from 2026-01-01 --to 2026-07-01"
            )),
            strong(format!("  mittari --data {data} report --metrics article_transfer_rate_last --by article_id")),
            strong(format!("  mittari --data {data} explain reopen_rate --where team=billing --period 2026-10")),
            strong(format!("  mittari --data {data} doctor")),
            format!("And with your own data: {}", strong("mittari import FILE...".to_owned())),
        ];
        lines.join("\n")
    }
}
