//! The words of publishers and council officers for everybody, for groups of people, and for what is not people.

use super::family::{Family, Sex, sex_of};
use crate::place::Why;

/// Words that say that something is summed up.
#[rustfmt::skip]
pub(super) const TOTALS: &[&str] =
    &["total", "totals", "subtotal", "tot", "cyfanswm", "iomlan", "gesamt", "insgesamt", "sum", "grand"];

/// Words for people in general, which part nobody from anybody.
#[rustfmt::skip]
pub(super) const EVERYBODY: &[&str] = &[
    "people", "persons", "person", "residents", "resident", "population", "pop", "usual", "everyone", "everybody",
    "inhabitants", "count", "counts", "number", "value", "values", "estimate", "estimates", "mid", "census", "of",
    "the", "in", "measures", "residing", "pobl", "poblogaeth", "preswylwyr", "preswylydd", "arferol", "personau",
    "nifer", "obs", "n",
];

/// What "all" may stand before and mean everybody.
#[rustfmt::skip]
pub(super) const GENERIC: &[&str] = &[
    "all", "ages", "age", "sexes", "sex", "genders", "gender", "ethnic", "ethnicities", "ethnicity", "ethnicites",
    "groups", "group", "categories", "category", "religions", "religion", "faiths", "languages", "bands", "types",
    "both", "pob", "holl", "oed", "oedran", "rhyw", "grwp", "grŵp", "ethnig", "races", "statuses", "status",
    "disability", "either", "any",
];

#[rustfmt::skip]
pub(super) fn not_people(lower: &str, words: &[String], is_age: bool) -> Option<Why> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let both = |a: &[&str], b: &[&str]| has(a) && has(b);
    if has(&[
        "%", "percent", "percentage", "percentages", "pct", "perc", "pc", "proportion", "share", "rate", "rates",
        "ratio", "prop", "canran",
    ]) || lower.contains("per cent")
        || both(&["per"], &["1000", "100", "000", "10000", "100000", "head", "capita", "person"])
    {
        return Some(Why::Share);
    }
    if !is_age && has(&["density",
        "hectare", "hectares", "ha", "km2", "sqkm", "acres", "km", "hectarau", "dwysedd", "perimeter", "length",
        "m2", "sqm", "²",
    ]) || both(&["area"], &["sq", "square", "size", "land", "shape"])
        || lower.trim() == "area"
        || lower.contains("shape_area")
        || lower.contains("shape__area")
        || lower.contains("square k")
        || lower.contains("sq k")
    {
        return Some(Why::Area);
    }
    if has(&["margin", "moe", "confidence", "ci", "lci", "uci", "lcl", "ucl", "±", "stderr", "cv", "rse"])
        || both(&["standard"], &["error", "deviation"])
        || both(&["lower", "upper"], &["bound", "limit", "95", "interval", "estimate"])
        || both(&["error"], &["sampling"])
    {
        return Some(Why::Margin);
    }
    if has(&["median", "mean", "average", "avg", "averages", "canolrif", "cyfartaledd", "mode"]) {
        return Some(Why::Average);
    }
    if has(&[
        "score", "scores", "rank", "ranks", "ranking", "decile", "deciles", "quintile", "quartile", "percentile",
        "vigintile", "index", "imd", "simd", "wimd", "nimdm", "idaci", "idaopi", "sgor", "safle", "degradd",
    ]) {
        return Some(Why::Score);
    }
    if has(&["change", "difference", "growth", "increase", "decrease", "diff", "newid", "projected", "projection"]) {
        return Some(Why::Change);
    }
    if has(&["£", "€", "income", "price", "prices", "rent", "earnings", "cost", "gbp", "spend", "salary"]) {
        return Some(Why::Money);
    }
    if has(&[
        "household", "households", "dwelling", "dwellings", "hh", "hhs", "homes", "houses", "properties",
        "addresses", "families", "bedrooms", "rooms", "vehicles", "cars", "vans", "cartrefi", "aelwydydd",
        "anheddau", "postcodes", "births", "deaths", "businesses", "jobs", "buildings", "uprns", "spaces",
        "hereditaments", "schools", "crimes", "incidents", "bungalows", "flats", "workplaces", "tenancies",
    ]) && !both(&["living", "resident", "residents", "people", "persons"], &["in"])
    {
        return Some(Why::NotPeople);
    }
    if has(&[
        "objectid", "fid", "gid", "ogcfid", "globalid", "uprn", "rowid", "rownumber", "sequence", "serial",
        "recordid",
    ]) || both(
        &["row", "record", "object", "zone", "area", "feature", "map", "page", "line"],
        &["id", "no", "number", "num"],
    ) || (has(&["id", "code", "ref"]) && !is_age)
        || matches!(lower.trim(), "no" | "no." | "nr" | "#" | "index" | "row" | "unnamed: 0" | "id")
    {
        return Some(Why::Id);
    }
    if has(&["longitude", "latitude", "easting", "northing", "eastings", "northings", "lat", "lon", "lng", "long"])
        && words.len() <= 2
    {
        return Some(Why::Id);
    }
    if has(&["year", "date", "period", "blwyddyn", "month", "quarter", "vintage", "updated"])
        && !is_age
        && !has(&["olds", "old", "population", "people", "residents", "persons"])
    {
        return Some(Why::Year);
    }
    None
}

