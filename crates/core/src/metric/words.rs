//! The six languages, and texts in all of them.

use serde::{Deserialize, Serialize};

/// A language of the product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Finnish.
    #[serde(rename = "fi")]
    Finnish,
    /// Polish.
    #[serde(rename = "pl")]
    Polish,
    /// Russian.
    #[serde(rename = "ru")]
    Russian,
    /// Slovenian.
    #[serde(rename = "sl")]
    Slovenian,
    /// Chinese in traditional characters.
    #[serde(rename = "zh-Hant")]
    TraditionalChinese,
}

impl Language {
    /// All languages, in the order of [`Words`].
    pub const ALL: [Language; 6] = [
        Language::English,
        Language::Finnish,
        Language::Polish,
        Language::Russian,
        Language::Slovenian,
        Language::TraditionalChinese,
    ];

    /// The tag, as in metric files and on the command line.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Finnish => "fi",
            Language::Polish => "pl",
            Language::Russian => "ru",
            Language::Slovenian => "sl",
            Language::TraditionalChinese => "zh-Hant",
        }
    }

    /// The language of a tag, its case and region not minded (`en-GB` is English).
    pub fn of_tag(tag: &str) -> Option<Language> {
        let tag = tag.replace('_', "-").to_lowercase();
        let primary = tag.split('-').next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| {
            let own = language.tag().to_lowercase();
            own == tag || own.split('-').next() == Some(primary)
        })
    }
}

/// One text in all six languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words([String; 6]);

impl Words {
    /// The same text in all languages.
    pub fn everywhere(text: &str) -> Words {
        Words(std::array::from_fn(|_| text.to_owned()))
    }

    /// One text per language, in the order of [`Language::ALL`].
    pub fn new(texts: [String; 6]) -> Words {
        Words(texts)
    }

    /// The text in a language.
    pub fn get(&self, language: Language) -> &str {
        &self.0[language as usize]
    }

    /// The texts, each followed by a text of its language.
    pub fn followed_by(&self, endings: [&str; 6]) -> Words {
        Words(std::array::from_fn(|at| format!("{}{}", self.0[at], endings[at])))
    }
}

/// What a title of the mean ends with.
pub(super) const MEAN: [&str; 6] = [", mean", ", keskiarvo", ", średnia", ", среднее", ", povprečje", "（平均）"];
/// What a title of the 90th percentile ends with.
pub(super) const P90: [&str; 6] = [
    ", 90th percentile",
    ", 90. prosenttipiste",
    ", 90. percentyl",
    ", 90-й процентиль",
    ", 90. percentil",
    "（第 90 百分位數）",
];
/// What a title in business time ends with.
pub(super) const BUSINESS: [&str; 6] = [
    ", in business hours",
    ", palveluaikana",
    ", w godzinach pracy",
    ", в рабочее время",
    ", v delovnem času",
    "（營業時間內）",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_does_not_hide_the_language() {
        assert_eq!(Language::of_tag("en_GB"), Some(Language::English));
        assert_eq!(Language::of_tag("zh-TW"), Some(Language::TraditionalChinese));
        assert_eq!(Language::of_tag("de"), None);
    }
}
