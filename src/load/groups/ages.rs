//! Age bands, in the many ways they are written, rolled up to the bands of public reports.

use super::made::Made;
use std::collections::BTreeMap;

/// First and last year of life of a band; `LAST` where it has no end.
pub(super) type Band = (u32, u32);

/// The last year of a band without an end.
pub(super) const LAST: u32 = 999;

/// The bands of public reports: pre-school, school age, young adults, two of working age, older, oldest.
const REPORTED: [Band; 7] = [(0, 4), (5, 15), (16, 24), (25, 44), (45, 64), (65, 84), (85, LAST)];

/// How the bands of a table are put together.
#[derive(Debug, PartialEq)]
pub(super) struct Ages {
    /// The groups, youngest first.
    pub(super) groups: Vec<Made>,
    /// The columns that make up everybody, each age once.
    pub(super) whole: Vec<usize>,
    /// Two bands share an age and nothing says which to leave out.
    pub(super) overlap: Option<(Band, Band)>,
    /// Ages between the youngest and the oldest that no band has.
    pub(super) gap: Option<Band>,
}

/// Groups made of bands of age.
///
/// When the bands of the file can be put together to the reported ones they are; five-year bands
/// cannot (10 to 14 straddles 15), and stay as they are.
pub(super) fn group(labels: &[(usize, Band)]) -> Ages {
    let mut bands: BTreeMap<Band, Vec<usize>> = BTreeMap::new();
    for (index, band) in labels {
        bands.entry(*band).or_default().push(*index);
    }
    open_the_last(&mut bands);
    let reported: Option<Vec<Vec<Band>>> = REPORTED.iter().map(|wanted| tile(&bands, *wanted)).collect();
    let (mut overlap, mut gap) = (None, None);
    let rows: Vec<(Band, Vec<Band>)> = match reported {
        Some(parts) => REPORTED.into_iter().zip(parts).collect(),
        None => {
            let first = bands.keys().next().map_or(0, |band| band.0);
            let last = bands.keys().map(|band| band.1).max().unwrap_or(LAST);
            let whole = tile(&bands, (first, last)).unwrap_or_else(|| {
                let kept: Vec<Band> = outermost(&bands);
                for pair in kept.windows(2) {
                    if pair[1].0 <= pair[0].1 {
                        overlap = Some((pair[0], pair[1]));
                    } else if pair[1].0 > pair[0].1 + 1 {
                        gap = Some((pair[0].1 + 1, pair[1].0 - 1));
                    }
                }
                kept
            });
            whole.into_iter().map(|band| (band, vec![band])).collect()
        }
    };
    let groups: Vec<Made> = rows
        .into_iter()
        .map(|(band, parts)| Made {
            key: Some(key(band)),
            label: title(band),
            members: parts.iter().filter_map(|part| bands.get(part)).flatten().copied().collect(),
        })
        .collect();
    let whole = groups.iter().flat_map(|made| made.members.iter().copied()).collect();
    Ages { groups, whole, overlap, gap }
}

/// The bands that no other band contains.
fn outermost(bands: &BTreeMap<Band, Vec<usize>>) -> Vec<Band> {
    let inside = |band: &Band| bands.keys().any(|other| other != band && other.0 <= band.0 && band.1 <= other.1);
    bands.keys().filter(|band| !inside(band)).copied().collect()
}

/// A table of single years that ends at 90 means "90 and over" by its last one.
fn open_the_last(bands: &mut BTreeMap<Band, Vec<usize>>) {
    let Some((&(low, high), _)) = bands.iter().next_back() else { return };
    if low == high
        && low >= 80
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

/// Words that stand in names of ages beside the numbers, in English and Welsh.
const WORDS: &[&str] = &[
    "age",
    "aged",
    "ages",
    "year",
    "years",
    "yr",
    "yrs",
    "old",
    "olds",
    "to",
    "and",
    "under",
    "over",
    "less",
    "than",
    "plus",
    "up",
    "or",
    "f",
    "m",
    "below",
    "above",
    "of",
    "residents",
    "people",
    "persons",
    "usual",
    "band",
    "group",
    "older",
    "younger",
    "more",
    "oed",
    "i",
    "a",
    "throsodd",
    "hŷn",
    "hyn",
    "dan",
    "neu",
    "flwydd",
    "blwydd",
    "mlwydd",
    "oedran",
    "iau",
    "y",
    "inclusive",
    "through",
    "greater",
    "at",
    "least",
    "the",
    "all",
    "rhwng",
    "between",
    "total",
];

/// The band that a label names: `Aged 4 years and under`, `Aged 5 to 9 years`, `25-44`, `85+`,
/// `aged_65_and_over`, `90`, `F17`, `15.0`, `<16`, `85 oed a throsodd`.
pub(super) fn band(label: &str) -> Option<Band> {
    let lower = whole_numbers(&label.to_lowercase());
    let digits: Vec<&str> = lower.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).collect();
    if digits.is_empty() || digits.iter().any(|digits| digits.len() > 3) || lower.contains('%') {
        return None;
    }
    let numbers: Vec<u32> = digits.iter().filter_map(|digits| digits.parse().ok()).collect();
    if numbers.iter().any(|n| *n > OLDEST) {
        return None;
    }
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| !WORDS.contains(word)) {
        return None;
    }
    let says = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let over = lower.contains('+')
        || lower.contains(">=")
        || lower.contains('≥')
        || says(&["over", "plus", "above", "older", "throsodd", "hŷn", "hyn", "more", "least"]);
    let under = says(&["under", "less", "below", "younger", "dan", "iau"]) || lower.contains('<');
    let including = says(&["and", "or", "a", "neu", "to", "up"]) || lower.contains("<=");
    match numbers.as_slice() {
        [low, high] if under && low + 1 < *high => Some((*low, high.checked_sub(1)?)),
        [low, high] if low <= high => Some((*low, *high)),
        [n] if lower.contains('>') && !lower.contains(">=") => Some((n + 1, LAST)),
        [n] if over => Some((*n, LAST)),
        [n] if under && including && !says(&["dan"]) => Some((0, *n)),
        [n] if under => Some((0, n.checked_sub(1)?)),
        [n] => Some((*n, *n)),
        _ => None,
    }
}

