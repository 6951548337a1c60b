//! Where a recipient has its post sent: its postcode, looked up exactly, else by its sector, else by its
//! district.

use crate::crs::Xy;
use crate::load::postcodes::Postcodes;
use std::collections::HashMap;
use std::sync::Arc;

/// Finds offices by postcode.
pub(super) struct Offices {
    files: Vec<Arc<Postcodes>>,
    sectors: HashMap<String, Xy>,
    districts: HashMap<String, Xy>,
}

/// How closely a postcode was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closeness {
    /// The postcode itself.
    Exact,
    /// The known postcode nearest the middle of its sector (`M16 7`).
    Sector,
    /// The known postcode nearest the middle of its district (`M16`).
    District,
}

impl Closeness {
    /// How it is said behind a postcode.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Sector => ", by its sector",
            Self::District => ", by its district",
        }
    }
}

impl Offices {
    /// Of postcode files, the first that knows a postcode first.
    ///
    /// Sectors and districts stand in only when `approximate`: where the files do not have every
    /// postcode, as lists of surgeries do not.
    pub(super) fn new(files: Vec<Arc<Postcodes>>, approximate: bool) -> Self {
        let (mut sectors, mut districts) = (HashMap::new(), HashMap::new());
        if approximate {
            let points = || files.iter().flat_map(|file| file.points());
            sectors = middles(points().filter_map(|(code, at)| Some((sector(code)?, at))));
            districts = middles(points().filter_map(|(code, at)| Some((district(code)?, at))));
        }
        Self { files, sectors, districts }
    }

    /// Where a postcode is, and how closely that is known.
    pub(super) fn find(&self, postcode: &str) -> Option<(Xy, Closeness)> {
        if let Some(at) = self.files.iter().find_map(|file| file.locate(postcode)) {
            return Some((at, Closeness::Exact));
        }
        let form: String =
            postcode.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        let by_sector = sector(&form).and_then(|sector| self.sectors.get(sector));
        if let Some(at) = by_sector {
            return Some((*at, Closeness::Sector));
        }
        let outward = district(&form).unwrap_or(&form);
        self.districts.get(outward).map(|at| (*at, Closeness::District))
    }
}

/// `M167GX` → `M167`.
fn sector(form: &str) -> Option<&str> {
    is_full(form).then(|| form.get(..form.len() - 2))?
}

/// `M167GX` → `M16`.
fn district(form: &str) -> Option<&str> {
    is_full(form).then(|| form.get(..form.len() - 3))?
}

/// Whether a postcode ends in a digit and two letters.
fn is_full(form: &str) -> bool {
    let bytes = form.as_bytes();
    (5..=7).contains(&bytes.len())
        && matches!(bytes, [.., digit, a, b] if digit.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
}

/// For each group, its point nearest the group's mean: a mean alone may lie in a river.
fn middles<'c>(points: impl Iterator<Item = (&'c str, Xy)>) -> HashMap<String, Xy> {
    let mut groups: HashMap<&str, Vec<Xy>> = HashMap::new();
    for (name, at) in points {
        groups.entry(name).or_default().push(at);
    }
    groups
        .into_iter()
        .filter_map(|(name, mut points)| {
            points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
            let n = points.len() as f64;
            let mean =
                Xy::new(points.iter().map(|p| p.x).sum::<f64>() / n, points.iter().map(|p| p.y).sum::<f64>() / n);
            let nearest =
                points.into_iter().min_by(|a, b| a.distance(mean).get().total_cmp(&b.distance(mean).get()))?;
            Some((name.to_owned(), nearest))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_has_a_sector_and_a_district_and_half_a_postcode_neither() {
        assert_eq!((sector("M167GX"), district("M167GX")), (Some("M167"), Some("M16")));
        assert_eq!((sector("EC1A1BB"), district("EC1A1BB")), (Some("EC1A1"), Some("EC1A")));
        assert_eq!((sector("M16"), district("12345")), (None, None));
    }
}
