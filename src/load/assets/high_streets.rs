//! High streets: runs of shops on one street, so that "a high street within 15 minutes" can be asked.

use super::draft::Draft;
use crate::crs::Xy;
use crate::load::streets::OsmFeature;
use crate::network::StreetNetwork;
use crate::place::{AssetStatus, Opening};
use crate::units::Metres;
use std::collections::BTreeMap;

/// A run of shops is a high street from this many on: enough for daily needs (food, a chemist, a bank
/// or post office, a café) with some choice. Set lower, a corner parade counts as a high street; set
/// much higher, only town centres do.
pub(super) const USUAL_SHOPS: u32 = 10;

/// Shops of one street belong to one run when each is at most this far from the next: a few frontages,
/// a side street or a small square between them. A gap of more breaks the street for a shopper.
const LINK_M: f64 = 100.0;

/// A shop without a street in its address stands on the street it is nearest to, within this.
const FRONTAGE: Metres = Metres::new(50.0);

/// The high streets among the shops of an OpenStreetMap file.
///
/// Shops (`shop=*`, vacant ones not counted) are gathered by the name of their street and linked when
/// within [`LINK_M`]; the asset stands at the shop with the least summed distance to the others.
pub(super) fn find(file: &str, features: &[OsmFeature], network: Option<&StreetNetwork>, at_least: u32) -> Vec<Draft> {
    let mut by_street: BTreeMap<String, Vec<&OsmFeature>> = BTreeMap::new();
    for feature in features {
        let is_shop = feature.tags.get("shop").is_some_and(|what| !matches!(what.as_str(), "no" | "vacant" | "empty"));
        if is_shop && let Some(street) = street_of(feature, network) {
            by_street.entry(street).or_default().push(feature);
        }
    }
    let mut found = Vec::new();
    for (street, shops) in by_street {
        for run in runs(&shops) {
            if run.len() >= at_least as usize
                && let Some(middle) = medoid(&run)
            {
                found.push(draft(file, &street, run.len(), middle));
            }
        }
    }
    found
}

fn street_of(feature: &OsmFeature, network: Option<&StreetNetwork>) -> Option<String> {
    let near = || {
        let network = network?;
        let snap = network.snap(feature.at, FRONTAGE)?;
        network.street(snap.edge).name.map(str::to_owned)
    };
    feature.street.clone().or_else(near)
}

/// Shops linked into runs, each in the order of the features.
fn runs<'f>(shops: &[&'f OsmFeature]) -> Vec<Vec<&'f OsmFeature>> {
    let mut run_of: Vec<Option<usize>> = vec![None; shops.len()];
    let mut runs: Vec<Vec<&OsmFeature>> = Vec::new();
    for start in 0..shops.len() {
        if run_of[start].is_some() {
            continue;
        }
        let run = runs.len();
        run_of[start] = Some(run);
        let mut open = vec![start];
        let mut members = Vec::new();
        while let Some(i) = open.pop() {
            members.push(i);
            for j in 0..shops.len() {
                if run_of[j].is_none() && shops[i].at.distance(shops[j].at).get() <= LINK_M {
                    run_of[j] = Some(run);
                    open.push(j);
                }
            }
        }
        members.sort_unstable();
        runs.push(members.into_iter().map(|i| shops[i]).collect());
    }
    runs
}

/// The shop nearest to all others together; of equals, the one whose identifier sorts first.
fn medoid<'f>(run: &[&'f OsmFeature]) -> Option<&'f OsmFeature> {
    let sum = |at: Xy| run.iter().map(|other| at.distance(other.at).get()).sum::<f64>();
    run.iter().copied().min_by(|a, b| sum(a.at).total_cmp(&sum(b.at)).then(a.id.cmp(&b.id)))
}

fn draft(file: &str, street: &str, shops: usize, middle: &OsmFeature) -> Draft {
    Draft {
        key: Some(format!("high-street-{}", middle.id.replace('/', "-"))),
        name: Some(format!("{street} ({shops} shops)")),
        kind: "high_street".to_owned(),
        at: middle.at,
        status: AssetStatus::Open,
        opens_on: None,
        closes_on: None,
        opening: Opening::Unknown,
        capacity: None,
        step_free: None,
        last_checked: None,
        address: None,
        file: file.to_owned(),
        line: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop(id: usize, x: f64, street: Option<&str>) -> OsmFeature {
        OsmFeature {
            id: format!("node/{id}"),
            name: None,
            tags: BTreeMap::from([("shop".to_owned(), "bakery".to_owned())]),
            at: Xy::new(x, 0.0),
            street: street.map(str::to_owned),
        }
    }

    #[test]
    fn a_run_of_shops_is_a_high_street_and_a_gap_breaks_it() {
        let mut shops: Vec<OsmFeature> = (0..12).map(|i| shop(i, i as f64 * 90.0, Some("Commercial Street"))).collect();
        shops.extend((0..5).map(|i| shop(100 + i, 3_000.0 + i as f64 * 20.0, Some("Commercial Street"))));
        shops.push(shop(200, 100.0, None));
        let found = find("f.osm", &shops, None, 10);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name.as_deref(), Some("Commercial Street (12 shops)"));
        assert_eq!(found[0].at, Xy::new(450.0, 0.0), "of the two in the middle, the identifier that sorts first");
    }

    #[test]
    fn empty_shops_do_not_count() {
        let mut shops: Vec<OsmFeature> = (0..10).map(|i| shop(i, i as f64 * 10.0, Some("High Street"))).collect();
        shops[3].tags.insert("shop".to_owned(), "vacant".to_owned());
        assert!(find("f.osm", &shops, None, 10).is_empty());
    }
}
