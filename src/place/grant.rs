//! Grants, and what is known of where each of them benefits anybody.

use super::ZoneIdx;
use crate::crs::Xy;
use chrono::NaiveDate;

/// Everything that was given, as the files say it, and what had to be set aside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Giving {
    /// Code of the currency every amount is in (`GBP`).
    pub currency: String,
    /// Grants to organisations, sorted by key.
    pub grants: Vec<Grant>,
    /// Areas that grants name, each once; a part of a grant says which is its own.
    pub areas: Vec<Area>,
    /// What each file held.
    pub files: Vec<GrantFile>,
    /// Grants to individuals: counted, never located, and no word of theirs is kept.
    pub individuals: Tally,
    /// Zones with the offices of local organisations, one entry each; `None` when no list was given.
    pub organisations: Option<Vec<ZoneIdx>>,
    /// A grant of at most this is small enough for a group without a bank account or committee.
    pub small: i64,
}

/// How many, and how much money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Tally {
    /// How many grants.
    pub grants: u64,
    /// Pence.
    pub pence: i64,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, pence: i64) {
        self.grants += 1;
        self.pence += pence;
    }
}

/// What a file of grants held: `rows` are the grants that were loaded, those to individuals, and those
/// set aside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GrantFile {
    /// Path as written in `place.toml`.
    pub file: String,
    /// Rows, or grants of a package.
    pub rows: u64,
    /// Grants to organisations that were loaded.
    pub loaded: Tally,
    /// Grants to individuals that were counted.
    pub individuals: Tally,
    /// What was set aside and why; the pence are those whose amount could be read in the place's currency.
    pub aside: Vec<(Aside, Tally)>,
}

/// Why a row is not among the grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aside {
    /// No amount, or none that can be read.
    NoAmount,
    /// The amount is nought.
    Zero,
    /// The amount is below nought.
    Negative,
    /// The amount is in another currency.
    Currency,
    /// The same grant stands in the files already, word for word.
    Repeated,
    /// A later version of the grant stands in the files.
    Amended,
}

impl Aside {
    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoAmount => "no amount",
            Self::Zero => "amount of nought",
            Self::Negative => "amount below nought",
            Self::Currency => "another currency",
            Self::Repeated => "repeated",
            Self::Amended => "superseded by a later version",
        }
    }
}

/// A grant to an organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Its identifier, or one made of file and row where it has none.
    pub key: String,
    /// What it was for, in a line.
    pub title: Option<String>,
    /// Amount awarded, in pence.
    pub pence: i64,
    /// The day it was awarded, where that is a likely day.
    pub awarded: Option<NaiveDate>,
    /// When it is to be spent; `None` where no date is known at all.
    pub planned: Option<Planned>,
    /// Its days lie years apart from those of all others: it is counted, and the years that figures are divided
    /// by are without it.
    pub apart: bool,
    /// Who gave.
    pub funder: Organisation,
    /// Who received.
    pub recipient: Organisation,
    /// Programme it was made under.
    pub programme: Option<String>,
    /// The recipient's office: where it has its post sent.
    pub office: Option<Office>,
    /// Where it benefits somebody; the parts sum to the amount.
    pub parts: Vec<Part>,
}

impl Grant {
    /// The weakest evidence among its parts that could be placed; `None` when none could.
    #[must_use]
    pub fn evidence(&self) -> Option<Evidence> {
        self.parts.iter().filter_map(|part| part.benefit.as_ref().ok()).map(|benefit| benefit.evidence).max()
    }
}

/// When a grant is to be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// The file does not say how long: a year is assumed.
    pub assumed: bool,
}

/// An organisation, by its public identifier (`GB-CHC-…`, `GB-COH-…`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Organisation {
    /// Identifier; its name where it has none.
    pub id: String,
    /// Name.
    pub name: String,
}

/// Where an organisation has its post sent: seldom where its work is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// The zone it lies in.
    pub zone: ZoneIdx,
    /// Postcode or code, as given, and how closely it was found.
    pub words: String,
}

/// Part of a grant: the whole of it, unless it names several locations.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Pence.
    pub pence: i64,
    /// Where it benefits somebody, or why that cannot be said.
    pub benefit: Result<Benefit, Unplaced>,
}

/// Where a part of a grant benefits somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Benefit {
    /// Index into [`Giving::areas`].
    pub area: usize,
    /// What says so.
    pub evidence: Evidence,
    /// What says so, in words.
    pub words: String,
    /// The point, where the evidence is one.
    pub at: Option<Xy>,
}

/// What says where a grant benefits somebody, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// A point of a beneficiary location.
    Point,
    /// The code of an area.
    Area,
    /// The location of delivery.
    Delivery,
    /// A place of this place that its words name.
    Named,
    /// Nothing but where the recipient has its post sent.
    Office,
}

impl Evidence {
    /// All of them, the strongest first.
    pub const ALL: [Self; 5] = [Self::Point, Self::Area, Self::Delivery, Self::Named, Self::Office];

    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Area => "area",
            Self::Delivery => "delivery",
            Self::Named => "named",
            Self::Office => "office",
        }
    }
}

/// Why money is not placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unplaced {
    /// It goes on to others as grants of their own, which would count it twice.
    Regrant,
    /// It benefits an area that is not part of this place, or whose code nobody knows here.
    Elsewhere,
    /// It benefits an area of which this place is only a part.
    Wider,
    /// Nothing says where.
    Nowhere,
}

impl Unplaced {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Regrant, Self::Elsewhere, Self::Wider, Self::Nowhere];

    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Regrant => "regrant",
            Self::Elsewhere => "elsewhere",
            Self::Wider => "wider",
            Self::Nowhere => "nowhere",
        }
    }
}

/// An area that grants name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Zones, sorted; never empty.
    Zones(Vec<ZoneIdx>),
    /// A patch, whose border may cut zones.
    Patch(super::PatchIdx),
    /// The whole place.
    Whole,
    /// What an outline cuts out of zones that lie in several patches, sorted; never empty.
    Pieces(Vec<Piece>),
}

/// What an outline cuts out of a zone in one patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Piece {
    /// The zone.
    pub zone: ZoneIdx,
    /// The patch; `None` outside every patch.
    pub patch: Option<super::PatchIdx>,
    /// How much it weighs among the pieces: thousandths of residents or, where nobody lives, square metres.
    pub weight: u64,
}
