//! What the directory says about itself: `place.toml`, `README.txt`, `FAULTS.md` and `planted.json`.

use super::super::DemoOptions;
use super::super::borough::Borough;
use super::super::grants::Given;
use super::super::people::{AGES, ETHNIC, ETHNIC_KEYS};
use super::super::records::Planted;
use super::{Fault, file};
use serde_json::json;
use std::fmt::Write as _;

/// The first words of every `README.txt`, by which an earlier demo is known.
pub(super) const MARK: &str = "A made-up borough, written by `patchwork demo`";

/// `place.toml`.
#[expect(clippy::too_many_lines, reason = "one file, as it is written")]
pub(super) fn place(borough: &Borough) -> String {
    let name = borough.names.borough();
    let key = name.to_lowercase().replace(' ', "-");
    let bands = |value: &dyn Fn(usize) -> String| (0..AGES.len()).map(value).collect::<Vec<_>>().join("\n");
    let ages = bands(&|i| format!("{} = \"Age: {}; measures: Value\"", AGES[i].0, AGES[i].1));
    let labels = bands(&|i| format!("{} = \"{}\"", AGES[i].0, AGES[i].1));
    let ethnic: Vec<String> =
        (0..5).map(|i| format!("{} = \"Ethnic group: {}\"", ETHNIC_KEYS[i], ETHNIC[i].0)).collect();
    let ethnic_labels: Vec<String> = (0..5).map(|i| format!("{} = \"{}\"", ETHNIC_KEYS[i], ETHNIC[i].0)).collect();
    let [first, second] = file::ENGAGEMENT;
    format!(
        r#"#:schema ./place.schema.json
# {MARK}. Nothing in it is real.

[place]
name = "{name} (made up)"
key = "{key}"
made_up = true
notice = "{name} is made up: it lies at sea, and its streets, residents and records are invented"
date = "2025-03-31"
walking_speed_kmh = 4.8
postcodes = "{postcodes}"

[patches]
file = "{patches}"
layer = "patches"
key = "patch_code"
name = "patch_name"
source = {{ title = "Patches (made up)", licence = "CC0-1.0", date = "1998-04-01" }}

[zones]
file = "{zones}"
key = "OA21CD"
source = {{ title = "Zones 2021 (made up)", licence = "CC0-1.0", date = "2021-03-21" }}

# Ethnic group gives the residents: totals of the census tables differ by a few, as real ones do.
[[groups]]
file = "{ethnic_file}"
dimension = "ethnic_group"
label = "Ethnic group"
residents = true
source = {{ title = "Ethnic group (made up), laid out as census table TS021", licence = "CC0-1.0", date = "2021-03-21" }}
[groups.groups]
{ethnic}
[groups.labels]
{ethnic_labels}

[[groups]]
file = "{age_file}"
sheet = "Age by zone"
dimension = "age"
label = "Age"
zone = "Zone code"
total = "Age: Total; measures: Value"
# People of 85 and over walk at 3.6 km/h here.
walking_speed_kmh = {{ age_85_plus = 3.6 }}
source = {{ title = "Age (made up)", licence = "CC0-1.0", date = "2021-03-21" }}
[groups.groups]
{ages}
[groups.labels]
{labels}

[[groups]]
file = "{disability_file}"
dimension = "disability"
label = "Disability"
zone = "Output Areas Code"
category = "Disability (3 categories)"
count = "Observation"
source = {{ title = "Disability (made up)", licence = "CC0-1.0", date = "2021-03-21" }}
[groups.groups]
disabled = "Disabled under the Equality Act"
not_disabled = "Not disabled under the Equality Act"
[groups.labels]
disabled = "Disabled under the Equality Act"
not_disabled = "Not disabled under the Equality Act"

[deprivation]
file = "{deprivation}"
index = "Index of Multiple Deprivation (made up)"
zone = "Zone code (2021)"
source = {{ title = "Deprivation (made up), titled as IoD 2025 File 7", licence = "CC0-1.0", date = "2025-10-30" }}

[streets]
file = "{streets}"
source = {{ title = "Streets (made up), laid out as OpenStreetMap has them", licence = "CC0-1.0", date = "2025-03-31" }}

[[assets]]
file = "{assets}"
kind_field = "kind"
crs = "EPSG:27700"
source = {{ title = "Community assets (made up)", licence = "CC0-1.0", date = "2025-03-31" }}
[assets.columns]
key = "asset_id"
x = "easting"
y = "northing"

[[assets]]
file = "{health}"
kind_field = "Type"
source = {{ title = "Surgeries and pharmacies (made up)", licence = "CC0-1.0", date = "2025-03-31" }}
[assets.columns]
key = "Organisation code"
name = "Organisation name"
postcode = "Postcode"
opening_hours = "Times"
step_free = "Wheelchair"

[[assets]]
osm = true
high_street_shops = 10
source = {{ title = "Pubs and high streets out of the made-up street file", licence = "CC0-1.0", date = "2025-03-31" }}
[assets.kinds]
pub = "amenity=pub"

[[engagement]]
file = "{first}"
source = {{ title = "Engagement records, first year (made up)", licence = "CC0-1.0", date = "2024-03-31" }}

[[engagement]]
file = "{second}"
source = {{ title = "Engagement records, second year (made up)", licence = "CC0-1.0", date = "2025-03-31" }}

# What would answer a theme: so that a theme raised where nothing near answers it is shown.
[themes]
"loneliness" = ["community_hub", "community_centre", "pub"]
"warm homes" = ["community_hub", "library"]
"cost of living" = ["food_bank", "community_hub"]
"food" = "food_bank"
"young people" = "youth_centre"
"health" = ["gp_surgery", "pharmacy"]
"digital" = "library"

[[grants]]
file = "{grants}"
source = {{ title = "Grants in the 360Giving standard (made up)", licence = "CC0-1.0", date = "2025-04-30" }}

[[standards]]
key = "hub-15"
title = "A community hub within 15 minutes' walk"
kinds = "community_hub"
within_minutes = 15

[[standards]]
key = "hub-evening-15"
title = "A community hub within 15 minutes' walk, open after 17:00"
kinds = "community_hub"
within_minutes = 15
open_after = "17:00"

[[standards]]
key = "hub-step-free-15"
title = "A community hub within 15 minutes' walk, without a step"
kinds = "community_hub"
within_minutes = 15
step_free = true

[[standards]]
key = "library-20"
title = "A library within 20 minutes' walk"
kinds = "library"
within_minutes = 20
"#,
        postcodes = file::POSTCODES,
        patches = file::PATCHES,
        zones = file::ZONES,
        ethnic_file = file::ETHNIC,
        age_file = file::AGE,
        disability_file = file::DISABILITY,
        deprivation = file::DEPRIVATION,
        streets = file::STREETS,
        assets = file::ASSETS,
        health = file::HEALTH,
        grants = file::GRANTS,
        ethnic = ethnic.join("\n"),
        ethnic_labels = ethnic_labels.join("\n"),
    )
}

