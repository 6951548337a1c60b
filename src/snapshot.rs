//! A place with its layers, ready to be handed out: built whole, swapped whole, never changed.

mod again;
mod collection;
mod file;
mod saved;
mod shared;
mod whole_map;

pub use collection::{BoxCoords, Collection, Coords, Wanted};
pub use file::Unopened;
pub use saved::{Saved, Unsaved};
pub use shared::{Failure, Shared};
pub use whole_map::WholeMap;

use again::Again;

use crate::disclose::Protected;
use crate::export::tile::{ArchiveError, archive};
use crate::layer::totals::{Totals, totals};
use crate::layer::{Answer, Findings, Layer, catalog};
use crate::measure::{Coverage, Engaged, Gaps, GivingRule, Missing, Today, coverage, gaps, giving, missing};
use crate::place::{Code, Issue, Place, Standard};
use chrono::{DateTime, Utc};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::io::BufWriter;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Features on the map beyond which a place is large. A borough has some 20,000, and all its tiles take a second or two; the zones
/// of a nation by two standards are 100,000, and took 22.
const MUCH: usize = 50_000;

/// A place and everything that is told about it.
#[derive(Debug)]
pub struct Snapshot {
    /// The place.
    pub place: Arc<Place>,
    layers: Vec<Arc<Collection>>,
    digest: String,
    today: OnceLock<Today>,
    missing: OnceLock<Vec<Missing>>,
    /// Gaps of each standard, in the order of the place's; none where the layers came from elsewhere.
    gaps: Vec<Gaps>,
    archive: WholeMap,
    /// When it was built.
    pub built_at: DateTime<Utc>,
    /// How long it took from the files, if it was made of files.
    pub took: Option<Duration>,
    /// What is wrong with the files, the worst first.
    pub issues: Vec<Issue>,
    /// What is published of engagement records, to be kept; `None` where there are none, or they are not shown.
    pub release: Option<Protected>,
    /// What each standard is, and what came of it in the whole place.
    pub totals: Vec<Totals>,
}

impl Snapshot {
    /// What is true of this place? Answers every standard, makes every layer, and indexes it.
    #[must_use]
    pub fn build(place: Place, issues: Vec<Issue>) -> Self {
        let made = Self::build_after(place, issues, None);
        // Nobody audits it who asks for them.
        drop(made.release.as_ref().map(|release| release.clues.take()));
        made
    }

    /// The same where another place was answered before, most of which is often this one's too: what rests on nothing
    /// that differs is taken over, and comes out as if it had been worked out again.
    #[must_use]
    pub fn build_after(place: Place, issues: Vec<Issue>, before: Option<&Self>) -> Self {
        Self::build_beside(place, issues, before, |_, _| {}).0
    }

    /// The same, and what somebody makes meanwhile of what is published of engagement records: the layers keep one thread
    /// busy, and an audit another.
    #[must_use]
    pub fn build_beside<T: Send>(
        place: Place,
        mut issues: Vec<Issue>,
        before: Option<&Self>,
        beside: impl FnOnce(&Place, &Protected) -> T + Send,
    ) -> (Self, Option<T>) {
        let again = before.and_then(|before| Again::of(before, &place));
        // Protecting counts keeps one thread busy, and the walks the others.
        let (measured, engaged) = rayon::join(
            || measured(&place, again.as_ref()),
            || match before.and_then(|before| again::published(before, &place)) {
                Some(protected) => Ok(Some(Engaged::from(&place, protected))),
                None => Engaged::of(&place),
            },
        );
        let engaged = engaged.unwrap_or_else(|why| {
            issues.push(Engaged::not_protected(&why));
            None
        });
        let layered = || {
            let standards: Vec<Answer<'_>> = measured
                .iter()
                .map(|(standard, coverage, gaps)| Answer { standard, coverage, gaps: Some(gaps) })
                .collect();
            let totals = totals(&place, &standards);
            let giving = giving(&place, GivingRule::default());
            let findings = Findings { standards, giving: giving.as_ref(), engaged: engaged.as_ref() };
            let layers = catalog::build(&place, &findings);
            let both: Vec<_> = measured.iter().map(|(_, coverage, gaps)| (coverage, gaps)).collect();
            (layers, totals, missing(&place, &both))
        };
        let ((layers, totals, lacking), made) =
            rayon::join(layered, || engaged.as_ref().map(|engaged| beside(&place, &engaged.protected)));
        let (coverage, gaps) = measured.into_iter().map(|(_, coverage, gaps)| (coverage, gaps)).unzip();
        let today = OnceLock::from(Today::measured(&place, coverage));
        let release = engaged.map(|engaged| engaged.protected);
        let assembled = Self::assembled(place, layers, totals, issues, before);
        (Self { today, missing: OnceLock::from(lacking), gaps, release, ..assembled }, made)
    }

    /// A snapshot of layers that were made already.
    #[must_use]
    pub fn of_layers(place: Place, layers: Vec<Layer>, issues: Vec<Issue>) -> Self {
        Self::assembled(place, layers, Vec::new(), issues, None)
    }

    fn assembled(
        place: Place,
        layers: Vec<Layer>,
        totals: Vec<Totals>,
        issues: Vec<Issue>,
        before: Option<&Self>,
    ) -> Self {
        let before = before.filter(|before| before.place.plane == place.plane);
        let indexed = |layer: Layer| match before.and_then(|before| before.made(&layer)) {
            Some(same) => Arc::clone(same),
            None => Arc::new(Collection::new(layer, &place.plane)),
        };
        let collections: Vec<Arc<Collection>> = layers.into_par_iter().map(indexed).collect();
        let digest = digest(&place, &collections, &totals, &issues);
        let (today, missing, archive, built_at) = (OnceLock::new(), OnceLock::new(), WholeMap::default(), Utc::now());
        let (took, release, gaps, place) = (None, None, Vec::new(), Arc::new(place));
        let layers = collections;
        Self { place, layers, digest, today, missing, gaps, archive, built_at, took, issues, release, totals }
    }

