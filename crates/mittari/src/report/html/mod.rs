//! The scorecard as one HTML file: everything inline, no script, nothing loaded from anywhere, printable.
//!
//! The template escapes every text; the drawings, which it takes as they are, escape their own.

mod page;
mod svg;

use anyhow::{Context, Result};
use askama::Template;
use mittari_core::metric::Language;

use super::card::Card;
use super::speech::Speech;
use page::Page;

pub(crate) use page::{dated_by, family, source};

#[derive(Template)]
#[template(path = "report.html")]
struct Document<'p> {
    page: &'p Page,
}

/// The file's text.
pub(crate) fn render(card: &Card, language: Language) -> Result<String> {
    let speech = Speech::new(language);
    let page = Page::new(card, &speech);
    Document { page: &page }.render().context("the page could not be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_script_in_any_field_is_inert_text() {
        let mut card = sample::card();
        let payload = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}";
        card.company = Some(payload.into());
        card.zone = payload.into();
        card.filters = vec![payload.into()];
        for line in card.sections.iter_mut().flat_map(|section| &mut section.lines) {
            line.label = Some(payload.into());
            line.figure.currency = Some(payload.into());
            line.parts.iter_mut().for_each(|part| part.group = Some(payload.into()));
        }
        card.sections[0].family = payload.into();
        let page = render(&card, Language::English).expect("a page");
        assert!(page.contains("&lt;script&gt;") || page.contains("&#60;script&#62;"));
        for live in ["<script", "<img", "onerror=alert(1)>"] {
            assert!(!page.contains(live), "{live} stands in the page");
        }
    }

    #[test]
    fn the_page_loads_nothing_and_runs_nothing() {
        let page = render(&sample::card(), Language::English).expect("a page");
        for outside in ["src=", "<link", "@import", "url(", "<script", "<iframe", "href=\"http", "javascript:"] {
            assert!(!page.contains(outside), "{outside} stands in the page");
        }
    }

    #[test]
    fn every_language_has_a_page_without_a_key_left_in_it() {
        for language in Language::ALL {
            let page = render(&sample::card(), language).expect("a page");
            assert!(page.contains(&format!("lang=\"{}\"", language.tag())));
            for key in ["verdict-", "family-", "still-open", "chart-of", "by-channel", "grain-", "{ $"] {
                let left = page.matches(key).count();
                let as_anchor = page.matches(&format!("\"{key}")).count() + page.matches(&format!("#{key}")).count();
                assert_eq!(left, as_anchor, "{key} in {}", language.tag());
            }
        }
    }

    #[test]
    fn every_drawing_has_a_title_and_a_table_beside_it() {
        let page = render(&sample::card(), Language::English).expect("a page");
        let drawings = page.matches("role=\"img\"").count();
        assert!(drawings >= 6);
        assert_eq!(page.matches("<desc ").count(), drawings);
        assert_eq!(page.matches("<table>").count(), drawings);
    }

    #[test]
    fn no_data_is_said_and_never_a_zero() {
        let mut card = sample::card();
        card.sections.truncate(1);
        card.sections[0].lines[0].figure = crate::report::card::Figure::default();
        let page = render(&card, Language::English).expect("a page");
        assert!(page.contains("value none\">no data<"));
    }

    #[test]
    fn a_better_speed_with_a_worse_guard_warns() {
        let page = render(&sample::card(), Language::English).expect("a page");
        assert!(page.contains("This got better while Reopen rate got worse."));
    }
}
