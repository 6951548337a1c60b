//! How tables of residents were understood, in words and as JSON.

use crate::place::{LeftOut, UnderstoodTable};
use crate::text::whole as thousands;
use serde_json::{Value, json};

/// What became of the columns of each table, as lines of words: a line for the table, then what was counted, then
/// what was left out and why.
#[must_use]
pub fn lines(tables: &[UnderstoodTable]) -> Vec<String> {
    tables.iter().flat_map(of).collect()
}

fn of(table: &UnderstoodTable) -> Vec<String> {
    let rows = match &table.category_and_count {
        Some((category, count)) => format!("category \"{category}\", count \"{count}\""),
        None => "a column for each count".to_owned(),
    };
    let everybody = match (&table.total, table.groups.is_empty()) {
        (Some(total), _) => format!("everybody is \"{total}\""),
        (None, false) => "everybody is the sum of the groups".to_owned(),
        (None, true) => "nobody is counted".to_owned(),
    };
    let residents = if table.is_residents { "" } else { "; residents are not taken from it" };
    let mut lines = vec![
        format!("{} ({})", table.file, table.dimension),
        format!("    zone \"{}\", {rows}; {everybody}: {}{residents}", table.key, thousands(table.sum)),
    ];
    let mut zones = format!("{} zones of this place", thousands(table.zones as f64));
    for (n, words) in [(table.zones_missing, "are not in it"), (table.zones_unknown, "have no known number")] {
        if n > 0 {
            zones += &format!(", {} more {words}", thousands(n as f64));
        }
    }
    if table.elsewhere > 0 {
        zones += &format!("; {} areas are elsewhere", thousands(table.elsewhere as f64));
    }
    lines.push(format!("    {zones}"));
    for group in &table.groups {
        let of = match group.of.as_slice() {
            [one] => format!("\"{one}\""),
            [first, .., last] => format!("\"{first}\" … \"{last}\" ({} of them)", group.of.len()),
            [] => "nothing".to_owned(),
        };
        lines.push(format!("    {:<22} {:>11}  {of}", group.key, thousands(group.sum)));
    }
    let mut left: Vec<(&str, Vec<&LeftOut>)> = Vec::new();
    for out in &table.left_out {
        match left.iter_mut().find(|(why, _)| *why == out.why.words()) {
            Some((_, outs)) => outs.push(out),
            None => left.push((out.why.words(), vec![out])),
        }
    }
    for (why, outs) in left {
        lines.push(format!("    left out: {} ({why})", named(&outs)));
    }
    lines
}

/// Names of what was left out, with what it sums to where that could be people.
fn named(outs: &[&LeftOut]) -> String {
    /// More than so many names are only counted.
    const NAMED: usize = 8;
    let one = |out: &&LeftOut| match out.sum {
        Some(sum) => format!("\"{}\" {}", out.name, thousands(sum)),
        None => format!("\"{}\"", out.name),
    };
    let mut words: Vec<String> = outs.iter().take(NAMED).map(one).collect();
    if outs.len() > NAMED {
        words.push(format!("and {} more", outs.len() - NAMED));
    }
    words.join(", ")
}

/// What was left out of tables and looks like people to somebody who reads the file, in words.
#[must_use]
pub fn doubtful(tables: &[UnderstoodTable]) -> Vec<String> {
    let of = |table: &UnderstoodTable| {
        let outs: Vec<&LeftOut> = table.left_out.iter().filter(|out| out.why.looks_like_people()).collect();
        (!outs.is_empty()).then(|| format!("{}: not counted as people: {}", table.file, named(&outs)))
    };
    tables.iter().filter_map(of).collect()
}

/// A table as JSON: `{file, dimension, layout, zone, category, count, total, is_residents, sum, groups: [{key, of, sum}],
/// left_out: [{name, why, sum}], zones: {matched, missing, unknown, elsewhere}}`.
#[must_use]
pub fn json(table: &UnderstoodTable) -> Value {
    let (category, count) = table.category_and_count.clone().unzip();
    json!({
        "file": table.file,
        "dimension": table.dimension,
        "layout": if table.long { "long" } else { "wide" },
        "zone": table.key,
        "category": category,
        "count": count,
        "total": table.total,
        "is_residents": table.is_residents,
        "sum": table.sum,
        "groups": table.groups.iter().map(|g| json!({"key": g.key, "of": g.of, "sum": g.sum})).collect::<Vec<_>>(),
        "left_out": table
            .left_out
            .iter()
            .map(|out| json!({"name": out.name, "why": out.why.code(), "reason": out.why.words(), "sum": out.sum}))
            .collect::<Vec<_>>(),
        "zones": {
            "matched": table.zones, "missing": table.zones_missing, "unknown": table.zones_unknown,
            "elsewhere": table.elsewhere,
        },
    })
}