    /// The collection that is made of this very layer.
    fn made(&self, layer: &Layer) -> Option<&Arc<Collection>> {
        self.layers.iter().find(|each| each.layer.id == layer.id).filter(|each| each.layer == *layer)
    }

    /// The same for those who may see only some of its layers, with a digest of its own. Only what is drawn and listed
    /// layer by layer is narrowed: what is worked out from the whole place must be refused to them.
    #[must_use]
    pub fn narrowed(&self, shows: impl Fn(&str) -> bool) -> Self {
        let layers: Vec<Arc<Collection>> =
            self.layers.iter().filter(|each| shows(each.layer.id.as_str())).cloned().collect();
        let totals: Vec<Totals> =
            self.totals.iter().filter(|each| shows(&format!("coverage-{}", each.standard.key))).cloned().collect();
        let digest = digest(&self.place, &layers, &totals, &self.issues);
        let (today, missing, archive) = (OnceLock::new(), OnceLock::new(), WholeMap::default());
        let (place, issues) = (Arc::clone(&self.place), self.issues.clone());
        let (built_at, took, gaps, release) = (self.built_at, self.took, Vec::new(), None);
        Self { place, layers, digest, today, missing, gaps, archive, built_at, took, issues, release, totals }
    }

    /// Why nothing is shown of engagement records that are there, and what to do.
    #[must_use]
    pub fn not_shown(&self) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.code == Code::NotProtected)
    }

    /// Its layers, in the order of the catalogue, each ready to be asked.
    #[must_use]
    pub fn layers(&self) -> &[Arc<Collection>] {
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

    /// Which streets lack what; measured at the first question where the layers came from elsewhere.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        self.missing.get_or_init(|| {
            let coverage = self.today().coverage();
            let gaps: Vec<Gaps> =
                self.place.standards.iter().zip(coverage).map(|(one, own)| gaps(&self.place, one, own)).collect();
            missing(&self.place, &coverage.iter().zip(&gaps).collect::<Vec<_>>())
        })
    }

    /// All layers as one PMTiles file, made by whoever is the first to ask: seconds for a borough, minutes for a country.
    ///
    /// # Errors
    /// What went wrong when it was written.
    pub fn archive(&self) -> Result<&Saved, Unsaved<ArchiveError>> {
        self.archive_while(&|| true)
    }

    /// The same, for as long as somebody waits for it.
    ///
    /// # Errors
    /// What went wrong when it was written, or that nobody waits.
    pub fn archive_while(&self, is_wanted: &dyn Fn() -> bool) -> Result<&Saved, Unsaved<ArchiveError>> {
        self.archive.made_by(|progress| {
            let layers: Vec<_> = self.drawn().map(|each| (&each.layer, each.tiles(&self.place.plane))).collect();
            let description = format!("Who can walk to what in {}, and where the gaps are and why.", self.place.name);
            let goes_on = |done: f64| {
                progress.tell(done);
                is_wanted()
            };
            Saved::by(|file| {
                archive(&self.place.name, &description, &layers, BufWriter::new(file), &goes_on)?;
                Ok(())
            })
        })
    }

    /// The file of all layers as far as it is: see [`Snapshot::archive`].
    #[must_use]
    pub const fn whole_map(&self) -> &WholeMap {
        &self.archive
    }

    /// Whether there is so much to draw that nobody should wait for all of it at once.
    #[must_use]
    pub fn is_large(&self) -> bool {
        self.drawn().map(Collection::len).sum::<usize>() > MUCH
    }

    /// The collections with something to draw, in the order of all: the others are tables.
    pub fn drawn(&self) -> impl Iterator<Item = &Collection> {
        self.layers.iter().map(|each| &**each).filter(|each| !each.layer.is_table())
    }

    /// The collection of this name.
    #[must_use]
    pub fn collection(&self, id: &str) -> Option<&Collection> {
        self.layers.iter().map(|each| &**each).find(|collection| collection.layer.id.as_str() == id)
    }
}

/// What is true of the place by each of its standards.
fn measured<'a>(place: &'a Place, again: Option<&Again<'_>>) -> Vec<(&'a Standard, Coverage, Gaps)> {
    let by_standard = place.standards.par_iter().map(|standard| {
        if let Some((coverage, gaps)) = again.and_then(|again| again.of_standard(place, standard)) {
            return (standard, coverage, gaps);
        }
        let coverage = coverage(place, standard);
        let gaps = gaps(place, standard, &coverage);
        (standard, coverage, gaps)
    });
    by_standard.collect()
}

fn digest(place: &Place, collections: &[Arc<Collection>], totals: &[Totals], issues: &[Issue]) -> String {
    let mut all = Sha256::new();
    let head =
        format!("{:?}", (env!("CARGO_PKG_VERSION"), &place.key, &place.name, place.plane.epsg(), totals, issues));
    all.update(head.as_bytes());
    for collection in collections {
        all.update(collection.digest);
    }
    let first = all.finalize().iter().take(8).fold(0, |number: u64, &byte| (number << 8) | u64::from(byte));
    format!("{first:016x}")
}
