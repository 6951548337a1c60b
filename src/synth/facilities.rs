//! Hubs, libraries, halls, surgeries and the rest, with opening hours, steps and dates of all sorts.

use super::borough::Borough;
use super::dice::Dice;
use super::facility::Facility;
use crate::crs::Xy;

/// Kinds: key, residents for each, what names end in, typical opening hours.
const KINDS: [(&str, f64, &str, &[&str]); 10] = [
    (
        "library",
        20_000.0,
        "Library",
        &[
            "Mo,Tu,Th,Fr 09:30-17:30; We 13:00-19:00; Sa 10:00-13:00",
            "Mo-Fr 10:00-18:00; Sa 09:30-16:00",
            "Monday to Friday 9am-5pm",
        ],
    ),
    (
        "community_centre",
        9_500.0,
        "Community Centre",
        &[
            "Mo-Su 09:00-22:00",
            "Mo-Fr 09:00-21:00; Sa 10:00-16:00",
            "Mo-Sa 09:00-17:00",
            "Monday to Saturday 9am to 10pm",
        ],
    ),
    ("village_hall", 14_000.0, "Hall", &["", "", "Mo-Su 08:00-23:00"]),
    ("place_of_worship", 2_600.0, "Chapel", &["", "", "Su 09:00-12:00", "Fr 12:00-15:00; Su 10:00-12:00"]),
    ("food_bank", 19_000.0, "Food Bank", &["Tu,Th 10:00-13:00", "We 11:00-14:00; Fr 16:00-18:30", "Mo 10:00-12:00"]),
    ("gp_surgery", 9_000.0, "Surgery", &["Mo-Fr 08:00-18:30", "Mo-Fr 08:00-18:30; Sa 09:00-12:00"]),
    ("pharmacy", 6_000.0, "Pharmacy", &["Mo-Fr 09:00-18:00; Sa 09:00-13:00", "Mo-Sa 08:30-19:00", "Mo-Su 08:00-22:00"]),
    ("sports_centre", 24_000.0, "Leisure Centre", &["Mo-Fr 06:30-22:00; Sa,Su 08:00-18:00"]),
    ("school", 4_700.0, "Primary School", &["Mo-Fr 08:30-15:30; SH off"]),
    ("youth_centre", 22_000.0, "Youth Club", &["Mo-Th 18:00-21:00", "Tu,Fr 17:30-21:00"]),
];

const HUB_HOURS: [&str; 4] = [
    "Mo-Fr 09:00-19:00; Sa 10:00-14:00",
    "Mo-Fr 09:30-15:30",
    "Mo,We,Fr 09:00-17:00; Tu,Th 12:00-20:00",
    "Mo-Fr 10:00-16:00",
];

/// Places every facility. The hubs come first.
pub(super) fn place_all(borough: &Borough, seed: u64) -> Vec<Facility> {
    let mut dice = Dice::new(seed, "facilities");
    let mut all = hubs(borough, &mut dice);
    for (kind, per, words, hours) in KINDS {
        let n = (borough.residents() as f64 / per).round().max(1.0) as usize;
        for i in 0..n {
            let Some(at) = borough.doorstep(&mut dice) else { continue };
            let mut one = Facility {
                key: format!("{}-{:03}", kind.replace('_', "-"), i + 1),
                name: format!("{} {words}", borough.names.word(all.len() * 31 + 7)),
                kind,
                at: at.0,
                zone: at.1,
                status: "open",
                hours: dice.pick(hours).to_owned(),
                ..Facility::default()
            };
            describe(&mut one, &mut dice);
            if dice.chance(0.02) {
                (one.status, one.closes) = ("closed", Some("2024-03-31"));
            }
            all.push(one);
        }
    }
    for one in &mut all {
        one.postcode = borough.postcodes.nearest(one.at, one.zone);
    }
    all
}

fn describe(one: &mut Facility, dice: &mut Dice) {
    one.capacity = dice.chance(0.7).then(|| 10 * dice.between(2.0, 30.0) as u32);
    one.step_free = dice.pick(&["yes", "yes", "yes", "no", ""]);
    let day = dice.below(28) + 1;
    one.checked = format!("{}-{:02}-{day:02}", dice.pick(&["2022", "2023", "2024", "2024"]), dice.below(12) + 1);
}

/// About one hub for two patches, so that there are gaps: in patches without one (distance), across
/// the river from one (severance), with early closing (hours), with steps (access), and where one is
/// promised (planned).
fn hubs(borough: &Borough, dice: &mut Dice) -> Vec<Facility> {
    let n = borough.patches.count.div_ceil(2);
    let mut all: Vec<Facility> = Vec::new();
    let mut add = |at: Option<(Xy, usize)>, dice: &mut Dice, change: &dyn Fn(&mut Facility)| {
        let Some((at, zone)) = at else { return };
        let patch = borough.patches.of_zone[zone];
        let mut hub = Facility {
            key: format!("hub-{:02}", all.len() + 1),
            name: format!("{} Hub", borough.patch_name(patch)),
            kind: "community_hub",
            at,
            zone,
            status: "open",
            hours: HUB_HOURS[all.len() % HUB_HOURS.len()].to_owned(),
            ..Facility::default()
        };
        describe(&mut hub, dice);
        hub.step_free = if all.len() % 3 == 1 { "no" } else { "yes" };
        change(&mut hub);
        all.push(hub);
    };
    add(borough.far_from_bridges(), dice, &|hub| hub.name = format!("{} Riverside Hub", borough.names.word(3)));
    for i in 1..n {
        add(borough.high_street_of(2 * i, dice), dice, &|_| {});
    }
    if borough.patches.count > 1 {
        add(borough.high_street_of(1, dice), dice, &|hub| (hub.status, hub.opens) = ("planned", Some("2026-09-01")));
    }
    if borough.patches.count > 3 {
        add(borough.high_street_of(3, dice), dice, &|hub| (hub.status, hub.closes) = ("closed", Some("2024-10-31")));
    }
    all
}
