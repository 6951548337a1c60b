//! What somebody says of a file, where it could not be told what it is, or was told wrongly.

use super::areas::Areas;
use super::{Issues, Purpose, Recognised};
use crate::read::{Options, Table};
use std::path::Path;

/// An answer about one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Which.
    pub file: String,
    /// What it is.
    pub what: Meant,
    /// The column with the keys of its areas, where it was said.
    pub key: Option<String>,
}

/// What a file is meant to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Meant {
    /// What it was recognised as.
    Recognised,
    /// The small areas in which residents are counted.
    Zones,
    /// The patches, or wards.
    Patches,
    /// This.
    This(Purpose),
    /// Nothing: it is left out.
    LeftOut,
}

impl Said {
    /// The file as it is with this answer.
    pub(super) fn of(&self, mut found: Recognised, path: &Path) -> Recognised {
        if let Some(key) = &self.key
            && let Ok(table) = Table::read(path, &self.file, Options::default(), &mut Issues::default())
        {
            found.areas = Areas::by(&table, &self.file, key).or(found.areas);
        }
        match &self.what {
            Meant::Recognised => return found,
            Meant::Zones | Meant::Patches => found.purpose = Purpose::Boundaries,
            Meant::This(purpose) => found.purpose = purpose.clone(),
            Meant::LeftOut => found.purpose = Purpose::Unknown("left out, as you said".to_owned()),
        }
        found.said = Some(self.what.clone());
        found
    }
}
