//! What a record says of a person, in the place's own groups; what was done, in the house's own words.

use crate::load::manifest::GroupWords;
use crate::load::words::plain;
use crate::place::{Activity, Answer, Group, GroupIdx, Idx};
use std::collections::{BTreeMap, BTreeSet};

/// Words for "nothing was recorded", in letters and digits. "None" is not among them: it is an answer.
const NOT_RECORDED: [&str; 29] = [
    "notrecorded",
    "unrecorded",
    "unknown",
    "notknown",
    "dontknow",
    "notstated",
    "notsaid",
    "notasked",
    "notgiven",
    "notprovided",
    "notdisclosed",
    "undisclosed",
    "prefernottosay",
    "wouldrathernotsay",
    "pnts",
    "refused",
    "declined",
    "missing",
    "missingdata",
    "na",
    "nk",
    "nr",
    "tbc",
    "null",
    "blank",
    "x",
    "c",
    "datamissingoroutofrange",
    "codedeprecated",
];

/// The groups of one dimension, and what a file calls them.
#[derive(Debug)]
pub(super) struct Labels<'a> {
    dimension: &'a str,
    groups: Vec<(GroupIdx, &'a Group)>,
    own: BTreeMap<&'a str, &'a str>,
}

impl<'a> Labels<'a> {
    /// Groups of a dimension, with the words that `place.toml` gives for them.
    pub(super) fn new(dimension: &'a str, groups: &'a [Group], own: &'a BTreeMap<String, GroupWords>) -> Self {
        let all = groups.iter().enumerate().map(|(i, group)| (GroupIdx::from_usize(i), group));
        let groups: Vec<(GroupIdx, &Group)> = all.filter(|(_, group)| group.dimension == dimension).collect();
        let is_here = |key: &str| plain(key) == "notrecorded" || groups.iter().any(|(_, group)| group.key == key);
        let mut words: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, given) in own {
            match given {
                GroupWords::Key(key) if is_here(key) => {
                    words.insert(name, key);
                }
                GroupWords::Words(table) if name == dimension => {
                    words.extend(table.iter().map(|(word, key)| (word.as_str(), key.as_str())));
                }
                _ => {}
            }
        }
        Self { dimension, groups, own: words }
    }

    /// The groups, as `key (label)`.
    pub(super) fn keys(&self) -> String {
        let one = |(_, group): &(GroupIdx, &Group)| format!("{} ({})", group.key, group.label);
        self.groups.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// Words that mean a group: those of `place.toml`, its label and its key; of words that are read alike one.
    pub(super) fn words(&self) -> Vec<&'a str> {
        let mut known = BTreeSet::new();
        self.own.keys().copied().chain(self.names()).filter(|word| known.insert(plain(word))).collect()
    }

    /// Labels and keys of the groups.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.groups.iter().flat_map(|(_, group)| [group.label.as_str(), group.key.as_str()])
    }

    /// The dimension.
    pub(super) fn dimension(&self) -> &str {
        self.dimension
    }

    /// Which group the words mean.
    ///
    /// In this order: the words of `place.toml`; words for "not recorded"; a group's label or key; an age
    /// or band of ages inside one of the groups; yes and no of a disability; a sex by its first letter; the
    /// one group whose label begins with the same words before a comma, colon or "or".
    pub(super) fn read(&self, words: &str) -> Answer {
        let form = plain(words);
        if let Some(answer) = self.by_place_toml(words, &form) {
            return answer;
        }
        if not_recorded(words) {
            return Answer::NotRecorded;
        }
        let same = |(_, group): &&(GroupIdx, &Group)| plain(&group.label) == form || plain(&group.key) == form;
        let found = self.groups.iter().find(same).map(|(index, _)| *index);
        let found = found.or_else(|| match self.dimension {
            d if d.contains("age") && !d.contains("language") => self.by_age(words),
            d if d.contains("disab") => self.by_yes_or_no(&form),
            d if d.contains("sex") || d.contains("gender") => self.by_letter(&form),
            _ => None,
        });
        found.or_else(|| self.by_beginning(words)).map_or(Answer::Unmatched, Answer::Group)
    }

    /// Which group of a crossed dimension, such as age by sex, the words of several columns mean together.
    ///
    /// In this order: the words of `place.toml`, joined by a comma; not recorded where one of them is; a
    /// group's label or key; the one group that every part fits, by an age inside its ages or by its words.
    pub(super) fn read_crossed(&self, parts: &[&str]) -> Answer {
        let joined = parts.join(", ");
        let form = plain(&joined);
        if let Some(answer) = self.by_place_toml(&joined, &form) {
            return answer;
        }
        if parts.iter().any(|part| not_recorded(part)) {
            return Answer::NotRecorded;
        }
        let same = |(_, group): &&(GroupIdx, &Group)| plain(&group.label) == form || plain(&group.key) == form;
        if let Some((index, _)) = self.groups.iter().find(same) {
            return Answer::Group(*index);
        }
        let fitting = |(_, group): &&(GroupIdx, &Group)| parts.iter().all(|part| fits(part, &group.label));
        let mut fitting = self.groups.iter().filter(fitting);
        match (fitting.next(), fitting.next()) {
            (Some((index, _)), None) => Answer::Group(*index),
            _ => Answer::Unmatched,
        }
    }

    fn by_place_toml(&self, words: &str, form: &str) -> Option<Answer> {
        let own = &self.own;
        let key = *own.get(words).or_else(|| own.iter().find(|(own, _)| plain(own) == *form).map(|(_, key)| key))?;
        if plain(key) == "notrecorded" {
            return Some(Answer::NotRecorded);
        }
        let group = self.groups.iter().find(|(_, group)| group.key == key);
        Some(group.map_or(Answer::Unmatched, |(index, _)| Answer::Group(*index)))
    }

    fn by_age(&self, words: &str) -> Option<GroupIdx> {
        let (from, to) = ages(words)?;
        let within = |(_, group): &&(GroupIdx, &Group)| {
            ages(&group.label).or_else(|| ages(&group.key)).is_some_and(|(least, most)| least <= from && to <= most)
        };
        self.groups.iter().find(within).map(|(index, _)| *index)
    }

    fn by_yes_or_no(&self, form: &str) -> Option<GroupIdx> {
        let no = matches!(form, "no" | "n" | "none" | "false" | "nodisability" | "notdisabled" | "nondisabled");
        let yes = matches!(form, "yes" | "y" | "true" | "disabled" | "disability");
        let says_not = |group: &Group| {
            let label = plain(&group.label);
            label.starts_with("not") || label.starts_with("no") || group.key.starts_with("no")
        };
        let mut fitting = self.groups.iter().filter(|(_, group)| (no && says_not(group)) || (yes && !says_not(group)));
        let first = fitting.next().map(|(index, _)| *index);
        if fitting.next().is_some() { None } else { first }
    }

    fn by_letter(&self, form: &str) -> Option<GroupIdx> {
        let wanted = sex(form)?;
        let same = |(_, group): &&(GroupIdx, &Group)| {
            [plain(&group.label), plain(&group.key)].iter().any(|own| own == wanted || *own == format!("{wanted}s"))
        };
        self.groups.iter().find(same).map(|(index, _)| *index)
    }

    /// The one group whose label begins so, unless the words go on to name others: "Black, Asian and minority ethnic"
    /// and "Asian or Black" are nobody's group.
    fn by_beginning(&self, words: &str) -> Option<GroupIdx> {
        let wanted = beginning(words);
        let mut same = self.groups.iter().filter(|(_, group)| beginning(&group.label) == wanted);
        let (index, group) = same.next().filter(|_| same.next().is_none())?;
        (!self.goes_on_to_others(words, group)).then_some(*index)
    }

    /// Whether words that begin like a group's label list others behind a comma, "or", "and" or a stroke. What stands
    /// behind a colon, bracket or dash is a part of the group, and mixtures name what they are mixed of.
    fn goes_on_to_others(&self, words: &str, group: &Group) -> bool {
        let lower = words.to_lowercase();
        let first = |marks: &[&str]| marks.iter().filter_map(|mark| lower.find(mark)).min();
        let own: Vec<String> = all_words(&group.label);
        if own.first().is_some_and(|word| matches!(word.as_str(), "mixed" | "multiple")) {
            return false;
        }
        let Some(from) = first(&[",", " or ", "/", " and ", "&", ";", "+"]) else { return false };
        if first(&[":", "(", " - "]).is_some_and(|part| part < from) {
            return false;
        }
        let rest = lower.get(from..).unwrap_or_default();
        let is_list = !rest.starts_with(',');
        let rest = rest.split([':', '(']).next().unwrap_or_default();
        let rest = rest.split(" - ").next().unwrap_or_default();
        let others: Vec<String> = self
            .groups
            .iter()
            .filter(|(_, other)| other.key != group.key)
            .filter_map(|(_, other)| all_words(&other.label).into_iter().next())
            .filter(|word| !own.contains(word) && (is_list || word != "other"))
            .collect();
        all_words(rest).iter().any(|word| {
            others.contains(word)
                || (matches!(word.as_str(), "minority" | "minorities" | "ethnic") && !own.contains(word))
        })
    }
}

