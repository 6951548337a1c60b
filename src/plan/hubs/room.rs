//! Hubs with so much room and no more.

use super::brief::{Brief, Keep};
use super::ground::Ground;
use super::objective::Objective;
use super::proposal::Proposal;
use super::sites::Site;
use crate::measure::qualify::room;
use crate::place::Place;
use crate::text::{percent, whole};

/// How much room hubs have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rooms {
    /// Of each of today's hubs; `None` where nobody said.
    of_today: Vec<Option<f64>>,
    /// Of each new site.
    of_new: f64,
    /// What the standard asks for, for each resident.
    a_head: f64,
}

impl Rooms {
    /// `None` where the brief does not ask for room.
    pub(super) fn of(place: &Place, brief: &Brief, today: &[Site]) -> Option<Self> {
        let (asked, of_new) = (brief.standard.places?, brief.room?);
        let of = |site: &Site| room(&place.assets[site.asset?], asked.unit, brief.standard.date);
        Some(Self { of_today: today.iter().map(of).collect(), of_new, a_head: asked.per_1000 / 1000.0 })
    }

    /// Of a site, as far as it is known.
    pub(super) fn at(&self, site: usize) -> Option<f64> {
        self.of_today.get(site).copied().unwrap_or(Some(self.of_new))
    }

    /// For how many residents there is room at a site; for none where nobody said how much there is.
    pub(super) fn residents(&self, site: usize) -> f64 {
        self.at(site).unwrap_or(0.0) / self.a_head
    }

    fn unknown(&self) -> usize {
        self.of_today.iter().filter(|room| room.is_none()).count()
    }
}

/// What is wrong with a brief as far as room goes.
pub(super) fn lacks(brief: &Brief) -> Option<String> {
    let key = &brief.standard.key;
    let Some(asked) = brief.standard.places else {
        return brief.room.map(|_| {
            format!("the standard \"{key}\" asks for no room, so how much a new site has changes nothing: leave it out")
        });
    };
    let sentence = match brief.room {
        None => format!("asks for room: say how many {} each new site would have", asked.unit.words()),
        Some(room) if !room.is_finite() || room <= 0.0 => {
            format!("asks for room: the {} of a new site must be a number above 0", asked.unit.words())
        }
        Some(_) if brief.objective != Objective::Coverage => "asks for room, so the aim is coverage".to_owned(),
        Some(_) if brief.keep == Keep::Free => "asks for room, so today's hubs stay".to_owned(),
        Some(_) if !brief.floors.is_empty() => {
            "asks for room, and who of a group would get it nobody can say: leave out the floors".to_owned()
        }
        Some(_) => return None,
    };
    Some(format!("the standard \"{key}\" {sentence}"))
}

/// How room was reckoned with, in sentences.
pub(super) fn sentences(ground: &Ground<'_>, proposal: &Proposal) -> Vec<String> {
    let (Some(rooms), Some(asked)) = (&ground.rooms, proposal.brief.standard.places) else { return Vec::new() };
    let all = proposal.after.place.residents;
    let share = |count: f64| percent(if all > 0.0 { count / all } else { 0.0 });
    let mut sentences = vec![format!(
        "The sites are chosen so that as many as can be have room if they are sent to where there is some: {} of {} residents \
         ({}) today, {} ({}) with the plan, at {} {} for 1,000 residents and {} at each new site. \u{201c}Covered\u{201d} counts \
         otherwise: people go to what is near, in shares, and who gets less than the standard asks for is not covered.",
        whole(proposal.objective_today),
        whole(all),
        share(proposal.objective_today),
        whole(proposal.objective),
        share(proposal.objective),
        amount(asked.per_1000),
        asked.unit.words(),
        amount(rooms.of_new),
    )];
    if rooms.unknown() > 0 {
        sentences.push(format!(
            "Of {} of today\u{2019}s {} hubs nobody said how much room there is: they count as having none.",
            rooms.unknown(),
            rooms.of_today.len()
        ));
    }
    sentences
}

fn amount(amount: f64) -> String {
    if amount.fract() == 0.0 { whole(amount) } else { format!("{amount:.1}") }
}
