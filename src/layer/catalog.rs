//! How the list of layers ([`super::CATALOGUE`]) becomes layers: what a line of it says (what the layer is called, what it
//! tells, how it is made, and which paragraph of METHODS.md says how), and what the makers look things up in.

use super::column::Table;
use super::credits::{TIMETABLES, credits};
use super::main_patch::main_patch;
use super::{CATALOGUE, Layer, LayerId, Value};
use crate::measure::{Coverage, Engaged, Gaps, Reached};
use crate::place::{AssetIdx, IdVec, Journey, PatchIdx, Place, Standard, ZoneIdx, clock};
use rayon::prelude::*;
use std::fmt::Write;

/// The measure that several layers answer.
pub const GIVING: &str = "giving";

/// The measure of room within reach, of standards that ask for it.
pub const ROOM: &str = "catchment-ratios";

/// What was found out about one standard.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// Who is covered.
    pub coverage: &'a Coverage,
    /// Where people are not, and why; `None` when only coverage was asked for.
    pub gaps: Option<&'a Gaps>,
}

/// What was found out about a place that several layers need; a measure of one layer is asked by that layer.
#[derive(Debug, Default)]
pub struct Findings<'a> {
    /// Coverage and gaps of each standard.
    pub standards: Vec<Answer<'a>>,
    /// Who was met, protected; `None` where there are no records or they cannot be protected.
    pub engaged: Option<&'a Engaged>,
    /// Where giving reaches; `None` where no grants were given.
    pub giving: Option<&'a Reached>,
}

