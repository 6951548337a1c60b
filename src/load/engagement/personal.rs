//! Columns that name people are refused: by their titles, and by what stands in them.

mod words;

use crate::load::words::plain;
use std::collections::BTreeSet;
use words::{CONTACT, GIVEN, PARTS, PERSONS, STREETS, THINGS, WHOLE};

/// Why a column is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Title,
    Email,
    Phone,
    Insurance,
    Name,
    Address,
    Birth,
}

impl Why {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Title => "by its title",
            Self::Email => "it holds e-mail addresses",
            Self::Phone => "it holds telephone numbers",
            Self::Insurance => "it holds National Insurance numbers",
            Self::Name => "it holds names of people",
            Self::Address => "it holds addresses",
            Self::Birth => "it holds dates of birth",
        }
    }
}

/// What the program takes a column for; some kinds of columns hold what would give people away elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The name of the record.
    Id,
    /// The day.
    Date,
    /// A venue, patch or zone, which may be called after somebody.
    Place,
    /// Anything else.
    Other,
}

/// A cell and its row, as a person counts them in the file.
pub(super) type Cell = (u64, String);

/// Why a column is refused, and the first row that says so (its title, where there is none).
pub(super) fn refused(title: &str, role: Role, cells: &[Cell]) -> Option<(Why, Option<u64>)> {
    if by_title(title) && !(is_contact(title) && harmless(cells)) {
        return Some((Why::Title, None));
    }
    by_content(title, role, cells).map(|(why, row)| (why, Some(row)))
}

/// Whether a title says that the column names people.
fn by_title(title: &str) -> bool {
    let form = plain(title);
    let of_person = |person: &str| {
        let rest = form.strip_prefix(person).map(|rest| rest.trim_start_matches('s').trim_start_matches("full"));
        matches!(rest, Some("name" | "names"))
            || form
                .strip_prefix("nameof")
                .or_else(|| form.strip_prefix("namesof"))
                .is_some_and(|rest| rest.trim_end_matches('s') == person.trim_end_matches('s'))
    };
    WHOLE.contains(&form.as_str())
        || PARTS.iter().any(|part| form.contains(part))
        || PERSONS.iter().any(|person| of_person(person))
        || is_contact(title)
}

fn is_contact(title: &str) -> bool {
    let form = plain(title);
    CONTACT.iter().any(|part| form.contains(part))
}

/// Whether no cell has an @ or as many digits as a telephone number: "Contacted by phone: yes".
fn harmless(cells: &[Cell]) -> bool {
    let digits = |cell: &str| cell.chars().filter(char::is_ascii_digit).count();
    cells.iter().any(|(_, cell)| !cell.is_empty())
        && cells.iter().all(|(_, cell)| !cell.contains('@') && digits(cell) < 6)
}

/// Whether cells of a column name people, and the first row that does. One e-mail address, National Insurance number or
/// telephone number in a text is enough, because one person is enough; names, addresses and bare numbers must be a good
/// part of the column, because a venue may be called after somebody and a key may look like a number.
fn by_content(title: &str, role: Role, cells: &[Cell]) -> Option<(Why, u64)> {
    if role == Role::Id {
        return None;
    }
    let cells: Vec<&Cell> = cells.iter().filter(|(_, cell)| !cell.trim().is_empty()).collect();
    let first = |is: &dyn Fn(&str) -> bool| cells.iter().find(|(_, cell)| is(cell)).map(|(row, _)| *row);
    let share = |is: &dyn Fn(&str) -> bool, of_ten: usize| {
        let found: BTreeSet<&str> = cells.iter().map(|(_, cell)| cell.as_str()).filter(|cell| is(cell)).collect();
        let all = cells.iter().filter(|(_, cell)| found.contains(cell.as_str())).count();
        (found.len() > 1 && all * 10 >= cells.len() * of_ten).then(|| first(is)).flatten()
    };
    let in_text = |cell: &str| !cell.chars().all(|c| c.is_ascii_digit()) && has_phone(cell);
    if let Some(row) = first(&is_email) {
        return Some((Why::Email, row));
    }
    if let Some(row) = first(&has_insurance) {
        return Some((Why::Insurance, row));
    }
    if let Some(row) = first(&in_text).or_else(|| share(&has_phone, 2)) {
        return Some((Why::Phone, row));
    }
    if role == Role::Place {
        return None;
    }
    let form = plain(title);
    let of_people = PERSONS.iter().any(|person| form.strip_prefix(person).is_some_and(|rest| matches!(rest, "" | "s")));
    let names = if of_people { share(&is_person_like, 5) } else { None };
    if let Some(row) = names.or_else(|| share(&is_name, 3)) {
        return Some((Why::Name, row));
    }
    if let Some(row) = share(&is_address, 3) {
        return Some((Why::Address, row));
    }
    let births = role != Role::Date && are_births(&cells);
    births.then(|| cells.first().map(|(row, _)| (Why::Birth, *row))).flatten()
}

