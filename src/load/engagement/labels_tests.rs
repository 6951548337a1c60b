use super::*;

fn group(key: &str, label: &str, dimension: &str) -> Group {
    Group {
        key: key.to_owned(),
        label: label.to_owned(),
        dimension: dimension.to_owned(),
        dimension_label: dimension.to_owned(),
        speed: None,
    }
}

fn groups() -> Vec<Group> {
    vec![
        group("asian", "Asian, Asian British or Asian Welsh", "ethnic_group"),
        group("white", "White", "ethnic_group"),
        group("age_0_4", "Aged 4 years and under", "age"),
        group("age_5_15", "Aged 5 to 15 years", "age"),
        group("age_85_plus", "Aged 85 years and over", "age"),
        group("disabled", "Disabled under the Equality Act", "disability"),
        group("not_disabled", "Not disabled under the Equality Act", "disability"),
        group("female", "Female", "sex"),
        group("male", "Male", "sex"),
    ]
}

fn read(dimension: &str, words: &str) -> Option<String> {
    let groups = groups();
    match Labels::new(dimension, &groups, &BTreeMap::new()).read(words) {
        Answer::Group(index) => Some(groups[index.index()].key.clone()),
        Answer::Unmatched => None,
        Answer::NotRecorded => Some("-".to_owned()),
    }
}

#[test]
fn groups_are_known_by_the_words_people_use_for_them() {
    for (dimension, words, key) in [
        ("ethnic_group", "Asian, Asian British or Asian Welsh", "asian"),
        ("ethnic_group", "Asian or Asian British", "asian"),
        ("ethnic_group", "Asian, Asian British or Asian Welsh: Indian", "asian"),
        ("ethnic_group", "white", "white"),
        ("age", "5-15", "age_5_15"),
        ("age", "7", "age_5_15"),
        ("age", "90+", "age_85_plus"),
        ("age", "85 and over", "age_85_plus"),
        ("age", "0-4", "age_0_4"),
        ("age", "Under 5", "age_0_4"),
        ("age", "6-10", "age_5_15"),
        ("disability", "None", "not_disabled"),
        ("disability", "Yes", "disabled"),
        ("sex", "F", "female"),
        ("sex", "Male", "male"),
    ] {
        assert_eq!(read(dimension, words).as_deref(), Some(key), "{dimension}: {words}");
    }
}

#[test]
fn words_that_name_several_groups_are_none_of_them() {
    let groups: Vec<Group> = [
        ("asian", "Asian, Asian British or Asian Welsh"),
        ("black", "Black, Black British, Black Welsh, Caribbean or African"),
        ("mixed", "Mixed or Multiple ethnic groups"),
        ("white", "White"),
        ("other", "Other ethnic group"),
    ]
    .map(|(key, label)| group(key, label, "ethnic_group"))
    .into();
    let own = BTreeMap::new();
    let labels = Labels::new("ethnic_group", &groups, &own);
    let read = |words: &str| match labels.read(words) {
        Answer::Group(index) => groups[index.index()].key.clone(),
        other => format!("{other:?}"),
    };
    for words in [
        "Black, Asian and minority ethnic",
        "Black, Asian & Minority Ethnic",
        "Black and minority ethnic",
        "BAME",
        "BME",
        "Asian or Black",
        "Asian/Black",
        "Black, Asian",
        "White or Mixed",
        "Asian or other",
        "Black, minority ethnic",
        "White, Black and Asian",
    ] {
        assert_eq!(read(words), "Unmatched", "{words}");
    }
    for (words, key) in [
        ("Black or Black British", "black"),
        ("Black, Black British, Caribbean or African: African", "black"),
        ("Black or Black British - Caribbean", "black"),
        ("Asian, Asian British", "asian"),
        ("Asian, other", "asian"),
        ("Asian (Indian or Pakistani)", "asian"),
        ("Mixed: White and Asian", "mixed"),
        ("Mixed, White and Black Caribbean", "mixed"),
        ("White: Irish", "white"),
        ("White, Gypsy or Irish Traveller", "white"),
    ] {
        assert_eq!(read(words), key, "{words}");
    }
}

