//! Grants in the 360Giving standard (1.4): packages in JSON, and tables with the standard's titles.
//!
//! `raw` and `sheet` take the fields out of the files, `clean` decides what can be used, with `money`, `versions` and
//! `period`, `gazetteer` knows what codes and names stand for here, `outlines` what areas known by their outlines are made
//! of, `offices` where recipients are, `ladder` says where each grant benefits somebody and how surely, and `tell`
//! what could not be placed and why.

mod clean;
mod gazetteer;
mod ladder;
mod money;
mod offices;
mod outlines;
mod period;
mod raw;
mod rows;
mod sheet;
mod tell;
mod versions;

use super::areas::Area as Boundary;
use super::desk::{Ask, Desk};
use super::headers;
use super::locator::Locator;
use super::manifest::{Manifest, OrganisationsSection, RecordsSection};
use super::points;
use super::postcodes::Postcodes;
use super::words::{counted, key_form};
use crate::crs::{Plane, Xy};
use crate::place::{
    Code, Giving, Grant, Idx, Issue, Office, Organisation, Patch, PatchIdx, Position, RecordSet, Where, ZoneIdx,
};
use crate::read::{Options, Table};
use gazetteer::Gazetteer;
use ladder::{Areas, Ladder, Seat};
use offices::Offices;
pub(in crate::load) use period::is_month_first;
use rows::{Clean, Sheet};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Whether a table is one of grants, in the titles of 360Giving: an amount awarded, a day and an identifier.
pub(super) fn is_sheet(table: &Table) -> bool {
    let titles: Vec<String> = table.titles().iter().map(|title| super::words::plain(title)).collect();
    let has = |title: &str| titles.iter().any(|known| known == title);
    has("amountawarded") && has("awarddate") && (has("identifier") || has("id"))
}

/// A grant of at most this many pounds is small enough for a group without a bank account or committee.
///
/// Foundation Scotland's guidance for micro-grant schemes names awards of normally up to £1,000 to
/// groups, constituted or not (*Running a Micro-Grants Scheme*). With £500, the cap of many local schemes,
/// fewer grants count; with £5,000, the income from which a charity must register, grants for
/// which a constitution is asked for would count too.
const SMALL_GRANT_POUNDS: f64 = 1_000.0;

/// EPSG's code of the plane of places in Great Britain.
const BRITISH_NATIONAL_GRID: u32 = 27_700;

/// What grants are read against.
pub(super) struct Ground<'a> {
    /// The zones.
    pub(super) zones: &'a [Boundary],
    /// The file they came from.
    pub(super) zone_table: Option<&'a Table>,
    /// Residents of each zone.
    pub(super) residents: Vec<f64>,
    /// Finds zones.
    pub(super) locator: &'a Locator<'a>,
    /// The patches.
    pub(super) patches: &'a [Patch],
    /// Where people live, to tell which patch a zone is in.
    pub(super) positions: &'a [Position],
    /// The plane.
    pub(super) plane: &'a Plane,
    /// Postcode files that were read already, by their written path.
    pub(super) postcodes: BTreeMap<String, Option<Arc<Postcodes>>>,
}

/// Reads every file of grants; `None` when there is none.
pub(super) fn read(
    desk: &mut Desk<'_>,
    manifest: &Manifest,
    ground: &mut Ground<'_>,
) -> (Vec<RecordSet>, Option<Giving>) {
    if manifest.grants.is_empty() {
        return (Vec::new(), None);
    }
    desk.step("Reading grants");
    let mut sets = Vec::new();
    let mut sheets = Vec::new();
    for section in &manifest.grants {
        if let Some((set, sheet)) = read_file(desk, section) {
            sets.push(set);
            sheets.push(sheet);
        }
    }
    let about = &manifest.giving;
    let gazetteer = learn(desk, manifest, ground);
    let british = ground.plane.epsg() == BRITISH_NATIONAL_GRID || gazetteer.is_british();
    let (currency, open) = money::main_currency(&sheets, about.currency.as_deref(), british);
    if open {
        let problem =
            format!("As many grants are in {currency} as in another currency, and nothing says which is meant");
        let remedy =
            format!("Write currency = \"{currency}\", or the other, under [giving]; grants in others are set aside");
        let at = Where::file("place.toml").field("giving.currency");
        desk.issues.push(Issue::error(Code::GrantCurrencyOpen, at, problem, remedy));
    }
    let cleaned = clean::clean(&sheets, &currency, &mut desk.issues);
    let offices = offices(desk, manifest, ground);
    let patch_of = main_patches(ground.zones.len(), ground.positions);
    let centres: Vec<Xy> = ground.zones.iter().map(|zone| zone.centre).collect();
    let middle = middle_of(&centres);
    let ladder = Ladder {
        gazetteer: &gazetteer,
        middle,
        offices: &offices,
        locator: ground.locator,
        plane: ground.plane,
        patch_of: &patch_of,
        centres: &centres,
    };
    let mut areas = Areas::default();
    let grants: Vec<Grant> = cleaned.grants.iter().map(|clean| grant(clean, &ladder, &mut areas)).collect();
    tell::unplaced(&cleaned.grants, &grants, &mut desk.issues);
    tell::points(&cleaned.grants, &ladder, &mut desk.issues);
    tell::names(&cleaned.grants, &gazetteer, &mut desk.issues);
    tell::regrants(&cleaned.grants, &mut desk.issues);
    let organisations = about.organisations.as_ref().and_then(|section| organisations(desk, section, &ladder));
    let small = (about.small_grant.unwrap_or(SMALL_GRANT_POUNDS).clamp(0.0, 1e9) * 100.0).round() as i64;
    let giving = Giving {
        currency: cleaned.currency,
        grants,
        areas: areas.into_list(),
        files: cleaned.files,
        individuals: cleaned.individuals,
        organisations,
        small,
    };
    (sets, Some(giving))
}

