//! A table as a sheet of cells, and the ways in which files spell its numbers, keys and surroundings.

use super::Chance;

/// Zones, groups and counts, before anybody wrote them down.
pub struct Truth {
    pub zones: Vec<String>,
    /// What the groups are parts of.
    pub dimension: &'static str,
    /// Names of the groups.
    pub labels: Vec<String>,
    /// By group, then zone.
    pub counts: Vec<Vec<f64>>,
}

impl Truth {
    pub fn totals(&self) -> Vec<f64> {
        (0..self.zones.len()).map(|z| self.counts.iter().map(|c| c[z]).sum()).collect()
    }

    pub fn known(counts: &[f64]) -> Vec<Option<f64>> {
        counts.iter().map(|n| Some(*n)).collect()
    }
}

const ETHNIC: &[&[&str]] = &[
    &["Asian", "White"],
    &["Asian", "Black", "Mixed", "White", "Other"],
    &[
        "Asian, Asian British or Asian Welsh",
        "Black, Black British, Black Welsh, Caribbean or African",
        "Mixed or Multiple ethnic groups",
        "White",
        "Other ethnic group",
    ],
    &["White British", "White Irish", "Indian", "Pakistani", "Chinese", "Any other ethnic group"],
    &["White", "Irish Traveller", "Roma", "Indian", "Chinese", "Filipino", "Black African", "Mixed", "Other"],
    &["Gwyn", "Asiaidd", "Du", "Cymysg", "Arall"],
];
const SEX: &[&[&str]] = &[&["Males", "Females"], &["Female", "Male"], &["Men", "Women"], &["Benywod", "Gwrywod"]];
const AGE: &[&[&str]] = &[
    &["0-15", "16-64", "65+"],
    &["Aged 0 to 15", "Aged 16 to 64", "Aged 65 and over"],
    &["Under 18", "18 to 64", "65 and over"],
    &["0 - 14", "15.0", "16 - 17", "18 - 59", "60 and over"],
    &[
        "Aged 4 years and under",
        "Aged 5 to 9 years",
        "Aged 10 to 14 years",
        "Aged 15 to 19 years",
        "Aged 20 years and over",
    ],
    &["0–17", "18–39", "40–79", "80+"],
    &["Oed 0 i 15", "Oed 16 i 64", "65 oed a throsodd"],
    &["age_0_9", "age_10_24", "age_25_over"],
];
const DISABILITY: &[&[&str]] = &[
    &["Disabled under the Equality Act", "Not disabled under the Equality Act"],
    &[
        "Day-to-day activities limited a lot",
        "Day-to-day activities limited a little",
        "Day-to-day activities not limited",
    ],
    &["Disabled", "Not disabled"],
];
const RELIGION: &[&[&str]] = &[
    &[
        "No religion",
        "Christian",
        "Muslim",
        "Hindu",
        "Sikh",
        "Jewish",
        "Buddhist",
        "Other religion",
        "Religion not stated",
    ],
    &["Catholic", "Protestant and Other Christian", "Other religions", "No religion"],
];

/// Some zones with people in one breakdown.
pub fn truth(chance: &mut Chance) -> Truth {
    let (dimension, sets) = *chance.of(&[
        ("ethnic_group", ETHNIC),
        ("ethnic_group", ETHNIC),
        ("age", AGE),
        ("sex", SEX),
        ("disability", DISABILITY),
        ("religion", RELIGION),
    ]);
    let labels = chance.of(sets).iter().map(|label| (*label).to_owned()).collect();
    of(chance, dimension, labels)
}

pub fn ages(chance: &mut Chance) -> Truth {
    let labels = chance.of(AGE).iter().map(|label| (*label).to_owned()).collect();
    of(chance, "age", labels)
}

pub fn ethnic(chance: &mut Chance) -> Truth {
    let labels = chance.of(ETHNIC).iter().map(|label| (*label).to_owned()).collect();
    of(chance, "ethnic_group", labels)
}

/// People of these groups.
pub fn of(chance: &mut Chance, dimension: &'static str, labels: Vec<String>) -> Truth {
    let n = 3 + chance.below(10);
    let style = chance.below(4);
    let first = 1_000_001 + chance.below(30_000) * 17;
    let zones = (0..n)
        .map(|i| match style {
            0 => format!("E0{}", first + i),
            1 => format!("S0{}", first + i),
            2 => format!("N{:08}", first + i),
            _ => format!("W0{}", first + i),
        })
        .collect();
    let size = *chance.of(&[60, 400, 400, 1500]);
    let counts = labels
        .iter()
        .map(|_| {
            let share = 1 + chance.below(10);
            (0..n).map(|_| (chance.below(size * share / 5 + 3) + share) as f64).collect()
        })
        .collect();
    Truth { zones, dimension, labels, counts }
}

/// A sheet while it is made: titles and rows of text.
#[derive(Clone)]
pub struct Sheet {
    pub titles: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// How numbers are spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Plain,
    Commas,
    Spaces,
    PointNought,
    Points,
}

