//! Census tables, deprivation, assets and postcodes, each in the layout such a file really has.

use super::super::borough::Borough;
use super::super::dice::Dice;
use super::super::facility::Facility;
use super::super::people::{AGES, ETHNIC};
use super::{Fault, file};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use std::path::Path;

type Csv = csv::Result<()>;

/// Ethnic group as Nomis publishes table TS021: broad groups and their parts side by side.
pub(super) fn write_ethnic(borough: &Borough, path: &Path) -> Csv {
    let mut out = csv::Writer::from_path(path)?;
    let mut titles: Vec<String> =
        ["date", "geography", "geography code", "Ethnic group: Total: All usual residents"].map(String::from).into();
    for (broad, parts, _) in ETHNIC {
        titles.push(format!("Ethnic group: {broad}"));
        titles.extend(parts.iter().map(|(part, _)| format!("Ethnic group: {broad}: {part}")));
    }
    out.write_record(&titles)?;
    for (zone, home) in borough.people.iter().enumerate() {
        let key = borough.zone_key(zone);
        let mut row = vec!["2021".to_owned(), key.clone(), key, borough.town.zones[zone].residents.to_string()];
        for (broad, parts) in home.ethnic.iter().enumerate() {
            row.push(home.broad(broad).to_string());
            row.extend(parts.iter().map(u64::to_string));
        }
        out.write_record(&row)?;
    }
    Ok(out.flush()?)
}

/// A count that the census office changed by one or none, so that nobody can be found by subtraction.
fn perturbed(count: u64, dice: &mut Dice) -> u64 {
    match dice.unit() {
        0.0..0.08 if count > 0 => count - 1,
        0.92.. if count > 0 => count + 1,
        _ => count,
    }
}

/// Age bands in a workbook with three lines of words above its titles; one cell is hidden.
pub(super) fn write_ages(borough: &Borough, seed: u64, path: &Path) -> Result<Vec<Fault>, XlsxError> {
    let mut dice = Dice::new(seed, "age table");
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2025, 3, 31)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made).set_title("Age by zone (made up)"));
    let sheet = book.add_worksheet().set_name("Age by zone")?;
    sheet.write(0, 0, "Age by zone in a made-up borough")?;
    sheet.write(1, 0, "Every number in this workbook is invented")?;
    sheet.write(
        2,
        0,
        "Counts are changed by one or none before publication, so that totals differ a little between tables",
    )?;
    let titles = ["Zone code", "Zone name", "Age: Total; measures: Value"];
    for (column, title) in titles.into_iter().enumerate() {
        sheet.write(3, column as u16, title)?;
    }
    for (i, (_, words, ..)) in AGES.iter().enumerate() {
        sheet.write(3, (titles.len() + i) as u16, format!("Age: {words}; measures: Value"))?;
    }
    let hidden = borough.people.len() / 2;
    for (zone, home) in borough.people.iter().enumerate() {
        let row = zone as u32 + 4;
        let counts = home.ages.map(|n| perturbed(n, &mut dice));
        sheet.write(row, 0, borough.zone_key(zone))?;
        sheet.write(row, 1, format!("Zone {} (made up)", zone + 1))?;
        sheet.write(row, 2, counts.iter().sum::<u64>() as f64)?;
        for (i, count) in counts.into_iter().enumerate() {
            let column = (titles.len() + i) as u16;
            if zone == hidden && i + 1 == AGES.len() {
                sheet.write(row, column, "[c]")?;
            } else {
                sheet.write(row, column, count as f64)?;
            }
        }
    }
    book.save(path)?;
    Ok(vec![Fault {
        file: file::AGE,
        place: format!("row {}, `{}`, the oldest band", hidden + 5, borough.zone_key(hidden)),
        wrong: "the count is hidden: `[c]`".to_owned(),
        expect: "`unknown-count`: the count is taken as unknown, not as zero",
    }])
}