/// The middle of the middles of the zones.
fn middle_of(centres: &[Xy]) -> Option<Xy> {
    let mid = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    Some(Xy::new(mid(centres.iter().map(|at| at.x).collect())?, mid(centres.iter().map(|at| at.y).collect())?))
}

fn read_file(desk: &mut Desk<'_>, section: &RecordsSection) -> Option<(RecordSet, Sheet)> {
    if desk.named_twice("grants", &section.file, section.sheet.as_deref().unwrap_or_default()) {
        return None;
    }
    for fact in section.columns.keys().filter(|fact| !sheet::facts().any(|known| known == fact.as_str())) {
        let problem = format!("place.toml gives a column for `{fact}`, which is no fact of a grant");
        let remedy = format!("The facts are: {}", sheet::facts().collect::<Vec<_>>().join(", "));
        desk.issues.push(Issue::warning(
            Code::FactUnknown,
            Where::file(&section.file).field(fact.clone()),
            problem,
            remedy,
        ));
    }
    if section.file.to_lowercase().ends_with(".json") { package(desk, section) } else { table(desk, section) }
}

fn table(desk: &mut Desk<'_>, section: &RecordsSection) -> Option<(RecordSet, Sheet)> {
    let options = Options { layer: section.sheet.as_deref(), ..Options::default() };
    let table = desk.table(Ask { role: "grants", written: &section.file, options, about: &section.source })?;
    for (fact, title) in &section.columns {
        if table.column(title).is_none() {
            let at = Where::file(&section.file).field(fact.clone());
            let problem =
                format!("place.toml names the column \"{title}\" for `{fact}`, and the file has no such column");
            let remedy = format!("Its columns are: {}", table.titles().join(", "));
            desk.issues.push(Issue::warning(Code::ColumnMissing, at, problem, remedy));
        }
    }
    let columns = sheet::Columns::of(&table, &section.columns);
    if !columns.has_amounts() && table.rows() > 0 {
        let problem = "No column is recognised as the amount awarded";
        let remedy = "Use the titles of the 360Giving standard, such as \"Amount Awarded\", or write columns = { amount = \"…\" }";
        desk.issues.push(Issue::error(
            Code::ColumnUnrecognised,
            Where::file(&section.file).field("amount"),
            problem,
            remedy,
        ));
    }
    let rows = (0..table.rows()).map(|row| columns.raw(&table, row)).collect();
    let titles = table.titles().into_iter().map(str::to_owned).collect();
    let set = RecordSet { file: section.file.clone(), records: table.rows() as u64, columns: titles };
    Some((set, Sheet { file: section.file.clone(), rows }))
}

/// The grants of a 360Giving package, or the items of a plain list.
fn package(desk: &mut Desk<'_>, section: &RecordsSection) -> Option<(RecordSet, Sheet)> {
    let path = desk.find(&section.file, "grants")?;
    desk.note_source("grants", &section.file, &path, &section.source);
    match super::records::parse(&path) {
        Ok(items) => {
            let columns = items.first().and_then(|item| item.as_object());
            let columns = columns.map(|item| item.keys().cloned().collect()).unwrap_or_default();
            let rows = items.iter().enumerate().map(|(i, item)| raw::from_json(i as u64 + 1, item)).collect();
            let set = RecordSet { file: section.file.clone(), records: items.len() as u64, columns };
            Some((set, Sheet { file: section.file.clone(), rows }))
        }
        Err(problem) => {
            let remedy = "Use a 360Giving package (an object with a list \"grants\"), or a list of records";
            desk.issues.push(Issue::error(Code::RecordsUnreadable, Where::file(&section.file), problem, remedy));
            None
        }
    }
}

