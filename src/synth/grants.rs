//! Grants in the 360Giving standard, from funders that do not exist, with places that get too little.

use super::borough::Borough;
use super::dice::Dice;
use chrono::NaiveDate;
use std::io;
use std::path::Path;

const TITLES: [&str; 23] = [
    "Identifier",
    "Title",
    "Description",
    "Currency",
    "Amount Applied For",
    "Amount Awarded",
    "Award Date",
    "Planned Dates:Duration (months)",
    "Recipient Org:Identifier",
    "Recipient Org:Name",
    "Recipient Org:Postal Code",
    "Recipient Ind:Identifier",
    "Beneficiary Location:Name",
    "Beneficiary Location:Latitude",
    "Beneficiary Location:Longitude",
    "Beneficiary Location:Geographic Code",
    "Beneficiary Location:Geographic Code Type",
    "Funding Org:Identifier",
    "Funding Org:Name",
    "Location Scope",
    "Grant Programme:Code",
    "Grant Programme:Title",
    "Last modified",
];
const FUNDERS: [&str; 5] = [
    "Tideline Community Fund",
    "Marram Trust",
    "Borough Small Grants",
    "Lightship Foundation",
    "Saltbush Neighbours Fund",
];
const WORK: [(&str, &str); 9] = [
    ("Warm room", "A warm room with tea, three afternoons a week through the winter"),
    ("Walking group", "A weekly walk for people who live alone"),
    ("Repair cafe", "Tools and insurance for a monthly repair cafe"),
    ("Youth evenings", "Two evenings a week for young people"),
    ("Growing space", "Raised beds and a tap for a shared garden"),
    ("Hall roof", "Part of the cost of mending the roof of a hall"),
    ("Carers' table", "A lunch for people who care for somebody"),
    ("Step-free door", "A ramp and a wide door"),
    ("Bus for shoppers", "A minibus to the shops on market day"),
];

/// Residents for each grant: 150 in a borough of 216,000.
const PER_GRANT: f64 = 1_440.0;
/// What a cold patch gets of its due.
const COLD: f64 = 0.1;
/// No patch gets more than so many times what was planned for it: chance is not to hide what was planted.
const MOST: f64 = 1.5;
/// How often another zone is drawn for a grant that is too large for its patch.
const TRIES: usize = 60;

/// What was planted in the grants.
#[derive(Debug)]
pub(super) struct Given {
    /// How many rows were written.
    pub(super) rows: u64,
    /// Patches that were given a tenth of their due.
    pub(super) cold: Vec<usize>,
    /// For each grant to an organisation, its identifier, the zone it truly benefits, and its pounds.
    pub(super) truth: Vec<(String, usize, u64)>,
}

/// Writes the grants, and says what was planted.
pub(super) fn write(borough: &Borough, seed: u64, path: &Path) -> io::Result<Given> {
    let mut dice = Dice::new(seed, "grants");
    let cold = cold_patches(borough);
    let weights: Vec<f64> = (0..borough.town.zones.len())
        .map(|zone| {
            let due = borough.town.zones[zone].residents as f64 * (1.6 - 0.1 * f64::from(borough.people[zone].decile));
            if cold.contains(&borough.patches.of_zone[zone]) { COLD * due } else { due }
        })
        .collect();
    let n = (borough.residents() as f64 / PER_GRANT).round().max(4.0) as u64;
    let amounts: Vec<u64> = (0..n).map(|_| 50 * (dice.between(4.0, 14.0).powf(2.3) as u64).max(5)).collect();
    let mut room = planned(borough, &weights, amounts.iter().sum());
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(TITLES)?;
    let mut truth = Vec::new();
    for (i, &awarded) in amounts.iter().enumerate() {
        let mut zone = dice.weighted(&weights);
        for _ in 0..TRIES {
            if room[borough.patches.of_zone[zone]] >= awarded as f64 {
                break;
            }
            zone = dice.weighted(&weights);
        }
        room[borough.patches.of_zone[zone]] -= awarded as f64;
        let row = grant(borough, i as u64, zone, awarded, &mut dice);
        truth.push((row[0].clone(), zone, awarded));
        file.write_record(row)?;
    }
    let odd = odd_rows(borough, n, &truth, &mut dice);
    let rows = n + odd.len() as u64;
    for row in odd {
        file.write_record(row)?;
    }
    file.flush()?;
    Ok(Given { rows, cold, truth })
}

/// The most each patch can get, in pounds.
fn planned(borough: &Borough, weights: &[f64], pounds: u64) -> Vec<f64> {
    let all: f64 = weights.iter().sum();
    let mut room = vec![0.0; borough.patches.count];
    for (zone, weight) in weights.iter().enumerate() {
        room[borough.patches.of_zone[zone]] += MOST * pounds as f64 * weight / all;
    }
    room
}

