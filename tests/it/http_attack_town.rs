//! A small town with records of people met, to be attacked where it is served.

use patchwork::load::load_with;
use patchwork::place::Place;
use std::fmt::Write as _;
use std::path::Path;

/// People met by patch: some many, some few, so that there is something to hide.
pub(crate) const MET: [usize; 5] = [150, 61, 26, 97, 7];
const PLACE: &str = "[place]\nname = \"Toy\"\ndate = \"DATE\"\ncrs = \"EPSG:27700\"\n\n[patches]\nfile = \"patches.geojson\"\n\n\
    [zones]\nfile = \"zones.geojson\"\n\n[[groups]]\nfile = \"sex.csv\"\ndimension = \"sex\"\nzone = \"zone\"\n\n\
    [[engagement]]\nfile = \"met.csv\"\n";

/// A town of five patches in a row with what is recorded until a month of 2024.
pub(crate) fn town(until: usize) -> Place {
    let dir = tempfile::tempdir().expect("a directory");
    write_town(dir.path(), until);
    loaded(dir.path())
}

/// A town that was written.
pub(crate) fn loaded(dir: &Path) -> Place {
    let loaded = load_with(dir, &|_| None, &|_| {});
    loaded.place.unwrap_or_else(|| panic!("{:#?}", loaded.issues))
}

/// The files of the town.
pub(crate) fn write_town(dir: &Path, until: usize) {
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).expect("written");
    let (mut zones, mut patches, mut sex) = (Vec::new(), Vec::new(), "zone,Female,Male\n".to_owned());
    let mut records = "id,date,zone,person_key,sex,themes,activity,hours\n".to_owned();
    for (at, people) in MET.into_iter().enumerate() {
        let (west, east) = (400_000 + at * 1000, 401_000 + at * 1000);
        for (list, key) in [(&mut patches, format!("P{at}")), (&mut zones, format!("Z{at}"))] {
            list.push(format!(
                "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{key}\",\"name\":\"{key}\"}},\"geometry\":{{\"type\":\
                 \"Polygon\",\"coordinates\":[[[{west},400000],[{east},400000],[{east},401000],[{west},401000],[{west},400000]]]}}}}"
            ));
        }
        let _ = writeln!(sex, "Z{at},1000,1000");
        for n in 0..people {
            let sex = if n % 16 == 0 {
                ""
            } else if n % (at + 2) == 0 {
                "Male"
            } else {
                "Female"
            };
            let theme = ["buses", "buses; parks", "litter", "parks", "", "damp homes"][(n * 5 + at) % 6 % (3 + n % 4)];
            let activity = ["session", "session", "conversation", "project"][n % 7 % 4];
            for again in 0..=n % 3 {
                let month = (n * 7 + again * 4) % 15;
                if month < until + 3 {
                    let (year, month) = if month < 3 { (2023, month + 10) } else { (2024, month - 2) };
                    let id = format!("{at}-{n}-{again}");
                    let _ = writeln!(records, "{id},{year}-{month:02}-05,Z{at},{at}-{n},{sex},{theme},{activity},1");
                }
            }
        }
    }
    let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:27700\"}}";
    for (name, features) in [("patches.geojson", patches), ("zones.geojson", zones)] {
        write(name, &format!("{{\"type\":\"FeatureCollection\",{crs},\"features\":[{}]}}", features.join(",")));
    }
    write("sex.csv", &sex);
    write("met.csv", &records);
    write("place.toml", &PLACE.replace("DATE", &format!("2024-{until:02}-30")));
}

/// The town, served as it is counted.
pub(crate) fn unprotected(mut place: Place) -> Place {
    (place.disclosure.threshold, place.disclosure.rounding) = (1, 1);
    place
}
