//! Small places written to a temporary directory.

use patchwork::load::{Loaded, load_with};
use patchwork::place::{Issue, Place};
use std::path::{Path, PathBuf};

/// A place directory that is removed at the end of the test.
pub(crate) struct Toy {
    dir: tempfile::TempDir,
}

/// Four zones in a row, each a hundredth of a degree wide, near Newport: A1 and A2 in ward A, B1 and B2
/// in ward B.
pub(crate) const SETTINGS: &str = r#"
[place]
name = "Toytown"
date = "2024-06-30"

[patches]
file = "wards.geojson"

[zones]
file = "zones.geojson"

[[groups]]
file = "residents.csv"
dimension = "ethnic_group"
"#;

const RESIDENTS: &str = "zone,category,n\nA1,White,60\nA1,Asian,40\nA2,White,150\nA2,Asian,50\nB1,White,300\nB1,Asian,0\nB2,White,1\nB2,Asian,3\n";

impl Toy {
    /// The toy place, sound in every file.
    pub(crate) fn new() -> Self {
        let toy = Self { dir: tempfile::tempdir().expect("a directory") };
        let zones: Vec<String> =
            ["A1", "A2", "B1", "B2"].iter().enumerate().map(|(i, key)| square(key, i, 1)).collect();
        toy.with("place.toml", SETTINGS)
            .with("zones.geojson", &collection(&zones))
            .with("wards.geojson", &collection(&[square("A", 0, 2), square("B", 2, 2)]))
            .with("residents.csv", RESIDENTS)
    }

    /// Writes or replaces a file.
    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        std::fs::write(self.dir.path().join(name), text).expect("written");
        self
    }

    /// Adds lines to `place.toml`.
    pub(crate) fn and(self, more: &str) -> Self {
        let path = self.dir.path().join("place.toml");
        let text = std::fs::read_to_string(&path).expect("settings") + more;
        self.with("place.toml", &text)
    }

    /// Where it is.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Loads it.
    pub(crate) fn load(&self) -> Loaded {
        load_with(self.dir.path(), &|_| None, &|_| {})
    }

    /// Loads it, and it must be usable.
    pub(crate) fn place(&self) -> (Place, Vec<Issue>) {
        let loaded = self.load();
        let issues = loaded.issues;
        (loaded.place.unwrap_or_else(|| panic!("not usable: {issues:#?}")), issues)
    }

    /// The one issue with this code.
    pub(crate) fn issue(&self, code: &str) -> Issue {
        let mut found: Vec<Issue> = self.load().issues.into_iter().filter(|issue| issue.code == code).collect();
        assert_eq!(found.len(), 1, "{code}: {found:#?} of {:#?}", self.load().issues);
        found.remove(0)
    }
}

/// A feature: a rectangle `wide` hundredths of a degree wide that begins at the `i`th.
pub(crate) fn square(key: &str, i: usize, wide: usize) -> String {
    let (west, east) = (-3.0 + 0.01 * i as f64, -3.0 + 0.01 * (i + wide) as f64);
    ring(key, &[(west, 51.58), (east, 51.58), (east, 51.59), (west, 51.59), (west, 51.58)])
}

/// A feature with this outline.
pub(crate) fn ring(key: &str, points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("[{x},{y}]")).collect();
    let points = points.join(",");
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{key}"}},"geometry":{{"type":"Polygon","coordinates":[[{points}]]}}}}"#
    )
}

/// A feature collection.
pub(crate) fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// The directory of real data.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("PATCHWORK_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

/// Loads one of the example places; it must be usable.
pub(crate) fn example(name: &str) -> (Place, Vec<Issue>) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/places").join(name);
    let shared = shared().to_string_lossy().into_owned();
    let loaded = load_with(&dir, &|variable| (variable == "PATCHWORK_SHARED").then(|| shared.clone()), &|_| {});
    let issues = loaded.issues;
    (loaded.place.unwrap_or_else(|| panic!("{name} is not usable: {issues:#?}")), issues)
}
