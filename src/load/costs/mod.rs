//! Anybody's cost table becomes a [`Problem`] of facility location.
//!
//! A table of `from, to, cost`, one row per pair that can be reached (CSV, Parquet or a workbook), with further
//! tables for weights, groups and sites where there are any; or a p-median file of OR-Library (Beasley 1990),
//! told by its content. Demand points and sites are put in order of their keys, numbers as numbers, so the order
//! of the rows changes nothing.

mod keys;
mod orlib;
mod tally;

use super::Issues;
use super::words::counted;
use crate::locate::{Costs, Group, Problem, Unsolved};
use crate::place::{Code, Issue, Where};
use crate::read::{Cell, Options, Table};
use keys::Keys;
use std::collections::BTreeMap;
use std::path::Path;
use tally::{Once, Tally};

/// The files of a question.
#[derive(Debug, Default, Clone, Copy)]
pub struct CostFiles<'a> {
    /// `from, to, cost`, or an OR-Library p-median file. A blank cost means that the pair can't be reached.
    pub costs: Option<&'a Path>,
    /// `from, weight`. Without it every demand point weighs 1.
    pub weights: Option<&'a Path>,
    /// `from, group, weight`: a demand point may have several groups, and a group any part of it.
    pub groups: Option<&'a Path>,
    /// `to` and any of `cost`, `capacity` and `rule` (`required`, `forbidden` or blank).
    pub sites: Option<&'a Path>,
    /// Whether `from` and `to` are the same places, as p-dispersion needs.
    pub between_sites: bool,
}

/// A problem, and the keys that stand for its indices.
#[derive(Debug)]
pub struct CostTable {
    /// Costs, weights, groups without floors, and what the table of sites says. The number of sites is that of
    /// an OR-Library file, and otherwise open.
    pub problem: Problem,
    /// The key of each demand point.
    pub demand: Vec<String>,
    /// The key of each site.
    pub sites: Vec<String>,
    /// What was noticed, the worst first.
    pub issues: Vec<Issue>,
}

impl CostTable {
    /// The index of the site with this key.
    #[must_use]
    pub fn site(&self, key: &str) -> Option<usize> {
        self.sites.iter().position(|own| own == key.trim())
    }

    /// Sets the least share of a group that must be covered.
    ///
    /// # Errors
    /// A sentence that lists the groups there are, when this is none of them.
    pub fn set_floor(&mut self, group: &str, share: f64) -> Result<(), String> {
        let known: Vec<&str> = self.problem.groups.iter().map(|group| group.name.as_str()).collect();
        let Some(at) = known.iter().position(|name| *name == group.trim()) else {
            let known = if known.is_empty() { "no groups were given".to_owned() } else { known.join(", ") };
            return Err(format!("there is no group \"{group}\"; the groups are: {known}"));
        };
        self.problem.groups[at].floor = Some(share);
        Ok(())
    }
}

/// Reads the files of a question.
///
/// # Errors
/// Everything that was found, when no problem can be made of the files.
pub fn read_costs(files: CostFiles<'_>) -> Result<CostTable, Vec<Issue>> {
    let mut issues = Issues::default();
    match read(files, &mut issues) {
        Ok(mut table) => {
            table.issues = issues.into_sorted();
            Ok(table)
        }
        Err(issue) => {
            issues.push(issue);
            Err(issues.into_sorted())
        }
    }
}