/// Rows of which only a count is kept, or which are set aside: two grants to people, one of nought, one in
/// another currency, and one that stands twice.
fn odd_rows(borough: &Borough, n: u64, truth: &[(String, usize, u64)], dice: &mut Dice) -> Vec<Vec<String>> {
    let column = |title: &str| TITLES.iter().position(|known| *known == title);
    let mut rows = Vec::new();
    for k in 0..4_u64 {
        let mut row = grant(borough, n + k, 0, 300, dice);
        let mut set = |title: &str, value: &str| {
            if let Some(cell) = column(title).and_then(|column| row.get_mut(column)) {
                value.clone_into(cell);
            }
        };
        match k {
            0 | 1 => {
                set("Title", "Grant to an individual");
                set("Description", "A grant to a person or family");
                for title in ["Recipient Org:Identifier", "Recipient Org:Name", "Recipient Org:Postal Code"] {
                    set(title, "");
                }
                for title in TITLES.iter().filter(|title| title.starts_with("Beneficiary Location")) {
                    set(title, "");
                }
                set("Recipient Ind:Identifier", &format!("360G-madeup-person-{}", k + 1));
            }
            2 => set("Amount Awarded", "0"),
            _ => set("Currency", "EUR"),
        }
        rows.push(row);
    }
    if let Some((_, zone, awarded)) = truth.last() {
        let mut again = grant(borough, n - 1, *zone, *awarded, dice);
        if let Some(cell) = column("Last modified").and_then(|column| again.get_mut(column)) {
            "2024-01-31".clone_into(cell);
        }
        rows.push(again);
    }
    rows
}

/// The most deprived patches but one: where the need is and the money is not.
fn cold_patches(borough: &Borough) -> Vec<usize> {
    let n = borough.patches.count;
    if n < 3 {
        return Vec::new();
    }
    let mut need = vec![(0.0, 0.0); n];
    for (zone, home) in borough.people.iter().enumerate() {
        let residents = borough.town.zones[zone].residents as f64;
        let patch = &mut need[borough.patches.of_zone[zone]];
        *patch = (patch.0 + residents * home.score, patch.1 + residents);
    }
    let mut order: Vec<usize> = (0..n).collect();
    let mean = |p: usize| need[p].0 / f64::max(need[p].1, 1.0);
    order.sort_by(|&a, &b| mean(b).total_cmp(&mean(a)).then(a.cmp(&b)));
    order.into_iter().skip(1).take((n / 9).max(1)).collect()
}

fn grant(borough: &Borough, i: u64, zone: usize, awarded: u64, dice: &mut Dice) -> Vec<String> {
    let (title, description) = dice.pick(&WORK);
    let funder = dice.below(FUNDERS.len());
    let patch = borough.patches.of_zone[zone];
    let asked = awarded + 50 * dice.below(40) as u64;
    let day =
        NaiveDate::from_ymd_opt(2023, 4, 1).and_then(|d| d.checked_add_days(chrono::Days::new(dice.below(731) as u64)));
    let recipient = dice.below(70);
    // An office in the middle of the town is not where the work is: postcodes mislead, on purpose.
    let office = if dice.chance(0.4) { 0 } else { borough.postcodes.of_zone(zone).start };
    let postcode = borough.postcodes.codes.get(office).cloned().unwrap_or_default();
    let at = borough.place(borough.town.zones[zone].middle);
    let degrees = crate::crs::Plane::british_national_grid().to_lonlat(at);
    let (lat, lon) =
        degrees.map_or((String::new(), String::new()), |d| (format!("{:.5}", d.lat), format!("{:.5}", d.lon)));
    let none = String::new;
    let (whole, here) = (borough.names.borough().to_owned(), borough.patch_name(patch));
    let says = |words: &str| format!("{description}, {words}");
    // The ladder of evidence, from a point down to nothing but an office.
    let (name, words, [lat, lon, code, kind, scope]) = match dice.unit() {
        0.0..0.3 => (here.clone(), says(&format!("in {here}")), [lat, lon, none(), none(), "GLS050".to_owned()]),
        0.3..0.5 => (
            here.clone(),
            says(&format!("in {here}")),
            [none(), none(), borough.zone_key(zone), "OA".to_owned(), "GLS060".to_owned()],
        ),
        0.5..0.65 => (
            here.clone(),
            says(&format!("in {here}")),
            [none(), none(), borough.patch_key(patch), "NMD".to_owned(), "GLS060".to_owned()],
        ),
        0.65..0.73 => (none(), says(&format!("in {here}")), [none(), none(), none(), none(), "GLS099".to_owned()]),
        0.73..0.85 => {
            (whole.clone(), says("for people of the borough"), [none(), none(), none(), none(), "GLS050".to_owned()])
        }
        _ => (none(), description.to_owned(), [none(), none(), none(), none(), "GLS099".to_owned()]),
    };
    vec![
        format!("360G-madeup-{:05}", i + 1),
        title.to_owned(),
        words,
        "GBP".to_owned(),
        asked.to_string(),
        awarded.to_string(),
        day.map(|d| d.to_string()).unwrap_or_default(),
        dice.pick(&["6", "12", "12", "24", ""]).to_owned(),
        format!("XM-DEMO-ORG{:04}", recipient + 1),
        format!("{} Neighbours", borough.names.word(recipient * 5 + 2)),
        postcode,
        none(),
        name,
        lat,
        lon,
        code,
        kind,
        format!("XM-DEMO-FUND{:02}", funder + 1),
        FUNDERS[funder].to_owned(),
        scope,
        format!("P{}", funder + 1),
        format!("{} small grants", FUNDERS[funder]),
        "2025-04-30".to_owned(),
    ]
}
