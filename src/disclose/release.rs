//! Releases as files: what was published, kept so that the next release gives away no more together
//! with it, and read back. A release holds protected counts only.

use super::tabulate::{Category, Dimension, Relation};
use super::{Audit, Cell, Finding, Found, Policy, Protected, Published};
use serde_json::{Value, json};

/// Name and version of the form, in the first line of every release file.
const FORM: &str = "patchwork-release-1";

/// The most cells of a table of which none is told, so that a damaged file cannot ask for all memory.
const MOST_LATENT: usize = 50_000_000;

/// A release as JSON: each table with its dimensions, and each cell as it is shown (`25`, `"[c]"`).
#[must_use]
pub fn write(release: &Protected) -> Vec<u8> {
    let tables: Vec<Value> = release.tables.iter().map(table).collect();
    let whole = json!({
        "form": FORM,
        "threshold": release.policy.threshold,
        "rounding": release.policy.rounding,
        "told_before": release.told_before,
        "tables": tables,
    });
    let mut text = serde_json::to_vec(&whole).unwrap_or_default();
    text.push(b'\n');
    text
}

fn table(table: &Published) -> Value {
    let dimensions: Vec<Value> = table
        .dimensions
        .iter()
        .map(|dimension| {
            let categories: Vec<Value> = dimension
                .categories
                .iter()
                .map(|category| {
                    let mut said = json!({ "key": category.key, "label": category.label, "part_of": category.parent });
                    if !category.atoms.is_empty() {
                        said["ground"] = json!(category.atoms);
                    }
                    if !category.alias.is_empty() {
                        said["same_as"] = json!(category.alias);
                    }
                    said
                })
                .collect();
            let mut said = json!({
                "name": dimension.name,
                "relation": relation(dimension.relation),
                "is_attribute": dimension.is_attribute,
                "categories": categories,
            });
            if !dimension.crossed_of.is_empty() {
                said["crossed_of"] = json!(dimension.crossed_of);
            }
            said
        })
        .collect();
    let cells: Vec<Value> = table
        .cells
        .iter()
        .filter(|_| !table.is_latent)
        .map(|cell| cell.value().map_or_else(|| Value::String(cell.text()), |value| json!(value)))
        .collect();
    json!({
        "name": table.name,
        "counted": table.counted,
        "is_people": table.is_people,
        "is_latent": table.is_latent,
        "dimensions": dimensions,
        "cells": cells,
    })
}

fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Sum => "sum",
        Relation::Union => "union",
        Relation::Within => "within",
        Relation::AtMost => "at-most",
    }
}

/// The release in a file that [`write()`] wrote.
///
/// # Errors
/// A sentence on what is wrong, without a full stop.
pub fn read(text: &[u8]) -> Result<Protected, String> {
    let whole: Value = serde_json::from_slice(text).map_err(|error| format!("it is not JSON: {error}"))?;
    if whole.get("form").and_then(Value::as_str) != Some(FORM) {
        return Err(format!("it is no release: its \"form\" is not \"{FORM}\""));
    }
    let number =
        |key: &str| whole.get(key).and_then(Value::as_u64).ok_or_else(|| format!("\"{key}\" is not a whole number"));
    let policy = Policy { threshold: number("threshold")?, rounding: number("rounding")?.max(1) };
    let tables = list(&whole, "tables")?.iter().map(|table| read_table(table, policy)).collect::<Result<_, _>>()?;
    let told_before = number("told_before")? as usize;
    Ok(Protected { policy, tables, told_before, clues: Found::default() })
}

/// A release as it is read back from its file. Of tables of which no count is told the cells are not written, so this, and
/// not what was written, is like what was kept.
#[must_use]
pub fn kept(release: &Protected) -> Option<Protected> {
    read(&write(release)).ok()
}

fn list<'v>(value: &'v Value, key: &str) -> Result<&'v Vec<Value>, String> {
    value.get(key).and_then(Value::as_array).ok_or_else(|| format!("\"{key}\" is not a list"))
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value.get(key).and_then(Value::as_str).map(ToOwned::to_owned).ok_or_else(|| format!("\"{key}\" is not text"))
}

fn flag(value: &Value, key: &str) -> Result<bool, String> {
    value.get(key).and_then(Value::as_bool).ok_or_else(|| format!("\"{key}\" is not true or false"))
}