fn read(files: CostFiles<'_>, issues: &mut Issues) -> Result<CostTable, Issue> {
    let Some(path) = files.costs else {
        let remedy = "Give a table of from, to and cost, or an OR-Library p-median file";
        return Err(Issue::error(Code::NoCosts, Where::default(), "No costs were given", remedy));
    };
    if let Some(instance) = orlib::read(path)? {
        let keys: Vec<String> = (1..=instance.costs.n_sites()).map(|node| node.to_string()).collect();
        let mut table = CostTable {
            problem: Problem { sites: Some(instance.sites), ..Problem::new(instance.costs) },
            demand: keys.clone(),
            sites: keys,
            issues: Vec::new(),
        };
        let demand = Keys::of(table.demand.iter().map(String::as_str));
        let sites = Keys::of(table.sites.iter().map(String::as_str));
        add_tables(files, &mut table.problem, &demand, &sites, issues)?;
        return Ok(table);
    }
    let shown = path.display().to_string();
    let pairs = Table::read(path, &shown, Options::default(), issues)?;
    let (from, to, cost) = (named(&pairs, "from")?, named(&pairs, "to")?, named(&pairs, "cost")?);
    let further = |path: Option<&Path>, issues: &mut Issues| {
        path.map(|path| Table::read(path, &path.display().to_string(), Options::default(), issues)).transpose()
    };
    let weights = further(files.weights, issues)?;
    let groups = further(files.groups, issues)?;
    let sites_table = further(files.sites, issues)?;
    let mut demand = texts(&pairs, from);
    let mut sites = texts(&pairs, to);
    // Who cannot be reached at all is somebody too, and stays in every total.
    for table in [&weights, &groups].into_iter().flatten() {
        demand.extend(texts(table, named(table, "from")?));
    }
    if let Some(table) = &sites_table {
        sites.extend(texts(table, named(table, "to")?));
    }
    if files.between_sites {
        demand.extend(sites.iter().copied());
        sites.clone_from(&demand);
    }
    let (demand, sites) = (Keys::of(demand.into_iter()), Keys::of(sites.into_iter()));
    let costs = costs_of(&pairs, (from, to, cost), &demand, &sites, issues)?;
    let mut problem = Problem::new(costs);
    let mut in_costs = vec![files.between_sites; demand.len()];
    for at in texts(&pairs, from).into_iter().filter_map(|key| demand.find(key)) {
        in_costs[at as usize] = true;
    }
    // A point of the groups alone asks for nothing by itself: the costs and weights say who there is.
    for (weight, in_costs) in problem.weights.iter_mut().zip(&in_costs) {
        *weight = f64::from(u8::from(*in_costs));
    }
    for (table, what) in
        [(&weights, "weight"), (&groups, "group")].into_iter().filter_map(|(t, w)| Some((t.as_ref()?, w)))
    {
        unreached(table, what, &demand, &in_costs, issues)?;
    }
    add_tables(files, &mut problem, &demand, &sites, issues)?;
    Ok(CostTable { problem, demand: demand.into_list(), sites: sites.into_list(), issues: Vec::new() })
}

fn add_tables(
    files: CostFiles<'_>,
    problem: &mut Problem,
    demand: &Keys,
    sites: &Keys,
    issues: &mut Issues,
) -> Result<(), Issue> {
    let open =
        |path: &Path, issues: &mut Issues| Table::read(path, &path.display().to_string(), Options::default(), issues);
    if let Some(path) = files.weights {
        let table = open(path, issues)?;
        problem.weights = weights_of(&table, demand, issues)?;
    }
    if let Some(path) = files.groups {
        let table = open(path, issues)?;
        problem.groups = groups_of(&table, demand, issues)?;
    }
    if let Some(path) = files.sites {
        let table = open(path, issues)?;
        add_sites(&table, problem, sites, issues)?;
    }
    Ok(())
}

/// Tells of demand points that the costs do not have: nobody can reach anything from there.
fn unreached(table: &Table, what: &str, demand: &Keys, in_costs: &[bool], issues: &mut Issues) -> Result<(), Issue> {
    let from = named(table, "from")?;
    let mut unknown = Tally::new(table, "from");
    for row in 0..table.rows() {
        let at = table.text(from, row).and_then(|key| demand.find(key));
        if at.is_some_and(|at| !in_costs[at as usize]) {
            unknown.add(row);
        }
    }
    let remedy = format!(
        "It counts as out of reach of every site: its {what} stays in the total and is never covered. Add its pairs to the \
         costs if that is wrong, or take the row out if it is of somewhere else"
    );
    unknown.report("a key that the costs do not have", &remedy, issues);
    Ok(())
}

