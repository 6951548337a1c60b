//! The list of layers: what each is called, what it tells, how it is made, and which paragraph of
//! METHODS.md says how. A new measure adds one entry here.

use super::credits::{GIVING, MET, PEOPLE, WALKS, credits};
use super::{
    Engaged, Feature, Field, Layer, LayerId, Value, assets, coverage, evidence, gaps, giving, patches, reach, streets,
    themes, zones,
};
use crate::measure::counts::THEMES;
use crate::measure::{Coverage, Gaps, Reached};
use crate::place::{AssetIdx, IdVec, PatchIdx, Place, Standard, ZoneIdx};
use rayon::prelude::*;
use std::fmt::Write;

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

/// All that was found out about a place. A new measure adds its answer here.
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
    /// Name for people; a layer about a standard adds the standard's title.
    pub title: &'static str,
    /// The question the layer answers, and how.
    pub description: &'static str,
    /// Paragraph of METHODS.md, as an anchor.
    pub method: &'static str,
    roles: &'static [&'static [&'static str]],
    make: Make,
}

#[derive(Debug)]
enum Make {
    /// One layer for the place.
    Once { walks: bool, table: fn(&Context<'_>) -> Table },
    /// One layer for each standard.
    PerStandard(fn(&Context<'_>, &Answer<'_>) -> Table),
    /// One layer for the place, when there is anything to tell.
    IfFound { walks: bool, table: fn(&Context<'_>) -> Option<Table> },
    /// One layer, where there are engagement records.
    WithRecords { walks: bool, table: fn(&Context<'_>) -> Table },
    /// One layer for each dimension that engagement records tell.
    PerDimension(fn(&Context<'_>, &str) -> Table),
}

/// Every kind of layer, in the order they are listed.
pub const ENTRIES: [Entry; 15] = [
    Entry {
        id: "patches",
        subject: "patches",
        title: "Patches",
        description: "Coordinators' areas: who lives there, and how many of them each standard covers. \
                      Zones that straddle patches are split by where their people live.",
        method: "where-people-live",
        roles: &[PEOPLE, WALKS],
        make: Make::Once { walks: true, table: patches::table },
    },
    Entry {
        id: "zones",
        subject: "zones",
        title: "Zones",
        description: "Small areas: who lives there, by group, and how deprived they are.",
        method: "where-people-live",
        roles: &[PEOPLE],
        make: Make::Once { walks: false, table: zones::table },
    },
    Entry {
        id: "assets",
        subject: "assets",
        title: "Assets",
        description: "Things to reach: hubs, libraries, halls, food banks and the like, as the files say.",
        method: "assets",
        roles: &[&["assets", "postcodes"]],
        make: Make::Once { walks: false, table: assets::table },
    },
    Entry {
        id: "streets",
        subject: "streets",
        title: "Streets",
        description: "The streets people can walk on, cut where they meet. Walks follow these lines and no others.",
        method: "walking-time",
        roles: &[&["streets"]],
        make: Make::Once { walks: true, table: streets::table },
    },
    Entry {
        id: "coverage",
        subject: "coverage",
        title: "Coverage",
        description: "How many residents of each zone can walk to an asset that satisfies the standard, in time.",
        method: "coverage",
        roles: &[PEOPLE, WALKS],
        make: Make::PerStandard(coverage::table),
    },
    Entry {
        id: "gaps",
        subject: "gaps",
        title: "Gaps",
        description: "Connected stretches where residents are not covered: who they are, how far they walk, and the \
                      cause, which tells what to do.",
        method: "gaps",
        roles: &[PEOPLE, WALKS],
        make: Make::PerStandard(gaps::table),
    },
    Entry {
        id: "reach",
        subject: "reach",
        title: "Reach",
        description: "Who was met, by patch, group and quarter, beside who lives there. Small counts are hidden and \
                      the others rounded before anything else is done with them.",
        method: "reach",
        roles: &[PEOPLE, MET],
        make: Make::PerDimension(reach::table),
    },
    Entry {
        id: "themes",
        subject: "themes",
        title: "Themes",
        description: "What people raised, by patch and by group: where more than in the rest of the place, what is rising, \
                      and who has nothing near that would answer it. Small counts are hidden and the others rounded before \
                      anything else is done with them.",
        method: "themes",
        roles: &[PEOPLE, MET, WALKS],
        make: Make::WithRecords { walks: true, table: themes::table },
    },
    Entry {
        id: "evidence",
        subject: "evidence",
        title: "Evidence of a mobilised community",
        description: "Six marks by patch, each as countable evidence from the records or as no evidence recorded; never \
                      added up. Small counts are hidden and the others rounded before anything else is done with them.",
        method: "evidence",
        roles: &[PEOPLE, MET],
        make: Make::WithRecords { walks: false, table: evidence::table },
    },
    Entry {
        id: "grants",
        subject: "grants",
        title: "Grants",
        description: "Each grant to an organisation, with what says where it benefits somebody. A grant known only by \
                      its recipient's office has no place on the map.",
        method: "giving",
        roles: &[GIVING, PEOPLE],
        make: Make::IfFound { walks: false, table: giving::grants },
    },
    Entry {
        id: "giving",
        subject: "giving",
        title: "Giving",
        description: "What each patch was given, for residents and for need, with ranges, and how probably it is a \
                      cold spot. Money is spread by residents over the area its evidence names.",
        method: "giving",
        roles: &[GIVING, PEOPLE],
        make: Make::IfFound { walks: false, table: giving::patches },
    },
    Entry {
        id: "giving-zones",
        subject: "giving",
        title: "Giving by zone",
        description: "What each zone was given, spread by residents over the area each grant's evidence names, and \
                      the least and the most it can have been.",
        method: "giving",
        roles: &[GIVING, PEOPLE],
        make: Make::IfFound { walks: false, table: giving::zones },
    },
    Entry {
        id: "giving-need",
        subject: "giving",
        title: "Need against money",
        description: "What share of the money the most deprived tenths of the residents have: the concentration \
                      curve, with ranges.",
        method: "giving-need",
        roles: &[GIVING, PEOPLE],
        make: Make::IfFound { walks: false, table: giving::need },
    },
    Entry {
        id: "giving-place",
        subject: "giving",
        title: "Giving in the whole place",
        description: "What was loaded, what could be placed and by what evidence, on whom it hangs, and how wide the \
                      ranges are.",
        method: "giving",
        roles: &[GIVING, PEOPLE],
        make: Make::IfFound { walks: false, table: giving::total },
    },
    Entry {
        id: "giving-beside",
        subject: "giving",
        title: "Giving beside need, coverage and reach",
        description: "What each patch was given beside how deprived it is, how many of its residents each standard leaves \
                      out, and how many people are met there: money where nobody is met, and the other way round. Counts \
                      of people met are those of reach: small ones are hidden and the others rounded before anything \
                      else is done with them.",
        method: "giving-beside",
        roles: &[GIVING, PEOPLE, WALKS, MET],
        make: Make::IfFound { walks: true, table: giving::beside },
    },
];

/// The one word for what a layer is about.
#[must_use]
pub fn subject(id: &LayerId) -> &str {
    ENTRIES.iter().find(|entry| entry.id == id.kind()).map_or(id.kind(), |entry| entry.subject)
}

/// Every layer of the place, in the order of the catalogue.
#[must_use]
pub fn build(place: &Place, findings: &Findings<'_>) -> Vec<Layer> {
    let context = Context::of(place, findings);
    let answers = context.answers;
    let mut layers: Vec<Layer> = Vec::new();
    let jobs: Vec<(&Entry, Option<&Answer<'_>>)> = ENTRIES
        .iter()
        .flat_map(|entry| match entry.make {
            Make::Once { .. } | Make::IfFound { .. } => vec![(entry, None)],
            Make::PerStandard(_) => answers.iter().map(|answer| (entry, Some(answer))).collect(),
            Make::PerDimension(_) | Make::WithRecords { .. } => Vec::new(),
        })
        .collect();
    layers.par_extend(jobs.into_par_iter().filter_map(|(entry, answer)| layer(&context, entry, answer)));
    layers.extend(of_engagement(&context));
    layers
}

/// The layers that are made from engagement records alone, as [`build`] makes them.
#[must_use]
pub fn engagement_layers(place: &Place, engaged: &Engaged) -> Vec<Layer> {
    let context =
        Context { place, answers: &[], engaged: Some(engaged), main_patch: zones::main_patch(place), giving: None };
    of_engagement(&context)
}

fn of_engagement(context: &Context<'_>) -> Vec<Layer> {
    let Some(engaged) = context.engaged else { return Vec::new() };
    let mut layers = Vec::new();
    let everybody = ["everybody".to_owned()];
    let dimensions = match context.place.engagement.dimensions.as_slice() {
        [] => everybody.as_slice(),
        told => told,
    };
    for entry in &ENTRIES {
        match entry.make {
            Make::PerDimension(make) => {
                for dimension in dimensions {
                    let Some(published) = engaged.people(dimension) else { continue };
                    let label = context.place.groups.iter().find(|group| group.dimension == *dimension);
                    let label = label.map_or(dimension.as_str(), |group| group.dimension_label.as_str());
                    let name = (LayerId::of_dimension(entry.id, dimension, label), format!("{}: {label}", entry.title));
                    layers.push(of_records(
                        context,
                        entry,
                        name,
                        &published.summary().sentence(),
                        make(context, dimension),
                    ));
                }
            }
            Make::WithRecords { table, .. } => {
                let said = if entry.id == "themes" { engaged.protected.table(THEMES) } else { None };
                if entry.id == "themes" && said.is_none() {
                    continue;
                }
                let sentence = said.map(|published| published.summary().sentence()).unwrap_or_default();
                let name = (LayerId::of(entry.id), entry.title.to_owned());
                layers.push(of_records(context, entry, name, &sentence, table(context)));
            }
            Make::Once { .. } | Make::PerStandard(_) | Make::IfFound { .. } => {}
        }
    }
    layers
}

fn of_records(
    context: &Context<'_>,
    entry: &Entry,
    (id, title): (LayerId, String),
    sentence: &str,
    Table { fields, features }: Table,
) -> Layer {
    let walks = matches!(entry.make, Make::WithRecords { walks: true, .. });
    let description = format!("{} {sentence}", entry.description).trim_end().to_owned();
    let mut credits = credits(context.place, entry.roles, walks);
    credits.protection = (!sentence.is_empty()).then(|| sentence.to_owned());
    Layer { id, title, description, method: entry.method, credits, fields, features }
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
    let about = |entry: &&Entry| matches!(entry.make, Make::IfFound { .. }) && entry.method.starts_with("giving");
    ENTRIES.iter().filter(about).filter_map(|entry| layer(&context, entry, None)).collect()
}

fn one(place: &Place, id: &str, answer: Answer<'_>) -> Layer {
    let answers = [answer];
    let context =
        Context { place, answers: &answers, engaged: None, main_patch: zones::main_patch(place), giving: None };
    let entry = ENTRIES.iter().find(|entry| entry.id == id).expect("the catalogue has coverage and gaps");
    layer(&context, entry, Some(&answer)).expect("every standard has a layer")
}

/// A line of the catalogue as a layer; nothing when there is nothing to tell.
fn layer(context: &Context<'_>, entry: &Entry, answer: Option<&Answer<'_>>) -> Option<Layer> {
    let (table, walks) = match (&entry.make, answer) {
        (Make::Once { walks, table }, _) => (table(context), *walks),
        (Make::PerStandard(table), Some(answer)) => (table(context, answer), true),
        (Make::IfFound { walks, table }, _) => (table(context)?, *walks),
        (Make::PerStandard(_), None) | (Make::PerDimension(_) | Make::WithRecords { .. }, _) => {
            (Table { fields: Vec::new(), features: Vec::new() }, true)
        }
    };
    let (id, title, description) = match answer {
        Some(Answer { standard, .. }) => (
            LayerId::of_standard(entry.id, &standard.key),
            format!("{}: {}", entry.title, standard.title),
            format!("{} {}", entry.description, in_words(standard)),
        ),
        None => (LayerId::of(entry.id), entry.title.to_owned(), entry.description.to_owned()),
    };
    let credits = credits(context.place, entry.roles, walks);
    Some(Layer {
        id,
        title,
        description,
        method: entry.method,
        credits,
        fields: table.fields,
        features: table.features,
    })
}

/// A standard as a sentence: "The standard: a library within 15 minutes' walk, …".
fn in_words(standard: &Standard) -> String {
    let kinds = standard.kinds.iter().map(|kind| kind.replace('_', " ")).collect::<Vec<_>>().join(" or ");
    let minutes = (standard.within.minutes() * 10.0).round() / 10.0;
    let mut words = format!("The standard: {kinds} within {minutes} minutes' walk");
    if let Some(time) = standard.open_after {
        let days = standard.days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let _ = write!(words, ", open at {} or later on {days}", time.format("%H:%M"));
    }
    if standard.step_free {
        words += ", step-free";
    }
    format!("{words}, on {}.", standard.date.format("%-d %B %Y"))
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
        Self { place, answers: standards, engaged: *engaged, main_patch: zones::main_patch(place), giving: *giving }
    }

    /// The patch's public name.
    pub(super) fn patch_key(&self, patch: Option<PatchIdx>) -> Value {
        patch.map_or(Value::Null, |patch| Value::Text(self.place.patches[patch].key.clone()))
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

/// Fields and features of a layer before it is given a name.
pub(super) struct Table {
    /// What each property is.
    pub(super) fields: Vec<Field>,
    /// The features, sorted by id.
    pub(super) features: Vec<Feature>,
}

impl Table {
    /// Puts the columns of another table of the same features after these.
    pub(super) fn beside(&mut self, other: Self) {
        self.fields.extend(other.fields);
        for (own, more) in self.features.iter_mut().zip(other.features) {
            own.values.extend(more.values);
        }
    }
}