#[test]
fn what_is_no_age_is_in_no_band_and_ages_are_read_as_people_say_them() {
    for words in ["-3", "−3", "999", "1999", "150", "05-Nov", "Nov-11", "5-11-20", "2 years 6 months", "16 to 999"] {
        assert_eq!(read("age", words), None, "{words}");
    }
    for (words, key) in [
        ("under 5s", "age_0_4"),
        ("Under 5's", "age_0_4"),
        ("18 months", "age_0_4"),
        ("6 weeks", "age_0_4"),
        ("0", "age_0_4"),
        ("4.5", "age_0_4"),
        ("85+", "age_85_plus"),
        ("over 85s", "age_85_plus"),
        ("in her 90s", "age_85_plus"),
        ("aged 12", "age_5_15"),
    ] {
        assert_eq!(read("age", words).as_deref(), Some(key), "{words}");
    }
    assert_eq!(read("age", "-1").as_deref(), Some("-"), "the usual mark for not recorded");
}

#[test]
fn not_recorded_is_kept_apart_from_none_and_from_what_is_unknown() {
    for words in ["", "Not recorded", "Prefer not to say", "-1", "unknown", "[c]"] {
        assert_eq!(read("disability", words).as_deref(), Some("-"), "{words}");
    }
    for (dimension, words) in [("ethnic_group", "Martian"), ("age", "11-20"), ("age", "16-24")] {
        assert_eq!(read(dimension, words), None, "{dimension}: {words}");
    }
}

#[test]
fn the_words_of_place_toml_come_first() {
    let groups = groups();
    let words =
        BTreeMap::from([("16-20".to_owned(), "age_5_15".to_owned()), ("99".to_owned(), "not_recorded".to_owned())]);
    let own = BTreeMap::from([
        ("age".to_owned(), GroupWords::Words(words)),
        ("oldies".to_owned(), GroupWords::Key("age_85_plus".to_owned())),
        ("oldish".to_owned(), GroupWords::Key("white".to_owned())),
    ]);
    let labels = Labels::new("age", &groups, &own);
    assert_eq!(labels.read("Oldies"), Answer::Group(GroupIdx::from_usize(4)), "without its dimension");
    assert_eq!(labels.read("oldish"), Answer::Unmatched, "a group of another dimension");
    assert_eq!(labels.read("16-20"), Answer::Group(GroupIdx::from_usize(3)));
    assert_eq!(labels.read("99"), Answer::NotRecorded);
}

#[test]
fn crossed_groups_are_known_by_their_parts_and_a_part_not_recorded_is_not_recorded() {
    let groups = vec![
        group("females_0_15", "Females aged 0 to 15", "age_sex"),
        group("females_16_25", "Females aged 16 to 25", "age_sex"),
        group("males_0_15", "Males aged 0 to 15", "age_sex"),
        group("males_76", "Males aged 76 and over", "age_sex"),
    ];
    let own = BTreeMap::from([("11-20, Male".to_owned(), GroupWords::Key("males_0_15".to_owned()))]);
    let labels = Labels::new("age_sex", &groups, &own);
    let read = |age: &str, sex: &str| match labels.read_crossed(&[age, sex]) {
        Answer::Group(index) => groups[index.index()].key.clone(),
        other => format!("{other:?}"),
    };
    assert_eq!(read("11-15", "Male"), "males_0_15");
    assert_eq!(read("16-20", "Female"), "females_16_25");
    assert_eq!(read("Over 75", "M"), "males_76");
    assert_eq!(read("11-20", "Male"), "males_0_15", "place.toml says so");
    assert_eq!((read("-1", "Male"), read("6-10", "-1")), ("NotRecorded".to_owned(), "NotRecorded".to_owned()));
    assert_eq!(read("11-20", "Female"), "Unmatched", "an age that lies in two groups");
}

#[test]
fn activities_are_known_by_the_words_people_use_for_them() {
    let own = BTreeMap::from([("Warm hub".to_owned(), "session".to_owned())]);
    for (words, wanted) in [
        ("introduction 1", Activity::Introduction1),
        ("Introduction level 2", Activity::Introduction2),
        ("Drop-in", Activity::Session),
        ("Community event", Activity::Event),
        ("enterprise", Activity::Enterprise),
        ("warm hub", Activity::Session),
        ("juggling", Activity::Other),
    ] {
        assert_eq!(activity(words, &own), wanted, "{words}");
    }
}
