//! Columns that name people are refused: by their titles, and by what stands in them.

use crate::load::words::plain;

/// Titles that name people, whole.
const WHOLE: [&str; 30] = [
    "name",
    "names",
    "fullname",
    "personname",
    "participant",
    "participantname",
    "attendee",
    "attendeename",
    "contactname",
    "clientname",
    "residentname",
    "membername",
    "volunteername",
    "carername",
    "customername",
    "nameofperson",
    "nameofresident",
    "dob",
    "dateofbirth",
    "birthdate",
    "nino",
    "nhsnumber",
    "nhsno",
    "address",
    "homeaddress",
    "address1",
    "addressline1",
    "streetaddress",
    "initials",
    "knownas",
];

/// Parts of titles that name people wherever they stand.
const PARTS: [&str; 9] =
    ["email", "phone", "telephone", "mobile", "firstname", "forename", "surname", "lastname", "nationalinsurance"];

/// Given names that are common in Britain: three in ten of the values of a column of names of people
/// begin with one, and of a column of venues, themes or towns hardly any do.
const GIVEN: [&str; 80] = [
    "david",
    "john",
    "michael",
    "paul",
    "andrew",
    "peter",
    "james",
    "robert",
    "stephen",
    "mark",
    "richard",
    "susan",
    "margaret",
    "sarah",
    "christopher",
    "elizabeth",
    "patricia",
    "william",
    "alan",
    "thomas",
    "jean",
    "emma",
    "mary",
    "daniel",
    "karen",
    "anthony",
    "helen",
    "matthew",
    "linda",
    "jennifer",
    "barbara",
    "jane",
    "simon",
    "claire",
    "nicola",
    "jacqueline",
    "joanne",
    "kevin",
    "julie",
    "anne",
    "sandra",
    "maureen",
    "joan",
    "rebecca",
    "laura",
    "dorothy",
    "george",
    "jonathan",
    "brian",
    "christine",
    "alison",
    "philip",
    "rachel",
    "gary",
    "lisa",
    "sheila",
    "sharon",
    "fatima",
    "mohammed",
    "muhammad",
    "ahmed",
    "ali",
    "aisha",
    "maria",
    "anna",
    "amy",
    "lucy",
    "charlotte",
    "hannah",
    "jessica",
    "sophie",
    "olivia",
    "amelia",
    "jack",
    "harry",
    "joseph",
    "samuel",
    "priya",
    "ayesha",
    "ana",
];

/// Why a column is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Title,
    Email,
    Phone,
    Name,
}

impl Why {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Title => "by its title",
            Self::Email => "its cells hold e-mail addresses",
            Self::Phone => "its cells hold telephone numbers",
            Self::Name => "its cells hold names of people",
        }
    }
}

/// Whether a title says that the column names people.
pub(super) fn by_title(title: &str) -> Option<Why> {
    let form = plain(title);
    let found = WHOLE.contains(&form.as_str()) || PARTS.iter().any(|part| form.contains(part));
    found.then_some(Why::Title)
}

/// Whether some of the cells of a column name people. One address in a hundred is enough, because one
/// person is enough; names need more, because a venue may be called after somebody.
pub(super) fn by_content<'c>(cells: impl Iterator<Item = &'c str>) -> Option<Why> {
    let (mut all, mut emails, mut phones, mut names) = (0, 0, 0, 0);
    for cell in cells {
        all += 1;
        emails += usize::from(is_email(cell));
        phones += usize::from(is_phone(cell));
        names += usize::from(is_name(cell));
    }
    if emails * 100 >= all && emails > 0 {
        Some(Why::Email)
    } else if phones * 5 >= all && phones > 0 {
        Some(Why::Phone)
    } else if names * 10 >= all * 3 && names > 1 {
        Some(Why::Name)
    } else {
        None
    }
}

fn is_email(cell: &str) -> bool {
    cell.split([' ', ',', ';', '<', '>', '(', ')']).any(|word| match word.split_once('@') {
        Some((before, after)) => !before.is_empty() && after.contains('.') && !after.starts_with('.'),
        None => false,
    })
}

/// A British telephone number: 0 or +44 and ten digits, in any spacing.
fn is_phone(cell: &str) -> bool {
    let cell = cell.trim();
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    let only = cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')' | '+' | '.'));
    only && ((cell.starts_with('0') && matches!(digits.len(), 10 | 11))
        || (cell.starts_with("+44") && matches!(digits.len(), 12 | 13)))
}

/// A common given name with nothing or one to three more words behind it, of letters alone.
fn is_name(cell: &str) -> bool {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let letters = |word: &&str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.'));
    let first = words.first().map(|word| word.to_lowercase());
    (1..=4).contains(&words.len())
        && words.iter().all(letters)
        && first.is_some_and(|first| GIVEN.contains(&first.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_that_name_people_are_refused_and_others_are_not() {
        for title in ["Email", "First Name", "mobile_number", "Date of birth", "name", "Participant name"] {
            assert_eq!(by_title(title), Some(Why::Title), "{title}");
        }
        for title in ["venue_name", "patch", "ethnic_group", "postcode", "date", "theme", "person_key", "Venue"] {
            assert_eq!(by_title(title), None, "{title}");
        }
    }

    #[test]
    fn cells_that_name_people_are_refused_whatever_the_title() {
        assert_eq!(by_content(["a@b.org", "x"].into_iter()), Some(Why::Email));
        assert_eq!(by_content(["07700 900123", "020 7946 0018"].into_iter()), Some(Why::Phone));
        assert_eq!(by_content(["Sarah Jones", "Mohammed Khan", "Pat O'Brien"].into_iter()), Some(Why::Name));
    }

    #[test]
    fn keys_venues_and_themes_are_not_people() {
        assert_eq!(by_content(["R0000995", "R0000743"].into_iter()), None);
        assert_eq!(by_content(["St James Hall", "Heaton Library", "John Marley Centre", "City"].into_iter()), None);
        assert_eq!(by_content(["loneliness; buses", "jobs and skills"].into_iter()), None);
        assert_eq!(by_content(["2023-0000001", "425000"].into_iter()), None);
        assert_eq!(by_content(std::iter::empty()), None);
    }
}
