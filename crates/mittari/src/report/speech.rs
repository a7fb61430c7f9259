//! The texts of reports in one language, from the Fluent files under `locales/`.
//!
//! A key that is missing in a language is taken from English; a test sees to it that none is.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use mittari_core::metric::Language;

/// The texts of one language.
pub(crate) struct Speech {
    pub(crate) language: Language,
    bundle: FluentBundle<FluentResource>,
}

fn text_of(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../../../locales/en/report.ftl"),
        Language::Finnish => include_str!("../../../../locales/fi/report.ftl"),
        Language::Polish => include_str!("../../../../locales/pl/report.ftl"),
        Language::Russian => include_str!("../../../../locales/ru/report.ftl"),
        Language::Slovenian => include_str!("../../../../locales/sl/report.ftl"),
        Language::TraditionalChinese => include_str!("../../../../locales/zh-Hant/report.ftl"),
    }
}

impl Speech {
    /// The texts of a language.
    pub(crate) fn new(language: Language) -> Speech {
        let tag = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![tag]);
        // Marks of direction around values would show as boxes on many terminals; all six languages run one way.
        bundle.set_use_isolating(false);
        for of in [Language::English, language] {
            let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(text_of(of).to_owned());
            bundle.add_resource_overriding(resource);
        }
        Speech { language, bundle }
    }

    /// The text of a key; the key itself where there is none.
    pub(crate) fn say(&self, key: &str) -> String {
        self.say_of(key, &[])
    }

    /// The text of a key if there is one.
    pub(crate) fn find(&self, key: &str) -> Option<String> {
        self.bundle.has_message(key).then(|| self.say(key))
    }

    /// The text of a key with values in it.
    pub(crate) fn say_with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, FluentValue::from(*value))).collect();
        self.say_of(key, &values)
    }

    /// The text of a key that depends on a number; `shown` is the number as it is written.
    pub(crate) fn say_count(&self, key: &str, count: i64, shown: &str) -> String {
        self.say_of(key, &[("count", FluentValue::from(count)), ("shown", FluentValue::from(shown))])
    }

    fn say_of(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(Cow::Borrowed(*name), value.clone());
        }
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Each key, with the names of the values in its text.
    fn keys(language: Language) -> BTreeMap<String, Vec<String>> {
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in text_of(language).lines().filter(|line| !line.starts_with('#')) {
            if !line.starts_with([' ', '}'])
                && let Some((key, _)) = line.split_once(" =")
            {
                last = key.to_owned();
                keys.insert(last.clone(), Vec::new());
            }
            for part in line.split("{ $").skip(1) {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let names = keys.entry(last.clone()).or_default();
                if !names.contains(&name) {
                    names.push(name);
                    names.sort();
                }
            }
        }
        keys
    }

    #[test]
    fn every_language_has_the_same_keys_with_the_same_values() {
        let mut english = keys(Language::English);
        // A plural may do without the number in one language and not in another.
        english.remove("still-open");
        for language in Language::ALL {
            let mut own = keys(language);
            assert!(own.remove("still-open").is_some());
            assert_eq!(own, english, "{}", language.tag());
        }
    }

    #[test]
    fn every_file_is_read_without_an_error() {
        for language in Language::ALL {
            assert!(FluentResource::try_new(text_of(language).to_owned()).is_ok(), "{}", language.tag());
        }
    }

    #[test]
    fn plurals_follow_the_language() {
        let sl = Speech::new(Language::Slovenian);
        let said = |count: i64| sl.say_count("still-open", count, &count.to_string());
        assert_eq!([said(1), said(2), said(3), said(5)], ["1 še odprt", "2 še odprta", "3 še odprti", "5 še odprtih"]);
    }

    #[test]
    fn values_stand_in_the_text_without_marks_of_direction() {
        let en = Speech::new(Language::English);
        assert_eq!(en.say_with("zone", &[("zone", "Europe/Ljubljana")]), "Time zone Europe/Ljubljana");
    }
}
