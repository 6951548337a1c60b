//! Keeps what places publish without auditing it, for the attacker in `tests/attack`, who audits by himself:
//! lines of a place's directory, a tab and the file to keep come in, nothing goes out but what could not be kept.

use patchwork::disclose::release;
use patchwork::measure::Engaged;
use std::io::BufRead;
use std::path::Path;

fn keep(place: &str, file: &str) -> Result<(), String> {
    let loaded = patchwork::load::load(Path::new(place), &|_| {});
    let place = loaded.place.ok_or("the place does not load")?;
    let engaged = Engaged::of(&place).map_err(|why| why.to_string())?.ok_or("the place has no records")?;
    std::fs::write(file, release::write(&engaged.protected)).map_err(|why| why.to_string())
}

fn main() -> std::process::ExitCode {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let kept = line.split_once('\t').ok_or_else(|| "no tab".to_owned()).and_then(|(place, file)| keep(place, file));
        if let Err(why) = kept {
            eprintln!("{line}: {why}");
            return std::process::ExitCode::FAILURE;
        }
    }
    std::process::ExitCode::SUCCESS
}
