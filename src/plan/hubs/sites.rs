//! Where hubs are and where they may be.

use super::brief::{Brief, Candidates, MOST_CANDIDATES, Spot, Unplanned};
use crate::crs::Xy;
use crate::locate::Watch;
use crate::measure::qualify;
use crate::network::{Snap, StreetClass, StreetNetwork};
use crate::place::{Asset, AssetIdx, PatchIdx, Place, Standard};
use crate::units::Metres;
use geo::{Contains, Point};
use rstar::RTree;

/// The kind of a candidate that is a point along the streets.
pub(super) const STREET: &str = "street";

/// A place for a hub: one that is there today, or a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Stable name: the asset's, the point's, or `street-` with a number.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// What it is today: the asset's kind, `point` or `street`.
    pub kind: String,
    /// The asset it is, where it is one.
    pub asset: Option<AssetIdx>,
    /// Where it is.
    pub at: Xy,
    /// Where it meets the streets.
    pub snap: Option<Snap>,
    /// The patch it lies in.
    pub patch: Option<PatchIdx>,
    /// What opening it costs, where that was given.
    pub cost: Option<f64>,
}

/// How far a point may be from the nearest street. As for assets unless `place.toml` says otherwise: beyond this the
/// street file does not cover the point.
const OFF_STREET: Metres = Metres::new(500.0);

/// How far an asset may be for a street without a name to be called after it: two minutes' walk.
const BESIDE: Metres = Metres::new(150.0);

/// How far it may be to be named at all: beyond, it says nothing of where the street is.
const NEAR: Metres = Metres::new(600.0);

/// Whether an asset has a name of its own, and not that of its kind.
fn is_named(asset: &Asset) -> bool {
    let name = asset.name.trim();
    !name.is_empty() && !name.eq_ignore_ascii_case(&asset.kind.replace('_', " "))
}

/// `community_centre` as `Community centre`.
fn capital(kind: &str) -> String {
    crate::text::capital(&kind.replace('_', " "))
}

/// What a place without a name is called: after the nearest asset, where one is near, else after the patch.
fn near_what(place: &Place, what: &str, at: Xy) -> String {
    let named = place.assets.iter().filter(|asset| is_named(asset));
    let nearest = named.map(|asset| (asset.at.distance(at), asset)).min_by(|a, b| a.0.get().total_cmp(&b.0.get()));
    let patch = patch_at(place, at).map(|patch| format!("in {}", place.patches[patch].name));
    let words = match nearest {
        Some((away, asset)) if away <= BESIDE => Some(format!("beside {}", asset.name)),
        Some((away, asset)) if away <= NEAR => {
            Some(format!("{:.1} km {} of {}", away.get() / 1000.0, compass(asset.at, at), asset.name))
        }
        _ => patch,
    };
    words.map_or_else(|| what.to_owned(), |words| format!("{what} {words}"))
}

/// "north-east": the way from one point to another, on a plane whose north is up.
fn compass(from: Xy, to: Xy) -> &'static str {
    const POINTS: [&str; 8] =
        ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
    let eighths = ((to.x - from.x).atan2(to.y - from.y) / std::f64::consts::FRAC_PI_4).round() as i64;
    POINTS[eighths.rem_euclid(8) as usize]
}

/// The hubs of today, then the candidates.
pub(super) fn sites(place: &Place, brief: &Brief, watch: &Watch) -> Result<(Vec<Site>, usize), Unplanned> {
    let mut sites: Vec<Site> = satisfying(place, &brief.standard).map(|asset| of_asset(place, asset)).collect();
    let n_today = sites.len();
    match &brief.candidates {
        Candidates::Kinds(kinds) => sites.extend(of_kinds(place, brief, kinds)?),
        Candidates::Points(spots) => sites.extend(spots.iter().map(|spot| of_spot(place, spot))),
        Candidates::Streets(apart) => sites.extend(along_streets(place, *apart, watch)?),
    }
    let found = sites.len() - n_today;
    if found > MOST_CANDIDATES {
        return Err(too_many());
    }
    if found == 0 {
        return Err(Unplanned::Wrong("there is no candidate to choose from".to_owned()));
    }
    if let Some(wanted) = brief.sites.filter(|wanted| *wanted > found && brief.budget.is_none()) {
        return Err(Unplanned::Infeasible {
            sentence: format!(
                "{wanted} sites are wanted, and there are only {found} candidates: {} too few",
                wanted - found
            ),
            short_by: (wanted - found) as f64,
        });
    }
    Ok((sites, n_today))
}

fn satisfying<'p>(place: &'p Place, standard: &'p Standard) -> impl Iterator<Item = AssetIdx> + 'p {
    let verdicts = qualify(place, standard);
    let good: Vec<AssetIdx> =
        verdicts.enumerate().filter(|(_, lacks)| lacks.is_none()).map(|(asset, _)| asset).collect();
    good.into_iter()
}