fn is_email(cell: &str) -> bool {
    cell.contains('@')
        && cell.split([' ', ',', ';', ':', '<', '>', '(', ')', '\n']).any(|word| match word.split_once('@') {
            Some((before, after)) => !before.is_empty() && after.contains('.') && !after.starts_with('.'),
            None => false,
        })
}

/// Two letters, six digits and a letter from A to D, with or without spaces.
fn has_insurance(cell: &str) -> bool {
    if !cell.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let fits = |word: &[char]| {
        let (letters, rest) = word.split_at(2);
        let (digits, last) = rest.split_at(6);
        letters.iter().all(char::is_ascii_uppercase)
            && digits.iter().all(char::is_ascii_digit)
            && last.iter().all(|c| ('A'..='D').contains(c))
    };
    // Words that stand alone: a key that goes on is no such number.
    let closed: Vec<char> = cell.chars().filter(|c| *c != ' ').collect();
    let alone = |at: usize, end: usize| {
        let other = |c: Option<&char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
        let before = at.checked_sub(1).and_then(|before| closed.get(before));
        other(closed.get(end)) && (other(before) || cell.contains(' '))
    };
    closed.windows(9).enumerate().any(|(at, word)| fits(word) && alone(at, at + 9))
}

/// Whether a British telephone number stands in the text: 0 or +44 and ten digits, in any spacing. A day at the
/// beginning is no part of one: "01.12.2024 9.30" has as many digits.
fn has_phone(text: &str) -> bool {
    let text = text.split_once(' ').filter(|(day, _)| year(day).is_some()).map_or(text, |(_, rest)| rest);
    let part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '+' | '.');
    text.split(|c: char| !part(c)).any(|run| {
        let words: Vec<&str> = run.split_whitespace().collect();
        (0..words.len()).any(|from| {
            let mut digits = String::new();
            words[from..].iter().any(|word| {
                digits.extend(word.chars().filter(char::is_ascii_digit));
                is_number(&digits, words[from].starts_with('+'))
            })
        })
    })
}

fn is_number(digits: &str, plus: bool) -> bool {
    if plus {
        return digits.strip_prefix("44").is_some_and(|rest| rest.trim_start_matches('0').len() == 10);
    }
    let mut each = digits.chars();
    digits.len() == 11 && each.next() == Some('0') && matches!(each.next(), Some('1' | '2' | '3' | '7' | '8'))
}

/// The words of a cell that may be a name of a person: one to four of letters alone, none of which makes it a place or a
/// group. "Jones, Sarah" is Sarah Jones.
fn words_of_name(cell: &str) -> Option<Vec<String>> {
    let turned = match cell.split_once(',') {
        Some((last, first)) if !first.contains(',') => format!("{} {}", first.trim(), last.trim()),
        _ => cell.to_owned(),
    };
    let words: Vec<String> = turned.split_whitespace().map(str::to_owned).collect();
    let letters = |word: &String| word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'));
    let thing = |word: &String| THINGS.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    ((1..=4).contains(&words.len()) && words.iter().all(letters) && !words.iter().any(thing)).then_some(words)
}

/// A common given name, or Mr, Mrs and the like, first.
fn is_name(cell: &str) -> bool {
    words_of_name(cell).is_some_and(|words| {
        let first = words.first().map(|word| word.trim_end_matches('.').to_lowercase()).unwrap_or_default();
        let honorific = matches!(first.as_str(), "mr" | "mrs" | "ms" | "miss") && words.len() > 1;
        honorific || GIVEN.contains(&first.as_str())
    })
}

/// Two to four words that each begin with a capital, or a common given name.
fn is_person_like(cell: &str) -> bool {
    let capital = |word: &String| word.chars().next().is_some_and(char::is_uppercase);
    is_name(cell) || words_of_name(cell).is_some_and(|words| words.len() > 1 && words.iter().all(capital))
}

/// A house number and the name of a street: "12a High Street, Newcastle", "Flat 3, 5 Mill Lane".
fn is_address(cell: &str) -> bool {
    let words: Vec<String> =
        cell.split([' ', ',']).filter(|word| !word.is_empty()).map(|word| word.to_lowercase()).collect();
    let number = |word: &String| word.len() <= 5 && word.starts_with(|c: char| c.is_ascii_digit());
    let street = |word: &String| STREETS.contains(&word.trim_end_matches('.'));
    let from = words.iter().take(3).position(number);
    from.is_some_and(|from| words.iter().skip(from + 2).take(4).any(street))
}

/// Whether most are days, of years at least a generation apart: nobody's sessions are, and everybody's birthdays.
fn are_births(cells: &[&Cell]) -> bool {
    const LEAST: usize = 5;
    const GENERATION: i32 = 30;
    let years: Vec<i32> = cells.iter().filter_map(|(_, cell)| year(cell)).collect();
    let span = years.iter().max().zip(years.iter().min()).map_or(0, |(last, first)| last - first);
    years.len() >= LEAST && years.len() * 10 >= cells.len() * 8 && span >= GENERATION
}

fn year(cell: &str) -> Option<i32> {
    use chrono::Datelike;
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    crate::read::parse_date(day).map(|day| day.year())
}

#[cfg(test)]
#[path = "personal_tests.rs"]
mod tests;