#[rustfmt::skip]
pub(super) fn family_of(words: &[String], lower: &str) -> Option<Family> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if has(&["disabled", "disability", "limited", "disabilities", "anabl", "anabledd", "impairment"])
        || lower.contains("equality act")
        || lower.contains("long-term")
        || lower.contains("long term")
        || lower.contains("day-to-day")
    {
        return Some(Family::Disability);
    }
    if has(&["heterosexual", "straight", "gay", "lesbian", "bisexual", "lgb"]) {
        return Some(Family::Orientation);
    }
    if has(&[
        "christian", "muslim", "hindu", "buddhist", "sikh", "jewish", "catholic", "protestant", "presbyterian",
        "religion", "church", "cristion", "mwslim", "pagan", "methodist",
    ]) {
        return Some(Family::Religion);
    }
    if has(&["unpaid", "carer", "carers"]) || lower.contains("hours a week") || lower.contains("no care") {
        return Some(Family::Care);
    }
    if lower.contains("health") {
        return Some(Family::Health);
    }
    if has(&["employed", "unemployed", "inactive", "retired", "student", "students", "employee", "self", "homemaker"])
        || lower.contains("looking after home")
    {
        return Some(Family::Work);
    }
    if has(&["married", "divorced", "widowed", "single", "civil", "separated"]) {
        return Some(Family::Partnership);
    }
    if has(&["speak", "speaks", "language", "speakers", "speaker"]) {
        return Some(Family::Language);
    }
    if has(ETHNIC) || lower.contains("ethnic") || lower.contains("ethnig") {
        return Some(Family::Ethnic);
    }
    if let [word] = words
        && let (Some(Sex::Female | Sex::Male), _) = sex_of(std::slice::from_ref(word))
    {
        return Some(Family::Sex);
    }
    let (sex, rest) = sex_of(words);
    if matches!(sex, Some(Sex::Female | Sex::Male)) && rest.is_empty() {
        return Some(Family::Sex);
    }
    if has(&["children", "adults", "pensioners", "teenagers", "plant", "oedolion", "toddlers", "infants"])
        || lower.contains("working age")
        || lower.contains("older people")
        || lower.contains("young people")
        || lower.contains("school age")
    {
        return Some(Family::Age);
    }
    None
}

#[rustfmt::skip]
const ETHNIC: &[&str] = &[
    "white", "asian", "black", "mixed", "arab", "gypsy", "traveller", "travellers", "roma", "irish", "indian",
    "pakistani", "bangladeshi", "chinese", "african", "caribbean", "british", "scottish", "polish", "filipino",
    "latin", "kashmiri", "turkish", "somali", "european", "multiple", "gwyn", "asiaidd", "du", "cymysg",
    "ethnicity", "bame", "hispanic", "nepalese", "vietnamese", "kurdish", "showman", "showperson",
];