/// What codes and names stand for: by the place itself, its zone file, the lookups, and outlines.
fn learn(desk: &mut Desk<'_>, manifest: &Manifest, ground: &Ground<'_>) -> Gazetteer {
    let whole = manifest.patches.is_none();
    let mut gazetteer = Gazetteer::new(&manifest.place.name, ground.zones, ground.patches, whole);
    let keys: HashMap<String, usize> =
        ground.zones.iter().enumerate().map(|(i, zone)| (key_form(&zone.key), i)).collect();
    let count = ground.zones.len();
    if let Some(table) = ground.zone_table
        && let Ok(column) = headers::zone_column(table, manifest.zones.key.as_deref(), &keys)
    {
        gazetteer.learn(table, column, count);
    }
    for lookup in &manifest.giving.lookups {
        let ask = Ask { role: "grants", written: &lookup.file, options: Options::default(), about: &lookup.source };
        let Some(table) = desk.table(ask) else { continue };
        match headers::zone_column(&table, lookup.zone.as_deref(), &keys) {
            Ok(column) => gazetteer.learn(&table, column, count),
            Err(issue) => desk.issues.push(*issue),
        }
    }
    for section in &manifest.giving.outlines {
        for area in outlines::read(desk, section, ground) {
            gazetteer.outlined(area, count);
        }
    }
    gazetteer.countries(ground.zones, &ground.residents);
    gazetteer
}

fn offices(desk: &mut Desk<'_>, manifest: &Manifest, ground: &mut Ground<'_>) -> Offices {
    let mut files = Vec::new();
    let extra = &manifest.giving.postcodes;
    for file in manifest.place.postcodes.iter().chain(extra) {
        let known = ground.postcodes.get(file).cloned();
        let read = known.unwrap_or_else(|| Postcodes::read(desk, file, ground.plane));
        files.extend(read);
    }
    Offices::new(files, !extra.is_empty())
}

/// The patch most of each zone's residents live in.
fn main_patches(zones: usize, positions: &[Position]) -> Vec<Option<PatchIdx>> {
    let mut shares: Vec<BTreeMap<PatchIdx, (f64, usize)>> = vec![BTreeMap::new(); zones];
    for position in positions {
        if let (Some(patch), Some(shares)) = (position.patch, shares.get_mut(position.zone.index())) {
            let share = shares.entry(patch).or_default();
            *share = (share.0 + position.residents, share.1 + 1);
        }
    }
    let most = |shares: &BTreeMap<PatchIdx, (f64, usize)>| {
        let best = shares.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(a.1.1.cmp(&b.1.1)).then(b.0.cmp(a.0)));
        best.map(|(patch, _)| *patch)
    };
    shares.iter().map(most).collect()
}

fn grant(clean: &Clean<'_>, ladder: &Ladder<'_>, areas: &mut Areas) -> Grant {
    let raw = clean.raw;
    let seat = ladder.seat(raw);
    let parts = ladder.parts(raw, clean.pence, &seat, areas);
    let office: Option<Office> = if let Seat::Here(office) = seat { Some(office) } else { None };
    Grant {
        key: clean.key.clone(),
        title: raw.title.clone(),
        pence: clean.pence,
        awarded: clean.awarded,
        planned: clean.planned,
        apart: clean.apart,
        funder: organisation(raw.funder_id.as_deref(), raw.funder.as_deref()),
        recipient: organisation(raw.recipient_id.as_deref(), raw.recipient.as_deref()),
        programme: raw.programme.clone(),
        office,
        parts,
    }
}

fn organisation(id: Option<&str>, name: Option<&str>) -> Organisation {
    let name = name.or(id).unwrap_or("not stated").to_owned();
    Organisation { id: id.map_or_else(|| name.clone(), str::to_owned), name }
}

/// Zones with the offices of the organisations there are, one entry for each.
fn organisations(desk: &mut Desk<'_>, section: &OrganisationsSection, ladder: &Ladder<'_>) -> Option<Vec<ZoneIdx>> {
    let ask = Ask { role: "grants", written: &section.file, options: Options::default(), about: &section.source };
    let table = desk.table(ask)?;
    let postcode = match section.postcode.as_deref() {
        Some(title) => match headers::named(&table, title, "postcode") {
            Ok(column) => Some(column),
            Err(issue) => {
                desk.issues.push(issue);
                return None;
            }
        },
        None => {
            headers::any_of(&table, &["postcode", "postalcode", "pcds", "charitycontactpostcode", "contactpostcode"])
        }
    };
    let reader = points::Reader::new(&table, points::Columns::default(), None, ladder.plane).ok();
    let mut zones = Vec::new();
    let mut lost = 0_usize;
    for row in 0..table.rows() {
        let by_code = || ladder.offices.find(table.text(postcode?, row)?).map(|(at, _)| at);
        match reader.as_ref().and_then(|reader| reader.at(row)).or_else(by_code) {
            Some(at) => zones.extend(ladder.locator.near(at, super::locator::SLIVER_M).map(ZoneIdx::from_usize)),
            None => lost += 1,
        }
    }
    if lost > 0 {
        let problem = format!(
            "{} have no postcode or coordinates that are known",
            counted(lost, "organisation", "organisations")
        );
        let remedy = "They are not counted in any patch; add a postcode file under [giving] postcodes";
        desk.issues.push(Issue::note(Code::OrganisationsNowhere, Where::file(&section.file), problem, remedy));
    }
    zones.sort_unstable();
    Some(zones)
}
