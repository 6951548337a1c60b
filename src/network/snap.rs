use super::EdgeIdx;
use crate::crs::Xy;
use crate::units::Metres;

/// Where a point meets the network: the nearest point along a street, not its nearest end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap {
    /// The street.
    pub edge: EdgeIdx,
    /// How far along it, from its `from` end.
    pub along: Metres,
    /// The walk from the point to the street, in a straight line.
    pub off_street: Metres,
    /// The point on the street.
    pub at: Xy,
}
