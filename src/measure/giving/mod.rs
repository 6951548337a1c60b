//! Where does giving reach, where does need go unmet, and how sure is that?

mod cold;
mod draws;
mod need;
mod reach;
mod sizes;
mod tally;

pub use cold::Cold;
pub use need::need_weight;
pub use sizes::{Funders, Recipients, Sizes};
pub use tally::Money;

use crate::place::{Evidence, Giving, IdVec, Idx, PatchIdx, Place, Planned, Unplaced, ZoneIdx};
use crate::stats::{Step, concentration_index, curve, gini};
use draws::{Draw, Model, Piece};
use need::{BANDS, Bands};
use reach::{Homes, Reach};

/// How often chance is thrown, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GivingRule {
    /// Draws: with 2,000, a probability of a half is right to two points in a hundred (standard error 0.011).
    pub draws: usize,
    /// Another number, other draws; the same number, the same answer to the last bit.
    pub seed: u64,
    /// Share of the draws within each range.
    pub within: f64,
}

impl Default for GivingRule {
    fn default() -> Self {
        Self { draws: 2_000, seed: 1, within: 0.9 }
    }
}

/// A number with its range.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ranged {
    /// The number itself.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Ranged {
    /// Every one of the three times a factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { value: self.value * factor, low: self.low * factor, high: self.high * factor }
    }
}

/// What a patch was given.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchGiving {
    /// Residents.
    pub residents: f64,
    /// Residents by need: each counts as [`need_weight`] says.
    pub need: f64,
    /// Pence, by every reading.
    pub money: Money,
    /// Pence spread by residents, with the range of the draws.
    pub pence: Ranged,
    /// Grants of which more than half lands here.
    pub own: Sizes,
    /// Grants whose area touches it.
    pub possible_grants: u64,
    /// Dependence on those who give.
    pub funders: Funders,
    /// Whether it is a cold spot; `None` where that cannot be told.
    pub cold: Option<Cold>,
    /// Funded organisations with their office here.
    pub seated: u64,
    /// Organisations there are here; `None` where no list was given.
    pub organisations: Option<u64>,
}

/// A point of the concentration curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeedPoint {
    /// Share of the residents up to here, from the most deprived.
    pub residents_share: f64,
    /// Share of the money they have, with its range.
    pub money_share: Ranged,
    /// Residents of this tenth alone.
    pub residents: f64,
    /// Pence of this tenth alone.
    pub pence: f64,
}

/// Need against money.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The concentration index with its range: below 0 money leans to deprived zones.
    pub index: Ranged,
    /// The curve, from nobody to everybody.
    pub points: Vec<NeedPoint>,
}

/// Where a grant lands.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantGiving {
    /// The patch where more than half of it lands.
    pub patch: Option<PatchIdx>,
    /// Patches its areas touch.
    pub patches: Vec<PatchIdx>,
    /// Zones its areas hold.
    pub zones: usize,
    /// The patch of the recipient's office.
    pub office: Option<PatchIdx>,
    /// Pence that could be placed.
    pub placed: i64,
}

/// What the whole place was given.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceGiving {
    /// Pence of all grants to organisations.
    pub total: i64,
    /// Pence that could be placed, by evidence, the strongest first.
    pub placed: [i64; 5],
    /// Pence that could not, by reason.
    pub unplaced: [i64; 4],
    /// Pence outside every patch, spread by residents.
    pub outside: i64,
    /// Pence that change their patch between all at the office and spread by residents.
    pub moved: i64,
    /// First and last planned day.
    pub period: Option<Planned>,
    /// All grants to organisations.
    pub sizes: Sizes,
    /// Dependence on those who give, of all placed money.
    pub funders: Funders,
    /// How unequally recipients hold it.
    pub recipients: Recipients,
    /// Gini coefficient of money per resident among patches.
    pub patches_gini: Option<f64>,
}

impl PlaceGiving {
    /// Years the planned periods span together.
    #[must_use]
    pub fn years(&self) -> Option<f64> {
        self.period.map(|period| ((period.to - period.from).num_days() + 1) as f64 / 365.25)
    }

