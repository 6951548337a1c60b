use super::pbf::{broken, unreadable};
use super::{Element, FileRef, Kind};
use crate::crs::LonLat;
use crate::place::Issue;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::BufReader;

/// The XML form, read from front to back once for each kind of element.
///
/// Editors save what they deleted with a mark, and files laid together hold an element in several versions: the
/// latest version is the element, and when that is deleted there is none.
pub(super) struct Xml<'a> {
    file: FileRef<'a>,
}

impl<'a> Xml<'a> {
    pub(super) fn open(file: FileRef<'a>) -> Result<Self, Issue> {
        match std::fs::metadata(file.path) {
            Ok(about) if about.len() == 0 => Err(broken(file.shown, "it is empty")),
            Ok(_) => Ok(Self { file }),
            Err(error) => Err(unreadable(file.shown, &error)),
        }
    }

    pub(super) fn sift<T>(&self, kind: Kind, pick: &impl Fn(&Element<'_>) -> Option<T>) -> Result<Vec<T>, Issue> {
        let file = File::open(self.file.path).map_err(|error| unreadable(self.file.shown, &error))?;
        let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, file));
        let mut buffer = Vec::new();
        let mut sieve = Sieve { kind, pick, depth: 0, at_hand: None, latest: HashMap::new(), found: Vec::new() };
        loop {
            buffer.clear();
            let event = reader.read_event_into(&mut buffer);
            let ended = event.map_err(|error| error.to_string()).and_then(|event| sieve.take(&event));
            match ended {
                Ok(false) => {}
                Ok(true) => return Ok(sieve.found.into_iter().flatten().collect()),
                Err(why) => {
                    let why = format!("{why}, at byte {}", reader.buffer_position());
                    return Err(broken(self.file.shown, &why));
                }
            }
        }
    }
}

struct Sieve<'p, T, P> {
    kind: Kind,
    pick: &'p P,
    depth: usize,
    /// The element whose end has not come yet.
    at_hand: Option<Element<'static>>,
    /// The latest version of each element so far, and where in `found` it is.
    latest: HashMap<i64, (i64, Option<usize>)>,
    found: Vec<Option<T>>,
}

impl<T, P: Fn(&Element<'_>) -> Option<T>> Sieve<'_, T, P> {
    /// Takes the next event; tells whether the file has come to its proper end.
    fn take(&mut self, event: &Event<'_>) -> Result<bool, String> {
        match event {
            Event::Start(tag) => {
                if self.depth == 0 && tag.name().as_ref() != "osm" {
                    return Err("its outermost element is not <osm>".to_owned());
                }
                self.depth += 1;
                self.open(tag);
            }
            Event::Empty(tag) => {
                self.open(tag);
                self.close(tag.name().as_ref());
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                self.close(tag.name().as_ref());
                return Ok(self.depth == 0);
            }
            Event::Eof => return Err("it ends before its last element does".to_owned()),
            _ => {}
        }
        Ok(false)
    }

    fn open(&mut self, tag: &BytesStart<'_>) {
        let name = tag.name();
        let name: &str = name.as_ref();
        if name == self.kind.word() {
            self.at_hand = Some(element(tag));
        } else if let Some(element) = &mut self.at_hand {
            match name {
                "tag" => element.tags.extend(value(tag, "k").zip(value(tag, "v"))),
                "nd" => element.refs.extend(number(tag, "ref")),
                "member" if value(tag, "type").as_deref() == Some("way") => {
                    let is_inner = value(tag, "role").as_deref() == Some("inner");
                    let ways = if is_inner { &mut element.inner_ways } else { &mut element.outer_ways };
                    ways.extend(number(tag, "ref"));
                }
                _ => {}
            }
        }
    }

    fn close(&mut self, name: &str) {
        if name == self.kind.word() {
            self.at_hand.take().into_iter().for_each(|element| self.keep(&element));
        }
    }

    /// Keeps what is made of an element, unless a later version of it is known.
    fn keep(&mut self, element: &Element<'_>) {
        let known = match self.latest.entry(element.id) {
            Entry::Vacant(known) => known.insert((element.version, None)),
            Entry::Occupied(known) => {
                let known = known.into_mut();
                let is_later = element.version > known.0 || (element.version == known.0 && element.is_deleted);
                if !is_later {
                    return;
                }
                if let Some(at) = known.1.take() {
                    self.found[at] = None;
                }
                known.0 = element.version;
                known
            }
        };
        if let Some(made) = (self.pick)(element).filter(|_| !element.is_deleted) {
            known.1 = Some(self.found.len());
            self.found.push(Some(made));
        }
    }
}

fn element(tag: &BytesStart<'_>) -> Element<'static> {
    let degrees = |key| value(tag, key).and_then(|text| text.trim().parse::<f64>().ok());
    let at = degrees("lon").zip(degrees("lat")).and_then(|(lon, lat)| LonLat::new(lon, lat));
    let is = |key, word: &str| value(tag, key).is_some_and(|said| said.trim() == word);
    Element {
        id: number(tag, "id").unwrap_or_default(),
        version: number(tag, "version").unwrap_or_default(),
        is_deleted: is("action", "delete") || is("visible", "false"),
        at,
        ..Element::default()
    }
}

fn number(tag: &BytesStart<'_>, key: &str) -> Option<i64> {
    value(tag, key)?.trim().parse().ok()
}

fn value(tag: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(key).ok()??;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}
