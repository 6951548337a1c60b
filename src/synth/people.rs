//! Who lives where: ages, ethnic groups, disability and deprivation, each of which clusters in space
//! and hangs together with the others.

use super::dice::{Dice, apportion};
use super::field::Field;
use super::town::Town;
use crate::crs::Xy;

/// The five broad ethnic groups of the 2021 census of England and Wales, with their parts, in the
/// order and words of table TS021, and their shares in the made-up borough.
pub(super) const ETHNIC: [(&str, &[(&str, f64)], f64); 5] = [
    (
        "Asian, Asian British or Asian Welsh",
        &[("Bangladeshi", 1.5), ("Chinese", 0.8), ("Indian", 3.0), ("Pakistani", 3.4), ("Other Asian", 1.6)],
        0.115,
    ),
    (
        "Black, Black British, Black Welsh, Caribbean or African",
        &[("African", 2.6), ("Caribbean", 1.5), ("Other Black", 0.5)],
        0.06,
    ),
    (
        "Mixed or Multiple ethnic groups",
        &[
            ("White and Asian", 0.9),
            ("White and Black African", 0.5),
            ("White and Black Caribbean", 1.1),
            ("Other Mixed or Multiple ethnic groups", 0.8),
        ],
        0.038,
    ),
    (
        "White",
        &[
            ("English, Welsh, Scottish, Northern Irish or British", 74.0),
            ("Irish", 1.0),
            ("Gypsy or Irish Traveller", 0.1),
            ("Roma", 0.2),
            ("Other White", 6.2),
        ],
        0.762,
    ),
    ("Other ethnic group", &[("Arab", 0.7), ("Any other ethnic group", 1.6)], 0.025),
];

/// Keys of the broad ethnic groups, in the same order.
pub(super) const ETHNIC_KEYS: [&str; 5] = ["asian", "black", "mixed", "white", "other_ethnic"];

/// Age bands: key, words of the table, share, and how likely somebody of that age is disabled.
pub(super) const AGES: [(&str, &str, f64, f64); 7] = [
    ("age_0_4", "Aged 4 years and under", 0.055, 0.05),
    ("age_5_15", "Aged 5 to 15 years", 0.13, 0.09),
    ("age_16_24", "Aged 16 to 24 years", 0.105, 0.12),
    ("age_25_44", "Aged 25 to 44 years", 0.265, 0.12),
    ("age_45_64", "Aged 45 to 64 years", 0.26, 0.20),
    ("age_65_84", "Aged 65 to 84 years", 0.16, 0.32),
    ("age_85_plus", "Aged 85 years and over", 0.025, 0.55),
];

/// Who lives in one zone.
#[derive(Debug, Clone)]
pub(super) struct Households {
    /// Each part of each broad ethnic group.
    pub ethnic: [Vec<u64>; 5],
    /// Each age band.
    pub ages: [u64; 7],
    /// Disabled under the Equality Act.
    pub disabled: u64,
    /// Deprivation score: higher is more deprived.
    pub score: f64,
    /// Rank among the made-up nation's zones: 1 is the most deprived.
    pub rank: u32,
    /// 1 is the most deprived tenth.
    pub decile: u8,
}

impl Households {
    /// Everybody in a broad ethnic group.
    pub(super) fn broad(&self, group: usize) -> u64 {
        self.ethnic[group].iter().sum()
    }
}

/// How many zones the made-up nation ranks: as many as England has LSOAs.
pub(super) const RANKED: u32 = 33_755;

struct Surfaces {
    poverty: Field,
    ethnic: [Field; 5],
    age: Field,
}