    /// Pence that could be placed.
    #[must_use]
    pub fn placed(&self) -> i64 {
        self.placed.iter().sum()
    }

    /// Pence that could not.
    #[must_use]
    pub fn unplaced(&self) -> i64 {
        self.unplaced.iter().sum()
    }
}

/// Where giving reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Each patch.
    pub patches: IdVec<PatchIdx, PatchGiving>,
    /// Each zone, in pence.
    pub zones: IdVec<ZoneIdx, Money>,
    /// Each grant, in the order of [`Giving::grants`].
    pub grants: Vec<GrantGiving>,
    /// The whole place.
    pub place: PlaceGiving,
    /// Need against money; `None` without an index of deprivation or without money.
    pub need: Option<Need>,
    /// How chance was thrown.
    pub rule: GivingRule,
}

/// Where does giving reach, where does need go unmet, and how sure is that?
///
/// Money is spread by residents over the area that a grant's evidence names. Where that is more than one
/// patch the answer is a range, from repeated draws over what is not known (see `draws`). The range always holds the
/// number itself. `None` where no grants were loaded.
#[must_use]
pub fn giving(place: &Place, rule: GivingRule) -> Option<Reached> {
    let giving = place.giving.as_ref()?;
    let (homes, bands) = (Homes::of(place), Bands::of(place));
    let reaches: Vec<Reach> = giving.areas.iter().map(|area| Reach::of(area, &homes, &bands)).collect();
    let own: Vec<Option<usize>> =
        giving.grants.iter().map(|grant| sizes::own_patch(grant, &reaches, homes.patches)).collect();
    let tallies = tally::tally(giving, &reaches, &homes);
    let model = model(giving, &reaches, &homes, &bands);
    let draws = model.draws(rule.draws, rule.seed);
    let need = bands.any().then(|| need_against_money(&tallies, &bands, &draws, rule)).flatten();
    let firsts = sizes::Firsts::of(giving);
    let mut funders = sizes::funders(giving, &reaches, homes.patches);
    let place_funders = funders.pop().unwrap_or_default();
    let grants: Vec<GrantGiving> =
        giving.grants.iter().zip(&own).map(|(grant, own)| landing(grant, *own, &reaches, &homes)).collect();
    let patches = patches(
        place,
        giving,
        &Parts { homes: &homes, tallies: &tallies, draws: &draws, grants: &grants, firsts: &firsts, rule },
        funders,
    );
    let all: Vec<&crate::place::Grant> = giving.grants.iter().collect();
    let outside = tallies.cells.last().map_or(0, Money::spread);
    let moved: i64 = tallies.cells.iter().map(|m| (m.spread() - m.at_office).abs()).sum::<i64>() / 2;
    let steps: Vec<Step> = patches.iter().map(|p| Step { people: p.residents, amount: p.pence.value }).collect();
    let total = PlaceGiving {
        total: giving.grants.iter().map(|grant| grant.pence).sum(),
        placed: placed(giving),
        unplaced: unplaced(giving),
        outside,
        moved,
        period: period(giving),
        sizes: sizes::sizes(&all, &firsts, giving.small),
        funders: place_funders,
        recipients: sizes::recipients(giving),
        patches_gini: gini(&steps),
    };
    Some(Reached { patches: patches.into(), zones: tallies.zones.into(), grants, place: total, need, rule })
}

fn placed(giving: &Giving) -> [i64; 5] {
    let parts = || giving.grants.iter().flat_map(|grant| &grant.parts);
    Evidence::ALL.map(|level| {
        let of_level = |part: &&crate::place::Part| part.benefit.as_ref().is_ok_and(|b| b.evidence == level);
        parts().filter(of_level).map(|part| part.pence).sum()
    })
}

fn unplaced(giving: &Giving) -> [i64; 4] {
    let parts = || giving.grants.iter().flat_map(|grant| &grant.parts);
    Unplaced::ALL.map(|why| parts().filter(|part| part.benefit == Err(why)).map(|part| part.pence).sum())
}

/// From the first planned day to the last, of the grants whose days do not lie years apart from all others.
fn period(giving: &Giving) -> Option<Planned> {
    let planned = || giving.grants.iter().filter(|grant| !grant.apart).filter_map(|grant| grant.planned);
    let assumed = planned().any(|planned| planned.assumed);
    Some(Planned { from: planned().map(|p| p.from).min()?, to: planned().map(|p| p.to).max()?, assumed })
}

