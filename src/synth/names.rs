//! Names that sound like places and belong to none.

use super::dice::Dice;
use super::sheet::Class;

const SHORE: [&str; 30] = [
    "Marram",
    "Sedge",
    "Thrift",
    "Kittiwake",
    "Samphire",
    "Dunlin",
    "Avocet",
    "Teasel",
    "Spindrift",
    "Curlew",
    "Sandwort",
    "Eelgrass",
    "Petrel",
    "Gannet",
    "Lapwing",
    "Pipit",
    "Seakale",
    "Wrack",
    "Limpet",
    "Plover",
    "Sanderling",
    "Turnstone",
    "Whimbrel",
    "Saltbush",
    "Fulmar",
    "Guillemot",
    "Redshank",
    "Driftwood",
    "Tideline",
    "Bladder",
];
const QUARTER: [&str; 16] = [
    "Vale", "Garth", "Reach", "Staithe", "Fold", "Holme", "Rise", "Croft", "Lea", "Mead", "Warren", "Dene", "Carr",
    "Thwaite", "Bank", "Combe",
];
const START: [&str; 40] = [
    "Alder", "Ash", "Bram", "Birk", "Brock", "Cald", "Clay", "Cres", "Dun", "Elm", "Esk", "Fal", "Fern", "Gar", "Gled",
    "Gorse", "Hare", "Hazel", "Heath", "Kes", "Lark", "Lin", "Maple", "Merle", "Moss", "Nettle", "Oak", "Osier",
    "Pike", "Quill", "Raven", "Rowan", "Rush", "Sallow", "Tansy", "Thorn", "Wether", "Whin", "Wren", "Yarrow",
];
const END: [&str; 24] = [
    "", "by", "combe", "cote", "croft", "dale", "den", "field", "garth", "holm", "holt", "hurst", "ley", "low", "mere",
    "more", "ridge", "shaw", "stead", "stow", "thorpe", "wick", "wold", "worth",
];
const LOCAL: [&str; 13] = [
    "Street", "Road", "Avenue", "Lane", "Grove", "Drive", "Crescent", "Terrace", "Gardens", "Way", "Rise", "View",
    "Mount",
];
const MAIN: [&str; 4] = ["Road", "Lane", "Way", "Street"];

/// Gives every road, quarter and building its name. The same number always gets the same name.
#[derive(Debug)]
pub(super) struct Names {
    shift: usize,
    borough: String,
    quarters: Vec<String>,
}

impl Names {
    /// The book of names for this seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "names");
        let mut quarters: Vec<String> =
            SHORE.iter().flat_map(|a| QUARTER.iter().map(move |b| format!("{a} {b}"))).collect();
        dice.shuffle(&mut quarters);
        let borough = quarters.pop().unwrap_or_default();
        Self { shift: dice.below(100_000), borough, quarters }
    }

    /// Name of the borough.
    pub(super) fn borough(&self) -> &str {
        &self.borough
    }

    /// Name of the n-th patch.
    pub(super) fn patch(&self, n: usize) -> String {
        let name = self.quarters.get(n % self.quarters.len().max(1)).map_or("Marram Vale", String::as_str);
        match n / self.quarters.len().max(1) {
            0 => name.to_owned(),
            round => format!("{name} {}", round + 1),
        }
    }

    /// An invented word of which there are 960 before the first comes back.
    pub(super) fn word(&self, n: usize) -> String {
        // 577 shares no factor with 960, so that multiples of it visit every combination once.
        let k = (n + self.shift).wrapping_mul(577) % (START.len() * END.len());
        format!("{}{}", START[k % START.len()], END[k / START.len()])
    }

    /// Name of a street.
    pub(super) fn street(&self, road: usize, class: Class) -> String {
        let words = START.len() * END.len();
        let kind = match class {
            Class::Local => LOCAL[(road / words + road % words * 7) % LOCAL.len()],
            _ => MAIN[(road * 3 + road / 7) % MAIN.len()],
        };
        format!("{} {kind}", self.word(road))
    }

    /// Name of a cul-de-sac.
    pub(super) fn close(&self, n: usize) -> String {
        let kind = ["Close", "Court", "Mews", "Place"][(n + n / 960) % 4];
        format!("{} {kind}", self.word(n * 7 + 3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_borough_of_eighteen_patches_has_eighteen_names() {
        let names = Names::new(1);
        let all: BTreeSet<String> = (0..18).map(|n| names.patch(n)).collect();
        assert_eq!(all.len(), 18);
        assert!(!all.contains(names.borough()));
        assert_ne!(names.patch(0), names.patch(479), "names are numbered when they run out");
    }

    #[test]
    fn nine_thousand_streets_of_a_borough_have_nine_thousand_names() {
        let names = Names::new(1);
        let all: BTreeSet<String> = (0..9_000).map(|n| names.street(n, Class::Local)).collect();
        assert!(all.len() == 9_000, "{} different names", all.len());
    }
}