fn of_asset(place: &Place, index: AssetIdx) -> Site {
    let asset = &place.assets[index];
    Site {
        key: asset.key.clone(),
        name: if is_named(asset) { asset.name.clone() } else { near_what(place, &capital(&asset.kind), asset.at) },
        kind: asset.kind.clone(),
        asset: Some(index),
        at: asset.at,
        snap: asset.snap,
        patch: patch_at(place, asset.at),
        cost: None,
    }
}

fn of_kinds(place: &Place, brief: &Brief, kinds: &[String]) -> Result<Vec<Site>, Unplanned> {
    for kind in kinds {
        if !place.assets.iter().any(|asset| asset.kind == *kind) {
            let mut known: Vec<&str> = place.assets.iter().map(|asset| asset.kind.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            let known = known.join(", ");
            return Err(Unplanned::Wrong(format!("no asset is of the kind {kind:?}; the kinds are: {known}")));
        }
    }
    let others: Vec<String> = kinds.iter().filter(|kind| !brief.standard.kinds.contains(kind)).cloned().collect();
    let in_use = Standard { kinds: others, open_after: None, step_free: false, ..brief.standard.clone() };
    Ok(satisfying(place, &in_use).map(|asset| of_asset(place, asset)).collect())
}

fn of_spot(place: &Place, spot: &Spot) -> Site {
    Site {
        key: spot.key.clone(),
        name: spot.name.clone(),
        kind: "point".to_owned(),
        asset: None,
        at: spot.at,
        snap: place.streets.as_ref().and_then(|streets| streets.snap(spot.at, OFF_STREET)),
        patch: patch_at(place, spot.at),
        cost: spot.cost,
    }
}

/// Points along residential and main streets of the place's patches: along each street every `apart` metres and at
/// its middle, less those nearer than `apart` to one that came before.
fn along_streets(place: &Place, apart: Metres, watch: &Watch) -> Result<Vec<Site>, Unplanned> {
    let Some(streets) = &place.streets else {
        return Err(Unplanned::Wrong("this place has no streets; name kinds of asset or a file of points".to_owned()));
    };
    if !apart.get().is_finite() || apart.get() < 10.0 {
        return Err(Unplanned::Wrong("candidates along streets must be at least 10 metres apart".to_owned()));
    }
    let mut kept: RTree<[f64; 2]> = RTree::new();
    let mut sites = Vec::new();
    for (number, snap) in points(streets, apart).enumerate() {
        if number.is_multiple_of(256) && watch.is_cancelled() {
            return Err(Unplanned::Cancelled);
        }
        if sites.len() > MOST_CANDIDATES {
            return Err(too_many());
        }
        let at = [snap.at.x, snap.at.y];
        let near = kept
            .nearest_neighbor(&at)
            .is_some_and(|other| Metres::new((other[0] - at[0]).hypot(other[1] - at[1])) < apart);
        let patch = if near { None } else { patch_at(place, snap.at) };
        if near || (patch.is_none() && !place.patches.is_empty()) {
            continue;
        }
        kept.insert(at);
        let key = format!("street-{:04}", sites.len() + 1);
        let name =
            streets.street(snap.edge).name.map_or_else(|| near_what(place, "Unnamed street", snap.at), str::to_owned);
        sites.push(Site {
            key,
            name,
            kind: STREET.to_owned(),
            asset: None,
            at: snap.at,
            snap: Some(snap),
            patch,
            cost: None,
        });
    }
    Ok(sites)
}

fn too_many() -> Unplanned {
    Unplanned::Wrong(format!(
        "there would be more than {} candidates; name fewer, or put them further apart along the streets",
        crate::text::whole(MOST_CANDIDATES as f64)
    ))
}

fn points(streets: &StreetNetwork, apart: Metres) -> impl Iterator<Item = Snap> + '_ {
    let lived_on = streets
        .streets()
        .filter(|it| !it.is_passage && matches!(it.class, StreetClass::Residential | StreetClass::Main));
    lived_on.flat_map(move |street| {
        let parts = (street.length.get() / apart.get()).ceil().max(1.0);
        let step = street.length.get() / parts;
        (0..parts as usize).map(move |part| streets.on_street(street.edge, Metres::new(step * (part as f64 + 0.5))))
    })
}

fn patch_at(place: &Place, at: Xy) -> Option<PatchIdx> {
    let point = Point::new(at.x, at.y);
    place.patches.enumerate().find(|(_, patch)| patch.shape.contains(&point)).map(|(patch, _)| patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_from_one_point_to_another_has_one_of_eight_names() {
        let from = Xy::new(400_000.0, 200_000.0);
        let to = |x: f64, y: f64| compass(from, Xy::new(from.x + x, from.y + y));
        assert_eq!(
            [to(0.0, 9.0), to(5.0, 5.0), to(9.0, 1.0), to(4.0, -5.0)],
            ["north", "north-east", "east", "south-east"]
        );
        assert_eq!(
            [to(0.0, -9.0), to(-5.0, -5.0), to(-9.0, 1.0), to(-5.0, 5.0)],
            ["south", "south-west", "west", "north-west"]
        );
    }
}