/// Disability in long form, as custom census tables come; one zone is missing and one is unknown.
pub(super) fn write_disability(borough: &Borough, seed: u64, path: &Path) -> csv::Result<Vec<Fault>> {
    let mut dice = Dice::new(seed, "disability table");
    let mut out = csv::Writer::from_path(path)?;
    out.write_record([
        "Output Areas Code",
        "Output Areas",
        "Disability (3 categories) Code",
        "Disability (3 categories)",
        "Observation",
    ])?;
    let missing = (borough.people.len() > 3).then_some(borough.people.len() / 4);
    let mut rows = |key: &str, counts: [u64; 3]| -> Csv {
        let words = ["Does not apply", "Disabled under the Equality Act", "Not disabled under the Equality Act"];
        for (i, count) in counts.into_iter().enumerate() {
            out.write_record([key, key, ["-8", "1", "2"][i], words[i], &count.to_string()])?;
        }
        Ok(())
    };
    for (zone, home) in borough.people.iter().enumerate().filter(|(zone, _)| Some(*zone) != missing) {
        let rest = borough.town.zones[zone].residents.saturating_sub(home.disabled);
        rows(&borough.zone_key(zone), [0, perturbed(home.disabled, &mut dice), perturbed(rest, &mut dice)])?;
    }
    rows("Z00999999", [0, 40, 260])?;
    out.flush()?;
    let mut faults = vec![Fault {
        file: file::DISABILITY,
        place: "the last three rows, `Z00999999`".to_owned(),
        wrong: "no zone has this key".to_owned(),
        expect: "`zone-elsewhere`: the rows belong to no zone of the place and are left out",
    }];
    faults.extend(missing.map(|zone| Fault {
        file: file::DISABILITY,
        place: format!("`{}`", borough.zone_key(zone)),
        wrong: "the table has no row for this zone".to_owned(),
        expect: "`zone-missing`: the groups of this table are unknown there, not zero",
    }));
    Ok(faults)
}

/// Deprivation with the titles of File 7 of the English indices of 2025.
pub(super) fn write_deprivation(borough: &Borough, path: &Path) -> Csv {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record([
        "Zone code (2021)",
        "Zone name (2021)",
        "Local Authority District code (2024)",
        "Local Authority District name (2024)",
        "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
        "Total population: mid 2022",
    ])?;
    for (zone, home) in borough.people.iter().enumerate() {
        out.write_record([
            borough.zone_key(zone),
            format!("Zone {} (made up)", zone + 1),
            "Z06000099".to_owned(),
            format!("{} (made up)", borough.names.borough()),
            format!("{:.3}", home.score),
            home.rank.to_string(),
            home.decile.to_string(),
            borough.town.zones[zone].residents.to_string(),
        ])?;
    }
    Ok(out.flush()?)
}

fn in_health_file(facility: &Facility) -> bool {
    matches!(facility.kind, "gp_surgery" | "pharmacy")
}

/// The council's own list, with eastings and northings and its faults.
pub(super) fn write_assets(borough: &Borough, path: &Path) -> csv::Result<Vec<Fault>> {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record([
        "asset_id",
        "name",
        "kind",
        "status",
        "opens_on",
        "closes_on",
        "easting",
        "northing",
        "postcode",
        "opening_hours",
        "capacity",
        "step_free",
        "last_checked",
    ])?;
    let mut faults = Vec::new();
    let mut fault = |row: usize, key: &str, wrong: &str, expect| {
        faults.push(Fault {
            file: file::ASSETS,
            place: format!("row {row}, `{key}`"),
            wrong: wrong.to_owned(),
            expect,
        });
    };
    let mut seen = [0_usize; 2];
    let mut row = 1;
    let mut first_library = None;
    for facility in borough.facilities.iter().filter(|f| !in_health_file(f)) {
        row += 1;
        let mut cells = asset_row(borough, facility);
        match facility.kind {
            "place_of_worship" => {
                seen[0] += 1;
                if seen[0] == 2 {
                    cells[6].clear();
                    cells[7].clear();
                    cells[8].clear();
                    fault(
                        row,
                        &facility.key,
                        "easting, northing and postcode are blank",
                        "`asset-nowhere`: the asset has no position and is left out",
                    );
                }
                if seen[0] == 3 {
                    cells.swap(6, 7);
                    fault(
                        row,
                        &facility.key,
                        "easting and northing are swapped",
                        "`asset-elsewhere`: the asset lies far outside the place and is left out",
                    );
                }
            }
            "community_centre" => {
                seen[1] += 1;
                if seen[1] == 1 {
                    cells[9] = "when Jean is in".to_owned();
                    fault(
                        row,
                        &facility.key,
                        "the opening hours `when Jean is in` cannot be read",
                        "`hours-unreadable`: the opening hours are taken as unknown",
                    );
                }
            }
            "library" if first_library.is_none() => first_library = Some(cells.clone()),
            _ => {}
        }
        out.write_record(&cells)?;
    }
    if let Some(mut again) = first_library {
        again[1].push_str(" (old record)");
        fault(
            row + 1,
            &again[0],
            "the key was already used by another row",
            "`duplicate-key`: both rows are kept, under different keys",
        );
        out.write_record(&again)?;
    }
    out.flush()?;
    Ok(faults)
}

