//! Writes a street file as the network Patchwork makes of it, with walks from random positions, so that
//! any other program can check them: `export_network STREETS OUT_DIR EPSG [POSITIONS] [SEED]`.
//!
//! `edges.csv` has the ends, length and line of each street, and whether it is met only at its ends; `barriers.csv`
//! what cannot be crossed; `sources.csv` and `positions.csv` have
//! random points with where they meet the streets, and the positions the nearest source and the walk.

use patchwork::crs::{Plane, Xy};
use patchwork::load::streets::load_streets;
use patchwork::load::{Issues, StreetsSection};
use patchwork::network::{Search, Snap, Street, StreetNetwork};
use patchwork::units::Metres;
use std::error::Error;
use std::path::Path;

const SOURCES: usize = 40;
const MAX_OFF_STREET: Metres = Metres::new(500.0);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, streets, out, epsg, rest @ ..] = arguments.as_slice() else {
        return Err("export_network STREETS OUT_DIR EPSG [POSITIONS] [SEED]".into());
    };
    let number = |i: usize, default: u64| rest.get(i).map_or(Ok(default), |text| text.parse());
    let (n_positions, seed) = (number(0, 2000)?, number(1, 1)?);
    let plane = Plane::from_epsg(epsg.parse()?).ok_or("EPSG is 27700 or a WGS84 UTM zone")?;
    let section: StreetsSection = toml::from_str(&format!("file = '{streets}'"))?;
    let began = std::time::Instant::now();
    let mut issues = Issues::default();
    let loaded = load_streets(&section, &[(Path::new(streets), streets)], &plane, &mut issues, &|_| ());
    let network = loaded.map_err(|issue| format!("{}. {}.", issue.problem, issue.remedy))?.network;
    let seconds = began.elapsed().as_secs_f64();
    let (nodes, ways, km) = (network.n_nodes(), network.n_streets(), network.length().get() / 1000.0);
    eprintln!("{nodes} nodes, {ways} streets, {km:.1} km, {} parts, read in {seconds:.3} s", network.islands().len());
    for issue in issues.into_sorted() {
        eprintln!("{}: {}. {}.", issue.severity.word(), issue.problem, issue.remedy);
    }

    let mut random = Random(seed);
    let sources = random.points(&network, SOURCES);
    let positions = random.points(&network, usize::try_from(n_positions)?);
    std::fs::create_dir_all(out)?;
    write_edges(&network, &Path::new(out).join("edges.csv"))?;
    write_barriers(&network, &Path::new(out).join("barriers.csv"))?;
    write_points(&network, &sources, &[], &Path::new(out).join("sources.csv"))?;
    write_points(&network, &positions, &sources, &Path::new(out).join("positions.csv"))
}

fn write_edges(network: &StreetNetwork, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(["u", "v", "length_m", "line", "passage"])?;
    for Street { from, to, length, shape, is_passage, .. } in network.streets() {
        let line: Vec<String> = shape.iter().map(|at| format!("{} {}", at.x, at.y)).collect();
        let (u, v) = (from.index().to_string(), to.index().to_string());
        file.write_record([u, v, length.get().to_string(), line.join(";"), u8::from(is_passage).to_string()])?;
    }
    Ok(file.flush()?)
}

/// The lines that no step off a street crosses, piece by piece.
fn write_barriers(network: &StreetNetwork, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(["x1", "y1", "x2", "y2"])?;
    for (a, b) in network.barriers() {
        file.write_record([a.x, a.y, b.x, b.y].map(|metres| metres.to_string()))?;
    }
    Ok(file.flush()?)
}

fn write_points(
    network: &StreetNetwork,
    points: &[(Xy, Snap)],
    sources: &[(Xy, Snap)],
    path: &Path,
) -> Result<(), Box<dyn Error>> {
    let snaps = |points: &[(Xy, Snap)]| points.iter().map(|(_, snap)| *snap).collect::<Vec<_>>();
    let walks = Search::new(network).nearest(&snaps(sources), &snaps(points), None);
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(["x", "y", "edge", "along_m", "off_street_m", "nearest_source", "walk_m"])?;
    for ((at, snap), walk) in points.iter().zip(walks) {
        let (nearest, length) =
            walk.map_or_else(Default::default, |walk| (walk.source.to_string(), walk.distance.get().to_string()));
        file.write_record([
            at.x.to_string(),
            at.y.to_string(),
            snap.edge.index().to_string(),
            snap.along.get().to_string(),
            snap.off_street.get().to_string(),
            nearest,
            length,
        ])?;
    }
    Ok(file.flush()?)
}

/// `SplitMix64`: the same points everywhere for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Between 0 and 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Points within 150 m east and north of a random node, each with where it meets the streets.
    fn points(&mut self, network: &StreetNetwork, n: usize) -> Vec<(Xy, Snap)> {
        let nodes: Vec<Xy> = network.nodes().map(|(_, at)| at).collect();
        let mut points = Vec::with_capacity(n);
        while points.len() < n {
            let near = nodes[(self.share() * nodes.len() as f64) as usize];
            let at = Xy::new(near.x + 300.0 * self.share() - 150.0, near.y + 300.0 * self.share() - 150.0);
            // Not from private streets, whose way out is another question.
            points.extend(network.snap(at, MAX_OFF_STREET).filter(|snap| snap.door == at).map(|snap| (at, snap)));
        }
        points
    }
}