fn named(table: &Table, title: &str) -> Result<usize, Issue> {
    table.column(title).ok_or_else(|| {
        Issue::error(
            Code::ColumnMissing,
            Where::file(table.file()).field(title),
            format!("There is no column \"{title}\""),
            format!("Rename the column meant; those there are: {}", table.titles().join(", ")),
        )
    })
}

/// A key that an OR-Library file, whose nodes are numbered, does not have.
fn stranger(table: &Table, row: usize, key: &str) -> Issue {
    Issue::error(
        Code::CostKeyUnknown,
        Where::file(table.file()).row(table.line(row)).key(key),
        format!("The costs have no \"{key}\""),
        "Mend the key, or take the row out; nothing can be said of a point that is not in the costs",
    )
}

fn texts(table: &Table, column: usize) -> Vec<&str> {
    (0..table.rows()).filter_map(|row| table.text(column, row)).collect()
}

fn costs_of(
    table: &Table,
    (from, to, cost): (usize, usize, usize),
    demand: &Keys,
    sites: &Keys,
    issues: &mut Issues,
) -> Result<Costs, Issue> {
    let mut unreadable = Tally::new(table, "cost");
    let mut keyless = Tally::new(table, "from");
    let mut unreachable = 0;
    let mut pairs = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let ends = (
            table.text(from, row).and_then(|key| demand.find(key)),
            table.text(to, row).and_then(|key| sites.find(key)),
        );
        let (Some(i), Some(j)) = ends else {
            keyless.add(row);
            continue;
        };
        match table.number(cost, row) {
            Cell::Number(cost) if cost >= 0.0 => pairs.push((i, j, cost)),
            Cell::Blank => unreachable += 1,
            _ => unreadable.add(row),
        }
    }
    keyless.report("no key in from or to", "The pair is left out; give both keys", issues);
    unreadable.report(
        "a cost that is not a number from 0 up",
        "The pair is left out, as if it could not be reached",
        issues,
    );
    if unreachable > 0 {
        issues.push(Issue::note(
            Code::PairUnreachable,
            Where::file(table.file()).field("cost"),
            format!("{} a blank cost", counted(unreachable, "row has", "rows have")),
            "Such a pair counts as one that can't be reached",
        ));
    }
    let given = pairs.len();
    let costs = Costs::from_pairs(demand.len(), sites.len(), &pairs).map_err(|why| unsound(table, &why))?;
    if costs.n_pairs() < given {
        let repeated = counted(given - costs.n_pairs(), "pair is", "pairs are");
        issues.push(Issue::warning(
            Code::PairRepeated,
            Where::file(table.file()),
            format!("{repeated} given more than once"),
            "The lowest cost of each is kept; leave the others out if that is wrong",
        ));
    }
    Ok(costs)
}

fn unsound(table: &Table, why: &Unsolved) -> Issue {
    Issue::error(Code::CostsUnsound, Where::file(table.file()), why.to_string(), "Mend the table")
}

fn weights_of(table: &Table, demand: &Keys, issues: &mut Issues) -> Result<Vec<f64>, Issue> {
    let (from, weight) = (named(table, "from")?, named(table, "weight")?);
    let mut weights = vec![None; demand.len()];
    let mut unreadable = Tally::new(table, "weight");
    let mut once = Once::new(table, "from", "demand point");
    for row in 0..table.rows() {
        let at = match table.text(from, row) {
            Some(key) => demand.find(key).ok_or_else(|| stranger(table, row, key))?,
            None => {
                unreadable.add(row);
                continue;
            }
        };
        match table.number(weight, row) {
            Cell::Number(number) if number >= 0.0 => {
                if once.is_new(at, row, demand.key(at as usize), &[table.text(weight, row)])? {
                    weights[at as usize] = Some(number);
                }
            }
            _ => unreadable.add(row),
        }
    }
    unreadable.report("no key, or a weight that is not a number from 0 up", "The row is left out", issues);
    once.report(issues);
    let without = weights.iter().filter(|weight| weight.is_none()).count();
    if without > 0 {
        issues.push(Issue::warning(
            Code::WeightMissing,
            Where::file(table.file()).field("weight"),
            format!("{} no weight", counted(without, "demand point has", "demand points have")),
            "They are given weight 0 and ask for nothing; add them to the table if that is wrong",
        ));
    }
    Ok(weights.into_iter().map(|weight| weight.unwrap_or(0.0)).collect())
}