/// The words of a text in lower case.
fn all_words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the words say that nothing was recorded.
fn not_recorded(words: &str) -> bool {
    let form = plain(words);
    form.is_empty() || NOT_RECORDED.contains(&form.as_str()) || words.trim() == "-1"
}

/// The sex that a letter or another word stands for.
fn sex(form: &str) -> Option<&'static str> {
    match form {
        "f" | "w" | "woman" | "women" | "girl" | "females" => Some("female"),
        "m" | "man" | "men" | "boy" | "males" => Some("male"),
        _ => None,
    }
}

/// Whether one part of a crossing can mean a group with this label: ages inside its ages, or words that are
/// among its words.
fn fits(part: &str, label: &str) -> bool {
    if part.contains(|c: char| c.is_ascii_digit()) {
        return ages(part).zip(ages(label)).is_some_and(|((from, to), (least, most))| least <= from && to <= most);
    }
    let word = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(word).collect()
    };
    let part = sex(&plain(part)).unwrap_or(part);
    let there = words(label);
    words(part).iter().all(|word| there.contains(word))
}

/// The words before the first comma, colon, bracket or "or", in letters and digits.
fn beginning(words: &str) -> String {
    let lower = words.to_lowercase();
    let end =
        [",", ":", "(", " or ", "/", " - "].iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(lower.len());
    plain(&lower[..end])
}

