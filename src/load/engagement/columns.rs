//! Which column of a file of engagement records is which.

use crate::load::headers::{coordinate_titles, key_rank};
use crate::load::manifest::{EngagementSection, OneOrMany};
use crate::load::words::plain;
use crate::load::{Issues, desk};
use crate::place::{Code, Group, Issue, Where};
use std::collections::BTreeMap;

/// What a column can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fact {
    Id,
    Date,
    Activity,
    Asset,
    Patch,
    Zone,
    Postcode,
    District,
    X,
    Y,
    Person,
    People,
    Hours,
    Connections,
    Themes,
}

/// Each fact, its key in `place.toml`, and the titles it is known by, compared by letters and digits.
pub(super) const FACTS: [(Fact, &str, &[&str]); 15] = [
    (Fact::Id, "id", &["recordid", "recordref", "recordno", "recordnumber", "ref", "reference", "entryid", "id"]),
    (
        Fact::Date,
        "date",
        &[
            "date",
            "activitydate",
            "sessiondate",
            "eventdate",
            "contactdate",
            "dateofcontact",
            "recorddate",
            "day",
            "when",
        ],
    ),
    (
        Fact::Activity,
        "activity",
        &["activity", "activitytype", "recordtype", "contacttype", "typeofcontact", "engagementtype", "type"],
    ),
    (Fact::Asset, "asset", &["assetid", "asset", "venueid", "venue", "siteid", "site", "branch"]),
    (Fact::Patch, "patch", &["patchid", "patchkey", "patchcode", "patch", "wardcode", "ward", "patchname"]),
    (Fact::Zone, "zone", &["zoneid", "zonekey", "zonecode", "zone", "lsoacode", "oacode", "lsoa", "oa", "outputarea"]),
    (Fact::Postcode, "postcode", &["postcode", "pcds", "pcd", "homepostcode", "residentpostcode", "postalcode"]),
    (
        Fact::District,
        "district",
        &["postcodedistrict", "district", "outcode", "outwardcode", "postcodearea", "partialpostcode"],
    ),
    (Fact::X, "x", &[]),
    (Fact::Y, "y", &[]),
    (
        Fact::Person,
        "person",
        &[
            "personkey",
            "personid",
            "person",
            "personnumber",
            "personno",
            "personref",
            "pseudonym",
            "participantid",
            "participantnumber",
            "participantref",
            "memberkey",
            "memberid",
            "membernumber",
            "clientid",
            "clientref",
            "clientnumber",
            "residentid",
        ],
    ),
    (
        Fact::People,
        "people",
        &["people", "numberofpeople", "noofpeople", "attendance", "headcount", "numberattending", "participants"],
    ),
    (Fact::Hours, "hours", &["hours", "durationhours", "hoursheld", "lengthhours", "duration"]),
    (
        Fact::Connections,
        "connections",
        &["newconnections", "connections", "connectionsmade", "newconnectionsmade", "introductionsmade"],
    ),
    (Fact::Themes, "themes", &["themes", "theme", "topics", "topic", "issuesraised", "whatmatters"]),
];

/// Titles of dimensions beside their own key and label.
const DIMENSIONS: [(&str, &[&str]); 4] = [
    ("age", &["age", "ageband", "agegroup", "agerange", "ageatcontact"]),
    ("ethnic", &["ethnicity", "ethnicgroup", "ethnic", "ethnicorigin"]),
    ("disab", &["disability", "disabled", "disabilitystatus", "isdisabled", "longtermcondition"]),
    ("sex", &["sex", "gender"]),
];

/// A dimension of the place and the columns that tell it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// The dimension's key.
    pub(super) dimension: String,
    /// Columns of the file.
    pub(super) columns: Vec<usize>,
}

/// Which column is which.
#[derive(Debug, Default)]
pub(super) struct Columns {
    facts: BTreeMap<Fact, usize>,
    /// The dimensions that the file tells.
    pub(super) dimensions: Vec<Asked>,
    /// Columns that nobody asked for.
    pub(super) unused: Vec<usize>,
}

