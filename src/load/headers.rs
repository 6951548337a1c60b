//! Which column is which: the titles that UK publishers and council officers give to keys, names and
//! coordinates, recognised without configuration.

use super::words;
use super::words::plain;
use crate::place::{Code, Issue, Where};
use crate::read::Table;
pub(super) use crate::read::{any_of, coordinate_titles, coordinates};
use std::collections::{HashMap, HashSet};

/// How surely a title names the key of an area, 0 the surest; `None` when it does not.
///
/// Office for National Statistics titles are the geography, two digits of the year and `CD`
/// (`LSOA21CD`, `wd24cd`), cut to `LSOA21C` by Shapefiles; others write `lsoa21_code`,
/// `LSOA code (2021)`, `LSOA 2021 Code`, `geography code`.
pub(super) fn key_rank(title: &str) -> Option<u8> {
    let title = plain(title);
    let letters = title.chars().take_while(char::is_ascii_lowercase).count();
    let (geography, rest) = title.split_at(letters);
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let (year, ending) = rest.split_at(digits);
    match (geography, year.len(), ending) {
        (g, 2, "cd" | "code") if (2..=7).contains(&g.len()) => return Some(0),
        (g, 4, "code" | "cd") if (2..=7).contains(&g.len()) => return Some(0),
        (g, 4, "") if g.ends_with("code") && g.len() > 4 => return Some(0),
        (g, 2, "c") if (2..=5).contains(&g.len()) => return Some(1),
        // Northern Ireland's statistics agency names its areas so.
        ("sa" | "soa" | "dz" | "sdz", 4, "") => return Some(2),
        _ => {}
    }
    match title.as_str() {
        "geographycode" | "geocode" | "areacode" | "areaid" | "zonecode" | "zoneid" | "zonekey" | "zone"
        | "patchcode" | "patchid" | "patchkey" | "wardcode" | "lsoacode" | "oacode" | "soacode" | "sacode"
        | "dzcode" | "sdzcode" | "msoacode" | "datazone" | "h3" | "h3id" | "hexid" | "cellid" | "gsscode" => Some(2),
        "code" | "id" | "key" => Some(3),
        "patch" | "ward" | "lsoa" | "oa" | "msoa" | "area" | "geography" => Some(4),
        "name" | "areaname" | "zonename" | "patchname" | "wardname" => Some(5),
        _ => None,
    }
}

/// Whether a title names an area for people: `LSOA21NM`, `ward24_name`, `LSOA name (2021)`, `name`. The
/// Welsh `NMW` is not taken, so that one language is shown throughout.
fn is_name(title: &str) -> bool {
    let title = plain(title);
    let stem = title.trim_end_matches(|c: char| c.is_ascii_digit());
    let ends = stem.ends_with("nm") || stem.ends_with("name");
    let digits = title.chars().any(|c| c.is_ascii_digit());
    ends && (title != "nm" || digits) || (title.len() <= 8 && digits && title.ends_with('n'))
}

/// The column with the keys of areas: the most likely title among those with most different values.
/// `None` when no title is recognised.
pub(super) fn key_column(table: &Table) -> Option<usize> {
    let ranked = table.titles().iter().enumerate().filter_map(|(i, t)| Some((i, key_rank(t)?))).collect::<Vec<_>>();
    let distinct = |column: usize| {
        let values: HashSet<&str> = (0..table.rows()).filter_map(|row| table.text(column, row)).collect();
        values.len()
    };
    ranked
        .into_iter()
        .map(|(column, rank)| (distinct(column), rank, column))
        .filter(|(n, ..)| *n > 0 || table.rows() == 0)
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)).then(b.2.cmp(&a.2)))
        .map(|(.., column)| column)
}

/// The column with names for people, the one that goes with the key column where there are several.
pub(super) fn name_column(table: &Table, key: usize) -> Option<usize> {
    let titles = table.titles();
    let stem = |title: &str| {
        let title = plain(title);
        ["code", "name", "cd", "nm"]
            .iter()
            .fold(title.clone(), |t, end| t.replacen(end, "", 1))
            .chars()
            .take(6)
            .collect::<String>()
    };
    let wanted = titles.get(key).map(|title| stem(title))?;
    let names: Vec<usize> = (0..titles.len()).filter(|&i| i != key && is_name(titles[i])).collect();
    let same = names.iter().copied().find(|&i| stem(titles[i]) == wanted);
    same.or_else(|| names.iter().copied().find(|&i| matches!(plain(titles[i]).as_str(), "name" | "areaname")))
        .or_else(|| (names.len() == 1).then(|| names[0]))
}

