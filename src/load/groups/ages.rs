//! Age bands, in the many ways they are written, rolled up to the bands of public reports.

use super::categories::Made;
use std::collections::BTreeMap;

/// First and last year of life of a band; `LAST` where it has no end.
type Band = (u32, u32);

const LAST: u32 = 999;

/// The bands of public reports: pre-school, school age, young adults, two of working age, older, oldest.
const REPORTED: [Band; 7] = [(0, 4), (5, 15), (16, 24), (25, 44), (45, 64), (65, 84), (85, LAST)];

/// Groups made of age categories, and the categories that make up everybody, each age once.
///
/// When the bands of the file can be put together to the reported ones they are; five-year bands
/// cannot (10 to 14 straddles 15), and stay as they are. `None` when the labels are not ages.
pub(super) fn group(labels: &[(usize, &str)]) -> Option<(Vec<Made>, Vec<usize>)> {
    let mut bands: BTreeMap<Band, Vec<usize>> = BTreeMap::new();
    let mut read = 0;
    for (index, label) in labels {
        if let Some(band) = band(label) {
            bands.entry(band).or_default().push(*index);
            read += 1;
        }
    }
    if read < 3 || read * 5 < labels.len() * 4 {
        return None;
    }
    open_the_last(&mut bands);
    let reported: Option<Vec<Vec<Band>>> = REPORTED.iter().map(|wanted| tile(&bands, *wanted)).collect();
    let rows: Vec<(Band, Vec<Band>)> = match reported {
        Some(parts) => REPORTED.into_iter().zip(parts).collect(),
        None => {
            let first = bands.keys().next()?.0;
            let last = bands.keys().map(|band| band.1).max()?;
            let whole = tile(&bands, (first, last)).unwrap_or_else(|| bands.keys().copied().collect());
            whole.into_iter().map(|band| (band, vec![band])).collect()
        }
    };
    let made: Vec<Made> = rows
        .into_iter()
        .map(|(band, parts)| Made {
            key: Some(key(band)),
            label: title(band),
            members: parts.iter().filter_map(|part| bands.get(part)).flatten().copied().collect(),
        })
        .collect();
    let whole = made.iter().flat_map(|made| made.members.iter().copied()).collect();
    Some((made, whole))
}

/// A table of single years that ends at 90 means "90 and over" by its last one.
fn open_the_last(bands: &mut BTreeMap<Band, Vec<usize>>) {
    let Some((&(low, high), _)) = bands.iter().next_back() else { return };
    if low == high && low >= 80
        && let Some(members) = bands.remove(&(low, high))
    {
        bands.entry((low, LAST)).or_default().extend(members);
    }
}

/// Bands that follow each other from the first year of `wanted` to its last, the longest first.
fn tile(bands: &BTreeMap<Band, Vec<usize>>, wanted: Band) -> Option<Vec<Band>> {
    let mut fitting: Vec<Band> = bands.keys().copied().filter(|b| b.0 == wanted.0 && b.1 <= wanted.1).collect();
    fitting.sort_by_key(|band| std::cmp::Reverse(band.1));
    for band in fitting {
        if band.1 == wanted.1 {
            return Some(vec![band]);
        }
        if let Some(rest) = tile(bands, (band.1 + 1, wanted.1)) {
            return Some(std::iter::once(band).chain(rest).collect());
        }
    }
    None
}

/// The band that a label names: `Aged 4 years and under`, `Aged 5 to 9 years`, `25-44`, `85+`,
/// `aged_65_and_over`, `90`, `F17`.
pub(super) fn band(label: &str) -> Option<Band> {
    let lower = label.to_lowercase();
    let numbers: Vec<u32> = lower
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty() && digits.len() <= 3)
        .filter_map(|digits| digits.parse().ok())
        .collect();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let known = ["age", "aged", "ages", "year", "years", "yr", "yrs", "old", "to", "and", "under", "over", "less", "than", "plus",
        "up", "or", "f", "m", "below", "above", "of", "residents", "people", "persons", "usual"];
    if words.iter().any(|word| !known.contains(word)) {
        return None;
    }
    let says = |word: &str| words.contains(&word);
    match numbers.as_slice() {
        [low, high] if low <= high => Some((*low, *high)),
        [n] if lower.contains('+') || says("over") || says("plus") || says("above") => Some((*n, LAST)),
        [n] if (says("under") || says("less") || says("below")) && (says("and") || says("or")) => Some((0, *n)),
        [n] if says("under") || says("less") || says("below") => Some((0, n.checked_sub(1)?)),
        [n] => Some((*n, *n)),
        _ => None,
    }
}

fn key((low, high): Band) -> String {
    match high {
        LAST => format!("age_{low}_over"),
        _ if low == high => format!("age_{low}"),
        _ => format!("age_{low}_{high}"),
    }
}

fn title((low, high): Band) -> String {
    match high {
        LAST => format!("Aged {low} and over"),
        _ if low == high => format!("Aged {low}"),
        _ => format!("Aged {low} to {high}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_an_age_is_read() {
        for (label, expected) in [
            ("Aged 4 years and under", (0, 4)),
            ("Aged under 1 year", (0, 0)),
            ("Aged 5 to 9 years", (5, 9)),
            ("aged_65_and_over", (65, LAST)),
            ("Aged 85 years and over", (85, LAST)),
            ("25-44", (25, 44)),
            ("85+", (85, LAST)),
            ("0", (0, 0)),
            ("F17", (17, 17)),
        ] {
            assert_eq!(band(label), Some(expected), "{label}");
        }
        assert_eq!(band("all_ages"), None);
        assert_eq!(band("White"), None);
        assert_eq!(band("Day-to-day activities limited"), None);
    }

    #[test]
    fn single_years_beside_broad_bands_are_counted_once() {
        let mut names: Vec<String> = ["aged_0_to_15", "aged_16_to_64", "aged_65_and_over"].map(str::to_owned).to_vec();
        names.extend((0..90).map(|age| age.to_string()));
        names.push("90+".to_owned());
        let labels: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
        let (made, whole) = group(&labels).expect("ages");
        let keys: Vec<_> = made.iter().filter_map(|made| made.key.as_deref()).collect();
        assert_eq!(keys, ["age_0_4", "age_5_15", "age_16_24", "age_25_44", "age_45_64", "age_65_84", "age_85_over"]);
        assert_eq!(whole.len(), 91);
        assert!(whole.iter().all(|index| *index >= 3));
    }

    #[test]
    fn sexes_side_by_side_are_summed_and_the_last_year_is_open() {
        let names: Vec<String> = ["F", "M"].iter().flat_map(|sex| (0..=90).map(move |age| format!("{sex}{age}"))).collect();
        let labels: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
        let (made, whole) = group(&labels).expect("ages");
        assert_eq!(made.len(), 7);
        assert_eq!(whole.len(), 182);
    }

    #[test]
    fn five_year_bands_stay_as_they_are() {
        let labels = [(0, "Aged 4 years and under"), (1, "Aged 5 to 9 years"), (2, "Aged 10 to 14 years"), (3, "Aged 15 years and over")];
        let (made, whole) = group(&labels).expect("ages");
        assert_eq!(made.iter().map(|m| m.label.as_str()).collect::<Vec<_>>(), ["Aged 0 to 4", "Aged 5 to 9", "Aged 10 to 14", "Aged 15 and over"]);
        assert_eq!(whole, [0, 1, 2, 3]);
    }
}
