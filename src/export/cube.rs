//! The engagement cube as Parquet, for Patchwork and for whatever engine makes or reads it: see `docs/cube.md`.

use super::FileError;
use crate::place::{Activity, CUBE_VERSION, Cube, CubeKey, CubeSums};
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    Column, DataFrame, FileWriteFormat, IntoColumn, IntoLazy, NamedFrom, ParquetCompression, ParquetWriteOptions,
    PlRefPath, PolarsError, Series, SinkDestination, SinkTarget, UnifiedSinkArgs,
};
use std::path::Path;
use std::sync::Arc;

/// Writes a cube. The same cube gives the same bytes.
///
/// # Errors
/// When the file cannot be written.
pub fn write(cube: &Cube, path: &Path) -> Result<(), FileError> {
    save(cube, path).map_err(|problem| FileError::Format {
        layer: "the cube".to_owned(),
        format: "Parquet",
        problem: problem.to_string(),
    })
}

fn save(cube: &Cube, path: &Path) -> Result<(), PolarsError> {
    let frame = DataFrame::new(cube.rows.len(), columns(cube))?;
    let options = ParquetWriteOptions {
        compression: ParquetCompression::Zstd(Some(ZstdLevel::try_new(3)?)),
        ..ParquetWriteOptions::default()
    };
    let target = SinkTarget::Path(PlRefPath::try_from_path(path)?);
    let format = FileWriteFormat::Parquet(Arc::new(options));
    frame.lazy().sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default())?.collect()?;
    Ok(())
}

fn columns(cube: &Cube) -> Vec<Column> {
    let (keys, sums) = (cube.rows.keys(), cube.rows.values());
    let words = |name: &str, of: &dyn Fn(&CubeKey) -> Option<String>| {
        Series::new(name.into(), keys.clone().map(of).collect::<Vec<_>>()).into_column()
    };
    let numbers = |name: &str, of: &dyn Fn(&CubeSums) -> u64| {
        let numbers = sums.clone().map(|sums| i64::try_from(of(sums)).unwrap_or(i64::MAX));
        Series::new(name.into(), numbers.collect::<Vec<_>>()).into_column()
    };
    let day = |name: &str, last: bool| {
        let days = sums.clone().map(|sums| sums.days.map(|(from, to)| if last { to } else { from }.to_string()));
        Series::new(name.into(), days.collect::<Vec<_>>()).into_column()
    };
    let text = |words: &Option<Arc<str>>| words.as_deref().map(str::to_owned);
    let persons = keys.clone().map(|key| key.person.and_then(|person| i64::try_from(person).ok()));
    let mut columns = vec![
        Series::new("version".into(), vec![CUBE_VERSION as i32; cube.rows.len()]).into_column(),
        words("crossed", &|_| Some(cube.crossed.clone()).filter(|crossed| !crossed.is_empty())),
        words("outcome", &|key| Some(key.outcome.to_string())),
        words("location", &|key| text(&key.location)),
        words("quarter", &|key| key.quarter.map(crate::place::Quarter::key)),
        words("activity", &|key| key.activity.map(|activity: Activity| activity.key().to_owned())),
        words("asset", &|key| text(&key.asset)),
        words("themes", &|key| text(&key.themes)),
    ];
    for (nth, dimension) in cube.dimensions.iter().enumerate() {
        columns.push(words(&format!("group_{dimension}"), &|key| key.answers.get(nth).and_then(text)));
    }
    columns.push(Series::new("person".into(), persons.collect::<Vec<_>>()).into_column());
    columns.push(numbers("records", &|sums| sums.records));
    columns.push(numbers("people", &|sums| sums.people));
    columns.push(numbers("largest", &|sums| sums.largest));
    columns.push(numbers("hours", &|sums| sums.hours));
    columns.push(numbers("connections", &|sums| sums.connections));
    columns.push(day("first_day", false));
    columns.push(day("last_day", true));
    columns
}