/// The column with keys of our zones: by its title, else by its values.
pub(super) fn zone_column(
    table: &Table,
    asked: Option<&str>,
    keys: &HashMap<String, usize>,
) -> Result<usize, Box<Issue>> {
    if let Some(title) = asked {
        return named(table, title, "zone").map_err(Box::new);
    }
    let matches = |column: usize| {
        let found: HashSet<usize> = (0..table.rows())
            .filter_map(|row| table.text(column, row))
            .filter_map(|text| super::groups::zone_of(keys, text))
            .collect();
        found.len()
    };
    let best = |columns: Vec<usize>| {
        columns
            .into_iter()
            .map(|c| (matches(c), c))
            .filter(|(n, _)| *n > 0)
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))
    };
    let titles = table.titles();
    let (likely, others): (Vec<usize>, Vec<usize>) = (0..titles.len()).partition(|&i| key_rank(titles[i]).is_some());
    best(likely).or_else(|| best(others)).map(|(_, column)| column).ok_or_else(|| {
        let mut some: Vec<&str> = keys.keys().map(String::as_str).collect();
        some.sort_unstable();
        some.truncate(3);
        let problem = "No column has the keys of this place's zones";
        let remedy = format!(
            "The zones have keys such as {}; if the table is on older zones, add a lookup. Its columns are: {}",
            words::some_of(&some),
            titles.join(", ")
        );
        Box::new(Issue::error(Code::ZonesUnmatched, Where::file(table.file()), problem, remedy))
    })
}

/// The column that `place.toml` names, or an error that lists the columns there are.
pub(super) fn named(table: &Table, title: &str, field: &str) -> Result<usize, Issue> {
    table.column(title).ok_or_else(|| {
        let titles = table.titles();
        let near = super::desk::nearest(title, titles.iter().copied());
        let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        let problem =
            format!("place.toml names the column \"{title}\" for `{field}`, and the file has no such column{hint}");
        let remedy = format!("Name one of its columns: {}", titles.join(", "));
        Issue::error(Code::ColumnMissing, Where::file(table.file()).field(field.to_owned()), problem, remedy)
    })
}

/// The named column, or the one that `recognise` finds, or an error that lists the columns there are.
pub(super) fn named_or(
    table: &Table,
    title: Option<&str>,
    field: &'static str,
    recognise: impl FnOnce(&Table) -> Option<usize>,
) -> Result<usize, Issue> {
    match title {
        Some(title) => named(table, title, field),
        None => recognise(table).ok_or_else(|| unrecognised(table, field)),
    }
}

/// No column was recognised for a fact.
pub(super) fn unrecognised(table: &Table, field: &str) -> Issue {
    let problem = format!("No column is recognised as the {field}");
    let remedy = format!("Write {field} = \"…\" in place.toml, with one of: {}", table.titles().join(", "));
    Issue::error(Code::ColumnUnrecognised, Where::file(table.file()).field(field.to_owned()), problem, remedy)
}

/// Whether a title says when, where or which rather than how many.
pub(super) fn is_about_the_row(title: &str) -> bool {
    let form = words::plain(title);
    key_rank(title).is_some_and(|rank| rank < 5)
        || is_name(title)
        || coordinate_titles().any(|(x, y)| x == form || y == form)
        || matches!(
            form.as_str(),
            "date"
                | "year"
                | "month"
                | "period"
                | "fid"
                | "objectid"
                | "globalid"
                | "ogcfid"
                | "shapearea"
                | "shapelength"
                | "prop"
                | "share"
                | "percent"
                | "percentage"
                | "rank"
                | "decile"
                | "score"
                | "rate"
                | "density"
                | "hectares"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_titles_of_every_publisher_are_recognised() {
        for title in [
            "LSOA21CD",
            "lsoa21cd",
            "OA21CD",
            "WD25CD",
            "lsoa21_code",
            "LSOA code (2021)",
            "LSOA 2021 Code",
            "ward24_code",
            "LSOA21C",
            "geography code",
            "area_code",
            "code",
            "id",
            "LAD 2023 Code",
        ] {
            assert!(key_rank(title).is_some(), "{title}");
        }
        for title in ["LSOA21NM", "Shape__Area", "population", "date", "Total", "F12", "BNG_E"] {
            assert!(key_rank(title).is_none(), "{title}");
        }
    }

    #[test]
    fn names_are_recognised_and_the_welsh_ones_left_alone() {
        for title in ["LSOA21NM", "ward24_name", "LSOA name (2021)", "area_name", "LSOA21N"] {
            assert!(is_name(title), "{title}");
        }
        assert!(!is_name("LSOA21NMW"));
        assert!(!is_name("LSOA21CD"));
    }
}