/// Houses the people of every zone. Every part sums to the zone's residents.
pub(super) fn settle(town: &Town, seed: u64) -> Vec<Households> {
    let mut dice = Dice::new(seed, "people");
    let hills = |dice: &mut Dice, times: f64| Field::new(dice, (times * town.ground.radius).clamp(250.0, 6_000.0));
    let surfaces = Surfaces {
        poverty: hills(&mut dice, 0.9),
        ethnic: [1.0, 0.8, 1.2, 1.0, 0.9].map(|times| hills(&mut dice, times)),
        age: hills(&mut dice, 1.1),
    };
    let poverty: Vec<f64> = town
        .zones
        .iter()
        .map(|zone| {
            let estate = if town.ground.in_estate(zone.middle) { 1.5 } else { 0.0 };
            let centre = (-(3.0 * out(town, zone.middle)).powi(2)).exp();
            0.95 * surfaces.poverty.at(zone.middle) + estate + 0.7 * centre + 0.3 * dice.normal()
        })
        .collect();
    let ranks = national_ranks(&poverty);
    let zones = town.zones.iter().zip(poverty).zip(ranks);
    zones
        .map(|((zone, poverty), rank)| {
            household(town, zone.middle, zone.residents, poverty, rank, &surfaces, &mut dice)
        })
        .collect()
}

fn out(town: &Town, p: Xy) -> f64 {
    p.x.hypot(p.y) / town.ground.radius
}

/// The zones' ranks in the nation: the borough is somewhat poorer than the nation as a whole.
fn national_ranks(poverty: &[f64]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..poverty.len()).collect();
    order.sort_by(|&a, &b| poverty[b].total_cmp(&poverty[a]).then(a.cmp(&b)));
    let mut ranks = vec![1; poverty.len()];
    for (place, &zone) in order.iter().enumerate() {
        let share = ((place as f64 + 0.5) / poverty.len() as f64).powf(1.45);
        ranks[zone] = 1 + (share * f64::from(RANKED - 1)) as u32;
    }
    ranks
}

fn household(
    town: &Town,
    p: Xy,
    residents: u64,
    poverty: f64,
    rank: u32,
    on: &Surfaces,
    dice: &mut Dice,
) -> Households {
    let pull = [1.0, 0.8, 0.3, 0.0, 0.5];
    let toward_poverty = [0.25, 0.4, 0.15, 0.0, 0.2];
    let broad: Vec<f64> = ETHNIC
        .iter()
        .enumerate()
        .map(|(i, (_, _, share))| {
            share * (pull[i] * on.ethnic[i].at(p) + toward_poverty[i] * poverty + 0.1 * dice.normal()).exp()
        })
        .collect();
    let broad = apportion(residents, &broad);
    let ethnic = std::array::from_fn(|i| {
        let parts = ETHNIC[i].1.iter().map(|(_, share)| share * dice.between(0.4, 1.6));
        apportion(broad[i], &parts.collect::<Vec<_>>())
    });
    // Students and young workers near the middle, older people towards the shore, children on estates.
    let (age, centre) = (on.age.at(p), 1.0 - out(town, p).min(1.2));
    let lean = [
        0.25 * poverty - 0.25 * age,
        0.3 * poverty - 0.25 * age,
        1.0 * centre - 0.3 - 0.15 * age,
        0.6 * centre - 0.2 - 0.1 * age,
        0.0,
        0.55 * age - 0.7 * centre + 0.25 - 0.15 * poverty,
        0.75 * age - 0.7 * centre + 0.25 - 0.25 * poverty,
    ];
    let ages: Vec<f64> =
        AGES.iter().zip(lean).map(|((_, _, share, _), lean)| share * (lean + 0.1 * dice.normal()).exp()).collect();
    let ages = apportion(residents, &ages);
    let expected: f64 = AGES.iter().zip(&ages).map(|((_, _, _, risk), n)| risk * *n as f64).sum();
    let disabled =
        (expected * (0.28 * poverty + 0.12 * dice.normal()).exp()).round().min(residents as f64 * 0.7) as u64;
    let decile = (f64::from(rank) / f64::from(RANKED) * 10.0).ceil().clamp(1.0, 10.0) as u8;
    let score = 80.0 * (-3.2 * f64::from(rank) / f64::from(RANKED)).exp() + 2.0;
    Households { ethnic, ages: std::array::from_fn(|i| ages[i]), disabled, score, rank, decile }
}