impl Spelling {
    pub fn any(chance: &mut Chance) -> Self {
        *chance.of(&[Self::Plain, Self::Plain, Self::Plain, Self::Commas, Self::Spaces, Self::PointNought])
    }

    pub fn write(self, n: f64) -> String {
        let digits = format!("{n:.0}");
        let grouped = |sign: &str| {
            let mut out = String::new();
            for (i, c) in digits.chars().enumerate() {
                if i > 0 && (digits.len() - i) % 3 == 0 {
                    out.push_str(sign);
                }
                out.push(c);
            }
            out
        };
        match self {
            Self::Plain => digits,
            Self::Commas => grouped(","),
            Self::Spaces => grouped(" "),
            Self::Points => grouped("."),
            Self::PointNought => format!("{n:.0}.0"),
        }
    }
}

impl Sheet {
    /// Adds a column of text at a place.
    pub fn insert(&mut self, at: usize, title: &str, cells: impl Iterator<Item = String>) {
        self.titles.insert(at, title.to_owned());
        for (row, cell) in self.rows.iter_mut().zip(cells) {
            row.insert(at, cell);
        }
    }

    /// The file, with what stands around the table.
    pub fn text(&self, chance: &mut Chance, separator: char) -> String {
        let quote = |cell: &str| {
            if cell.contains([separator, '"', '\n']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.to_owned()
            }
        };
        let line = |cells: &[String]| cells.iter().map(|c| quote(c)).collect::<Vec<_>>().join(&separator.to_string());
        let mut lines = Vec::new();
        if chance.once_in(4) {
            lines.push(
                chance
                    .of(&["Table 1: usual residents by group", "TS021 - Ethnic group", "Population estimates 2021"])
                    .to_string(),
            );
            if chance.once_in(2) {
                lines.push("Source: Office for Statistics".to_owned());
            }
            if chance.once_in(2) {
                lines.push(String::new());
            }
        }
        lines.push(line(&self.titles));
        lines.extend(self.rows.iter().map(|row| line(row)));
        if chance.once_in(5) {
            lines.push(String::new());
            lines.push(quote(
                "In order to protect against disclosure of personal information, records have been swapped.",
            ));
        }
        let end = if chance.once_in(4) { "\r\n" } else { "\n" };
        let bom = if chance.once_in(6) { "\u{feff}" } else { "" };
        format!("{bom}{}{end}", lines.join(end))
    }
}

/// Titles of the column with the keys.
pub const KEY_TITLES: &[&str] = &[
    "code",
    "LSOA21CD",
    "LSOA code (2021)",
    "zone",
    "geography code",
    "area_code",
    "mnemonic",
    "dz11_code",
    "Data Zone Code",
    "Geography Code",
];

/// What officers and publishers put beside groups that is not people.
pub fn extra(chance: &mut Chance, zones: usize) -> (String, Vec<String>) {
    let number = |chance: &mut Chance, low: usize, span: usize| -> Vec<String> {
        (0..zones).map(|_| (low + chance.below(span)).to_string()).collect()
    };
    let decimal = |chance: &mut Chance, low: usize, span: usize| -> Vec<String> {
        (0..zones).map(|_| format!("{}.{}", low + chance.below(span), 1 + chance.below(9))).collect()
    };
    match chance.below(17) {
        0 => ("Households".to_owned(), number(chance, 90, 700)),
        1 => ("Area (ha)".to_owned(), number(chance, 10, 300)),
        2 => ("Area (sq km)".to_owned(), decimal(chance, 0, 9)),
        3 => ("Census year".to_owned(), vec!["2021".to_owned(); zones]),
        4 => ("IMD score".to_owned(), decimal(chance, 2, 60)),
        5 => ("IMD rank".to_owned(), number(chance, 1, 30_000)),
        6 => ("IMD decile".to_owned(), number(chance, 1, 10)),
        7 => ("Population density".to_owned(), number(chance, 1, 90)),
        8 => ("Median age".to_owned(), number(chance, 25, 30)),
        9 => ("Margin of error".to_owned(), number(chance, 3, 60)),
        10 => ("OBJECTID".to_owned(), (1..=zones).map(|n| n.to_string()).collect()),
        11 => ("Average household size".to_owned(), decimal(chance, 1, 3)),
        12 => ("Mean income (£)".to_owned(), number(chance, 15_000, 30_000)),
        13 => ("Area name".to_owned(), (1..=zones).map(|n| format!("Toyborough 00{n}A")).collect()),
        14 => ("Dwellings".to_owned(), number(chance, 90, 700)),
        15 => ("People per hectare".to_owned(), decimal(chance, 1, 90)),
        _ => ("Notes".to_owned(), vec![String::new(); zones]),
    }
}

/// Names for everybody.
pub const EVERYBODY: &[&str] = &[
    "Total",
    "All people",
    "All usual residents",
    "Total: All usual residents",
    "Population",
    "Cyfanswm",
    "All persons",
    "Total population",
    "Total residents",
    "All",
    "Persons",
    "Usual residents",
];
