//! What a standard asks for beyond the nearest asset, in the words of columns and descriptions.

use crate::place::{Over, Standard};

/// "second nearest", or "nearest".
pub(super) fn nearest(nth: usize) -> String {
    const ORDER: [&str; 8] = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    match nth {
        0 | 1 => "nearest".to_owned(),
        n => format!("{} nearest", ORDER.get(n - 2).unwrap_or(&"next")),
    }
}

/// Who counts as covered: "Residents whose walk to the second nearest asset keeps the standard and to whom …".
pub(super) fn covered(standard: &Standard, who: &str) -> String {
    let mut words = match (&standard.over, standard.nth) {
        (Some(over), _) => format!(
            "{who} times the share of {}s in which their walk to the {} asset that is there keeps the standard",
            over.unit,
            nearest(standard.nth)
        ),
        (None, 0 | 1) => format!("{who} whose walk keeps the standard"),
        (None, n) => format!("{who} whose walk to the {} asset keeps the standard", nearest(n)),
    };
    if standard.places.is_some() {
        words += ", and to whom so much room is known to fall as it asks for";
    }
    words
}

/// The further sentences of a description; nothing for a standard that asks for the nearest alone.
pub(super) fn sentences(standard: &Standard) -> String {
    let mut words = String::new();
    if standard.nth > 1 {
        words += &format!(" Walks are to the {} of them, so that there is a choice.", nearest(standard.nth));
    }
    if let Some(asked) = standard.places {
        words += &format!(
            " Within reach there must be {} {} for 1,000 residents, each resident counted once and shared among what is in \
             reach; where nobody says how much room something has, that is unknown and not nought.",
            asked.per_1000,
            asked.unit.words()
        );
    }
    if let Some(over) = &standard.over {
        words += &self::over(over);
    }
    words
}

fn over(over: &Over) -> String {
    let days = || over.periods.iter().flatten();
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return String::new() };
    let (first, last) = (first.format("%-d %B %Y"), last.format("%-d %B %Y"));
    match over.periods.as_slice() {
        [only] if only.len() == 1 => format!(" What is there on {first} counts."),
        several => format!(
            " Looked at over {} {}s, from {first} to {last}: of somebody who has it in half of them one half is counted.",
            several.len(),
            over.unit
        ),
    }
}