/// What is drawn from: parts whose patch is known, and all others.
fn model<'a>(giving: &Giving, reaches: &'a [Reach], homes: &Homes, bands: &Bands) -> Model<'a> {
    let cells = homes.patches + 1;
    let mut model = Model {
        reaches,
        known: Vec::new(),
        open: Vec::new(),
        cells,
        located: vec![(0.0, 0.0); cells],
        offices: vec![(0.0, 0.0); cells],
        grants: giving.grants.len(),
        band_residents: bands.residents,
    };
    let mut found = 0.0;
    for (nth, grant) in giving.grants.iter().enumerate() {
        let seat = grant.office.as_ref().map(|office| office.zone);
        for part in &grant.parts {
            let Ok(benefit) = &part.benefit else { continue };
            let Some(reach) = reaches.get(benefit.area) else { continue };
            let office = seat.filter(|zone| reach.has_zone(*zone)).map(|zone| {
                let patch = homes.main_patch(zone).map_or(homes.patches, Idx::index);
                (patch, bands.of_zone(zone.index()))
            });
            let office = office.filter(|(patch, _)| !reach.cut || reach.has_patch(*patch));
            let piece = Piece { grant: nth, pence: part.pence as f64, area: benefit.area, office };
            let Some(patch) = reach.only_patch() else {
                model.open.push(piece);
                continue;
            };
            model.known.push(piece);
            // What words name is no fair sample: some patches have names that groups carry and others none.
            if benefit.evidence >= Evidence::Named {
                continue;
            }
            let share = 1.0 / grant.parts.len() as f64;
            found += share;
            if let Some(located) = model.located.get_mut(patch) {
                located.0 += share;
            }
            let office = seat.map(|zone| homes.main_patch(zone).map_or(homes.patches, Idx::index));
            if let Some((office, known)) = office.and_then(|office| Some((office, model.offices.get_mut(office)?))) {
                let (here, elsewhere) = if office == patch { (share, 0.0) } else { (0.0, share) };
                *known = (known.0 + here, known.1 + elsewhere);
            }
        }
    }
    let everybody: Vec<f64> = residents_by_cell(homes);
    let total: f64 = everybody.iter().sum();
    for (located, residents) in model.located.iter_mut().zip(everybody) {
        located.1 = if total > 0.0 { found * residents / total } else { 0.0 };
    }
    model
}

fn residents_by_cell(homes: &Homes) -> Vec<f64> {
    let mut cells = vec![0.0; homes.patches + 1];
    for zone in 0..homes.zones() {
        let peopled = homes.zone(ZoneIdx::from_usize(zone)).iter().filter(|(_, residents)| *residents > reach::NOBODY);
        for (patch, residents) in peopled {
            if let Some(cell) = cells.get_mut(*patch) {
                *cell += residents;
            }
        }
    }
    cells
}

/// What the patches' answers are made from.
struct Parts<'a, 'g> {
    homes: &'a Homes,
    tallies: &'a tally::Tallies,
    draws: &'a [Draw],
    grants: &'a [GrantGiving],
    firsts: &'a sizes::Firsts<'g>,
    rule: GivingRule,
}

