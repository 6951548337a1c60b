//! Two years of meetings with residents, with some people and places met less than they should be.
//! What was planted is written down, so that a measure of reach can be checked against it.

use super::borough::Borough;
use super::dice::Dice;
use super::people::{AGES, ETHNIC};
use chrono::NaiveDate;
use std::io;
use std::path::Path;

/// What was planted in the records.
#[derive(Debug)]
pub(super) struct Planted {
    /// Patches met at a fraction of the usual rate, with the fraction.
    pub patches: Vec<(usize, f64)>,
    /// Ages met at a fraction of the usual rate, by position in [`AGES`].
    pub ages: Vec<(usize, f64)>,
    /// Broad ethnic groups met at a fraction of the usual rate, by position in [`ETHNIC`].
    pub ethnic: Vec<(usize, f64)>,
    /// The fraction at which disabled people are met.
    pub disabled: f64,
    /// The share of the people known that are "usual suspects".
    pub few: f64,
    /// The share of attendances those few make.
    pub few_make: f64,
    /// A theme raised far more in one patch than elsewhere.
    pub theme: (&'static str, usize),
}

impl Planted {
    /// What to plant in a borough of so many patches.
    pub(super) fn new(patches: usize, seed: u64) -> Self {
        let mut dice = Dice::new(seed, "planted");
        let mut order: Vec<usize> = (0..patches).collect();
        dice.shuffle(&mut order);
        let n = if patches > 2 { (patches / 9).max(1) } else { 0 };
        Self {
            patches: order.iter().take(n).map(|&p| (p, 0.35)).collect(),
            ages: vec![(2, 0.5), (6, 0.4)],
            ethnic: vec![(0, 0.5)],
            disabled: 0.65,
            few: 0.04,
            few_make: 0.4,
            theme: ("buses", order.last().copied().unwrap_or(0)),
        }
    }

    fn willing(&self, person: &Person, patch: usize) -> f64 {
        let rate = |list: &[(usize, f64)], i: usize| list.iter().find(|(k, _)| *k == i).map_or(1.0, |(_, f)| *f);
        let disabled = if person.disabled { self.disabled } else { 1.0 };
        rate(&self.patches, patch) * rate(&self.ages, person.age) * rate(&self.ethnic, person.ethnic) * disabled
    }
}

struct Person {
    zone: usize,
    age: usize,
    ethnic: usize,
    disabled: bool,
    sex: &'static str,
}

const ACTIVITIES: [(&str, f64, f64); 8] = [
    ("introduction 1", 8.0, 0.5),
    ("introduction 2", 6.0, 0.75),
    ("session", 38.0, 1.5),
    ("event", 14.0, 3.0),
    ("conversation", 16.0, 0.5),
    ("membership", 7.0, 0.25),
    ("project", 8.0, 2.0),
    ("enterprise", 3.0, 4.0),
];
const THEMES: [&str; 14] = [
    "loneliness",
    "cost of living",
    "buses",
    "warm homes",
    "young people",
    "parks and play",
    "health",
    "safety",
    "jobs and skills",
    "food",
    "housing repairs",
    "litter",
    "caring",
    "digital",
];
const FIRST_YEAR: [&str; 16] = [
    "Ref",
    "Date",
    "Activity",
    "Venue",
    "Patch",
    "Zone",
    "Postcode",
    "Person",
    "People",
    "Hours",
    "New connections",
    "Age band",
    "Ethnic group",
    "Disability",
    "Sex",
    "Themes",
];
const SECOND_YEAR: [&str; 16] = [
    "record_id",
    "date",
    "activity",
    "asset_id",
    "patch_id",
    "zone_id",
    "postcode",
    "person_key",
    "people",
    "hours",
    "new_connections",
    "age_band",
    "ethnic_group",
    "disability",
    "sex",
    "themes",
];
const NOT_RECORDED: [&str; 2] = ["Not recorded", ""];

/// Records for each resident in two years: 60,000 in a borough of 216,000.
const PER_RESIDENT: f64 = 0.28;
const DAYS: u64 = 731;

/// How many records a borough of this size gets.
pub(super) fn how_many(residents: u64) -> u64 {
    (residents as f64 * PER_RESIDENT).round().max(60.0) as u64
}

struct Scribe<'a> {
    borough: &'a Borough,
    planted: &'a Planted,
    dice: Dice,
    people: Vec<Person>,
    venues: Vec<Vec<usize>>,
}

/// Writes the records of two years into two files, laid out differently, as they would be after a
/// change of system: `first` with British dates, `second` with ISO dates.
pub(super) fn write_engagement(
    borough: &Borough,
    planted: &Planted,
    seed: u64,
    first: &Path,
    second: &Path,
) -> io::Result<u64> {
    let mut dice = Dice::new(seed, "engagement");
    let rows = how_many(borough.residents());
    let people = meet(borough, planted, (rows as f64 * 0.22) as usize, &mut dice);
    let mut venues = vec![Vec::new(); borough.patches.count];
    for (i, facility) in borough.facilities.iter().enumerate() {
        if facility.status == "open" && !matches!(facility.kind, "pharmacy" | "school" | "gp_surgery") {
            venues[borough.patches.of_zone[facility.zone]].push(i);
        }
    }
    let mut scribe = Scribe { borough, planted, dice, people, venues };
    let mut files = [csv::Writer::from_path(first)?, csv::Writer::from_path(second)?];
    files[0].write_record(FIRST_YEAR)?;
    files[1].write_record(SECOND_YEAR)?;
    for n in 0..rows {
        let day = n * DAYS / rows;
        let year = usize::from(day >= 366);
        files[year].write_record(scribe.row(n, day, year))?;
    }
    files.iter_mut().try_for_each(csv::Writer::flush)?;
    Ok(rows)
}

