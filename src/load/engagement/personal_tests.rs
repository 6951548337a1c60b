use super::*;

fn cells(texts: &[&str]) -> Vec<Cell> {
    texts.iter().enumerate().map(|(at, text)| (at as u64 + 2, (*text).to_owned())).collect()
}

fn found(title: &str, role: Role, texts: &[&str]) -> Option<(Why, Option<u64>)> {
    refused(title, role, &cells(texts))
}

#[test]
fn titles_that_name_people_are_refused_and_others_are_not() {
    for title in [
        "Email",
        "First Name",
        "mobile_number",
        "Date of birth",
        "Date of birth (dd/mm/yyyy)",
        "name",
        "Name",
        "Participant name",
        "Participant's name",
        "Name of participant",
        "Names of attendees",
        "Surname (optional)",
        "NI number",
        "NHS no.",
        "Full address",
        "Lead name",
        "Family name",
    ] {
        assert_eq!(found(title, Role::Other, &[]), Some((Why::Title, None)), "{title}");
    }
    for title in [
        "venue_name",
        "patch",
        "ethnic_group",
        "postcode",
        "date",
        "theme",
        "person_key",
        "Venue",
        "Name of session",
        "Session name",
        "Hub name",
        "Country of birth",
        "Number of participants",
        "Venue address",
        "Member",
        "Lead",
    ] {
        assert_eq!(found(title, Role::Other, &[]), None, "{title}");
    }
}

#[test]
fn a_title_about_telephones_is_harmless_where_the_cells_are() {
    assert_eq!(found("Contacted by phone", Role::Other, &["yes", "no"]), None);
    assert_eq!(found("Mobile library", Role::Other, &["stop 3", "stop 12"]), None);
    assert_eq!(found("Phone", Role::Other, &["yes", "07700 900123"]), Some((Why::Title, None)));
    assert_eq!(found("Email", Role::Other, &["", ""]), Some((Why::Title, None)), "empty here, and who knows below");
}

#[test]
fn cells_that_name_people_are_refused_with_their_row_whatever_the_title() {
    let first = |texts: &[&str]| found("Notes", Role::Other, texts);
    let mut many = vec!["went well"; 1999];
    many.push("please write to jo.bloggs@example.org, she asked");
    assert_eq!(first(&many), Some((Why::Email, Some(2001))), "one in two thousand is one person");
    assert_eq!(first(&["fine", "ring her on 07700 900123 after six"]), Some((Why::Phone, Some(3))));
    assert_eq!(first(&["07700 900123", "020 7946 0018"]), Some((Why::Phone, Some(2))));
    assert_eq!(first(&["+44 7700 900123 (Jo)"]), Some((Why::Phone, Some(2))));
    assert_eq!(first(&["-", "QQ 12 34 56 C"]), Some((Why::Insurance, Some(3))));
    assert_eq!(first(&["her number is QQ123456C"]), Some((Why::Insurance, Some(2))));
    assert_eq!(first(&["Sarah Jones", "Mohammed Khan", "Pat O'Brien"]), Some((Why::Name, Some(2))));
    assert_eq!(first(&["Jones, Sarah", "KHAN, Mohammed", "O'Brien, Pat"]), Some((Why::Name, Some(2))));
    assert_eq!(first(&["Mrs Okonkwo", "Mr. Zielinski", "x", "y"]), Some((Why::Name, Some(2))));
    assert_eq!(first(&["12 High Street", "Flat 3, 5 Mill Lane, Newport"]), Some((Why::Address, Some(2))));
    let births = ["03/05/1948", "1990-12-01", "17/11/2003", "02/02/1961", "30/06/1975"];
    assert_eq!(first(&births), Some((Why::Birth, Some(2))));
}

#[test]
fn uncommon_names_are_known_by_the_title_of_their_column() {
    let names = ["Oyinkansola Adeyemi", "Wren Blackwood", "Zbigniew Kowal", "R0004"];
    for title in ["Participant", "Attendees", "Lead", "Met by"] {
        assert_eq!(found(title, Role::Other, &names), Some((Why::Name, Some(2))), "{title}");
    }
    assert_eq!(found("Participant", Role::Other, &["P0001", "P0002", "P0003"]), None, "keys");
    assert_eq!(found("Lead", Role::Other, &["Youth Team", "Housing Services", "Library"]), None);
}

#[test]
fn keys_venues_themes_and_days_are_not_people() {
    let none =
        |title: &str, role: Role, texts: &[&str]| assert_eq!(found(title, role, texts), None, "{title}: {texts:?}");
    none("Person", Role::Other, &["R0000995", "R0000743"]);
    none("Person", Role::Other, &["0000001234", "00000012345"]);
    none("Venue", Role::Place, &["Grace Hall", "Mary Seacole", "Harry Watts"]);
    none("Where", Role::Other, &["Grace Hall", "Anne Frank House", "John Marley Centre", "Mark Street"]);
    none("Where", Role::Other, &["St James Hall", "Heaton Library", "John Marley Centre", "City"]);
    none("Session", Role::Other, &["Jack and Jill Club", "Harry Potter Group", "Art class"]);
    none("Themes", Role::Other, &["Jobs", "loneliness; buses", "jobs and skills"]);
    none("Ref", Role::Other, &["2023-0000001", "425000"]);
    none("Ref", Role::Id, &["QQ123456C"]);
    none("Key", Role::Other, &["AB123456CD77", "XQQ123456C"]);
    none("Date", Role::Date, &["03/05/1948", "1990-12-01", "17/11/2003", "02/02/1961", "30/06/1975"]);
    none("Reviewed", Role::Other, &["03/05/2021", "2022-12-01", "17/11/2023", "02/02/2024", "30/06/2024"]);
    none("Sessions", Role::Other, &["2 on 01/02/2024 10.30", "4 on 2024-03-05 11:00"]);
    none("Place", Role::Other, &[]);
}

#[test]
fn a_day_with_its_hour_is_no_telephone_number_and_one_after_a_day_is() {
    assert_eq!(found("When", Role::Date, &["01.12.2024 9.30"]), None);
    assert_eq!(found("Entered", Role::Other, &["01.12.2024 9.30"]), None);
    let notes = ["asked for a lift", "01.12.2024 rang 0161 496 0000", "01/12/2024 07700 900123"];
    assert_eq!(found("Notes", Role::Other, &notes), Some((Why::Phone, Some(3))));
    assert_eq!(found("Notes", Role::Other, &notes[2..]), Some((Why::Phone, Some(2))));
    assert_eq!(found("Notes", Role::Other, &["07700 900123"]), Some((Why::Phone, Some(2))));
}
