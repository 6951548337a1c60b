//! The engagement cube as Parquet, for Patchwork and for whatever engine makes or reads it: see `docs/cube.md`.

use super::FileError;
use crate::place::{Activity, CUBE_VERSION, Cube, CubeKey, CubeSums, Quarter};
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    Column, DataFrame, FileWriteFormat, IntoColumn, IntoLazy, NamedFrom, ParquetCompression, ParquetWriteOptions,
    PlRefPath, PolarsError, Series, SinkDestination, SinkTarget, UnifiedSinkArgs,
};
use std::path::Path;
use std::sync::Arc;

/// Rows of the cube that are turned into columns at a time, and that stand together in the file.
const GROUP: usize = 1 << 17;

/// Writes a cube, which is taken apart meanwhile: it may be most of what memory holds. The same cube gives the same bytes.
///
/// # Errors
/// When the file cannot be written.
pub fn write(cube: Cube, path: &Path) -> Result<(), FileError> {
    save(cube, path).map_err(|problem| FileError::Format {
        layer: "the cube".to_owned(),
        format: "Parquet",
        problem: problem.to_string(),
    })
}

fn save(cube: Cube, path: &Path) -> Result<(), PolarsError> {
    let Cube { dimensions, crossed, rows } = cube;
    let crossed = Some(crossed.as_str()).filter(|crossed| !crossed.is_empty());
    let mut rows = rows.into_iter();
    let part = |rows: &mut dyn Iterator<Item = (CubeKey, CubeSums)>| {
        let some: Vec<(CubeKey, CubeSums)> = rows.take(GROUP).collect();
        DataFrame::new(some.len(), columns(&some, &dimensions, crossed))
    };
    let mut frame = part(&mut rows)?;
    while rows.len() > 0 {
        frame.vstack_mut_owned(part(&mut rows)?)?;
    }
    let options = ParquetWriteOptions {
        compression: ParquetCompression::Zstd(Some(ZstdLevel::try_new(3)?)),
        row_group_size: Some(GROUP),
        ..ParquetWriteOptions::default()
    };
    let target = SinkTarget::Path(PlRefPath::try_from_path(path)?);
    let format = FileWriteFormat::Parquet(Arc::new(options));
    frame.lazy().sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default())?.collect()?;
    Ok(())
}

fn columns(rows: &[(CubeKey, CubeSums)], dimensions: &[String], crossed: Option<&str>) -> Vec<Column> {
    let words = |name: &str, of: &dyn for<'k> Fn(&'k CubeKey) -> Option<&'k str>| {
        Series::new(name.into(), rows.iter().map(|(key, _)| of(key)).collect::<Vec<_>>()).into_column()
    };
    let numbers = |name: &str, of: &dyn Fn(&CubeSums) -> u64| {
        let numbers = rows.iter().map(|(_, sums)| i64::try_from(of(sums)).unwrap_or(i64::MAX));
        Series::new(name.into(), numbers.collect::<Vec<_>>()).into_column()
    };
    let made = |name: &str, of: &dyn Fn(&CubeKey, &CubeSums) -> Option<String>| {
        let words = rows.iter().map(|(key, sums)| of(key, sums));
        Series::new(name.into(), words.collect::<Vec<_>>()).into_column()
    };
    let persons = rows.iter().map(|(key, _)| key.person.and_then(|person| i64::try_from(person).ok()));
    let mut columns = vec![
        Series::new("version".into(), vec![CUBE_VERSION as i32; rows.len()]).into_column(),
        Series::new("crossed".into(), vec![crossed; rows.len()]).into_column(),
        words("outcome", &|key| Some(&*key.outcome)),
        words("location", &|key| key.location.as_deref()),
        made("quarter", &|key, _| key.quarter.map(Quarter::key)),
        words("activity", &|key| key.activity.map(Activity::key)),
        words("asset", &|key| key.asset.as_deref()),
        words("themes", &|key| key.themes.as_deref()),
    ];
    for (nth, dimension) in dimensions.iter().enumerate() {
        columns.push(words(&format!("group_{dimension}"), &|key| key.answers.get(nth)?.as_deref()));
    }
    columns.push(Series::new("person".into(), persons.collect::<Vec<_>>()).into_column());
    columns.push(numbers("records", &|sums| sums.records));
    columns.push(numbers("people", &|sums| sums.people));
    columns.push(numbers("largest", &|sums| sums.largest));
    columns.push(numbers("hours", &|sums| sums.hours));
    columns.push(numbers("connections", &|sums| sums.connections));
    columns.push(made("first_day", &|_, sums| sums.days.map(|days| days.0.to_string())));
    columns.push(made("last_day", &|_, sums| sums.days.map(|days| days.1.to_string())));
    columns
}
