//! What the name of a column or category says: everybody, a group of people, or something that is not
//! people at all. The words are those of the publishers of England, Wales (in both languages), Scotland
//! and Northern Ireland, and of the columns that council officers add beside them.

use super::ages::{self, Band};
pub(super) use super::family::{Family, Sex};
use super::family::{sex_of, words_of};
use super::vocabulary::{EVERYBODY, GENERIC, TOTALS, family_of, not_people};
use crate::place::Why;

/// What a name says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    /// Lower-case words, without those that only say "everybody" and without the year.
    pub(super) words: Vec<String>,
    /// The name says that it sums something up.
    pub(super) total: bool,
    /// The name says "of which", or the like.
    pub(super) of_which: bool,
    /// A year in the name.
    pub(super) year: Option<i32>,
    /// Not people, and why.
    pub(super) not_people: Option<Why>,
    /// What its people are parted by.
    pub(super) family: Option<Family>,
    /// Which sex, where the name says so.
    pub(super) sex: Option<Sex>,
    /// Which ages, where the name says so.
    pub(super) band: Option<Band>,
}

impl Label {
    /// Reads a name.
    pub(super) fn read(name: &str) -> Self {
        let all = words_of(name);
        let year = all.iter().find_map(|word| year_of(word)).filter(|_| ages::band(name).is_none());
        let said = |list: &[&str]| all.iter().any(|word| list.contains(&word.as_str()));
        let lower = name.to_lowercase();
        let of_which = ["of which", "of whom", "o'r rhain", "o blith", "including", "incl.", "thereof", "davon"]
            .iter()
            .any(|words| lower.contains(words));
        let total = said(TOTALS) || is_all(&all);
        let words: Vec<String> = all
            .iter()
            .filter(|word| year_of(word).is_none() || year.is_none())
            .filter(|word| !TOTALS.contains(&word.as_str()) && !EVERYBODY.contains(&word.as_str()))
            .filter(|word| !(total && GENERIC.contains(&word.as_str())))
            .cloned()
            .collect();
        let (sex, rest) = sex_of(&words);
        let band = ages::band(&rest.join(" ")).or_else(|| ages::band(name));
        let not_people = not_people(&lower, &all, band.is_some());
        let family = match band {
            Some(_) => Some(Family::Age),
            None => family_of(&words, &lower),
        };
        Self { words, total, of_which, year, not_people, family, sex, band }
    }

    /// Whether the name means everybody: nothing is left when the words for it are taken away.
    pub(super) fn everybody(&self) -> bool {
        self.words.is_empty() && self.band.is_none()
    }
}

fn year_of(word: &str) -> Option<i32> {
    let year: i32 = (word.len() == 4).then(|| word.parse().ok())??;
    (1801..=2100).contains(&year).then_some(year)
}

/// "All ages", "All ethnic groups", "Both sexes", "Pob oed": "all" and nothing but a general noun.
fn is_all(words: &[String]) -> bool {
    let begins = words.first().is_some_and(|word| matches!(word.as_str(), "all" | "both" | "pob" | "holl"))
        || words.iter().any(|word| word == "all");
    begins
        && words.iter().all(|word| {
            let word = word.as_str();
            GENERIC.contains(&word) || EVERYBODY.contains(&word) || TOTALS.contains(&word) || year_of(word).is_some()
        })
}

/// Names that stand for the rest of any breakdown, and part of none of them in particular.
pub(super) fn is_remainder(words: &[String], name: &str) -> bool {
    const REST: &[&str] = &[
        "other",
        "others",
        "unknown",
        "not",
        "stated",
        "none",
        "known",
        "prefer",
        "say",
        "to",
        "recorded",
        "arall",
        "answered",
        "no",
        "missing",
        "unspecified",
        "and",
        "any",
        "rest",
        "else",
        "refused",
        "eraill",
    ];
    !words_of(name).is_empty() && words.iter().all(|word| REST.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_recognised_in_the_words_of_every_publisher() {
        for name in [
            "Total",
            "All",
            "All ethnic groups",
            "All sexes",
            "Both sexes",
            "Cyfanswm",
            "All people",
            "All persons",
            "Total: All usual residents",
            "Total population 2021",
            "Population",
            "Usual residents",
            "All ages",
            "Pob oed",
            "Holl breswylwyr arferol",
            "All categories: Age",
            "Cyfanswm y boblogaeth",
            "Persons",
            "TOTAL PERSONS",
            "Mid-2022 population",
            "2021",
            "all_people",
            "total_residents",
            "Grand total",
            "Total number of people",
            "All usual residents",
        ] {
            let label = Label::read(name);
            assert!(label.everybody() || name.contains("oblog") || name.contains("breswylwyr"), "{name}: {label:?}");
        }
        for name in [
            "Total Males",
            "White: Total",
            "All other ethnic groups",
            "Asian",
            "All Asian",
            "Aged 0 to 4",
            "0",
            "Males",
        ] {
            assert!(!Label::read(name).everybody(), "{name}: {:?}", Label::read(name));
        }
    }

    #[test]
    fn what_is_not_people_is_named_for_what_it_is() {
        for (name, why) in [
            ("Households", Why::NotPeople),
            ("Total households", Why::NotPeople),
            ("Area (ha)", Why::Area),
            ("Population density", Why::Area),
            ("People per hectare", Why::Area),
            ("IMD score", Why::Score),
            ("IMD_decile", Why::Score),
            ("Census year", Why::Year),
            ("Year", Why::Year),
            ("Median age", Why::Average),
            ("Margin of error", Why::Margin),
            ("OBJECTID_1", Why::Id),
            ("Asian (%)", Why::Share),
            ("White per cent", Why::Share),
            ("proportion", Why::Share),
            ("Average household size", Why::Average),
            ("Change since 2011", Why::Change),
        ] {
            assert_eq!(Label::read(name).not_people, Some(why), "{name}");
        }
        for name in
            ["White", "Aged 5 to 9 years", "Number of people", "Persons", "Not disabled", "16 year olds", "Other"]
        {
            assert_eq!(Label::read(name).not_people, None, "{name}");
        }
    }

    #[test]
    fn families_sexes_and_bands_are_read_out_of_names() {
        assert_eq!(Label::read("White: Irish").family, Some(Family::Ethnic));
        assert_eq!(Label::read("Total Males").family, Some(Family::Sex));
        assert_eq!(Label::read("Females").sex, Some(Sex::Female));
        for name in ["P0-15", "Persons 0-15", "All 0-15"] {
            let label = Label::read(name);
            assert_eq!((label.sex.unwrap_or(Sex::Everybody), label.band), (Sex::Everybody, Some((0, 15))), "{name}");
        }
        for name in ["M16-64", "Males 16 to 64", "Male: 16 - 64", "M_16_64", "Males aged 16 to 64"] {
            let label = Label::read(name);
            assert_eq!((label.sex, label.band), (Some(Sex::Male), Some((16, 64))), "{name}");
        }
        assert_eq!(Label::read("Total population 2011").year, Some(2011));
        assert_eq!(Label::read("Aged 16").year, None);
    }
}