fn read_table(value: &Value, policy: Policy) -> Result<Published, String> {
    let name = text(value, "name")?;
    let within = |problem: String| format!("table \"{name}\": {problem}");
    let dimensions: Vec<Dimension> =
        list(value, "dimensions")?.iter().map(read_dimension).collect::<Result<_, _>>().map_err(within)?;
    let cells: Vec<Cell> = list(value, "cells")?
        .iter()
        .map(|cell| match (cell.as_u64(), cell.as_str()) {
            (Some(0), _) => Ok(Cell::Zero),
            (Some(count), _) => Ok(Cell::Shown(count)),
            (None, Some(marker)) => Cell::parse(marker).ok_or_else(|| format!("{marker:?} is no marker")),
            (None, None) => Err(format!("{cell} is no cell")),
        })
        .collect::<Result<_, _>>()
        .map_err(within)?;
    let size = dimensions.iter().try_fold(1_usize, |size, d| size.checked_mul(d.categories.len()));
    let is_latent = value.get("is_latent").and_then(Value::as_bool).unwrap_or(false);
    let cells = match size {
        Some(size) if is_latent && size <= MOST_LATENT => vec![Cell::Hidden; size],
        _ => cells,
    };
    if size != Some(cells.len()) {
        return Err(within(format!("it has {} cells, which is not what its dimensions make", cells.len())));
    }
    let (counted, is_people) = (text(value, "counted")?, flag(value, "is_people")?);
    Ok(Published { name, counted, is_people, is_latent, dimensions, cells, policy })
}

fn read_dimension(value: &Value) -> Result<Dimension, String> {
    let name = text(value, "name")?;
    let relation = match text(value, "relation")?.as_str() {
        "sum" => Relation::Sum,
        "union" => Relation::Union,
        "within" => Relation::Within,
        "at-most" => Relation::AtMost,
        other => return Err(format!("dimension \"{name}\" has the relation {other:?}, which is none")),
    };
    let words = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let mut categories = Vec::new();
    for (i, category) in list(value, "categories")?.iter().enumerate() {
        let parent = category.get("part_of").and_then(Value::as_u64).map(|parent| parent as usize);
        if parent.is_some_and(|parent| parent >= i) {
            return Err(format!("dimension \"{name}\" has a category before the one it is a part of"));
        }
        let ground = category.get("ground").and_then(Value::as_array);
        let same_as = category.get("same_as").and_then(Value::as_array);
        categories.push(Category {
            key: text(category, "key")?,
            label: text(category, "label")?,
            parent,
            atoms: ground.into_iter().flatten().filter_map(words).collect(),
            alias: same_as
                .into_iter()
                .flatten()
                .filter_map(|pair| Some((words(pair.get(0)?)?, words(pair.get(1)?)?)))
                .collect(),
        });
    }
    let crossed_of =
        value.get("crossed_of").and_then(Value::as_array).into_iter().flatten().filter_map(words).collect();
    Ok(Dimension { name, categories, relation, is_attribute: flag(value, "is_attribute")?, crossed_of })
}

/// What an audit found, for programs.
#[must_use]
pub fn audit_json(audit: &Audit) -> String {
    let finding = |finding: &Finding| {
        json!({
            "table": finding.table,
            "cell": finding.cell,
            "least": finding.least,
            "most": finding.most,
            "width": finding.width(),
            "by": finding.by,
        })
    };
    let tables: Vec<Value> = audit
        .tables
        .iter()
        .map(|table| {
            json!({
                "table": table.table,
                "cells": table.cells,
                "shown": table.shown,
                "hidden": table.hidden,
                "narrowest": table.narrowest.as_ref().map(finding),
            })
        })
        .collect();
    let whole = json!({
        "safe": audit.exposed.is_empty(),
        "threshold": audit.demand.threshold,
        "rounding": audit.demand.rounding,
        "least_width": audit.demand.least_width(),
        "earlier_releases": audit.earlier,
        "programs": audit.programs,
        "tables": tables,
        "exposed": audit.exposed.iter().map(finding).collect::<Vec<_>>(),
        "told_before": audit.told_before.iter().map(finding).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_reads_back_as_it_was_written() {
        let mut patch = Dimension::new("patch", Relation::Sum);
        let all = patch.push("all", "All \"patches\"", None);
        patch.push("p1", "Östra", Some(all));
        patch.push("p2", "", Some(all));
        let mut theme = Dimension::new("theme", Relation::Within).of_people();
        theme.push("all", "", None);
        theme.crossed_of = vec!["age".to_owned(), "disability".to_owned()];
        let policy = Policy { threshold: 5, rounding: 3 };
        let release = Protected {
            policy,
            tables: vec![Published {
                name: "themes".into(),
                counted: "records".into(),
                is_people: false,
                is_latent: false,
                dimensions: vec![patch, theme],
                cells: vec![Cell::Shown(15), Cell::Hidden, Cell::Low],
                policy,
            }],
            told_before: 2,
            clues: Found::default(),
        };
        assert_eq!(read(&write(&release)), Ok(release));
    }

    #[test]
    fn what_is_no_release_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "it is not JSON"),
            ("{}", "it is no release"),
            (r#"{"form":"patchwork-release-1","threshold":-1}"#, "\"threshold\" is not a whole number"),
            (
                r#"{"form":"patchwork-release-1","threshold":10,"rounding":5,"told_before":0,"tables":[{"name":"a",
                 "counted":"people","is_people":true,"dimensions":[],"cells":[1,2]}]}"#,
                "table \"a\": it has 2 cells",
            ),
        ] {
            let refused = read(text.as_bytes()).expect_err("no release");
            assert!(refused.starts_with(reason), "{refused}");
        }
    }
}