/// The ages that words stand for: `16-24`, `Aged 16 to 24 years`, `85+`, `under 5`, `under 5s`, `34`, `34.5`, `30s`,
/// `18 months`. Nothing for what is no age: below nought, above [`OLDEST`], a date that a spreadsheet made of a band.
fn ages(words: &str) -> Option<(u32, u32)> {
    let lower = words.to_lowercase();
    let is_month = |word: &String| {
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        names.iter().any(|name| word.starts_with(name))
    };
    if lower.trim_start().starts_with(['-', '−', '–']) || all_words(&lower).iter().any(is_month) {
        return None;
    }
    if let Ok(age) = lower.trim().parse::<f64>() {
        return (0.0..=f64::from(OLDEST)).contains(&age).then_some((age as u32, age as u32));
    }
    let has =
        |unit: &str| all_words(&lower).iter().any(|word| word.trim_start_matches(|c: char| c.is_ascii_digit()) == unit);
    let per_year = match () {
        () if has("month") || has("months") || has("mths") => 12,
        () if has("week") || has("weeks") || has("wks") => 52,
        () if has("day") || has("days") => 365,
        () => 1,
    };
    if per_year > 1 {
        let mut numbers = lower.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u32>().ok());
        let (first, second) = (numbers.next()?, numbers.next());
        return (second.is_none() && !has("year") && !has("years")).then_some((first / per_year, first / per_year));
    }
    let mut numbers = lower.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let first: u32 = numbers.next()?.parse().ok()?;
    let second = numbers.next().and_then(|digits| digits.parse::<u32>().ok());
    if numbers.next().is_some() || first > OLDEST || second.is_some_and(|second| second > OLDEST && second < 999) {
        return None;
    }
    let says = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    match second {
        Some(second) if first <= second => Some((first, second)),
        Some(_) => None,
        None if says(&["+", "over", "plus", "older", "and above"]) => {
            Some((first + u32::from(lower.contains("over ") && !lower.contains("and over")), 130))
        }
        None if says(&["and under", "or under", "and younger"]) => Some((0, first)),
        None if says(&["under", "less than", "<", "below"]) => Some((0, first.checked_sub(1)?)),
        None if first.is_multiple_of(10) && first >= 10 && lower.contains(&format!("{first}s")) => {
            Some((first, first + 9))
        }
        None => Some((first, first)),
    }
}

/// Nobody is older: a number above is a slip or a mark for "not known".
const OLDEST: u32 = 120;

/// The activity that words mean.
pub(super) fn activity(words: &str, own: &BTreeMap<String, String>) -> Activity {
    let form = plain(words);
    let said = own.get(words).or_else(|| own.iter().find(|(own, _)| plain(own) == form).map(|(_, activity)| activity));
    let form = said.map_or(form, |activity| plain(activity));
    let begins = |starts: &[&str]| starts.iter().any(|start| form.starts_with(start));
    let has = |parts: &[&str]| parts.iter().any(|part| form.contains(part));
    if begins(&["introduction", "intro", "level"]) || matches!(form.as_str(), "l1" | "l2") {
        let second = form.ends_with('2') || form.ends_with("two");
        return if second { Activity::Introduction2 } else { Activity::Introduction1 };
    }
    match form.as_str() {
        _ if has(&["enterprise", "startup", "business"]) => Activity::Enterprise,
        _ if has(&["project"]) => Activity::Project,
        _ if has(&["member", "joined", "registration"]) => Activity::Membership,
        _ if has(&["conversation", "listening", "doorknock", "chat"]) => Activity::Conversation,
        _ if has(&["event", "festival", "openday", "party"]) => Activity::Event,
        _ if has(&["session", "class", "workshop", "group", "dropin", "meeting", "club"]) => Activity::Session,
        _ => Activity::Other,
    }
}

#[cfg(test)]
#[path = "labels_tests.rs"]
mod tests;