/// What `place.toml` says of buses, where they were asked for.
pub(super) const fn buses(with_buses: bool) -> &'static str {
    if with_buses { BUSES } else { "" }
}

const BUSES: &str = r#"
# Buses run on weekdays until half past six, less often on Saturdays, and one line on Sundays.
[[transit]]
file = "buses-made-up.zip"
source = { title = "Bus timetable (made up)", licence = "CC0-1.0", date = "2025-03-01" }

[[standards]]
key = "library-by-bus-30"
title = "A library within 30 minutes by bus and on foot, Tuesday 10:00-12:00, and back by 16:00"
kinds = "library"
within_minutes = 30
by = "walk+transit"
window = "Tu 10:00-12:00"
changes = 1
back_by = "16:00"

[[standards]]
key = "hub-evening-by-bus-30"
title = "A community hub within 30 minutes by bus and on foot, Tuesday 18:30-19:30, open after 17:00"
kinds = "community_hub"
within_minutes = 30
open_after = "17:00"
by = "walk+transit"
window = "Tu 18:30-19:30"
changes = 1

# A library van comes to some of the bus stops, every second week.
[[assets]]
file = "mobile-library.csv"
kind = "mobile_library"
source = { title = "Stops of the library van (made up)", licence = "CC0-1.0", date = "2025-03-31" }

[[standards]]
key = "library-or-van-10"
title = "A library within 10 minutes' walk, or the library van, over 8 weeks"
kinds = ["library", "mobile_library"]
within_minutes = 10
over = "8 weeks"

[[standards]]
key = "hub-room-15"
title = "A community hub within 15 minutes' walk with 10 places for 1,000 residents"
kinds = "community_hub"
within_minutes = 15
places_per_1000 = 10
"#;