/// One line of the catalogue.
#[derive(Debug)]
pub struct Entry {
    /// Name in links; a layer about a standard adds the standard's key.
    pub id: &'static str,
    /// The one word for what the layer is about.
    pub subject: &'static str,
    /// The measure whose answer it is, as `patchwork measure` knows it.
    pub measure: &'static str,
    /// What that measure says, in a line of help; on the first layer of a measure that the command line has.
    pub asks: Option<&'static str>,
    /// Name for people; a layer about a standard adds the standard's title.
    pub title: &'static str,
    /// The question the layer answers, and how.
    pub description: &'static str,
    /// Paragraph of METHODS.md, as an anchor.
    pub method: &'static str,
    /// Roles of the sources it rests on.
    pub(super) roles: &'static [&'static [&'static str]],
    /// Whether it rests on walks, which are straight lines where there are no streets.
    pub(super) walks: bool,
    /// How it is made.
    pub(super) make: Make,
}

/// How a layer is made. A measure of its own asks `measure` for its answer; what several layers need is in the context.
#[derive(Debug)]
pub(super) enum Make {
    /// One layer for the place, where there is anything to tell.
    Once(fn(&Context<'_>) -> Option<Table>),
    /// One layer for each standard.
    PerStandard(fn(&Context<'_>, &Answer<'_>) -> Table),
    /// One layer for each standard that asks for what it tells.
    WhereAsked(fn(&Context<'_>, &Answer<'_>) -> Option<Table>),
    /// One layer, where there are engagement records.
    OfRecords(fn(&Context<'_>) -> Option<Table>),
    /// One layer for each dimension that engagement records tell.
    PerDimension(fn(&Context<'_>, &str) -> Option<Table>),
}

/// What a measure is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The place.
    Place,
    /// One standard at a time.
    Standards,
    /// The engagement records.
    Records,
}

impl Entry {
    /// What it is asked about.
    #[must_use]
    pub const fn asked(&self) -> Asked {
        match self.make {
            Make::Once(_) => Asked::Place,
            Make::PerStandard(_) | Make::WhereAsked(_) => Asked::Standards,
            Make::OfRecords(_) | Make::PerDimension(_) => Asked::Records,
        }
    }
}

/// The one word for what a layer is about.
#[must_use]
pub fn subject(id: &LayerId) -> &str {
    CATALOGUE.iter().find(|entry| entry.id == id.kind()).map_or(id.kind(), |entry| entry.subject)
}

/// Every layer of the place, in the order of the catalogue.
#[must_use]
pub fn build(place: &Place, findings: &Findings<'_>) -> Vec<Layer> {
    let context = Context::of(place, findings);
    let answers = context.answers;
    let mut layers: Vec<Layer> = Vec::new();
    let jobs: Vec<(&Entry, Option<&Answer<'_>>)> = CATALOGUE
        .iter()
        .flat_map(|entry| match entry.asked() {
            Asked::Place => vec![(entry, None)],
            Asked::Standards => answers.iter().map(|answer| (entry, Some(answer))).collect(),
            Asked::Records => Vec::new(),
        })
        .collect();
    layers.par_extend(jobs.into_par_iter().filter_map(|(entry, answer)| layer(&context, entry, answer)));
    layers.extend(of_engagement(&context));
    layers
}

/// The layers that are made from engagement records alone, as [`build`] makes them.
#[must_use]
pub fn engagement_layers(place: &Place, engaged: &Engaged) -> Vec<Layer> {
    let context = Context { place, answers: &[], engaged: Some(engaged), main_patch: main_patch(place), giving: None };
    of_engagement(&context)
}

fn of_engagement(context: &Context<'_>) -> Vec<Layer> {
    if context.engaged.is_none() {
        return Vec::new();
    }
    let everybody = ["everybody".to_owned()];
    let dimensions = match context.place.engagement.dimensions.as_slice() {
        [] => everybody.as_slice(),
        told => told,
    };
    let jobs: Vec<(&Entry, Option<&String>)> = CATALOGUE
        .iter()
        .flat_map(|entry| match entry.make {
            Make::PerDimension(_) => dimensions.iter().map(|dimension| (entry, Some(dimension))).collect(),
            Make::OfRecords(_) => vec![(entry, None)],
            Make::Once(_) | Make::PerStandard(_) | Make::WhereAsked(_) => Vec::new(),
        })
        .collect();
    let made = jobs.into_par_iter().filter_map(|(entry, dimension)| match (&entry.make, dimension) {
        (Make::PerDimension(make), Some(dimension)) => {
            let label = context.place.groups.iter().find(|group| group.dimension == *dimension);
            let label = label.map_or(dimension.as_str(), |group| group.dimension_label.as_str());
            let id = LayerId::of_dimension(entry.id, dimension, label);
            Some(named(context, entry, id, format!("{}: {label}", entry.title), ("", &[]), make(context, dimension)?))
        }
        (Make::OfRecords(make), _) => {
            Some(named(context, entry, LayerId::of(entry.id), entry.title.to_owned(), ("", &[]), make(context)?))
        }
        _ => None,
    });
    made.collect()
}

/// A table as a layer: `more` is what its description says besides that of its entry, and the roles of the sources it
/// rests on besides those of its entry.
fn named(
    context: &Context<'_>,
    entry: &Entry,
    id: LayerId,
    title: String,
    (more, roles): (&str, &[&str]),
    table: Table,
) -> Layer {
    let roles: Vec<&[&str]> = entry.roles.iter().copied().chain([roles]).collect();
    let mut credits = credits(context.place, &roles, entry.walks);
    let words = [entry.description, more, table.protection.as_deref().unwrap_or_default()];
    let description = words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
    credits.protection = table.protection;
    Layer { id, title, description, method: entry.method, credits, fields: table.fields, features: table.features }
}

/// The layer of an entry that is asked about the place alone, where there is anything to tell.
#[must_use]
pub fn once(place: &Place, entry: &Entry) -> Option<Layer> {
    layer(&Context::of(place, &Findings::default()), entry, None)
}

/// How much room falls to whom, as [`build`] makes it; `None` for a standard that does not ask for room.
#[must_use]
pub fn room_layer(place: &Place, standard: &Standard, coverage: &Coverage) -> Option<Layer> {
    of_standard(place, ROOM, Answer { standard, coverage, gaps: None })
}

/// Coverage of one standard, as [`build`] makes it.
#[must_use]
pub fn coverage_layer(place: &Place, standard: &Standard, coverage: &Coverage) -> Layer {
    one(place, "coverage", Answer { standard, coverage, gaps: None })
}

/// Gaps of one standard, as [`build`] makes them.
#[must_use]
pub fn gaps_layer(place: &Place, standard: &Standard, coverage: &Coverage, gaps: &Gaps) -> Layer {
    one(place, "gaps", Answer { standard, coverage, gaps: Some(gaps) })
}

/// What there is to tell about giving, as [`build`] makes it.
#[must_use]
pub fn giving_layers(place: &Place, findings: &Findings<'_>) -> Vec<Layer> {
    let context = Context::of(place, findings);
    let about = |entry: &&Entry| entry.measure == GIVING;
    CATALOGUE.iter().filter(about).filter_map(|entry| layer(&context, entry, None)).collect()
}

fn one(place: &Place, id: &str, answer: Answer<'_>) -> Layer {
    of_standard(place, id, answer).expect("every standard has coverage and gaps")
}

fn of_standard(place: &Place, id: &str, answer: Answer<'_>) -> Option<Layer> {
    let answers = [answer];
    let context = Context { place, answers: &answers, engaged: None, main_patch: main_patch(place), giving: None };
    layer(&context, CATALOGUE.iter().find(|entry| entry.id == id)?, Some(&answer))
}

/// A line of the catalogue as a layer; nothing when there is nothing to tell.
fn layer(context: &Context<'_>, entry: &Entry, answer: Option<&Answer<'_>>) -> Option<Layer> {
    match (&entry.make, answer) {
        (Make::Once(make), _) => {
            Some(named(context, entry, LayerId::of(entry.id), entry.title.to_owned(), ("", &[]), make(context)?))
        }
        (Make::PerStandard(_) | Make::WhereAsked(_), Some(answer)) => {
            let table = match entry.make {
                Make::PerStandard(make) => make(context, answer),
                Make::WhereAsked(make) => make(context, answer)?,
                Make::Once(_) | Make::OfRecords(_) | Make::PerDimension(_) => return None,
            };
            let standard = answer.standard;
            let title = format!("{}: {}", entry.title, standard.title);
            let id = LayerId::of_standard(entry.id, &standard.key);
            let buses: &[&str] = if standard.transit.is_some() { TIMETABLES } else { &[] };
            let more = (in_words(context.place, standard), buses);
            Some(named(context, entry, id, title, (&more.0, more.1), table))
        }
        _ => None,
    }
}

/// A standard as a sentence: "The standard: a library within 15 minutes' walk, …".
fn in_words(place: &Place, standard: &Standard) -> String {
    let kinds = standard.kinds.iter().map(|kind| kind.replace('_', " ")).collect::<Vec<_>>().join(" or ");
    let minutes = (standard.within.minutes() * 10.0).round() / 10.0;
    let mut words = format!("The standard: {kinds} within {minutes} minutes");
    words += if standard.transit.is_some() { " from door to door by bus and on foot" } else { "' walk" };
    if let Some(time) = standard.open_after {
        let days = standard.days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let _ = write!(words, ", open at {} or later on {days}", time.format("%H:%M"));
    }
    if standard.step_free {
        words += ", step-free";
    }
    match &standard.transit {
        None => {
            format!("{words}, on {}.{}", standard.date.format("%-d %B %Y"), super::asked::sentences(standard))
        }
        Some(journey) => format!("{words}. {}", by_bus(place, journey)),
    }
}

/// When people set out, what is asked of the way, and of which days the timetable knows.
fn by_bus(place: &Place, journey: &Journey) -> String {
    let days: Vec<String> = journey.days.iter().map(|day| day.format("%A %-d %B %Y").to_string()).collect();
    let when = match journey.arrive_by {
        Some(by) => format!("People are to be there by {} and set out at the last minute that will do", clock(by)),
        None => format!("People set out each minute from {} until {}", clock(journey.from), clock(journey.to)),
    };
    let mut words = format!(
        "{when} on {}, change at most {}, and walk at most {} minutes to a stop, from it or between two",
        days.join(", "),
        match journey.changes {
            0 => "never".to_owned(),
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            more => format!("{more} times"),
        },
        (journey.walk.minutes() * 10.0).round() / 10.0,
    );
    if let Some(back) = journey.back {
        let stay = f64::from(back.stay) / 60.0;
        let _ = write!(words, "; after {stay} minutes there they can be back home by {}", clock(back.by));
    }
    words += ".";
    let known = place.transit.as_ref().map(|transit| transit.timetable.days()).unwrap_or_default();
    if let (Some(first), Some(last)) = (known.first(), known.last()) {
        let (first, last) = (first.format("%-d %B %Y"), last.format("%-d %B %Y"));
        let _ = write!(words, " The timetable has services on {} days from {first} to {last}.", known.len());
    }
    words
}

/// What the makers of layers look things up in.
pub(super) struct Context<'a> {
    /// The place.
    pub(super) place: &'a Place,
    /// What was found out about each standard.
    pub(super) answers: &'a [Answer<'a>],
    /// Who was met, protected.
    pub(super) engaged: Option<&'a Engaged>,
    /// The patch in which most residents of each zone live.
    pub(super) main_patch: IdVec<ZoneIdx, Option<PatchIdx>>,
    /// Where giving reaches.
    pub(super) giving: Option<&'a Reached>,
}

impl<'a> Context<'a> {
    fn of(place: &'a Place, findings: &'a Findings<'a>) -> Self {
        let Findings { standards, engaged, giving } = findings;
        Self { place, answers: standards, engaged: *engaged, main_patch: main_patch(place), giving: *giving }
    }

    /// The patch's public name.
    pub(super) fn patch_key(&self, patch: Option<PatchIdx>) -> Value {
        patch.map_or(Value::Null, |patch| Value::Text(self.place.patches[patch].key.clone()))
    }

    /// The patch's shape.
    pub(super) fn shape_of(&self, patch: Option<PatchIdx>) -> Option<geo::Geometry<f64>> {
        patch.map(|patch| geo::Geometry::MultiPolygon(self.place.patches[patch].shape.clone()))
    }

    /// The asset's public name.
    pub(super) fn asset_key(&self, asset: Option<AssetIdx>) -> Value {
        asset.map_or(Value::Null, |asset| Value::Text(self.place.assets[asset].key.clone()))
    }

    /// The asset's name for people.
    pub(super) fn asset_name(&self, asset: Option<AssetIdx>) -> Value {
        asset.map_or(Value::Null, |asset| Value::Text(self.place.assets[asset].name.clone()))
    }
}
