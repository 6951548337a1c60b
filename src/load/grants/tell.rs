//! What could not be placed, or was understood in another way than it was written, in sentences.

use super::gazetteer::Gazetteer;
use super::ladder::Ladder;
use super::raw::Regrant;
use super::rows::Clean;
use crate::load::Issues;
use crate::load::points::Found;
use crate::load::words::{counted, some_of};
use crate::place::{Code, Grant, Issue, Unplaced, Where};
use std::collections::{BTreeMap, BTreeSet};

/// Says once for each file and reason what could not be placed.
pub(super) fn unplaced(cleaned: &[Clean<'_>], grants: &[Grant], issues: &mut Issues) {
    let mut found: BTreeMap<(&str, Unplaced), (BTreeSet<&str>, BTreeSet<String>)> = BTreeMap::new();
    let mut several: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (clean, grant) in cleaned.iter().zip(grants) {
        for part in &grant.parts {
            if let Err(why) = part.benefit {
                let entry = found.entry((clean.file, why)).or_default();
                entry.0.insert(&grant.key);
                entry.1.extend(clean.raw.beneficiaries.iter().filter_map(|spot| spot.code.clone()));
                if why == Unplaced::Elsewhere && clean.raw.beneficiaries.is_empty() {
                    entry.1.extend(clean.raw.postcode.clone());
                }
            }
        }
        if clean.raw.recipients > 1 {
            several.entry(clean.file).or_default().insert(&grant.key);
        }
    }
    for ((file, why), (keys, codes)) in found {
        let keys: Vec<&str> = keys.into_iter().collect();
        let codes: Vec<String> = codes.into_iter().collect();
        let n = counted(keys.len(), "grant", "grants");
        let (code, problem, remedy) = match why {
            Unplaced::Regrant => (
                Code::GrantsRegranted,
                format!("{n} go on to others as grants of their own"),
                "They are counted and not placed, since their money would count twice",
            ),
            Unplaced::Elsewhere => (
                Code::GrantsElsewhere,
                format!(
                    "{n} name a location that is not part of this place, or a code nobody knows here: {}",
                    some_of(&codes)
                ),
                "They are counted and not placed; if the codes are older ones of this place, add a table with both under [giving] lookups, or their outlines under [giving] outlines",
            ),
            Unplaced::Wider => (
                Code::GrantsWider,
                format!("{n} are for a country or region of which this place is only a part"),
                "They are counted and not placed, since nobody knows how much of them came here",
            ),
            Unplaced::Nowhere => (
                Code::GrantsNowhere,
                format!(
                    "{} nothing that says where they benefit anybody: no location, no place in their words, no postcode that is known",
                    counted(keys.len(), "grant has", "grants have")
                ),
                "They are counted and not placed; add a postcode file under [giving] postcodes, or ask the funder for Beneficiary Location",
            ),
        };
        let problem = format!("{problem}, such as {}", some_of(keys.get(..3.min(keys.len())).unwrap_or_default()));
        issues.push(Issue::warning(code, Where::file(file), problem, remedy));
    }
    for (file, keys) in several {
        let keys: Vec<&str> = keys.into_iter().collect();
        let problem = format!("{} name several recipients: {}", counted(keys.len(), "grant", "grants"), some_of(&keys));
        let remedy = "The first is taken; the standard has no field for their shares";
        issues.push(Issue::note(Code::GrantRecipients, Where::file(file), problem, remedy));
    }
}

/// The first rows of one kind of fault in each file, and some of their words.
type Rows<'c> = BTreeMap<&'c str, (u64, usize, Vec<String>)>;

fn add<'c>(rows: &mut Rows<'c>, grant: &Clean<'c>, words: String) {
    let entry = rows.entry(grant.file).or_insert((grant.raw.row, 0, Vec::new()));
    entry.0 = entry.0.min(grant.raw.row);
    entry.1 += 1;
    if !entry.2.contains(&words) {
        entry.2.push(words);
    }
}

