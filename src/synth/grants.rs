//! Grants in the 360Giving standard, from funders that do not exist, with places that get too little.

use super::borough::Borough;
use super::dice::Dice;
use chrono::NaiveDate;
use std::io;
use std::path::Path;

const TITLES: [&str; 22] = [
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

/// Writes the grants; the patches that were given a tenth of their due are returned.
pub(super) fn write(borough: &Borough, seed: u64, path: &Path) -> io::Result<(u64, Vec<usize>)> {
    let mut dice = Dice::new(seed, "grants");
    let cold = cold_patches(borough);
    let weights: Vec<f64> = (0..borough.town.zones.len())
        .map(|zone| {
            let due = borough.town.zones[zone].residents as f64 * (1.6 - 0.1 * f64::from(borough.people[zone].decile));
            if cold.contains(&borough.patches.of_zone[zone]) { 0.1 * due } else { due }
        })
        .collect();
    let n = (borough.residents() as f64 / PER_GRANT).round().max(4.0) as u64;
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(TITLES)?;
    for i in 0..n {
        let zone = dice.weighted(&weights);
        file.write_record(grant(borough, i, zone, &mut dice))?;
    }
    file.flush()?;
    Ok((n, cold))
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

fn grant(borough: &Borough, i: u64, zone: usize, dice: &mut Dice) -> Vec<String> {
    let (title, description) = dice.pick(&WORK);
    let funder = dice.below(FUNDERS.len());
    let patch = borough.patches.of_zone[zone];
    let awarded = 50 * (dice.between(4.0, 14.0).powf(2.3) as u64).max(5);
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
    let [lat, lon, code, kind, scope] = match dice.unit() {
        0.0..0.3 => [lat, lon, none(), none(), "GLS050".to_owned()],
        0.3..0.65 => [none(), none(), borough.zone_key(zone), "OA".to_owned(), "GLS060".to_owned()],
        0.65..0.85 => [none(), none(), borough.patch_key(patch), "NMD".to_owned(), "GLS060".to_owned()],
        _ => [none(), none(), none(), none(), "GLS099".to_owned()],
    };
    vec![
        format!("360G-madeup-{:05}", i + 1),
        title.to_owned(),
        format!("{description}, in {}", borough.patch_name(patch)),
        "GBP".to_owned(),
        asked.to_string(),
        awarded.to_string(),
        day.map(|d| d.to_string()).unwrap_or_default(),
        dice.pick(&["6", "12", "12", "24", ""]).to_owned(),
        format!("XM-DEMO-ORG{:04}", recipient + 1),
        format!("{} Neighbours", borough.names.word(recipient * 5 + 2)),
        postcode,
        borough.patch_name(patch),
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
