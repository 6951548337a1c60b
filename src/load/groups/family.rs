//! What people are parted by, as names of columns say it.

/// What people are parted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Family {
    Age,
    Sex,
    Ethnic,
    Disability,
    Religion,
    Language,
    Health,
    Work,
    Partnership,
    Orientation,
    Care,
}

impl Family {
    /// As people name it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Sex => "sex",
            Self::Ethnic => "ethnic group",
            Self::Disability => "disability",
            Self::Religion => "religion",
            Self::Language => "language",
            Self::Health => "general health",
            Self::Work => "economic activity",
            Self::Partnership => "marital status",
            Self::Orientation => "sexual orientation",
            Self::Care => "unpaid care",
        }
    }

    /// The family that the `dimension` of `place.toml` names.
    pub(super) fn of_dimension(dimension: &str) -> Option<Self> {
        let words = words_of(dimension);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let crossed = words.len() > 1 && has(&["age", "ages"]) && has(&["sex", "gender"]);
        match () {
            () if crossed => None,
            () if has(&["ethnic", "ethnicity", "race", "ethnicgroup"]) => Some(Self::Ethnic),
            () if has(&["age", "ages", "oed", "agegroup", "ageband"]) => Some(Self::Age),
            () if has(&["sex", "gender", "rhyw"]) => Some(Self::Sex),
            () if has(&["disability", "disabled"]) => Some(Self::Disability),
            () if has(&["religion", "faith"]) => Some(Self::Religion),
            () if has(&["language"]) => Some(Self::Language),
            () if has(&["health"]) => Some(Self::Health),
            () => None,
        }
    }
}

/// Male, female or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sex {
    Female,
    Male,
    Everybody,
}

/// The sex that words name, and the words without it.
pub(super) fn sex_of(words: &[String]) -> (Option<Sex>, Vec<String>) {
    let mut found = None;
    let mut rest = Vec::with_capacity(words.len());
    for word in words {
        let sex = match word.as_str() {
            "female" | "females" | "women" | "woman" | "girls" | "f" | "benyw" | "benywod" | "menywod" | "merched" => {
                Some(Sex::Female)
            }
            "male" | "males" | "men" | "man" | "boys" | "m" | "gwryw" | "gwrywod" | "dynion" | "bechgyn" => {
                Some(Sex::Male)
            }
            "p" | "persons" | "people" | "person" | "all" | "t" => Some(Sex::Everybody),
            _ => None,
        };
        match (sex, found) {
            (Some(sex), None) => found = Some(sex),
            _ => rest.push(word.clone()),
        }
    }
    if found.is_none()
        && let [word] = rest.as_slice()
        && let Some((letter, digits)) = word.split_at_checked(1)
        && digits.starts_with(|c: char| c.is_ascii_digit())
    {
        found = match letter {
            "f" => Some(Sex::Female),
            "m" => Some(Sex::Male),
            "p" => Some(Sex::Everybody),
            _ => None,
        };
        if found.is_some() {
            rest = vec![digits.to_owned()];
        }
    }
    if found.is_none()
        && let Some(first) = rest.first().cloned()
        && let Some((letter, digits)) = first.split_at_checked(1)
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && matches!(letter, "f" | "m" | "p")
    {
        found = Some(match letter {
            "f" => Sex::Female,
            "m" => Sex::Male,
            _ => Sex::Everybody,
        });
        rest[0] = digits.to_owned();
    }
    (found, rest)
}

/// Lower-case words of letters and digits; a sign that means something stays a word of its own.
pub(super) fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || (c == '\'' && !fresh) {
            match words.last_mut().filter(|_| !fresh) {
                Some(word) => word.push(c),
                None => words.push(c.to_string()),
            }
            fresh = false;
        } else {
            if matches!(c, '%' | '+' | '<' | '£' | '€' | '±' | '²') {
                words.push(c.to_string());
            }
            fresh = true;
        }
    }
    words
}