/// The people the coordinators know, drawn from the residents at the planted rates.
fn meet(borough: &Borough, planted: &Planted, n: usize, dice: &mut Dice) -> Vec<Person> {
    let mut running = Vec::with_capacity(borough.town.zones.len());
    let mut sum = 0;
    for zone in &borough.town.zones {
        sum += zone.residents;
        running.push(sum);
    }
    let mut people = Vec::with_capacity(n);
    while people.len() < n.max(12) {
        let pick = (dice.unit() * sum as f64) as u64;
        let zone = running.partition_point(|r| *r <= pick).min(running.len() - 1);
        let home = &borough.people[zone];
        let ages: [f64; 7] = home.ages.map(|a| a as f64);
        let ethnic: [f64; 5] = std::array::from_fn(|i| home.broad(i) as f64);
        let age = dice.weighted(&ages);
        let residents = borough.town.zones[zone].residents.max(1) as f64;
        let likely = AGES[age].3 * home.disabled as f64 / residents / 0.18;
        let sex = if dice.chance(0.56) { "Female" } else { "Male" };
        let person = Person { zone, age, ethnic: dice.weighted(&ethnic), disabled: dice.chance(likely), sex };
        if dice.chance(planted.willing(&person, borough.patches.of_zone[zone])) {
            people.push(person);
        }
    }
    people
}

impl Scribe<'_> {
    fn row(&mut self, n: u64, day: u64, year: usize) -> Vec<String> {
        let (activity, _, hours) = ACTIVITIES[self.dice.weighted(&ACTIVITIES.map(|a| a.1))];
        let crowd = activity == "event" && self.dice.chance(0.7);
        let who = self.attender();
        let zone = self.people[who].zone;
        let patch = self.borough.patches.of_zone[zone];
        let blank = String::new;
        let places = self.borough.postcodes.of_zone(zone);
        let (zone_key, postcode) = match self.dice.unit() {
            _ if crowd => (blank(), blank()),
            0.0..0.55 => (self.borough.zone_key(zone), blank()),
            0.55..0.8 if !places.is_empty() => {
                (blank(), self.borough.postcodes.codes[places.start + self.dice.below(places.len())].clone())
            }
            _ => (blank(), blank()),
        };
        let people = if crowd { 6 + self.dice.below(110) } else { 1 };
        let person = if crowd { blank() } else { format!("R{:07}", who * 7 + 1) };
        let connections = if self.dice.chance(0.3) { self.dice.below(4) } else { 0 };
        let hours = hours * self.dice.pick(&[0.5, 1.0, 1.0, 1.5]);
        let date = NaiveDate::from_ymd_opt(2023, 4, 1).and_then(|d| d.checked_add_days(chrono::Days::new(day)));
        let date =
            date.map(|d| d.format(if year == 0 { "%d/%m/%Y" } else { "%Y-%m-%d" }).to_string()).unwrap_or_default();
        let [age, ethnic, disability, sex] = self.particulars(who, crowd, year);
        let venues = &self.venues[patch];
        let venue = if venues.is_empty() || self.dice.chance(0.15) {
            blank()
        } else {
            self.borough.facilities[venues[self.dice.below(venues.len())]].key.clone()
        };
        vec![
            format!("{}-{:07}", 2023 + year, n + 1),
            date,
            activity.to_owned(),
            venue,
            self.borough.patch_key(patch),
            zone_key,
            postcode,
            person,
            people.to_string(),
            hours.to_string(),
            connections.to_string(),
            age,
            ethnic,
            disability,
            sex,
            self.themes(patch),
        ]
    }

    /// Somebody who comes: a few come again and again.
    fn attender(&mut self) -> usize {
        let few = ((self.people.len() as f64 * self.planted.few) as usize).max(1);
        if self.dice.chance(self.planted.few_make) {
            self.dice.below(few)
        } else {
            few.min(self.people.len() - 1) + self.dice.below(self.people.len() - few)
        }
    }

    /// Age band, ethnic group, disability and sex, where somebody wrote them down.
    fn particulars(&mut self, who: usize, crowd: bool, year: usize) -> [String; 4] {
        let person = &self.people[who];
        let disability =
            if person.disabled { "Disabled under the Equality Act" } else { "Not disabled under the Equality Act" };
        let told = [AGES[person.age].1, ETHNIC[person.ethnic].0, disability, person.sex];
        let untold = [0.12, 0.18, 0.25, 0.08];
        std::array::from_fn(|i| {
            let hidden = crowd || self.dice.chance(untold[i]);
            if hidden { NOT_RECORDED[year].to_owned() } else { told[i].to_owned() }
        })
    }

    fn themes(&mut self, patch: usize) -> String {
        let (theme, in_patch) = self.planted.theme;
        let mut themes: Vec<&str> = Vec::new();
        if patch == in_patch && self.dice.chance(0.35) {
            themes.push(theme);
        }
        for p in [0.6, 0.25] {
            let one = self.dice.pick(&THEMES);
            if self.dice.chance(p) && !themes.contains(&one) {
                themes.push(one);
            }
        }
        themes.join("; ")
    }
}