impl Columns {
    /// The column of a fact.
    pub(super) fn of(&self, fact: Fact) -> Option<usize> {
        self.facts.get(&fact).copied()
    }

    /// The facts with their columns, always in the same order.
    pub(super) fn facts(&self) -> impl Iterator<Item = (Fact, usize)> {
        self.facts.iter().map(|(fact, column)| (*fact, *column))
    }

    /// Every column that is read.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.facts.values().copied().collect();
        used.extend(self.dimensions.iter().flat_map(|asked| &asked.columns));
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Recognises the columns of a file, or takes what `place.toml` says of them.
    pub(super) fn find(titles: &[String], section: &EngagementSection, groups: &[Group], issues: &mut Issues) -> Self {
        let forms: Vec<String> = titles.iter().map(|title| plain(title)).collect();
        let named = |wanted: &str| forms.iter().position(|form| *form == plain(wanted));
        let mut found = Self::default();
        for (key, title) in &section.columns {
            let fact = FACTS.iter().find(|(_, own, _)| own == key).map(|(fact, ..)| *fact);
            match (fact, named(title)) {
                (Some(fact), Some(column)) => {
                    found.facts.insert(fact, column);
                }
                (None, _) => issues.push(unknown_fact(key)),
                (_, None) => issues.push(no_such_column(&section.file, key, title, titles)),
            }
        }
        for (key, wanted) in &section.dimensions {
            let wanted = match wanted {
                OneOrMany::One(title) => std::slice::from_ref(title),
                OneOrMany::Many(titles) => titles,
            };
            let columns: Vec<usize> = wanted.iter().filter_map(|title| named(title)).collect();
            if columns.len() < wanted.len() {
                issues.push(no_such_column(&section.file, key, &wanted.join(", "), titles));
            } else if groups.iter().any(|group| group.dimension == *key) {
                found.dimensions.push(Asked { dimension: key.clone(), columns });
            } else {
                issues.push(no_such_dimension(key, groups));
            }
        }
        found.recognise(&forms, titles, groups);
        found.unused = (0..titles.len()).filter(|column| !found.used().contains(column)).collect();
        found
    }

    fn recognise(&mut self, forms: &[String], titles: &[String], groups: &[Group]) {
        let taken = |own: &Self, column: usize| own.used().contains(&column);
        if self.of(Fact::X).is_none() && self.of(Fact::Y).is_none() {
            let place = |title: &str| forms.iter().position(|form| form == title);
            let pair = coordinate_titles().find_map(|(x, y)| Some((place(x)?, place(y)?)));
            if let Some((x, y)) = pair.filter(|(x, y)| !taken(self, *x) && !taken(self, *y)) {
                self.facts.insert(Fact::X, x);
                self.facts.insert(Fact::Y, y);
            }
        }
        let mut dimensions: Vec<(&str, &str)> = Vec::new();
        for group in groups {
            let both = (group.dimension.as_str(), group.dimension_label.as_str());
            if !dimensions.iter().any(|(key, _)| *key == both.0)
                && !self.dimensions.iter().any(|a| a.dimension == both.0)
            {
                dimensions.push(both);
            }
        }
        for (key, label) in dimensions {
            let usual = DIMENSIONS.iter().find(|(part, _)| key.contains(part)).map_or(&[] as &[&str], |(_, t)| t);
            let known = |form: &String| *form == plain(key) || *form == plain(label) || usual.contains(&form.as_str());
            if let Some(column) = forms.iter().position(known).filter(|column| !taken(self, *column)) {
                self.dimensions.push(Asked { dimension: key.to_owned(), columns: vec![column] });
            }
        }
        for (fact, _, known) in FACTS {
            if self.of(fact).is_some() {
                continue;
            }
            let column = known.iter().find_map(|title| forms.iter().position(|form| form == title));
            let column = column.or_else(|| {
                let zone = |title: &String| fact == Fact::Zone && key_rank(title).is_some_and(|rank| rank < 2);
                titles.iter().position(zone)
            });
            if let Some(column) = column.filter(|column| !taken(self, *column)) {
                self.facts.insert(fact, column);
            }
        }
    }
}