/// Tells of points that were written with latitude and longitude the wrong way round, and of those that are nowhere.
pub(super) fn points(cleaned: &[Clean<'_>], ladder: &Ladder<'_>, issues: &mut Issues) {
    let (mut swapped, mut nowhere) = (Rows::new(), Rows::new());
    for grant in cleaned {
        for spot in grant.raw.beneficiaries.iter().chain(&grant.raw.deliveries) {
            let words = || format!("{}, {}", spot.lat.as_deref().unwrap_or("-"), spot.lon.as_deref().unwrap_or("-"));
            match ladder.find(spot) {
                Found::Swapped(_) => add(&mut swapped, grant, words()),
                Found::Nowhere => add(&mut nowhere, grant, words()),
                _ => {}
            }
        }
    }
    for (file, (row, n, words)) in swapped {
        let points = counted(n, "location has", "locations have");
        let problem = format!("{points} latitude and longitude the wrong way round, such as {}", some_of(&words));
        let remedy = "They are read in the other order, in which they lie near this place; exchange the two columns";
        let at = Where::file(file).row(row).field("Beneficiary Location:Latitude");
        issues.push(Issue::warning(Code::AxesSwapped, at, problem, remedy));
    }
    for (file, (row, n, words)) in nowhere {
        let points = counted(n, "location has", "locations have");
        let problem = format!("{points} coordinates that cannot be a point: {}", some_of(&words));
        let remedy =
            "They are ignored, and the code or name beside them is used; write both in degrees, as in 51.58 and -2.99";
        let at = Where::file(file).row(row).field("Beneficiary Location:Latitude");
        issues.push(Issue::warning(Code::PointNowhere, at, problem, remedy));
    }
}

/// Tells of names that several areas of this place have, which say of none of them that it benefits.
pub(super) fn names(cleaned: &[Clean<'_>], gazetteer: &Gazetteer, issues: &mut Issues) {
    let mut rows = Rows::new();
    for grant in cleaned {
        let raw = grant.raw;
        let spots = raw.beneficiaries.iter().chain(&raw.deliveries).filter(|spot| spot.code.is_none());
        let named = spots.filter_map(|spot| spot.name.as_deref()).filter(|name| gazetteer.is_of_several(name));
        let mut words: BTreeSet<String> = named.map(|name| name.trim().to_owned()).collect();
        if raw.beneficiaries.is_empty() {
            let texts = [raw.description.as_deref(), raw.title.as_deref()];
            words.extend(texts.into_iter().flatten().flat_map(|text| gazetteer.of_several_in_text(text)));
        }
        for name in words {
            add(&mut rows, grant, name);
        }
    }
    for (file, (row, n, words)) in rows {
        let grants = counted(n, "grant names", "grants name");
        let problem = format!("{grants} a place whose name several areas have here: {}", some_of(&words));
        let remedy =
            "Nobody can say which is meant, so the name places nothing; add the area's code under Beneficiary Location";
        issues.push(Issue::warning(Code::GrantNameOfSeveral, Where::file(file).row(row), problem, remedy));
    }
}

/// Tells of words under "Regrant Type" that are no code of the standard.
pub(super) fn regrants(cleaned: &[Clean<'_>], issues: &mut Issues) {
    let mut rows = Rows::new();
    for grant in cleaned {
        if let Regrant::Unclear(words) = &grant.raw.regrant {
            add(&mut rows, grant, words.clone());
        }
    }
    for (file, (row, n, words)) in rows {
        let grants = counted(n, "grant has", "grants have");
        let problem = format!("{grants} a kind of regrant that the standard does not know: {}", some_of(&words));
        let remedy = "They are taken to go on as other grants and not placed, so that no money counts twice; write a code \
                      such as FRG010, or nothing where the grant stays with its recipient";
        let at = Where::file(file).row(row).field("Regrant Type");
        issues.push(Issue::warning(Code::GrantRegrantUnclear, at, problem, remedy));
    }
}
