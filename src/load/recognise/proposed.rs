//! The standards that a draft proposes.

use crate::load::words::{quoted, slug, spoken};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Minutes of the standards that are proposed: the fifteen-minute neighbourhood, as most published standards have it.
const MINUTES: u8 = 15;
/// Kinds of asset that a standard is proposed for.
const PROPOSED: [&str; 7] =
    ["community_hub", "community_centre", "library", "gp", "gp_surgery", "pharmacy", "food_bank"];

/// Writes a standard for each usual kind that the place has; where it has none of them, for the first it has.
pub(super) fn standards(used: &BTreeSet<&str>, text: &mut String) {
    let wanted: Vec<&str> = PROPOSED.into_iter().filter(|kind| used.contains(kind)).collect();
    let wanted = if wanted.is_empty() { used.iter().copied().take(1).collect() } else { wanted };
    if !wanted.is_empty() {
        *text += "\n# What \"covered\" means here. These are proposals: the minutes are yours to decide.\n";
    }
    for kind in wanted {
        let _ = writeln!(
            text,
            "\n[[standards]]\nkey = {}\ntitle = {}\nkinds = [{}]\nwithin_minutes = {MINUTES}",
            quoted(&format!("{}-{MINUTES}", slug(kind, '-'))),
            quoted(&format!("{} within {MINUTES} minutes", spoken(kind))),
            quoted(kind)
        );
    }
}
