use crate::crs::Xy;

/// Something residents may walk to.
#[derive(Debug, Clone, Default)]
pub(super) struct Facility {
    /// Stable name.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// Where its door is, on the unbent drawing.
    pub at: Xy,
    /// `open`, `planned` or `closed`.
    pub status: &'static str,
    /// First day, for a planned one.
    pub opens: Option<&'static str>,
    /// Last day, for a closed one.
    pub closes: Option<&'static str>,
    /// Opening hours, in whatever words the owner uses.
    pub hours: String,
    /// People it holds.
    pub capacity: Option<u32>,
    /// `yes`, `no`, or nothing where nobody said.
    pub step_free: &'static str,
    /// When somebody last looked.
    pub checked: String,
    /// The zone it stands in.
    pub zone: usize,
    /// The nearest postcode.
    pub postcode: usize,
}
