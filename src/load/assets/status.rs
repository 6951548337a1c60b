//! Whether an asset is in use, in the words of many registers.

use crate::load::words::plain;
use crate::place::AssetStatus;

/// The status a word stands for; `None` for a word that is not known.
///
/// A temporary closure is a closure: nobody can go there now.
pub(super) fn of(word: &str) -> Option<AssetStatus> {
    let form = plain(word);
    let begins = |starts: &[&str]| starts.iter().any(|start| form.starts_with(start));
    if begins(&["planned", "openingsoon", "proposed", "underconstruction", "future", "pipeline", "notyetopen", "tobeopened", "comingsoon", "approved"]) {
        return Some(AssetStatus::Planned);
    }
    if begins(&["closed", "temporarilyclosed", "temporaryclosure", "permanentlyclosed", "inactive", "defunct", "disused", "vacant",
        "demolished", "ceased", "dissolved", "hidden", "suspended", "facilitynotopen", "notopen", "shut"]) {
        return Some(AssetStatus::Closed);
    }
    let open = matches!(
        form.as_str(),
        "open" | "active" | "visible" | "live" | "operational" | "yes" | "inuse" | "current" | "trading" | "true" | "running" | "existing"
    );
    (open || form.starts_with("open")).then_some(AssetStatus::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_registers_are_understood() {
        assert_eq!(of("Open"), Some(AssetStatus::Open));
        assert_eq!(of("Visible"), Some(AssetStatus::Open));
        assert_eq!(of("Opening soon"), Some(AssetStatus::Planned));
        assert_eq!(of("Temporarily closed"), Some(AssetStatus::Closed));
        assert_eq!(of("Temporary Closure"), Some(AssetStatus::Closed));
        assert_eq!(of("Sunday"), None);
    }
}