/// `README.txt`.
pub(super) fn readme(borough: &Borough, options: &DemoOptions, with_buses: bool) -> String {
    format!(
        "{MARK}\n\n\
        {name} does not exist. It lies in the North Sea, so that nobody takes it for a real place, and\n\
        every street, resident, asset, meeting and grant in these files is invented. It has the looks\n\
        of a real borough: {residents} residents in {zones} zones and {patches} patches, a river with few\n\
        bridges, a railway, high streets, estates and parks. The files are those a council would hand\n\
        over, in the layouts such files really have, with a few faults that {faults} lists. What was\n\
        planted in the records is in {planted}.\n\n\
        See what is in it and what is wrong with it:\n    patchwork check DIRECTORY\n\
        Serve it to QGIS, a browser or a notebook:\n    patchwork serve DIRECTORY\n\
        Write it again, to the last byte:\n    patchwork demo DIRECTORY --residents {asked} --seed {seed}{buses}\n",
        name = borough.names.borough(),
        residents = borough.residents(),
        zones = borough.town.zones.len(),
        patches = borough.patches.count,
        faults = file::FAULTS,
        planted = file::PLANTED,
        asked = options.residents,
        seed = options.seed,
        buses = if with_buses { " --buses" } else { "" },
    )
}

/// `FAULTS.md`.
pub(super) fn faults(borough: &Borough, faults: &[Fault]) -> String {
    let mut text = format!(
        "# Faults in the files of {} (made up)\n\nThey were put there on purpose. `patchwork check` should find each of them, and the place should still load.\n\n\
        | file | where | what is wrong | what `patchwork check` should say |\n|---|---|---|---|\n",
        borough.names.borough()
    );
    for fault in faults {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {} | {} |", fault.file, fault.place, fault.wrong, fault.expect);
    }
    if let Some(&zone) = borough.patches.straddling.first() {
        let _ = write!(
            text,
            "\nNot a fault, but worth knowing: one patch boundary is older than the zones and cuts through {} of them, such as `{}`. \
            Their residents belong to two patches, by where they live.\n",
            borough.patches.straddling.len(),
            borough.zone_key(zone)
        );
    }
    text
}

/// `planted.json`: what measures of reach and giving should find.
pub(super) fn planted(borough: &Borough, planted: &Planted, given: &Given, options: &DemoOptions) -> String {
    let patch = |p: usize| json!({ "patch": borough.patch_key(p), "name": borough.patch_name(p) });
    let rate =
        |(p, fraction): &(usize, f64)| json!({ "patch": borough.patch_key(*p), "fraction_of_usual_rate": fraction });
    let age = |(i, fraction): &(usize, f64)| json!({ "group": AGES[*i].0, "label": AGES[*i].1, "fraction_of_usual_rate": fraction });
    let ethnic = |(i, fraction): &(usize, f64)| json!({ "group": ETHNIC_KEYS[*i], "label": ETHNIC[*i].0, "fraction_of_usual_rate": fraction });
    let truth = |(grant, zone, pounds): &(String, usize, u64)| json!({ "grant": grant, "zone": borough.zone_key(*zone), "patch": borough.patch_key(borough.patches.of_zone[*zone]), "pounds": pounds });
    let planted = json!({
        "made_up": true,
        "seed": options.seed,
        "residents": borough.residents(),
        "engagement": {
            "patches_under_reached": planted.patches.iter().map(rate).collect::<Vec<_>>(),
            "ages_under_reached": planted.ages.iter().map(age).collect::<Vec<_>>(),
            "ethnic_groups_under_reached": planted.ethnic.iter().map(ethnic).collect::<Vec<_>>(),
            "disability_under_reached": [{ "group": "disabled", "fraction_of_usual_rate": planted.disabled }],
            "usual_suspects": { "share_of_people": planted.few, "share_of_attendances": planted.few_make },
            "theme_raised_more": { "theme": planted.theme.0, "patch": borough.patch_key(planted.theme.1) },
        },
        "grants": {
            "cold_spots": given.cold.iter().map(|&p| patch(p)).collect::<Vec<_>>(),
            "fraction_of_due": 0.1,
            "true_zones": given.truth.iter().map(truth).collect::<Vec<_>>(),
            "offices_mislead": "four in ten recipients have the postcode of one office in the middle of the town",
        },
        "zones_in_two_patches": borough.patches.straddling.iter().map(|&z| borough.zone_key(z)).collect::<Vec<_>>(),
    });
    format!("{planted:#}\n")
}