fn patches<'g>(place: &Place, giving: &'g Giving, parts: &Parts<'_, 'g>, funders: Vec<Funders>) -> Vec<PatchGiving> {
    let mut need = vec![0.0; place.patches.len()];
    for position in &place.positions {
        let weight = need_weight(place.zones[position.zone].deprivation.as_ref());
        if let Some(need) = position.patch.and_then(|patch| need.get_mut(patch.index())) {
            *need += position.residents * weight;
        }
    }
    let cold = cold::cold(parts.draws, &need);
    let residents = residents_by_cell(parts.homes);
    let seated = sizes::seated(giving, parts.homes);
    let organisations = giving.organisations.as_ref().map(|zones| {
        let mut counts = vec![0_u64; place.patches.len()];
        for zone in zones {
            if let Some(count) = parts.homes.main_patch(*zone).and_then(|patch| counts.get_mut(patch.index())) {
                *count += 1;
            }
        }
        counts
    });
    let answer = |(patch, funders): (usize, Funders)| {
        let here = |grant: &&GrantGiving| grant.patches.iter().any(|known| known.index() == patch);
        let own: Vec<&crate::place::Grant> = giving
            .grants
            .iter()
            .zip(parts.grants)
            .filter(|(_, landing)| landing.patch.is_some_and(|own| own.index() == patch))
            .map(|(grant, _)| grant)
            .collect();
        let money = parts.tallies.cells.get(patch).cloned().unwrap_or_default();
        let drawn = parts.draws.iter().filter_map(|draw| draw.cells.get(patch).copied()).collect();
        PatchGiving {
            residents: residents.get(patch).copied().unwrap_or(0.0),
            need: need.get(patch).copied().unwrap_or(0.0),
            pence: ranged(money.spread() as f64, drawn, parts.rule.within),
            money,
            own: sizes::sizes(&own, parts.firsts, giving.small),
            possible_grants: parts.grants.iter().filter(here).count() as u64,
            funders,
            cold: cold.get(patch).copied().flatten(),
            seated: seated.get(patch).copied().unwrap_or(0),
            organisations: organisations.as_ref().and_then(|counts| counts.get(patch).copied()),
        }
    };
    funders.into_iter().enumerate().map(answer).collect()
}

/// A number with the range that so much of the draws lie in, which always holds the number.
fn ranged(value: f64, mut drawn: Vec<f64>, within: f64) -> Ranged {
    drawn.sort_by(f64::total_cmp);
    let at = |q: f64| {
        let nth = ((q * drawn.len() as f64).ceil() as usize).clamp(1, drawn.len().max(1)) - 1;
        drawn.get(nth).copied().unwrap_or(value)
    };
    let tail = (1.0 - within) / 2.0;
    Ranged { value, low: at(tail).min(value), high: at(1.0 - tail).max(value) }
}

/// Need against money, by tenths of the residents from the most deprived.
fn need_against_money(tallies: &tally::Tallies, bands: &Bands, draws: &[Draw], rule: GivingRule) -> Option<Need> {
    let mut money = [0.0; BANDS + 1];
    for (zone, spread) in tallies.zones.iter().map(Money::spread).enumerate() {
        if let Some(sum) = money.get_mut(bands.of_zone(zone)) {
            *sum += spread as f64;
        }
    }
    let steps = draws::steps(&bands.residents, &money);
    let index = concentration_index(&steps)?;
    let points = curve(&steps)?
        .into_iter()
        .enumerate()
        .map(|(nth, (residents_share, share))| {
            let drawn = draws.iter().filter_map(|draw| draw.need.as_ref()?.0.get(nth).copied()).collect();
            let step = nth.checked_sub(1).and_then(|nth| steps.get(nth)).copied().unwrap_or_default();
            NeedPoint {
                residents_share,
                money_share: ranged(share, drawn, rule.within),
                residents: step.people,
                pence: step.amount,
            }
        })
        .collect();
    let drawn = draws.iter().filter_map(|draw| Some(draw.need.as_ref()?.1)).collect();
    Some(Need { index: ranged(index, drawn, rule.within), points })
}

/// Where a grant lands.
fn landing(grant: &crate::place::Grant, own: Option<usize>, reaches: &[Reach], homes: &Homes) -> GrantGiving {
    let mut patches = Vec::new();
    let mut zones = 0;
    let mut placed = 0;
    for part in &grant.parts {
        let Some(reach) = part.benefit.as_ref().ok().and_then(|benefit| reaches.get(benefit.area)) else { continue };
        patches.extend(reach.patches.iter().filter(|(p, _)| *p < homes.patches).map(|(p, _)| PatchIdx::from_usize(*p)));
        zones += reach.zones.len();
        placed += part.pence;
    }
    patches.sort_unstable();
    patches.dedup();
    let office = grant.office.as_ref().and_then(|office| homes.main_patch(office.zone));
    GrantGiving { patch: own.map(PatchIdx::from_usize), patches, zones, office, placed }
}
