//! Which areas codes and names stand for in this place: its zones and patches, the larger areas that
//! its zone file, lookups and outlines put the zones in, older codes, and countries.

use super::outlines::Outlined;
use crate::load::areas::Area as Boundary;
use crate::load::headers;
use crate::load::words::key_form;
use crate::place::{Area, Idx, Patch, PatchIdx, ZoneIdx};
use crate::read::Table;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Codes and names, and the areas they stand for.
#[derive(Debug, Default)]
pub(super) struct Gazetteer {
    codes: HashMap<String, Area>,
    names: HashMap<String, Named>,
    zones: HashMap<String, usize>,
    /// Codes of areas of which this place is only a part, and which part.
    wider: HashMap<String, Area>,
    /// First letters of the codes of British areas that this place has.
    letters: BTreeSet<char>,
    /// Codes of areas that are known by their outlines.
    outlined: HashSet<String>,
    /// For each zone, the local authority it is in, where that is known.
    authorities: HashMap<ZoneIdx, Area>,
    /// The most words a name has.
    longest: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Named {
    /// The name of one area.
    One(Area),
    /// The name of several areas, none of which most people mean.
    Several,
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Coded {
    /// An area of this place.
    Here(Area),
    /// A country or more, of which this place is only a part, and which part of the place.
    Wider(Area),
    /// Nothing of this place.
    Unknown,
}

/// First letters of codes, and the residents of those countries by the censuses of 2021 and 2022: a
/// place with nine tenths of them is the country.
const COUNTRIES: [(&str, &str, char, f64); 4] = [
    ("E92000001", "England", 'E', 56_490_000.0),
    ("W92000004", "Wales", 'W', 3_107_000.0),
    ("S92000003", "Scotland", 'S', 5_436_000.0),
    ("N92000002", "Northern Ireland", 'N', 1_903_000.0),
];

/// Names of more than one authority. A ward may bear one too (North East, in Barnsley; Wales, in Rotherham), and
/// hardly anybody who writes it means the ward.
const WIDE: [&str; 20] = [
    "england",
    "wales",
    "scotland",
    "northern ireland",
    "britain",
    "great britain",
    "united kingdom",
    "north east",
    "north west",
    "yorkshire and the humber",
    "east midlands",
    "west midlands",
    "midlands",
    "east of england",
    "east anglia",
    "south east",
    "south west",
    "north wales",
    "mid wales",
    "south wales",
];

/// Codes of several countries: the United Kingdom, Great Britain, England and Wales.
const SEVERAL: [(&str, &str); 3] = [("K02000001", "EWSN"), ("K03000001", "EWS"), ("K04000001", "EW")];

/// A name of two areas means the larger when that has so many times the zones of the other: "Bradford"
/// is the city and not a ward of another city by that name. Below, nobody can say, and it means neither.
const OUTWEIGHS: usize = 5;

/// Names shorter than this are words more often than places.
const SHORTEST: usize = 4;

impl Gazetteer {
    /// Of the zones, the patches and the place itself.
    pub(super) fn new(place: &str, zones: &[Boundary], patches: &[Patch], whole_is_patch: bool) -> Self {
        let mut gazetteer = Self::default();
        for (i, zone) in zones.iter().enumerate() {
            gazetteer.zones.insert(key_form(&zone.key), i);
            gazetteer.note_letter(&zone.key);
            gazetteer.codes.insert(key_form(&zone.key), Area::Zones(vec![ZoneIdx::from_usize(i)]));
        }
        for (i, patch) in patches.iter().enumerate() {
            let area = if whole_is_patch { Area::Whole } else { Area::Patch(PatchIdx::from_usize(i)) };
            gazetteer.codes.entry(key_form(&patch.key)).or_insert_with(|| area.clone());
            gazetteer.name(&patch.name, area, zones.len() / patches.len().max(1));
        }
        // Who writes the name of the place means the place, also where a patch or two bear it.
        for name in [place, place.split(" (").next().unwrap_or(place)] {
            if let Some(form) = name_form(name) {
                gazetteer.longest = gazetteer.longest.max(form.split(' ').count());
                gazetteer.names.insert(form, Named::One(Area::Whole));
            }
        }
        gazetteer
    }

    fn note_letter(&mut self, code: &str) {
        let letter = code.trim().chars().next().map(|c| c.to_ascii_uppercase());
        if let Some(letter) = letter.filter(|letter| is_code(code) && "EWSN".contains(*letter)) {
            self.letters.insert(letter);
        }
    }

    /// Whether codes of British areas are among those of this place.
    pub(super) fn is_british(&self) -> bool {
        !self.letters.is_empty()
    }

    /// Learns the areas of a table: every column of codes beside the one with our zones.
    pub(super) fn learn(&mut self, table: &Table, zone_column: usize, count: usize) {
        for column in (0..table.titles().len()).filter(|&column| column != zone_column) {
            if !holds_codes(table, column) {
                continue;
            }
            let name_column = headers::name_column(table, column);
            let mut members: BTreeMap<String, (BTreeSet<usize>, Option<&str>)> = BTreeMap::new();
            let mut elsewhere: HashMap<String, usize> = HashMap::new();
            for row in 0..table.rows() {
                let (Some(key), Some(code)) = (table.text(zone_column, row), table.text(column, row)) else { continue };
                let Some(zone) = self.zones.get(&key_form(key)) else {
                    *elsewhere.entry(key_form(code)).or_default() += 1;
                    continue;
                };
                let entry = members.entry(key_form(code)).or_default();
                entry.0.insert(*zone);
                entry.1 = entry.1.or_else(|| name_column.and_then(|column| table.text(column, row)));
            }
            for (code, (zones, name)) in members {
                // A region with most of its zones elsewhere is not this place, though all of this place is in it.
                self.note_letter(&code);
                let area = of_members(&zones, count);
                if elsewhere.get(&code).is_some_and(|others| *others > zones.len()) {
                    self.wider.insert(code, area);
                } else {
                    self.area(&code, &zones, area, name);
                }
            }
        }
    }

    fn area(&mut self, code: &str, members: &BTreeSet<usize>, area: Area, name: Option<&str>) {
        if is_authority(code) {
            for &zone in members {
                self.authorities.insert(ZoneIdx::from_usize(zone), area.clone());
            }
        }
        if !self.codes.contains_key(code) {
            if let Some(name) = name {
                self.name(name, area.clone(), members.len());
            }
            self.codes.insert(code.to_owned(), area);
        }
    }

    /// Learns an area by its outline, unless its code is known already.
    pub(super) fn outlined(&mut self, area: Outlined, count: usize) {
        let code = key_form(&area.code);
        if self.codes.contains_key(&code) {
            return;
        }
        let pieces = area.pieces.map(Area::Pieces);
        let here = pieces.unwrap_or_else(|| of_members(&area.zones, count));
        if area.is_wider {
            self.wider.insert(code, here);
        } else {
            self.area(&code, &area.zones, here, area.name.as_deref());
            self.outlined.insert(code);
        }
    }

    /// Whether an area is known by its outline only.
    pub(super) fn is_outlined(&self, code: &str) -> bool {
        self.outlined.contains(&key_form(code))
    }

    /// Adds the countries that this place is, by how many live in the zones of each letter.
    pub(super) fn countries(&mut self, zones: &[Boundary], residents: &[f64]) {
        let mut here: HashMap<char, (Vec<ZoneIdx>, f64)> = HashMap::new();
        for (i, (zone, residents)) in zones.iter().zip(residents).enumerate() {
            let Some(letter) = zone.key.chars().next().map(|c| c.to_ascii_uppercase()) else { continue };
            let entry = here.entry(letter).or_default();
            entry.0.push(ZoneIdx::from_usize(i));
            entry.1 += residents;
        }
        let mut complete = String::new();
        for (code, name, letter, people) in COUNTRIES {
            if let Some((zones_here, residents)) = here.get(&letter)
                && *residents >= 0.9 * people
            {
                complete.push(letter);
                let all = zones_here.len() == zones.len();
                let area = if all { Area::Whole } else { Area::Zones(zones_here.clone()) };
                self.force(name, area.clone());
                self.codes.entry(code.to_owned()).or_insert(area);
            }
        }
        for (code, letters) in SEVERAL {
            if letters.chars().all(|letter| complete.contains(letter)) {
                self.codes.entry(code.to_owned()).or_insert(Area::Whole);
            }
        }
    }

    fn name(&mut self, name: &str, area: Area, size: usize) {
        let Some(form) = name_form(name) else { return };
        if WIDE.contains(&form.as_str()) && !matches!(area, Area::Patch(_)) {
            return;
        }
        self.longest = self.longest.max(form.split(' ').count());
        let size_of = |area: &Area| match area {
            Area::Zones(zones) => zones.len(),
            Area::Patch(_) => size,
            Area::Whole => usize::MAX,
            Area::Pieces(pieces) => pieces.len(),
        };
        match self.names.get(&form) {
            None => {
                self.names.insert(form, Named::One(area));
            }
            Some(Named::One(Area::Patch(known))) if matches!(&area, Area::Patch(patch) if patch != known) => {
                self.names.insert(form, Named::Several);
            }
            Some(Named::One(known)) if *known != area => {
                let (old, new) = (size_of(known), size_of(&area));
                let patch = matches!(known, Area::Patch(_));
                let meant = if patch || old >= new.saturating_mul(OUTWEIGHS) {
                    Named::One(known.clone())
                } else if new >= old.saturating_mul(OUTWEIGHS) {
                    Named::One(area)
                } else {
                    Named::Several
                };
                self.names.insert(form, meant);
            }
            Some(_) => {}
        }
    }

    fn force(&mut self, name: &str, area: Area) {
        if let Some(form) = name_form(name) {
            self.longest = self.longest.max(form.split(' ').count());
            self.names.entry(form).or_insert(Named::One(area));
        }
    }

    /// What a code stands for.
    pub(super) fn code(&self, code: &str) -> Coded {
        let form = key_form(code);
        if let Some(area) = self.codes.get(&form) {
            return Coded::Here(area.clone());
        }
        if let Some(part) = self.wider.get(&form) {
            return Coded::Wider(part.clone());
        }
        let country = COUNTRIES.iter().find(|(known, ..)| *known == form).map(|(.., letter, _)| letter.to_string());
        let several = || SEVERAL.iter().find(|(known, _)| *known == form).map(|(_, letters)| (*letters).to_owned());
        let letters = country.or_else(several).or_else(|| {
            Some(match form.as_str() {
                "GB" | "UK" => "EWSN".to_owned(),
                "GB-ENG" => "E".to_owned(),
                "GB-WLS" => "W".to_owned(),
                "GB-SCT" => "S".to_owned(),
                "GB-NIR" => "N".to_owned(),
                _ => return None,
            })
        });
        match letters {
            // Where no code says in which country this place is, it is in the one that is named.
            Some(letters) if self.letters.is_empty() || letters.chars().any(|c| self.letters.contains(&c)) => {
                Coded::Wider(self.zones_of(&letters))
            }
            _ => Coded::Unknown,
        }
    }

    /// The zones whose codes begin with one of these letters; the whole place where zones have no such codes.
    fn zones_of(&self, letters: &str) -> Area {
        let own = |key: &str| key.chars().next().is_some_and(|letter| is_code(key) && letters.contains(letter));
        let mut zones: Vec<ZoneIdx> =
            self.zones.iter().filter(|(key, _)| own(key)).map(|(_, &zone)| ZoneIdx::from_usize(zone)).collect();
        zones.sort_unstable();
        if zones.is_empty() || zones.len() == self.zones.len() { Area::Whole } else { Area::Zones(zones) }
    }

    /// Whether several areas have this name, none of which most people mean.
    pub(super) fn is_of_several(&self, name: &str) -> bool {
        name_form(name).is_some_and(|form| self.names.get(&form) == Some(&Named::Several))
    }

    /// The names in a text that several areas have.
    pub(super) fn of_several_in_text(&self, text: &str) -> Vec<String> {
        self.spans(text, &|name| self.is_of_several(name))
    }

    /// The one area that has this name, whole.
    pub(super) fn named(&self, name: &str) -> Option<&Area> {
        match self.names.get(&name_form(name)?)? {
            Named::One(area) => Some(area),
            Named::Several => None,
        }
    }

    /// The local authority a zone is in.
    pub(super) fn authority(&self, zone: ZoneIdx) -> Option<&Area> {
        self.authorities.get(&zone)
    }

    /// The places of this place that a text names after a word such as "in": each name with its area, in
    /// the order of the text. A name must begin with a capital, and no capital may follow it, which
    /// would make it part of a longer name.
    pub(super) fn in_text(&self, text: &str) -> Vec<(String, Area)> {
        let names = self.spans(text, &|name| self.named(name).is_some());
        names.into_iter().filter_map(|name| self.named(&name).cloned().map(|area| (name, area))).collect()
    }

    /// The names in a text after a word such as "in", of those that `is_name` knows.
    fn spans(&self, text: &str, is_name: &dyn Fn(&str) -> bool) -> Vec<String> {
        let words = tokens(text);
        let mut found = Vec::new();
        let mut i = 0;
        while i < words.len() {
            let follows = i > 0
                && words.get(i - 1).is_some_and(|word| LEADING.contains(&word.text.to_lowercase().as_str()))
                || i > 1
                    && words.get(i - 1).is_some_and(|word| matches!(word.text, "the" | "and" | "&"))
                    && found.last().is_some_and(|(_, end): &(usize, usize)| *end + 1 == i)
                || i > 1
                    && words.get(i - 1).is_some_and(|word| word.text == "the")
                    && words.get(i - 2).is_some_and(|word| LEADING.contains(&word.text.to_lowercase().as_str()));
            let length = if follows { self.longest_name(&words, i, is_name) } else { 0 };
            if length > 0 {
                found.push((i, i + length));
                i += length;
            } else {
                i += 1;
            }
        }
        let name_of = |(from, to): (usize, usize)| {
            Some(words.get(from..to)?.iter().map(|word| word.text).collect::<Vec<_>>().join(" "))
        };
        found.into_iter().filter_map(name_of).collect()
    }

    /// How many words the longest name has that begins here.
    fn longest_name(&self, words: &[Word<'_>], from: usize, is_name: &dyn Fn(&str) -> bool) -> usize {
        let Some(first) = words.get(from) else { return 0 };
        if !first.text.starts_with(char::is_uppercase) {
            return 0;
        }
        let most = self.longest.min(words.len() - from);
        let whole = |length: &usize| {
            let run = words.get(from..from + length).unwrap_or_default();
            let unbroken = run.iter().take(length.saturating_sub(1)).all(|word| !word.stops);
            let goes_on = run.last().is_some_and(|word| !word.stops)
                && words.get(from + length).is_some_and(|next| next.text.starts_with(char::is_uppercase));
            let name = run.iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
            unbroken && !goes_on && is_name(&name)
        };
        (1..=most).rev().find(whole).unwrap_or(0)
    }
}

/// Zones as an area.
fn of_members(members: &BTreeSet<usize>, count: usize) -> Area {
    if members.len() == count {
        Area::Whole
    } else {
        Area::Zones(members.iter().map(|&zone| ZoneIdx::from_usize(zone)).collect())
    }
}

/// Words after which a place is named.
const LEADING: [&str; 11] =
    ["in", "across", "around", "throughout", "within", "near", "at", "from", "serving", "of", "covering"];

struct Word<'t> {
    text: &'t str,
    /// A comma, full stop or the like stands behind it.
    stops: bool,
}

fn tokens(text: &str) -> Vec<Word<'_>> {
    let marks = |c: char| !c.is_alphanumeric() && c != '&';
    text.split_whitespace()
        .filter_map(|word| {
            let bare = word.trim_matches(marks);
            let bare = bare.strip_suffix("'s").or_else(|| bare.strip_suffix("’s")).unwrap_or(bare);
            (!bare.is_empty()).then(|| Word { text: bare, stops: word.ends_with(marks) })
        })
        .collect()
}

/// A name as names are compared; nothing when it is too short to be told from a word, or is the name of
/// a zone such as "Trafford 001A".
fn name_form(name: &str) -> Option<String> {
    let words: Vec<String> = tokens(name).iter().map(|word| word.text.to_lowercase()).collect();
    let form = words.join(" ");
    let zone_like = words.last().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    (form.chars().count() >= SHORTEST && !zone_like).then_some(form)
}

/// Whether a column holds codes of areas: a letter, then eight digits, in nine of ten cells.
fn holds_codes(table: &Table, column: usize) -> bool {
    let mut filled = 0_usize;
    let mut codes = 0_usize;
    for row in 0..table.rows() {
        if let Some(text) = table.text(column, row) {
            filled += 1;
            codes += usize::from(is_code(text));
        }
    }
    codes > 0 && codes * 10 >= filled * 9
}

/// Whether a text has the form of the nine-character codes of the Office for National Statistics.
pub(super) fn is_code(text: &str) -> bool {
    let text = text.trim();
    text.len() == 9
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().skip(1).all(|b| b.is_ascii_digit())
}

/// Whether a code is that of a local authority.
fn is_authority(code: &str) -> bool {
    ["E06", "E07", "E08", "E09", "W06", "S12", "N09"].iter().any(|start| code.starts_with(start))
}

#[cfg(test)]
#[path = "gazetteer_tests.rs"]
mod tests;
