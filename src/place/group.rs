use crate::units::WalkingSpeed;

/// A group of residents, such as "Disabled under the Equality Act".
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name in properties and columns: lower case letters, digits and underscores, unique in the place.
    pub key: String,
    /// Name for people, as the source gives it.
    pub label: String,
    /// What the group is a part of: `ethnic_group`, `age`, `disability`, …
    pub dimension: String,
    /// Name of the dimension for people.
    pub dimension_label: String,
    /// The group's own walking speed, if it was given one.
    pub speed: Option<WalkingSpeed>,
}

/// Where each group stands when people read a list of them: dimensions in the order given, and in each of them
/// ages from the youngest, although `age_5_15` comes after `age_45_64` in the alphabet.
///
/// Groups whose labels begin with the same words stay together and go by the first number in the label;
/// those without a number keep the order given.
#[must_use]
pub fn reading_order(groups: &[Group]) -> Vec<usize> {
    let start = |label: &str| label.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_lowercase();
    let number = |label: &str| -> u32 {
        let digits = label.trim_start_matches(|c: char| !c.is_ascii_digit());
        digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default().parse().unwrap_or(u32::MAX)
    };
    let key = |group: &Group| {
        let dimension = groups.iter().position(|own| own.dimension == group.dimension);
        let has_number = number(&group.label) < u32::MAX;
        let same =
            |own: &Group| own.dimension == group.dimension && (!has_number || start(&own.label) == start(&group.label));
        (dimension, groups.iter().position(same), number(&group.label))
    };
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|&at| key(&groups[at]));
    let mut places = vec![0; groups.len()];
    for (place, at) in order.into_iter().enumerate() {
        places[at] = place;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(labels: &[(&str, &str)]) -> Vec<String> {
        let group = |(dimension, label): &(&str, &str)| Group {
            key: (*label).to_owned(),
            label: (*label).to_owned(),
            dimension: (*dimension).to_owned(),
            dimension_label: (*dimension).to_owned(),
            speed: None,
        };
        let groups: Vec<Group> = labels.iter().map(group).collect();
        let places = reading_order(&groups);
        let mut sorted: Vec<(usize, String)> = places.into_iter().zip(groups.into_iter().map(|g| g.label)).collect();
        sorted.sort();
        sorted.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ages_are_read_from_the_youngest_and_words_as_they_were_given() {
        let text = [
            ("sex", "Male"),
            ("sex", "Female"),
            ("age", "Aged 4 years and under"),
            ("age", "Aged 16 to 24 years"),
            ("age", "Aged 5 to 15 years"),
            ("age", "Aged 85 years and over"),
        ];
        let wanted = ["Male", "Female", text[2].1, text[4].1, text[3].1, text[5].1];
        assert_eq!(read(&text), wanted);
        let crossed = [("c", "Men 5 to 9"), ("c", "Women 10 to 15"), ("c", "Men 0 to 4"), ("c", "Women 0 to 9")];
        assert_eq!(read(&crossed), ["Men 0 to 4", "Men 5 to 9", "Women 0 to 9", "Women 10 to 15"]);
    }
}
