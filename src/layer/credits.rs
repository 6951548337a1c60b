use super::Credits;
use crate::place::Place;

/// Roles of source that layers about places and people rest on.
pub(super) const PEOPLE: &[&str] = &["patches", "zones", "groups", "deprivation", "dwellings", "lookup", "postcodes"];
/// Roles of source that layers about grants rest on.
pub(super) const GIVING: &[&str] = &["grants"];
/// Roles of source that layers about walks rest on, besides those about people.
pub(super) const WALKS: &[&str] = &["streets", "assets"];

/// Roles of source that layers about journeys by bus rest on, besides those about walks.
pub(super) const TIMETABLES: &[&str] = &["transit"];

/// Roles of source that layers about people met rest on.
pub(super) const MET: &[&str] = &["engagement"];

/// The sources of these roles, with what their licences ask for and what every reader must know.
pub(super) fn credits(place: &Place, roles: &[&[&str]], walks: bool) -> Credits {
    let mut credits = Credits { date: place.date, ..Credits::default() };
    let mut newest = None;
    for source in &place.sources {
        if !roles.iter().any(|roles| roles.contains(&source.role.as_str())) {
            continue;
        }
        once(&mut credits.sources, source.title.as_ref().unwrap_or(&source.file));
        source.licence.iter().for_each(|licence| once(&mut credits.licences, licence));
        source.attribution.iter().for_each(|words| once(&mut credits.attributions, words));
        newest = newest.max(source.date);
    }
    credits.date = credits.date.or(newest);
    let says_so = place.notice.as_ref().is_some_and(|notice| notice.to_lowercase().contains("made up"));
    if place.made_up && !says_so {
        credits.notices.push(format!("{} is made up: no such place exists, and no such people.", place.name));
    }
    credits.notices.extend(place.notice.as_deref().map(sentence));
    if walks && place.streets.is_none() {
        credits.notices.push(format!(
            "This place has no streets: walks are straight lines times {}, so rivers and railways do not count.",
            place.detour
        ));
    }
    credits
}

fn once(list: &mut Vec<String>, words: &str) {
    if !list.iter().any(|known| known == words) {
        list.push(words.to_owned());
    }
}

fn sentence(words: &str) -> String {
    let words = words.trim();
    if words.ends_with(['.', '!', '?']) { words.to_owned() } else { format!("{words}.") }
}
