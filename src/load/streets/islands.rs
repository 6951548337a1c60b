use crate::crs::Plane;
use crate::load::Issues;
use crate::load::words::{figure, some_of};
use crate::network::{Island, Snap, StreetNetwork};
use crate::place::{Asset, Audience, Code, Issue, Position, Severity, Where};

/// More of the residents than this on parts of their own is no detail of the map: whoever reads the answers must know.
const MANY: f64 = 0.005;

/// Who is cut off from the rest of the streets, since nobody there reaches anything else?
///
/// Residents are those whose door meets a part of the network that is not joined to the largest; assets of the place are named.
pub(in crate::load) fn tell_of_islands(
    network: &StreetNetwork,
    file: &str,
    plane: &Plane,
    (positions, assets): (&[Position], &[&Asset]),
    issues: &mut Issues,
) {
    let Some((_, cut_off)) = network.islands().split_first().filter(|(_, others)| !others.is_empty()) else { return };
    let mut residents = vec![0.0; network.islands().len()];
    for position in positions {
        if let Some(snap) = position.snap {
            residents[network.island_of(snap.edge)] += position.residents;
        }
    }
    let all: f64 = positions.iter().map(|position| position.residents).sum();
    let lost: f64 = residents[1..].iter().sum();
    let most = (1..residents.len()).max_by(|&a, &b| residents[a].total_cmp(&residents[b]).then(b.cmp(&a))).unwrap_or(1);
    let names: Vec<&str> = assets
        .iter()
        .filter(|asset| asset.snap.is_some_and(|snap| network.island_of(snap.edge) > 0))
        .map(|asset| asset.name.as_str())
        .collect();
    let at = plane
        .to_lonlat(network.islands()[most].at)
        .map_or_else(String::new, |at| format!(" at {:.5}, {:.5} (longitude, latitude)", at.lon, at.lat));
    let metres: f64 = cut_off.iter().map(|island| island.length.get()).sum();
    let parts = if cut_off.len() == 1 {
        "1 part of the network is".to_owned()
    } else {
        format!("{} parts of the network are", cut_off.len())
    };
    let who = if lost > 0.0 {
        format!(
            "{} residents ({:.1} %) live on them, most{at} ({})",
            figure(lost.round()),
            100.0 * lost / all,
            figure(residents[most].round())
        )
    } else {
        "nobody lives on them".to_owned()
    };
    let what = match names.as_slice() {
        [] => String::new(),
        [one] => format!("; 1 asset is there: \"{one}\""),
        many => format!("; {} assets are there: {}", many.len(), some_of(many)),
    };
    let problem = format!("{parts} not joined to the rest ({:.1} km of street): {who}{what}", metres / 1000.0);
    let remedy = format!(
        "Join them in the source if a way is missing there, or use a larger extract if it lies outside; they reach only what \
         is on their own part, save those beside a part of less than {:.0} m, who are led to the nearest larger street within \
         {:.0} m more",
        Island::TINY.get(),
        Snap::PAST_TINY.get(),
    );
    let is_much = lost > MANY * all || !names.is_empty();
    let severity = if is_much { Severity::Warning } else { Severity::Note };
    issues.push(Issue {
        severity,
        code: Code::StreetIslands,
        at: Where::file(file),
        problem,
        remedy,
        audience: Audience::Everybody,
    });
}