fn unknown_fact(key: &str) -> Issue {
    let keys: Vec<&str> = FACTS.iter().map(|(_, key, _)| *key).collect();
    let hint =
        desk::nearest(key, keys.iter().copied()).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let problem = format!("[engagement.columns] has no fact \"{key}\"{hint}");
    let remedy = format!("The facts are {}; groups of people go under [engagement.dimensions]", keys.join(", "));
    Issue::error(
        Code::FactUnknown,
        Where::file("place.toml").field(format!("engagement.columns.{key}")),
        problem,
        remedy,
    )
}

fn no_such_column(file: &str, key: &str, title: &str, titles: &[String]) -> Issue {
    let problem = format!("place.toml names the column \"{title}\" for `{key}`, and the file has no such column");
    let remedy = format!("Its columns are: {}", titles.join(", "));
    Issue::warning(Code::ColumnMissing, Where::file(file).field(key.to_owned()), problem, remedy)
}

fn no_such_dimension(key: &str, groups: &[Group]) -> Issue {
    let mut known: Vec<&str> = groups.iter().map(|group| group.dimension.as_str()).collect();
    known.dedup();
    let problem = format!("[engagement.dimensions] names \"{key}\", and the place has no residents by {key}");
    let remedy = format!(
        "Add a [[groups]] table with dimension = \"{key}\", or use one of: {}",
        if known.is_empty() { "(none)".to_owned() } else { known.join(", ") }
    );
    let at = Where::file("place.toml").field(format!("engagement.dimensions.{key}"));
    Issue::error(Code::DimensionUnknown, at, problem, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(all: &str) -> Vec<String> {
        all.split(',').map(str::to_owned).collect()
    }

    fn group(key: &str, dimension: &str) -> Group {
        Group {
            key: key.to_owned(),
            label: key.to_owned(),
            dimension: dimension.to_owned(),
            dimension_label: dimension.to_owned(),
            speed: None,
        }
    }

    fn found(all: &str, section: &str) -> (Columns, Vec<Issue>) {
        let section: EngagementSection = toml::from_str(&format!("file = \"a.csv\"\n{section}")).expect("a section");
        let groups = [group("old", "age"), group("white", "ethnic_group"), group("female", "sex")];
        let mut issues = Issues::default();
        let columns = Columns::find(&titles(all), &section, &groups, &mut issues);
        (columns, issues.into_sorted())
    }

    #[test]
    fn both_layouts_of_the_demo_are_recognised() {
        for all in [
            "Ref,Date,Activity,Venue,Patch,Zone,Postcode,Person,People,Hours,New connections,Age band,Ethnic group,Disability,Sex,Themes",
            "record_id,date,activity,asset_id,patch_id,zone_id,postcode,person_key,people,hours,new_connections,age_band,ethnic_group,disability,sex,themes",
        ] {
            let (columns, issues) = found(all, "");
            assert_eq!(columns.facts.len(), 12, "{columns:?}");
            assert_eq!(columns.dimensions.len(), 3);
            assert_eq!(columns.unused, vec![13], "the place has no residents by disability");
            assert!(issues.is_empty());
        }
    }

    #[test]
    fn census_codes_and_coordinates_are_recognised() {
        let (columns, _) = found("LSOA21CD,Easting,Northing,when,Ethnicity", "");
        assert_eq!(columns.of(Fact::Zone), Some(0));
        assert_eq!((columns.of(Fact::X), columns.of(Fact::Y)), (Some(1), Some(2)));
        assert_eq!(columns.of(Fact::Date), Some(3));
        assert_eq!(columns.dimensions, vec![Asked { dimension: "ethnic_group".into(), columns: vec![4] }]);
    }

    #[test]
    fn what_place_toml_says_of_a_column_comes_first() {
        let (columns, issues) =
            found("Added,Date,Town", "columns = { date = \"Added\", nonsense = \"Town\", zone = \"LSOA\" }");
        assert_eq!(columns.of(Fact::Date), Some(0));
        let codes: Vec<&str> = issues.iter().map(|issue| issue.code.word()).collect();
        assert_eq!(codes, vec!["fact-unknown", "column-missing"]);
    }
}