/// Nobody is older.
const OLDEST: u32 = 125;

/// The text with `15.0` as `15`: what a column of ages becomes that a program took for decimals.
fn whole_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(".0") {
        let before = rest[..at].ends_with(|c: char| c.is_ascii_digit());
        let after = &rest[at + 2..];
        let zeros = after.len() - after.trim_start_matches('0').len();
        out.push_str(&rest[..at]);
        if !before || after[zeros..].starts_with(|c: char| c.is_ascii_digit()) {
            out.push_str(".0");
            rest = after;
        } else {
            rest = &after[zeros..];
        }
    }
    out + rest
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
            ("15.0", (15, 15)),
            ("Age 0", (0, 0)),
            ("0 - 4", (0, 4)),
            ("5\u{2013}9", (5, 9)),
            ("<16", (0, 15)),
            ("under 16", (0, 15)),
            ("65 plus", (65, LAST)),
            (">=65", (65, LAST)),
            ("85 oed a throsodd", (85, LAST)),
            ("Oed 0 i 4", (0, 4)),
            ("dan 16 oed", (0, 15)),
            ("90 years and older", (90, LAST)),
        ] {
            assert_eq!(band(label), Some(expected), "{label}");
        }
        assert_eq!(band("all_ages"), None);
        assert_eq!(band("White"), None);
        assert_eq!(band("Day-to-day activities limited"), None);
        assert_eq!(band("05-Sep"), None);
        assert_eq!(band("2021"), None);
    }

    #[test]
    fn single_years_beside_broad_bands_are_counted_once() {
        let mut names: Vec<String> = ["aged_0_to_15", "aged_16_to_64", "aged_65_and_over"].map(str::to_owned).to_vec();
        names.extend((0..90).map(|age| age.to_string()));
        names.push("90+".to_owned());
        let labels: Vec<(usize, Band)> =
            names.iter().enumerate().filter_map(|(i, name)| Some((i, band(name)?))).collect();
        let Ages { groups: made, whole, .. } = group(&labels);
        let keys: Vec<_> = made.iter().filter_map(|made| made.key.as_deref()).collect();
        assert_eq!(keys, ["age_0_4", "age_5_15", "age_16_24", "age_25_44", "age_45_64", "age_65_84", "age_85_over"]);
        assert_eq!(whole.len(), 91);
        assert!(whole.iter().all(|index| *index >= 3));
    }

    #[test]
    fn sexes_side_by_side_are_summed_and_the_last_year_is_open() {
        let names: Vec<String> =
            ["F", "M"].iter().flat_map(|sex| (0..=90).map(move |age| format!("{sex}{age}"))).collect();
        let labels: Vec<(usize, Band)> =
            names.iter().enumerate().filter_map(|(i, name)| Some((i, band(name)?))).collect();
        let Ages { groups: made, whole, .. } = group(&labels);
        assert_eq!(made.len(), 7);
        assert_eq!(whole.len(), 182);
    }

    #[test]
    fn five_year_bands_stay_as_they_are() {
        let labels = [
            (0, "Aged 4 years and under"),
            (1, "Aged 5 to 9 years"),
            (2, "Aged 10 to 14 years"),
            (3, "Aged 15 years and over"),
        ];
        let labels: Vec<(usize, Band)> = labels.iter().filter_map(|(i, name)| Some((*i, band(name)?))).collect();
        let Ages { groups: made, whole, .. } = group(&labels);
        assert_eq!(
            made.iter().map(|m| m.label.as_str()).collect::<Vec<_>>(),
            ["Aged 0 to 4", "Aged 5 to 9", "Aged 10 to 14", "Aged 15 and over"]
        );
        assert_eq!(whole, [0, 1, 2, 3]);
    }
}
