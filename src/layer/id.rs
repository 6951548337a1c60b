use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// Which layer this is: its kind, and what it is about where a place has several of the kind. As text it is the name in
/// links, `coverage-hub-15`; nobody takes that apart again.
#[derive(Clone, PartialEq, Eq)]
pub struct LayerId {
    text: String,
    kind: Cow<'static, str>,
    about: About,
}

/// What a layer is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The whole place.
    Place,
    /// One standard, by its key.
    Standard(String),
    /// One dimension by which people are told apart.
    Dimension {
        /// Its key: `age`.
        key: String,
        /// Its name for people.
        label: String,
    },
}

impl LayerId {
    /// The layer of a kind about the whole place.
    #[must_use]
    pub fn of(kind: impl Into<Cow<'static, str>>) -> Self {
        let kind = kind.into();
        Self { text: kind.clone().into_owned(), kind, about: About::Place }
    }

    /// The layer of a kind about a standard.
    #[must_use]
    pub fn of_standard(kind: &'static str, key: &str) -> Self {
        let about = About::Standard(key.to_owned());
        Self { text: format!("{kind}-{key}"), kind: kind.into(), about }
    }

    /// The layer of a kind about a dimension.
    #[must_use]
    pub fn of_dimension(kind: &'static str, key: &str, label: &str) -> Self {
        let about = About::Dimension { key: key.to_owned(), label: label.to_owned() };
        Self { text: format!("{kind}-{key}"), kind: kind.into(), about }
    }

    /// The name in links.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The kind: the name of its entry in the catalogue.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What it is about.
    #[must_use]
    pub const fn about(&self) -> &About {
        &self.about
    }

    /// Key of the standard it is about.
    #[must_use]
    pub fn standard(&self) -> Option<&str> {
        match &self.about {
            About::Standard(key) => Some(key),
            About::Place | About::Dimension { .. } => None,
        }
    }

    /// Key and name of the dimension it is about.
    #[must_use]
    pub fn dimension(&self) -> Option<(&str, &str)> {
        match &self.about {
            About::Dimension { key, label } => Some((key, label)),
            About::Place | About::Standard(_) => None,
        }
    }
}

impl From<&'static str> for LayerId {
    fn from(kind: &'static str) -> Self {
        Self::of(kind)
    }
}

impl Deref for LayerId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl Serialize for LayerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
