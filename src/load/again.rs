//! What was read of a place before need not be read again for one that differs in little: a draft, which seldom differs
//! from what is served in more than a list.
//!
//! Loading is cut into steps. A step that came to an end without an error is remembered with all it rests on: what
//! `place.toml` asked of it, the readings before it, and the bytes of every file it opened. It is taken over only where
//! all of that is the same again, with everything it said; so what comes out is what reading would have given, to the
//! byte.

use super::desk::Desk;
use super::memory::{Reading, Shelf};
use crate::place::Severity;
use std::sync::Arc;

/// Boundaries, residents, streets, and where people live: large, so that one reading is kept.
pub(super) const GROUND: Shelf = Shelf { name: "ground", most: 1 };
/// Files of postcodes.
pub(super) const POSTCODES: Shelf = Shelf { name: "postcodes", most: 8 };
/// Records of people met, counted: those that are served, and those of the draft that was looked at last.
pub(super) const ENGAGEMENT: Shelf = Shelf { name: "engagement", most: 2 };
/// Grants, placed; likewise.
pub(super) const GRANTS: Shelf = Shelf { name: "grants", most: 2 };

/// What a step makes: taken over where it was made before of the same, else made now.
///
/// `asked` must name everything the step rests on that is no file it finds by the desk. A shelf is for one type.
pub(super) fn once<'a, T: Send + Sync + 'static>(
    desk: &mut Desk<'a>,
    shelf: Shelf,
    asked: impl FnOnce() -> String,
    make: impl FnOnce(&mut Desk<'a>) -> T,
) -> Arc<T> {
    let Some(memory) = desk.memory else { return Arc::new(make(desk)) };
    let asked = format!("{} {}", desk.is_fenced(), asked());
    for known in memory.asked(shelf, &asked) {
        let is_same = known.files.iter().all(|(written, print)| desk.print(written).as_ref() == Some(print));
        if let (true, Ok(made)) = (is_same, Arc::clone(&known.made).downcast::<T>()) {
            desk.say(&known.said, &known.files);
            memory.keep(shelf, known);
            return made;
        }
    }
    let before = desk.mark();
    let made = Arc::new(make(desk));
    let (said, files) = desk.said_since(&before);
    let is_whole = said.issues.iter().all(|issue| issue.severity != Severity::Error);
    if let Some(files) = files.filter(|_| is_whole) {
        memory.keep(shelf, Arc::new(Reading { asked, files, made: made.clone(), said }));
    }
    made
}