fn asset_row(borough: &Borough, facility: &Facility) -> Vec<String> {
    let at = borough.place(facility.at);
    vec![
        facility.key.clone(),
        facility.name.clone(),
        facility.kind.to_owned(),
        facility.status.to_owned(),
        facility.opens.unwrap_or_default().to_owned(),
        facility.closes.unwrap_or_default().to_owned(),
        format!("{:.0}", at.x),
        format!("{:.0}", at.y),
        borough.postcodes.codes.get(facility.postcode).cloned().unwrap_or_default(),
        facility.hours.clone(),
        facility.capacity.map(|c| c.to_string()).unwrap_or_default(),
        facility.step_free.to_owned(),
        facility.checked.clone(),
    ]
}

/// Surgeries and pharmacies as a health board lists them: a postcode, written anyhow, and no coordinates.
pub(super) fn write_health(borough: &Borough, path: &Path) -> csv::Result<Vec<Fault>> {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(["Organisation code", "Organisation name", "Type", "Postcode", "Times", "Wheelchair"])?;
    let mut last = 1;
    for (i, facility) in borough.facilities.iter().filter(|f| in_health_file(f)).enumerate() {
        let postcode = borough.postcodes.codes.get(facility.postcode).cloned().unwrap_or_default();
        let postcode = match i % 7 {
            3 => postcode.to_lowercase(),
            5 => postcode.replace(' ', ""),
            _ => postcode,
        };
        out.write_record([
            &facility.key,
            &facility.name,
            facility.kind,
            &postcode,
            &facility.hours,
            facility.step_free,
        ])?;
        last += 1;
    }
    out.write_record(["pharmacy-999", "Faraway Pharmacy", "pharmacy", "ZQ99 9ZZ", "Mo-Fr 09:00-17:00", "yes"])?;
    out.flush()?;
    Ok(vec![Fault {
        file: file::HEALTH,
        place: format!("row {}, `pharmacy-999`", last + 1),
        wrong: "the postcode `ZQ99 9ZZ` is not in the postcode file".to_owned(),
        expect: "`asset-nowhere`: the postcode is unknown and the asset is left out",
    }])
}

/// Postcodes in the layout of Code-Point Open, which has no titles.
pub(super) fn write_postcodes(borough: &Borough, path: &Path) -> Csv {
    let mut out = csv::Writer::from_path(path)?;
    for (code, at) in borough.postcodes.codes.iter().zip(&borough.postcodes.at) {
        let at = borough.place(*at);
        // Code-Point Open writes postcodes in seven places.
        let (outward, inward) = code.split_once(' ').unwrap_or((code, ""));
        let width = 7_usize.saturating_sub(inward.len());
        let code = format!("{outward:<width$}{inward}");
        let (x, y) = (format!("{:.0}", at.x), format!("{:.0}", at.y));
        out.write_record([code.as_str(), "10", &x, &y, "Z92000099", "", "", "", "Z06000099", ""])?;
    }
    Ok(out.flush()?)
}
