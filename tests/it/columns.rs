//! Tables of residents are understood or asked about, never guessed in silence.

use crate::meaning::{self, Came};

#[test]
fn tables_made_by_chance_are_read_right_or_asked_about() {
    let dir = tempfile::tempdir().expect("a directory");
    let tally = meaning::run(0..1_800, dir.path());
    let shown: Vec<String> =
        tally.wrong.iter().take(3).map(|(seed, name, got)| format!("{name} (seed {seed})\n{got}")).collect();
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), shown.join("\n"));
    let (right, asked) = (tally.count(true, Came::Right), tally.count(true, Came::Asked));
    assert!(asked * 100 < (right + asked) * 15, "{asked} of {} honest tables are asked about", right + asked);
    assert!(meaning::layouts::LAYOUTS.len() >= 50);
}
