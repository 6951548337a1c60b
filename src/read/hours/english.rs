//! A small, careful translator: every word must be known and every time must mean one thing, or the
//! whole sentence is left to a person.

use super::DAYS;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Day(usize),
    /// A set of days with its own word: weekdays, weekends, every day.
    Days(usize, usize),
    PublicHoliday,
    Time(Clock),
    Dash,
    And,
    Stop,
    Closed,
}

/// A time as written: minutes after midnight by a twelve-hour clock where `half` says which half of
/// the day it is, or by a 24-hour clock where it does not need to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Clock {
    hour: u32,
    minute: u32,
    half: Option<Half>,
    /// Written with minutes and two digits for the hour, as on a 24-hour clock.
    railway: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Half {
    Morning,
    Afternoon,
}

/// The sentence in OpenStreetMap's words; `None` unless all of it is understood.
pub(super) fn translate(words: &str) -> Option<String> {
    let lower = words.to_lowercase();
    let plain: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if matches!(
        plain.as_str(),
        "24hours" | "open24hours" | "247" | "open247" | "24hoursaday" | "24hours7days" | "24hoursaday7daysaweek"
    ) {
        return Some("24/7".to_owned());
    }
    let tokens = tokens(&lower)?;
    let mut rules = Vec::new();
    let mut rest = tokens.as_slice();
    while !rest.is_empty() {
        rest = skip(rest, |t| matches!(t, Token::Stop | Token::And));
        if rest.is_empty() {
            break;
        }
        let (days, after) = days(rest)?;
        let after = skip(after, |t| matches!(t, Token::Stop | Token::And));
        let (times, after) = times(after)?;
        rules.push(format!("{days} {times}"));
        rest = after;
    }
    (!rules.is_empty()).then(|| rules.join("; "))
}

/// The times of one day's cell: `09:00-18:00`, `9am-12pm and 1pm-5pm`, `CLOSED`.
pub(super) fn times_of_a_day(cell: &str) -> Option<String> {
    let tokens = tokens(&cell.to_lowercase())?;
    let (times, rest) = times(&tokens)?;
    rest.is_empty().then_some(times)
}

/// A run of days in OpenStreetMap's words.
pub(super) fn span(first: usize, last: usize) -> String {
    if first == last { DAYS[first].to_owned() } else { format!("{}-{}", DAYS[first], DAYS[last]) }
}

fn skip(tokens: &[Token], unwanted: fn(&Token) -> bool) -> &[Token] {
    let n = tokens.iter().take_while(|token| unwanted(token)).count();
    &tokens[n..]
}

/// Words and numbers; `None` at the first that is not known.
fn tokens(lower: &str) -> Option<Vec<Token>> {
    let text = lower.replace(['–', '—', '‐', '−'], "-").replace("bank holidays", "ph").replace("public holidays", "ph");
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_ascii_digit() {
            let (clock, length) = clock(rest)?;
            tokens.push(Token::Time(clock));
            length
        } else if first.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            tokens.extend(word(&rest[..length])?);
            length
        } else {
            match first {
                '-' => tokens.push(Token::Dash),
                '&' | '+' | '/' => tokens.push(Token::And),
                ',' | ';' | ':' | '.' | '\n' | '|' => tokens.push(Token::Stop),
                _ if first.is_whitespace() => {}
                _ => return None,
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

#[expect(clippy::option_option, reason = "a word that is known and says nothing is not one that is unknown")]
fn word(word: &str) -> Option<Option<Token>> {
    let token = match word {
        "to" | "until" | "till" | "til" => Token::Dash,
        "and" => Token::And,
        "closed" => Token::Closed,
        "noon" | "midday" => Token::Time(Clock { hour: 12, minute: 0, half: Some(Half::Afternoon), railway: false }),
        "midnight" => Token::Time(Clock { hour: 24, minute: 0, half: None, railway: true }),
        "weekday" | "weekdays" => Token::Days(0, 4),
        "weekend" | "weekends" => Token::Days(5, 6),
        "daily" | "everyday" => Token::Days(0, 6),
        "ph" => Token::PublicHoliday,
        "open" | "from" | "between" | "hours" | "opening" | "times" | "on" => return Some(None),
        _ => Token::Day(day(word)?),
    };
    Some(Some(token))
}

fn day(word: &str) -> Option<usize> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let singular = NAMES.iter().position(|name| *name == word || word.strip_suffix('s') == Some(name));
    singular.or(match word {
        "mon" | "mons" => Some(0),
        "tue" | "tues" => Some(1),
        "wed" | "weds" => Some(2),
        "thu" | "thur" | "thurs" => Some(3),
        "fri" | "fris" => Some(4),
        "sat" | "sats" => Some(5),
        "sun" | "suns" => Some(6),
        _ => None,
    })
}

/// A time at the start of the text, and how long it is: `9`, `9am`, `9.30 am`, `09:00`, `12noon`.
fn clock(text: &str) -> Option<(Clock, usize)> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let n = digits(0);
    let (hour, mut at) = (text.get(..n)?.parse::<u32>().ok()?, n);
    let mut minute = 0;
    let mut with_minutes = false;
    if text[at..].starts_with([':', '.']) && digits(at + 1) == 2 {
        minute = text.get(at + 1..at + 3)?.parse().ok()?;
        at += 3;
        with_minutes = true;
    }
    let rest = &text[at..];
    let trimmed = rest.trim_start();
    let gap = rest.len() - trimmed.len();
    let ends =
        |word: &str| trimmed.strip_prefix(word).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()));
    let halves = [
        ("am", Half::Morning),
        ("a.m.", Half::Morning),
        ("a.m", Half::Morning),
        ("pm", Half::Afternoon),
        ("p.m.", Half::Afternoon),
        ("p.m", Half::Afternoon),
        ("noon", Half::Afternoon),
    ];
    let mut half = None;
    if let Some((word, which)) = halves.iter().find(|(word, _)| ends(word)) {
        half = Some(*which);
        at += gap + word.len();
    }
    let railway = half.is_none() && with_minutes && (n == 2 || hour > 12);
    let most = if half.is_some() { 12 } else { 24 };
    let possible =
        minute < 60 && hour <= most && !(half.is_some() && hour == 0) && (hour < 24 || minute == 0) && n <= 2;
    possible.then_some((Clock { hour, minute, half, railway }, at))
}

