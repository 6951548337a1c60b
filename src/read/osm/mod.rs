//! An OpenStreetMap file as elements one can sift, whichever of its two forms it has.

mod blobs;
mod pbf;
mod xml;

use crate::crs::LonLat;
use crate::place::Issue;
use pbf::Pbf;
use std::borrow::Cow;
use std::path::Path;
use xml::Xml;

/// A file of elements, and what it is called in issues.
#[derive(Clone, Copy)]
struct FileRef<'a> {
    path: &'a Path,
    shown: &'a str,
}

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Node,
    Way,
    Relation,
}

impl Kind {
    /// The word in identifiers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Way => "way",
            Self::Relation => "relation",
        }
    }
}

/// A node, way or relation while the file is read.
#[derive(Debug, Default)]
pub(crate) struct Element<'a> {
    pub(crate) id: i64,
    /// Its version, 0 where none is given.
    pub(crate) version: i64,
    /// Marked as deleted, by an editor or in the database.
    pub(crate) is_deleted: bool,
    pub(crate) tags: Tags<'a>,
    /// Of a node: where it is, if that is on the globe.
    pub(crate) at: Option<LonLat>,
    /// Of a way: its nodes in order.
    pub(crate) refs: Vec<i64>,
    /// Of a relation: the ways of its outline.
    pub(crate) outer_ways: Vec<i64>,
    /// Of a relation: the ways of the islands in it.
    pub(crate) inner_ways: Vec<i64>,
}

/// Keys and values.
#[derive(Debug, Default)]
pub(crate) struct Tags<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Tags<'_> {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_ref())
    }

    /// All keys with their values, as they stand in the file.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value.as_ref()))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Tags<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(tags: I) -> Self {
        Self(tags.into_iter().map(|(key, value)| (Cow::Borrowed(key), Cow::Borrowed(value))).collect())
    }
}

impl Extend<(String, String)> for Tags<'_> {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, tags: I) {
        self.0.extend(tags.into_iter().map(|(key, value)| (Cow::Owned(key), Cow::Owned(value))));
    }
}

/// A file of elements.
pub(crate) struct OsmFile<'a>(Form<'a>);

enum Form<'a> {
    Pbf(Pbf<'a>),
    Xml(Xml<'a>),
}

impl<'a> OsmFile<'a> {
    /// A file in the binary form.
    pub(crate) fn pbf(path: &'a Path, shown: &'a str) -> Result<Self, Issue> {
        Pbf::open(FileRef { path, shown }).map(|file| Self(Form::Pbf(file)))
    }

    /// A file in the XML form.
    pub(crate) fn xml(path: &'a Path, shown: &'a str) -> Result<Self, Issue> {
        Xml::open(FileRef { path, shown }).map(|file| Self(Form::Xml(file)))
    }

    /// Goes through all elements of a kind and keeps what `pick` makes of them, in the file's order.
    pub(crate) fn sift<T: Send>(
        &self,
        kind: Kind,
        pick: impl Fn(&Element<'_>) -> Option<T> + Sync,
    ) -> Result<Vec<T>, Issue> {
        match &self.0 {
            Form::Pbf(file) => file.sift(kind, &pick),
            Form::Xml(file) => file.sift(kind, &pick),
        }
    }
}
