//! Scenarios beside each other, opened later on other data, and as files for a committee.

use crate::http_server::Answer;
use crate::workspace::{Browser, path_of};
use std::io::{Cursor, Read};

/// A hub east of the one there is; and one where nobody lives near, which is tried with the first shut.
const EAST: &str = "#standard=hub&pins=-2.985,51.585,Mill%20%3CLane%3E";

fn save(browser: &Browser, name: &str, view: &str) -> String {
    let address = path_of(&browser.form("/scenarios", &[("name", name), ("view", view)]));
    address.trim_start_matches("/s/").to_owned()
}

/// The id of the one asset there is.
fn hub(browser: &Browser) -> String {
    browser.shared.current().expect("served").place.assets.iter().next().expect("a hub").key.clone()
}

fn part(answer: &Answer, name: &str) -> String {
    let mut packed = zip::ZipArchive::new(Cursor::new(answer.body.clone())).expect("packed");
    let mut text = String::new();
    packed.by_name(name).expect(name).read_to_string(&mut text).expect("text");
    text
}

#[test]
fn two_scenarios_stand_side_by_side_with_maps_totals_and_who_loses() {
    let browser = Browser::signed_in();
    let east = save(&browser, "A hub & more", EAST);
    let shut = save(&browser, "Shut <it>", &format!("#standard=hub&shut={}", hub(&browser)));
    let page = browser.get(&format!("/scenarios/compare?one-{east}=1&one-{shut}=1"));
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    assert!(text.contains("A hub &amp; more") && text.contains("Shut &lt;it&gt;") && !text.contains("<it>"), "{text}");
    assert!(text.contains("A: Mill &lt;Lane&gt;"), "{text}");
    assert_eq!(text.matches("<svg class=map").count(), 2, "a map for each");
    assert!(text.contains("Who loses it") && text.contains("Covered in each patch"), "{text}");
    let named = browser.get(&format!("/scenarios/compare?ids={east},{shut}"));
    assert_eq!(named.text().matches("<svg class=map").count(), 2, "by a link too");
    let lone = browser.get(&format!("/scenarios/compare?ids={east},{east}"));
    assert!(lone.status == 400 && lone.text().contains("Choose two to 4"), "{}", lone.text());
}

#[test]
fn the_paper_is_a_document_and_a_workbook_that_say_what_the_page_says() {
    let browser = Browser::signed_in();
    let ids = [save(&browser, "A hub & more", EAST), save(&browser, "As it is", "#ask=sites")].join(",");
    let docx = browser.get(&format!("/scenarios/compare?ids={ids}&f=docx"));
    let document = part(&docx, "word/document.xml");
    for words in [
        "Scenarios compared: A hub &amp; more; As it is",
        "A: Mill &lt;Lane&gt;",
        "Covered in each patch",
        "<w:tblHeader/>",
        "descr=",
    ] {
        assert!(document.contains(words), "{words} in {document}");
    }
    assert!(
        part(&docx, "word/_rels/document.xml.rels").contains(&format!("/scenarios/compare?ids={ids}")),
        "the link of the paper"
    );
    let mut read = quick_xml::Reader::from_str(&document);
    while !matches!(read.read_event().expect("well-formed"), quick_xml::events::Event::Eof) {}
    let xlsx = browser.get(&format!("/scenarios/compare?ids={ids}&f=xlsx"));
    assert!(part(&xlsx, "xl/workbook.xml").contains("Covered in each patch"), "a sheet for each table");
    assert!(browser.get(&format!("/scenarios/compare?ids={ids}&f=pdf")).status == 400);
    let again = browser.get(&format!("/scenarios/compare?ids={ids}&f=docx"));
    assert_eq!(again.body, docx.body, "the same paper is the same file");
}

#[test]
fn a_scenario_that_is_opened_on_other_data_says_its_numbers_of_then_and_of_now() {
    let browser = Browser::signed_in();
    let id = save(&browser, "East", EAST);
    let fresh = browser.get(&format!("/s/{id}"));
    assert!(
        fresh.text().contains("When it was saved") && !fresh.text().contains("have changed since"),
        "{}",
        fresh.text()
    );
    let shut = save(&browser, "Shut", &format!("#standard=hub&shut={}", hub(&browser)));
    // The hub there is goes; one stands elsewhere.
    let moved = "name,latitude,longitude,status\nAnother,51.585,-2.975,open\n";
    let draft = path_of(&browser.bring("hubs.csv", moved.as_bytes(), &[]));
    assert_eq!(browser.publish(&draft).status, 303);
    let later = browser.get(&format!("/s/{id}"));
    assert!(
        later.text().contains("Its numbers are others now") || later.text().contains("the same as then"),
        "{}",
        later.text()
    );
    let gone = browser.get(&format!("/s/{shut}"));
    assert!(gone.text().contains("is no longer among the assets"), "{}", gone.text());
    let paper = browser.get(&format!("/scenarios/compare?ids={id},{shut}"));
    assert!(paper.text().contains("The data have changed since"), "{}", paper.text());
}

#[test]
fn what_cannot_be_counted_is_said_in_words_and_never_as_nought() {
    let browser = Browser::signed_in();
    let views = [
        ("#by=find&brief=%7B%7D", "asks for the best sites"),
        ("#standard=gone&pins=-2.985,51.585", "no longer among those of this place"),
        ("#standard=hub&pins=200,95", "is not a longitude"),
        ("#standard=hub&pins=-3.9,51.585;1,1", "near this place"),
        (&*format!("#standard=hub&pins={}", vec!["-2.985,51.585"; 13].join(";")), "at most 12"),
    ];
    let own = save(&browser, "Own", EAST);
    for (view, why) in views {
        let id = save(&browser, "Odd", view);
        let page = browser.get(&format!("/s/{id}"));
        assert!(page.status == 200 && page.text().contains(why), "{view}: {}", page.text());
        let paper = browser.get(&format!("/scenarios/compare?ids={own},{id}"));
        assert!(paper.status == 200 && paper.text().contains(why), "{view}: {}", paper.text());
    }
}
