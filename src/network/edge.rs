use crate::units::Metres;

/// Index of a junction or street end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIdx(pub(super) u32);

/// Index of a stretch of street between two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeIdx(pub(super) u32);

impl NodeIdx {
    /// Its place in a list with one entry per node, in the order of [`super::StreetNetwork::nodes`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl EdgeIdx {
    /// Its place in a list with one entry per street, in the order of [`super::StreetNetwork::streets`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a stretch of street is for; decides where people are assumed to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreetClass {
    /// Homes stand along it: residential, living street, unclassified in a town.
    Residential,
    /// A road that carries through traffic; some homes.
    Main,
    /// Drives, alleys, car parks.
    Service,
    /// Footways, paths, cycleways, tracks, pedestrian streets.
    Path,
    /// Steps: walkable, not step-free.
    Steps,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edge {
    pub from: u32,
    pub to: u32,
    pub length: f64,
    /// The length in [`Weight`] units.
    pub weight: u32,
    pub class: StreetClass,
    /// Met only at its ends.
    pub is_passage: bool,
    /// Index into the names.
    pub name: Option<u32>,
    /// Its run of points.
    pub first_point: u32,
    pub end_point: u32,
}

/// Lengths in the search: whole tenths of a millimetre, so that sums do not depend on their order.
///
/// A street's length is rounded once, by at most 0.05 mm, so a walk over a hundred streets is exact to
/// 5 mm at worst and to half a millimetre usually. The longest walk is 429 km; a longer one counts as
/// no way at all.
pub(super) struct Weight;

impl Weight {
    const PER_METRE: f64 = 10_000.0;
    /// The longest distance that can be told.
    pub(super) const LONGEST: u32 = u32::MAX - 1;

    pub(super) fn of(length: Metres) -> u32 {
        // A cast from float saturates, and takes NaN for nothing.
        (length.get() * Self::PER_METRE).round() as u32
    }

    pub(super) fn metres(weight: u32) -> Metres {
        Metres::new(f64::from(weight) / Self::PER_METRE)
    }
}
