use super::{Coordinates, FileError, JsonFg, csv, flatgeobuf, geojson, geopackage, geoparquet, xlsx};
use crate::layer::Layer;
use crate::place::Place;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// A form in which a whole layer is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// GeoJSON (RFC 7946), in degrees.
    GeoJson,
    /// JSON-FG, in metres and in degrees.
    JsonFg,
    /// A table with a byte order mark, so that Excel reads it.
    Csv,
    /// A spreadsheet.
    Xlsx,
    /// A GeoPackage, in metres.
    GeoPackage,
    /// FlatGeobuf, in degrees.
    FlatGeobuf,
    /// GeoParquet, in degrees.
    GeoParquet,
}

impl FileFormat {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::GeoJson, Self::JsonFg, Self::Csv, Self::Xlsx, Self::GeoPackage, Self::FlatGeobuf, Self::GeoParquet];

    /// How the name of such a file ends.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::GeoJson => ".geojson",
            Self::JsonFg => ".fg.json",
            Self::Csv => ".csv",
            Self::Xlsx => ".xlsx",
            Self::GeoPackage => ".gpkg",
            Self::FlatGeobuf => ".fgb",
            Self::GeoParquet => ".parquet",
        }
    }

    /// The format that the name of a file asks for; `.json` is GeoJSON.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let asked = |format: &Self| name.ends_with(format.ending()) && name.len() > format.ending().len();
        let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        Self::ALL.into_iter().find(asked).or_else(|| is_json.then_some(Self::GeoJson))
    }

    /// The endings in words: ".geojson, .csv or .xlsx".
    #[must_use]
    pub fn endings() -> String {
        let [first @ .., last] = Self::ALL.map(Self::ending);
        format!("{} or {last}", first.join(", "))
    }

    /// Writes the layer as a new file.
    ///
    /// # Errors
    /// When the file cannot be written, or is more than the format can hold.
    pub fn write(self, place: &Place, layer: &Layer, path: &Path) -> Result<(), FileError> {
        let plane = &place.plane;
        match self {
            Self::GeoJson => std::fs::write(path, geojson::write(place, layer))?,
            Self::Csv => std::fs::write(path, csv::write(place, layer))?,
            Self::Xlsx => std::fs::write(path, xlsx(layer, plane)?)?,
            Self::GeoPackage => geopackage(layer, plane, path)?,
            Self::GeoParquet => geoparquet(layer, plane, path)?,
            Self::JsonFg => {
                let mut out = BufWriter::new(File::create(path)?);
                JsonFg { layer, plane, with_degrees: true }.write(&mut out)?;
                out.flush()?;
            }
            Self::FlatGeobuf => {
                let mut out = BufWriter::new(File::create(path)?);
                flatgeobuf(layer, layer.features.iter(), plane, Coordinates::Degrees, &mut out)?;
                out.flush()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_its_format() {
        let of = |name: &str| FileFormat::of(Path::new(name));
        for format in FileFormat::ALL {
            assert_eq!(of(&format!("out/reach{}", format.ending())), Some(format));
            assert_eq!(of(&format!("REACH{}", format.ending().to_uppercase())), Some(format));
        }
        assert_eq!(of("reach.json"), Some(FileFormat::GeoJson));
        assert_eq!(of(".csv"), None, "a name is more than its ending");
        for name in ["reach", "reach.shp", "reach.csv.gz", "csv", ""] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
