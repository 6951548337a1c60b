use crate::place::AssetIdx;
use crate::units::Metres;

/// How walks were worked out; every answer that rests on walks says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Walking {
    /// Along the streets.
    Streets,
    /// Straight lines times this factor, because the place has no streets.
    StraightLine {
        /// Walk ÷ straight line.
        detour: f64,
    },
}

/// The shortest walk from somewhere to the nearest asset of some kinds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walk {
    /// Where it leads.
    pub asset: AssetIdx,
    /// How long it is, off-street parts included.
    pub length: Metres,
}
