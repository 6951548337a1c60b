//! A place with its layers, ready to be handed out: built whole, swapped whole, never changed.

mod collection;
mod shared;

pub use collection::{BoxCoords, Collection, Coords, Wanted};
pub use shared::{Failure, Shared};

use crate::layer::{Answer, Findings, Layer, catalog};
use crate::measure::{Coverage, Gaps, Today, coverage, gaps};
use crate::place::{Issue, Place, Standard};
use chrono::{DateTime, Utc};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// A place and everything that is told about it.
#[derive(Debug)]
pub struct Snapshot {
    /// The place.
    pub place: Place,
    layers: Vec<Collection>,
    digest: String,
    today: OnceLock<Today>,
    /// When it was built.
    pub built_at: DateTime<Utc>,
    /// What is wrong with the files, the worst first.
    pub issues: Vec<Issue>,
}

impl Snapshot {
    /// What is true of this place? Answers every standard, makes every layer, and indexes it.
    #[must_use]
    pub fn build(place: Place, issues: Vec<Issue>) -> Self {
        let (layers, coverage) = {
            let measured: Vec<(&Standard, Coverage, Gaps)> = place
                .standards
                .par_iter()
                .map(|standard| {
                    let coverage = coverage(&place, standard);
                    let gaps = gaps(&place, standard, &coverage);
                    (standard, coverage, gaps)
                })
                .collect();
            let standards: Vec<Answer<'_>> = measured
                .iter()
                .map(|(standard, coverage, gaps)| Answer { standard, coverage, gaps: Some(gaps) })
                .collect();
            let layers = catalog::build(&place, &Findings { standards });
            (layers, measured.into_iter().map(|(_, coverage, _)| coverage).collect())
        };
        let today = Today::measured(&place, coverage);
        Self { today: OnceLock::from(today), ..Self::of_layers(place, layers, issues) }
    }

    /// A snapshot of layers that were made already.
    #[must_use]
    pub fn of_layers(place: Place, layers: Vec<Layer>, issues: Vec<Issue>) -> Self {
        let collections: Vec<Collection> =
            layers.into_par_iter().map(|layer| Collection::new(layer, &place.plane)).collect();
        let digest = digest(&place, &collections, &issues);
        Self { place, layers: collections, digest, today: OnceLock::new(), built_at: Utc::now(), issues }
    }

    /// Its layers, in the order of the catalogue, each ready to be asked.
    #[must_use]
    pub fn layers(&self) -> &[Collection] {
        &self.layers
    }

    /// Same answers, same digest: 16 hexadecimal digits of the SHA-256 of all that is handed out.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What "what if" starts from; measured at the first question where the layers came from elsewhere.
    #[must_use]
    pub fn today(&self) -> &Today {
        self.today.get_or_init(|| Today::of(&self.place))
    }

    /// The collection of this name.
    #[must_use]
    pub fn collection(&self, id: &str) -> Option<&Collection> {
        self.layers.iter().find(|collection| collection.layer.id == id)
    }
}

fn digest(place: &Place, collections: &[Collection], issues: &[Issue]) -> String {
    let mut all = Sha256::new();
    let head = format!("{:?}", (env!("CARGO_PKG_VERSION"), &place.key, &place.name, place.plane.epsg(), issues));
    all.update(head.as_bytes());
    for collection in collections {
        all.update(collection.digest);
    }
    let first = all.finalize().iter().take(8).fold(0, |number: u64, &byte| (number << 8) | u64::from(byte));
    format!("{first:016x}")
}
