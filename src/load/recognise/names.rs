//! What names of files and titles of columns say, where their contents don't.

use crate::load::words::{plain, slug};

/// Kinds of asset, with what of a file's name tells them; the first that fits.
const KINDS: [(&str, &[&str]); 22] = [
    ("community_hub", &["communityhub", "familyhub", "hubs"]),
    ("community_centre", &["communitycentre", "villagehall", "communityhall"]),
    ("library", &["librar"]),
    ("pharmacy", &["pharmac", "chemist"]),
    ("gp", &["gppractice", "generalpractice", "gpsurger", "surger"]),
    ("food_bank", &["foodbank", "pantr"]),
    ("childrens_centre", &["childrenscentre", "childrencentre", "surestart"]),
    ("leisure_centre", &["leisure", "sportscentre"]),
    ("place_of_worship", &["worship", "church", "mosque"]),
    ("post_office", &["postoffice"]),
    ("job_centre", &["jobcentre"]),
    ("mental_health_service", &["mentalhealth"]),
    ("care_home", &["carehome"]),
    ("allotments", &["allotment"]),
    ("school", &["school", "college"]),
    ("sports_club", &["sportsclub", "sportclub"]),
    ("bus_stop", &["busstop", "naptan"]),
    ("museum", &["museum"]),
    ("park", &["park", "greenspace"]),
    ("youth_club", &["youth"]),
    ("dentist", &["dentist", "dental"]),
    ("council_building", &["landandbuilding", "propertyasset", "councilbuilding"]),
];

/// Dimensions of residents, with what of a file's name or titles tells them; the first that fits.
const DIMENSIONS: [(&str, &str, &[&str]); 12] = [
    ("ethnic_group", "Ethnic group", &["ethnic"]),
    ("disability", "Disability", &["disab"]),
    ("age", "Age", &["age", "mye"]),
    ("sex", "Sex", &["sex", "gender"]),
    ("religion", "Religion", &["relig"]),
    ("health", "General health", &["health"]),
    ("tenure", "Tenure", &["tenure"]),
    ("language", "Language", &["language", "englishproficiency"]),
    ("unpaid_care", "Unpaid care", &["unpaidcare", "carer"]),
    ("household_deprivation", "Household deprivation", &["householddepriv", "deprivedin"]),
    ("economic_activity", "Economic activity", &["economic", "employment"]),
    ("population", "Population", &["population", "residents"]),
];

/// The kind of asset that a file's name says; else the name itself, to be mended by whoever knows.
pub(super) fn kind(name: &str) -> String {
    known_kind(name).map_or_else(|| slug(base(name), '_'), ToOwned::to_owned)
}

/// The kind of asset that a file's name says.
pub(super) fn known_kind(name: &str) -> Option<&'static str> {
    known_kinds(name).first().copied()
}

/// All kinds of asset that a file's name says: "libraries and hubs" says two.
pub(super) fn known_kinds(name: &str) -> Vec<&'static str> {
    let form = plain(base(name));
    KINDS.iter().filter(|(_, words)| words.iter().any(|word| form.contains(word))).map(|(kind, _)| *kind).collect()
}

/// Whether a file of things to reach has a name that would do for any of them.
pub(super) fn says_nothing(name: &str) -> bool {
    let form: String = plain(base(name)).chars().filter(char::is_ascii_alphabetic).collect();
    let form = form.strip_prefix("our").or_else(|| form.strip_prefix("all")).unwrap_or(&form);
    let any = [
        "asset",
        "place",
        "venue",
        "point",
        "poi",
        "data",
        "location",
        "site",
        "facility",
        "facilitie",
        "service",
        "export",
        "sheet",
        "file",
        "table",
        "list",
        "feature",
        "layer",
        "map",
        "untitled",
        "amenity",
        "amenitie",
        "directory",
        "building",
    ];
    any.contains(&form.strip_suffix('s').unwrap_or(form))
}

/// The dimension that a file's name says, else its titles; `None` where neither says one, or it counts by month.
pub(super) fn dimension(name: &str, titles: &[String]) -> Option<&'static str> {
    if titles.iter().any(|title| plain(title) == "month") {
        return None;
    }
    let form = plain(base(name));
    let by = |form: &str| DIMENSIONS.iter().find(|(.., words)| words.iter().any(|word| has(form, word)));
    let known = by(&form).or_else(|| titles.iter().find_map(|title| by(&plain(title))));
    known.map(|(key, ..)| *key)
}

/// `age` is in `age_bands` and `by_age`, not in `language` or `percentage`.
fn has(form: &str, word: &str) -> bool {
    let foreign = ["language", "percentage", "average", "village", "usage", "marriage", "agency"];
    let form = if word == "age" {
        foreign.iter().fold(form.to_owned(), |form, other| form.replace(other, ""))
    } else {
        form.to_owned()
    };
    form.contains(word)
}

/// The label of a dimension.
pub(super) fn label(dimension: &str) -> String {
    let known = DIMENSIONS.iter().find(|(key, ..)| *key == dimension);
    known.map_or_else(|| crate::load::words::spoken(dimension), |(_, label, _)| (*label).to_owned())
}

fn base(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split('.').next().unwrap_or(file)
}

/// Whether a title counts everybody who lives in an area.
pub(super) fn is_residents(title: &str) -> bool {
    let form = plain(title);
    ["usualresidents", "population", "residents", "totalpopulation", "allpersons", "allpeople"]
        .iter()
        .any(|word| form.starts_with(word) || form == *word)
}

pub(super) fn is_postcode(title: &str) -> bool {
    matches!(plain(title).as_str(), "postcode" | "postalcode" | "pcds" | "pcd" | "pcd7" | "pcd8")
}

pub(super) fn is_name(title: &str) -> bool {
    let form = plain(title);
    form.ends_with("name") || matches!(form.as_str(), "title" | "hub" | "venue" | "address" | "library" | "site")
}
