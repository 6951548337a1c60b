//! An OpenStreetMap file as elements one can sift, whichever of its two forms it has.

use super::{Context, osm_pbf::Pbf, osm_xml::Xml};
use crate::crs::LonLat;
use crate::place::Issue;
use std::borrow::Cow;

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Node,
    Way,
    Relation,
}

impl Kind {
    /// The word in identifiers.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Way => "way",
            Self::Relation => "relation",
        }
    }
}

/// A node, way or relation while the file is read.
#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    pub(super) id: i64,
    /// Its version, 0 where none is given.
    pub(super) version: i64,
    /// Marked as deleted, by an editor or in the database.
    pub(super) is_deleted: bool,
    pub(super) tags: Tags<'a>,
    /// Of a node: where it is, if that is on the globe.
    pub(super) at: Option<LonLat>,
    /// Of a way: its nodes in order.
    pub(super) refs: Vec<i64>,
    /// Of a relation: the ways of its outline.
    pub(super) outer_ways: Vec<i64>,
}

/// Keys and values.
#[derive(Debug, Default)]
pub(super) struct Tags<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Tags<'_> {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_ref())
    }

    /// All keys with their values, as they stand in the file.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
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
pub(super) enum OsmFile<'a> {
    Pbf(Pbf<'a>),
    Xml(Xml<'a>),
}

impl<'a> OsmFile<'a> {
    /// A file in the binary form.
    pub(super) fn pbf(context: Context<'a>) -> Result<Self, Issue> {
        Pbf::open(context).map(Self::Pbf)
    }

    /// A file in the XML form.
    pub(super) fn xml(context: Context<'a>) -> Result<Self, Issue> {
        Xml::open(context).map(Self::Xml)
    }

    /// Goes through all elements of a kind and keeps what `pick` makes of them, in the file's order.
    pub(super) fn sift<T: Send>(
        &self,
        kind: Kind,
        pick: impl Fn(&Element<'_>) -> Option<T> + Sync,
    ) -> Result<Vec<T>, Issue> {
        match self {
            Self::Pbf(file) => file.sift(kind, &pick),
            Self::Xml(file) => file.sift(kind, &pick),
        }
    }
}
