#![allow(clippy::print_stdout, reason = "a command: its results go to stdout")]

//! Tries tables made by chance with a known meaning, for as long as one likes: `meaning [TABLES] [FIRST SEED]`.
//!
//! Prints, for each layout, how many tables were read right, asked about, and wrong; then the share of honest tables
//! that were asked about. Ends with an error when one was wrong.

#[path = "../tests/it/meaning/mod.rs"]
mod meaning;

use meaning::Came;

fn main() {
    let number = |n: usize, usual: u64| std::env::args().nth(n).and_then(|word| word.parse().ok()).unwrap_or(usual);
    let (tables, first) = (number(1, 100_000), number(2, 0));
    let dir = tempfile::tempdir().expect("a directory");
    let tally = meaning::run(first..first + tables, dir.path());
    for (seed, name, got) in tally.wrong.iter().take(number(3, 6) as usize) {
        println!("WRONG, seed {seed}, {name}\n{got}");
    }
    println!("{:<40} {:>7} {:>7} {:>7}", "layout", "right", "asked", "wrong");
    for (name, (honest, counts)) in &tally.by_layout {
        let of = |came| counts.get(&came).copied().unwrap_or(0);
        let mark = if *honest { "" } else { "  (several meanings, or none)" };
        println!("{name:<40} {:>7} {:>7} {:>7}{mark}", of(Came::Right), of(Came::Asked), of(Came::Wrong));
    }
    for (code, (n, seed)) in &tally.asked {
        println!("asked of honest tables: {code} {n} (seed {seed} first)");
    }
    let sum = |honest, came| tally.count(honest, came);
    let honest = sum(true, Came::Right) + sum(true, Came::Asked) + sum(true, Came::Wrong);
    let wrong = sum(true, Came::Wrong) + sum(false, Came::Wrong);
    println!(
        "{tables} tables in {} layouts: {wrong} wrong; of {honest} with one meaning {} read right, {} asked about ({:.1} %)",
        meaning::layouts::LAYOUTS.len(),
        sum(true, Came::Right),
        sum(true, Came::Asked),
        100.0 * sum(true, Came::Asked) as f64 / honest.max(1) as f64
    );
    std::process::exit(i32::from(wrong > 0));
}