fn groups_of(table: &Table, demand: &Keys, issues: &mut Issues) -> Result<Vec<Group>, Issue> {
    let (from, group, weight) = (named(table, "from")?, named(table, "group")?, named(table, "weight")?);
    let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut unreadable = Tally::new(table, "weight");
    let mut once = Once::new(table, "from", "demand point and group");
    for row in 0..table.rows() {
        let at = match table.text(from, row) {
            Some(key) => demand.find(key).ok_or_else(|| stranger(table, row, key))?,
            None => {
                unreadable.add(row);
                continue;
            }
        };
        match (table.text(group, row), table.number(weight, row)) {
            (Some(name), Cell::Number(number)) if number >= 0.0 => {
                let shown = format!("{} and {name}", demand.key(at as usize));
                if once.is_new((at, name.to_owned()), row, &shown, &[table.text(weight, row)])? {
                    let weights = groups.entry(name.to_owned()).or_insert_with(|| vec![0.0; demand.len()]);
                    weights[at as usize] = number;
                }
            }
            _ => unreadable.add(row),
        }
    }
    unreadable.report("no key, no group, or a weight that is not a number from 0 up", "The row is left out", issues);
    once.report(issues);
    Ok(groups.into_iter().map(|(name, weights)| Group { name, weights, floor: None }).collect())
}

fn add_sites(table: &Table, problem: &mut Problem, sites: &Keys, issues: &mut Issues) -> Result<(), Issue> {
    let to = named(table, "to")?;
    let (cost, capacity, rule) = (table.column("cost"), table.column("capacity"), table.column("rule"));
    let mut places = vec![None; sites.len()];
    let mut keyless = Tally::new(table, "to");
    let mut once = Once::new(table, "to", "site");
    for row in 0..table.rows() {
        let at = match table.text(to, row) {
            Some(key) => sites.find(key).ok_or_else(|| stranger(table, row, key))?,
            None => {
                keyless.add(row);
                continue;
            }
        };
        let said: Vec<Option<&str>> =
            [cost, capacity, rule].into_iter().map(|column| table.text(column?, row)).collect();
        if once.is_new(at, row, sites.key(at as usize), &said)? {
            places[at as usize] = Some(row);
        }
    }
    keyless.report("no key", "The row is left out", issues);
    once.report(issues);
    let numbers = |column: usize, field: &str| -> Result<Vec<f64>, Issue> {
        (0..sites.len())
            .map(|at| {
                let number = places[at].and_then(|row| table.number(column, row).value());
                number.filter(|number| *number >= 0.0).ok_or_else(|| {
                    let mut place = Where::file(table.file()).field(field).key(sites.key(at));
                    place.row = places[at].map(|row| table.line(row));
                    let problem = format!("Site \"{}\" has no {field} that is a number from 0 up", sites.key(at));
                    Issue::error(
                        Code::SiteNumber,
                        place,
                        problem,
                        format!("Give every site a {field}, or drop the column"),
                    )
                })
            })
            .collect()
    };
    problem.site_costs = cost.map(|column| numbers(column, "cost")).transpose()?;
    problem.capacities = capacity.map(|column| numbers(column, "capacity")).transpose()?;
    let Some(rule) = rule else { return Ok(()) };
    let mut unreadable = Tally::new(table, "rule");
    for (at, row) in places.iter().enumerate().filter_map(|(at, row)| row.map(|row| (at, row))) {
        match table.text(rule, row).map(str::to_lowercase).as_deref() {
            None | Some("free") => {}
            Some("required") => problem.required.push(at),
            Some("forbidden") => problem.forbidden.push(at),
            Some(_) => unreadable.add(row),
        }
    }
    unreadable.report("a rule that is neither required nor forbidden", "The site is left free", issues);
    Ok(())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
