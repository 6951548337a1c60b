//! What kind of thing an asset is: by `place.toml`, by the file's own word, or by OpenStreetMap tags.

use crate::load::manifest::{AssetsSection, OneOrMany};
use crate::load::words::{plain, slug};
use std::collections::{BTreeMap, HashMap};

/// The kinds that a table's words stand for.
pub(super) struct Words {
    fixed: Option<String>,
    asked: Option<HashMap<String, String>>,
}

/// What became of a table's word.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    /// An asset of this kind.
    Is(String),
    /// A kind that `place.toml` does not ask for.
    LeftOut,
    /// The cell is empty.
    Blank,
}

impl Words {
    /// Kinds as a section asks for them.
    pub(super) fn of(section: &AssetsSection) -> Self {
        let fixed = section.kind.as_ref().map(|kind| slug(kind, '_'));
        let asked = (!section.kinds.is_empty()).then(|| {
            let pairs = section
                .kinds
                .iter()
                .flat_map(|(kind, words)| listed(words).iter().map(move |word| (plain(word), slug(kind, '_'))));
            pairs.collect()
        });
        Self { fixed, asked }
    }

    /// The kind of a row whose column of kinds holds `word`.
    pub(super) fn kind(&self, word: Option<&str>) -> Kind {
        match (&self.fixed, &self.asked, word) {
            (Some(kind), None, _) => Kind::Is(kind.clone()),
            (_, Some(asked), Some(word)) => {
                asked.get(&plain(word)).map_or(Kind::LeftOut, |kind| Kind::Is(kind.clone()))
            }
            (None, None, Some(word)) => Kind::Is(slug(word, '_')),
            (_, _, None) => Kind::Blank,
        }
    }
}

/// One or many as a slice.
pub(super) fn listed(words: &OneOrMany) -> &[String] {
    match words {
        OneOrMany::One(word) => std::slice::from_ref(word),
        OneOrMany::Many(words) => words,
    }
}

/// OpenStreetMap tags that make a kind, when `place.toml` does not say. Kept to places that community
/// work asks about; shops become high streets instead.
const USUAL: &[(&str, &str)] = &[
    ("food_bank", "social_facility=food_bank"),
    ("food_bank", "amenity=food_bank"),
    ("soup_kitchen", "social_facility=soup_kitchen"),
    ("library", "amenity=library"),
    ("community_centre", "amenity=community_centre"),
    ("community_centre", "amenity=social_centre"),
    ("place_of_worship", "amenity=place_of_worship"),
    ("gp", "amenity=doctors"),
    ("gp", "healthcare=doctor"),
    ("clinic", "amenity=clinic"),
    ("hospital", "amenity=hospital"),
    ("dentist", "amenity=dentist"),
    ("pharmacy", "amenity=pharmacy"),
    ("post_office", "amenity=post_office"),
    ("school", "amenity=school"),
    ("nursery", "amenity=kindergarten"),
    ("nursery", "amenity=childcare"),
    ("college", "amenity=college"),
    ("town_hall", "amenity=townhall"),
    ("arts_centre", "amenity=arts_centre"),
    ("pub", "amenity=pub"),
    ("social_facility", "amenity=social_facility"),
    ("sports_centre", "leisure=sports_centre"),
    ("swimming_pool", "leisure=swimming_pool"),
    ("park", "leisure=park"),
    ("playground", "leisure=playground"),
    ("allotments", "landuse=allotments"),
    ("charity_shop", "shop=charity"),
];

/// Conditions on tags, in order; the first that holds gives the kind.
pub(super) struct Filters(Vec<(String, Vec<(String, Option<String>)>)>);

impl Filters {
    /// The filters of a section, else the usual ones; or the first that cannot be read.
    pub(super) fn of(section: &AssetsSection) -> Result<Self, String> {
        let pairs: Vec<(String, &str)> = if section.kinds.is_empty() {
            USUAL.iter().map(|(kind, filter)| ((*kind).to_owned(), *filter)).collect()
        } else {
            let asked = section.kinds.iter();
            asked
                .flat_map(|(kind, filters)| listed(filters).iter().map(move |f| (slug(kind, '_'), f.as_str())))
                .collect()
        };
        pairs
            .into_iter()
            .map(|(kind, filter)| Ok((kind, conditions(filter).ok_or_else(|| filter.to_owned())?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The kind of a thing with these tags.
    pub(super) fn kind(&self, tags: &BTreeMap<String, String>) -> Option<&str> {
        let holds = |(key, value): &(String, Option<String>)| {
            tags.get(key).is_some_and(|own| match value {
                // A tag may hold several values: `shop=books;gift`.
                Some(value) => own.split(';').any(|one| one.trim() == value),
                None => own != "no",
            })
        };
        self.0.iter().find(|(_, conditions)| conditions.iter().all(holds)).map(|(kind, _)| kind.as_str())
    }
}

/// `amenity=library`, `shop=*`, `amenity=social_facility & social_facility:for=senior`.
fn conditions(filter: &str) -> Option<Vec<(String, Option<String>)>> {
    filter
        .split('&')
        .map(|part| {
            let (key, value) = part.split_once('=')?;
            let (key, value) = (key.trim(), value.trim());
            let usable = !key.is_empty() && !value.is_empty();
            usable.then(|| (key.to_owned(), (value != "*").then(|| value.to_owned())))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn tags_make_the_usual_kinds() {
        let section: AssetsSection = toml::from_str("osm = true").expect("a section");
        let filters = Filters::of(&section).expect("filters");
        assert_eq!(filters.kind(&tags(&[("amenity", "library")])), Some("library"));
        assert_eq!(
            filters.kind(&tags(&[("amenity", "social_facility"), ("social_facility", "food_bank")])),
            Some("food_bank")
        );
        assert_eq!(filters.kind(&tags(&[("amenity", "bench")])), None);
    }

    #[test]
    fn asked_filters_may_take_any_value_and_join_conditions() {
        let section: AssetsSection =
            toml::from_str("osm = true\n[kinds]\nshop = \"shop=*\"\nclub = [\"club=* & sport=bowls\"]")
                .expect("a section");
        let filters = Filters::of(&section).expect("filters");
        assert_eq!(filters.kind(&tags(&[("shop", "bakery")])), Some("shop"));
        assert_eq!(filters.kind(&tags(&[("shop", "no")])), None);
        assert_eq!(filters.kind(&tags(&[("club", "sport"), ("sport", "bowls;tennis")])), Some("club"));
        let wrong: AssetsSection = toml::from_str("osm = true\n[kinds]\nshop = \"shop\"").expect("a section");
        assert_eq!(Filters::of(&wrong).err(), Some("shop".to_owned()));
    }

    #[test]
    fn a_tables_words_become_kinds() {
        let section: AssetsSection =
            toml::from_str("file = \"a\"\n[kinds]\nlibrary = [\"Static Library\"]").expect("a section");
        let words = Words::of(&section);
        assert_eq!(words.kind(Some("static library")), Kind::Is("library".to_owned()));
        assert_eq!(words.kind(Some("Prison Library")), Kind::LeftOut);
        assert_eq!(words.kind(None), Kind::Blank);
    }
}