/// Days at the start: `Mo-Fr`, `Tu,We,Fr`, `Sa-Su`.
fn days(tokens: &[Token]) -> Option<(String, &[Token])> {
    let mut spans = Vec::new();
    let mut rest = tokens;
    loop {
        match rest {
            [Token::Day(first), Token::Dash, Token::Day(last), after @ ..] => {
                spans.push(span(*first, *last));
                rest = after;
            }
            [Token::Day(only), after @ ..] => {
                spans.push(span(*only, *only));
                rest = after;
            }
            [Token::Days(first, last), after @ ..] => {
                spans.push(span(*first, *last));
                rest = after;
            }
            [Token::PublicHoliday, after @ ..] => {
                spans.push("PH".to_owned());
                rest = after;
            }
            _ => break,
        }
        let after = skip(rest, |t| matches!(t, Token::Stop | Token::And));
        if matches!(after.first(), Some(Token::Day(_) | Token::Days(..) | Token::PublicHoliday)) {
            rest = after;
        } else {
            break;
        }
    }
    (!spans.is_empty()).then(|| (spans.join(","), rest))
}

/// Times at the start: `09:00-12:00,13:00-17:00`, or `off`.
fn times(tokens: &[Token]) -> Option<(String, &[Token])> {
    if let [Token::Closed, rest @ ..] = tokens {
        return Some(("off".to_owned(), rest));
    }
    let mut ranges = Vec::new();
    let mut rest = tokens;
    while let [Token::Time(from), Token::Dash, Token::Time(to), after @ ..] = rest {
        ranges.push(range(*from, *to)?);
        rest = after;
        let next = skip(rest, |t| matches!(t, Token::Stop | Token::And));
        if matches!(next.first(), Some(Token::Time(_))) {
            rest = next;
        } else {
            break;
        }
    }
    // A time that stands alone ("from 9am") leaves open how long; a sentence that goes on with times
    // and no days says something else.
    let complete = !ranges.is_empty() && !matches!(rest.first(), Some(Token::Time(_) | Token::Dash));
    complete.then(|| (ranges.join(","), rest))
}

/// A range in OpenStreetMap's words, when both ends mean one time each.
fn range(from: Clock, to: Clock) -> Option<String> {
    let minutes = |clock: Clock, half: Option<Half>| {
        let hour = match half {
            Some(Half::Morning) => clock.hour % 12,
            Some(Half::Afternoon) => clock.hour % 12 + 12,
            None => clock.hour,
        };
        hour * 60 + clock.minute
    };
    let (start, end) = match (from.half, to.half) {
        (Some(_), Some(_)) => (minutes(from, from.half), minutes(to, to.half)),
        // "2 - 4.30pm" is one afternoon; "9-5pm" begins in the morning.
        (None, Some(half)) if !from.railway => {
            let end = minutes(to, Some(half));
            let same = minutes(from, Some(half));
            (if same < end { same } else { minutes(from, Some(Half::Morning)) }, end)
        }
        // "9am-5" ends in the afternoon; "9am-11" in the morning.
        (Some(half), None) if !to.railway => {
            let start = minutes(from, Some(half));
            let plain = minutes(to, None);
            (start, if plain > start { plain } else { plain + 12 * 60 })
        }
        (None, None) if from.railway || to.railway => (minutes(from, None), minutes(to, None)),
        // "9-5" can only mean a working day; "2-5" could be night or afternoon.
        (None, None) => {
            let (start, end) = (minutes(from, None), minutes(to, None));
            if end <= start && from.hour >= 7 {
                (start, end + 12 * 60)
            } else if from.hour >= 7 {
                (start, end)
            } else {
                return None;
            }
        }
        _ => (minutes(from, from.half), minutes(to, to.half)),
    };
    let midnight = if end == 0 { 24 * 60 } else { end };
    let late = end < start && to.half == Some(Half::Morning);
    let possible = (midnight > start || late) && start < 24 * 60 && midnight <= 24 * 60;
    possible.then(|| format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, midnight / 60, midnight % 60))
}
