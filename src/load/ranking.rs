//! What the ranks and deciles of an index of deprivation mean: how many zones it ranks, and which end is the most
//! deprived.

use super::words::plain;

/// Zones ranked by the published indices, by the beginning of their keys: England 2010, 2015 and 2019, and 2025;
/// Scotland 2012, and 2016 and 2020; Wales 2011 and 2014, 2019, and 2025; Northern Ireland 2010 and 2017.
const PUBLISHED: [(&str, &[u32]); 5] = [
    ("E01", &[32_482, 32_844, 33_755]),
    ("S01", &[6_505, 6_976]),
    ("W01", &[1_896, 1_909, 1_917]),
    ("95", &[890]),
    ("N00", &[4_537]),
];

/// The same by the title of the keys, where the keys themselves tell nothing: Northern Ireland's super output areas
/// and small areas.
const BY_TITLE: [(&str, &[u32]); 2] = [("soa2001", &[890]), ("sa2011", &[4_537])];

/// The decile of a rank, 1 the most deprived, among so many zones.
pub(super) fn decile_of(rank: u32, of: u32) -> u8 {
    ((u64::from(rank.max(1) - 1) * 10 / u64::from(of.max(1))) as u8).min(9) + 1
}

/// How many zones an index may rank that has zones with this key and these ranks.
///
/// A table with a rank for every place from the first to the last is the whole index; one with gaps is a part of it,
/// and the published sizes that are large enough remain, those of the year that a title names first.
pub(super) fn sizes(ranks: &[u32], key: &str, titles: &[&str], said: Option<u32>) -> Vec<u32> {
    let highest = ranks.iter().copied().max().unwrap_or(0);
    if let Some(said) = said {
        return if said >= highest { vec![said] } else { Vec::new() };
    }
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    // Ties leave a few gaps in a whole index, an extract leaves most.
    let whole = sorted.len() >= 10 && sorted.first() == Some(&1) && sorted.len() * 10 >= highest as usize * 9;
    if whole {
        return vec![highest];
    }
    let by_key = PUBLISHED.iter().find(|(begins, _)| key.to_uppercase().starts_with(begins)).map(|(_, n)| *n);
    let by_title = BY_TITLE.iter().find(|(title, _)| titles.iter().any(|own| plain(own) == *title)).map(|(_, n)| *n);
    let all = by_key.or(by_title).unwrap_or(&[]);
    let named = |words: &[&str]| titles.iter().any(|title| words.iter().any(|word| plain(title).contains(word)));
    let only: &[u32] = match () {
        () if all.first() != Some(&32_482) => all,
        () if named(&["2021", "2025", "lsoa21"]) => &[33_755],
        () if named(&["2011", "2019", "2015", "lsoa11"]) => &[32_844],
        () => all,
    };
    only.iter().copied().filter(|n| *n >= highest).collect()
}

/// The decile of a rank, where all sizes that the index may have agree on it.
pub(super) fn agreed(rank: u32, sizes: &[u32]) -> Option<u8> {
    let first = decile_of(rank, *sizes.first()?);
    sizes.iter().all(|of| decile_of(rank, *of) == first).then_some(first)
}

/// Whether two facts about zones rise together (positive) or against each other.
pub(super) fn together(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len().max(1) as f64;
    let (a, b) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xy += (x - a) * (y - b);
        xx += (x - a).powi(2);
        yy += (y - b).powi(2);
    }
    if xx * yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}

/// Whether a title says that its 1 is the least deprived, or its 10 the most.
pub(super) fn says_upside_down(title: &str) -> bool {
    // "Most deprived 10% of LSOAs" names no end of the scale.
    let form = plain(&title.replace("10%", ""));
    ["1least", "1istheleast", "1isleast", "10most", "10isthemost", "10ismost"].iter().any(|words| form.contains(words))
        && !form.contains("10least")
        && !form.contains("10isleast")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_give_deciles_when_the_table_has_none() {
        assert_eq!([1, 3_375, 3_376, 3_377, 33_755].map(|rank| decile_of(rank, 33_755)), [1, 1, 1, 2, 10]);
    }

    #[test]
    fn an_extract_is_read_by_the_size_of_its_index() {
        let of = |ranks: &[u32], key: &str, title: &str| {
            let sizes = sizes(ranks, key, &[title], None);
            ranks.iter().map(|rank| agreed(*rank, &sizes)).collect::<Vec<_>>()
        };
        let ranks = [3_000, 6_000, 9_000, 12_000];
        assert_eq!(of(&ranks, "E01000001", "LSOA code (2021)"), [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(of(&ranks, "E01000001", "code"), [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(of(&[3_300, 3_370], "E01000001", "code"), [None, None], "the editions differ on these");
        assert_eq!(of(&[600, 700, 6_976], "S01006506", "Data_Zone"), [Some(1), Some(2), Some(10)]);
        assert_eq!(of(&[89, 90, 890], "95AA01S1", "SOA2001"), [Some(1), Some(2), Some(10)]);
        assert_eq!(of(&[150, 1_000, 1_900], "W01000001", "code"), [Some(1), Some(6), Some(10)]);
        assert_eq!(of(&[5, 40], "Z1", "zone"), [None, None], "nobody knows how many such zones there are");
        let whole: Vec<u32> = (1..=20).collect();
        assert_eq!(sizes(&whole, "Z1", &["zone"], None), [20]);
        assert_eq!(sizes(&[5, 40], "Z1", &["zone"], Some(50)), [50]);
    }

    #[test]
    fn titles_say_which_end_is_which() {
        assert!(says_upside_down("Decile (1 = least deprived)") && says_upside_down("IMD decile, 10 is most deprived"));
        assert!(
            !says_upside_down("Decile (where 1 is most deprived 10% of LSOAs)")
                && !says_upside_down("Decile (10 = least deprived)")
        );
        assert!(!says_upside_down("Decile (1 most deprived, 10 least deprived)"));
    }
}
