use super::*;
use crate::locate::{Effort, Model, solve};
use std::path::PathBuf;

fn write(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

const PAIRS: &str = "from,to,cost\nb,2,5\na,10,1\na,2,3\nb,10,\n";

#[test]
fn a_table_becomes_a_problem_with_keys_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let costs = write(dir.path(), "costs.csv", PAIRS);
    let weights = write(dir.path(), "weights.csv", "from,weight\nb,4\na,2.5\n");
    let groups = write(dir.path(), "groups.csv", "from,group,weight\na,over 65,1\nb,over 65,2\nb,under 5,1\n");
    let sites = write(dir.path(), "sites.csv", "to,cost,capacity,rule\n10,7,3,required\n2,5,4,\n");
    let files = CostFiles {
        costs: Some(&costs),
        weights: Some(&weights),
        groups: Some(&groups),
        sites: Some(&sites),
        between_sites: false,
    };
    let mut table = read_costs(files).unwrap();
    assert_eq!(
        (table.demand.as_slice(), table.sites.as_slice()),
        (&["a".into(), "b".into()][..], &["2".into(), "10".into()][..])
    );
    assert_eq!(table.problem.costs.between(0, 1), Some(1.0));
    assert_eq!(table.problem.costs.between(1, 1), None);
    assert_eq!(table.problem.weights, [2.5, 4.0]);
    assert_eq!(table.problem.groups[0].weights, [1.0, 2.0]);
    assert_eq!(table.problem.site_costs, Some(vec![5.0, 7.0]));
    assert_eq!(table.problem.capacities, Some(vec![4.0, 3.0]));
    assert_eq!(table.problem.required, [1]);
    assert_eq!(table.site("2"), Some(0));
    table.set_floor("under 5", 0.5).unwrap();
    assert_eq!(table.problem.groups[1].floor, Some(0.5));
    assert_eq!(
        table.set_floor("over 75", 0.5),
        Err("there is no group \"over 75\"; the groups are: over 65, under 5".to_owned())
    );
}

#[test]
fn the_order_of_the_rows_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let one = write(dir.path(), "one.csv", PAIRS);
    let other = write(dir.path(), "other.csv", "from,to,cost\na,2,3\nb,10,\nb,2,5\na,10,1\n");
    let read = |path: &Path| read_costs(CostFiles { costs: Some(path), ..CostFiles::default() }).unwrap().problem;
    assert_eq!(read(&one), read(&other));
}

#[test]
fn rows_that_cannot_be_used_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let costs = write(dir.path(), "costs.csv", "from,to,cost\na,1,far\na,2,-1\n,2,3\na,1,2\na,1,4\n");
    let table = read_costs(CostFiles { costs: Some(&costs), ..CostFiles::default() }).unwrap();
    let told: Vec<&str> = table.issues.iter().map(|issue| issue.problem.as_str()).collect();
    assert!(told.iter().any(|text| text.starts_with("2 rows have a cost that is not a number")), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("1 row has no key")), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("1 pair is given more than once")), "{told:?}");
    assert_eq!(table.problem.costs.between(0, 0), Some(2.0));
}

#[test]
fn a_missing_column_is_told_with_those_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let costs = write(dir.path(), "costs.csv", "from,to,minutes\na,1,2\n");
    let issues = read_costs(CostFiles { costs: Some(&costs), ..CostFiles::default() }).unwrap_err();
    assert!(issues.iter().any(|issue| issue.remedy.contains("from, to, minutes")), "{issues:?}");
}

#[test]
fn in_an_or_library_file_the_last_of_two_edges_holds() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "pmed.txt", " 4 5 1 \n 1 2 9 \n 2 3 1 \n 3 4 1 \n 2 1 2 \n 1 4 50 \n");
    let table = read_costs(CostFiles { costs: Some(&path), ..CostFiles::default() }).unwrap();
    assert_eq!(table.problem.costs.between(0, 3), Some(4.0));
    assert_eq!(table.problem.sites, Some(1));
    let answer = solve(Model::PMedian, &table.problem, Effort::default()).unwrap();
    assert_eq!((answer.objective, table.sites[answer.sites[0]].as_str()), (5.0, "2"));
}

#[test]
fn an_or_library_file_that_is_cut_short_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "pmed.txt", "3 5 1\n1 2 9\n2 3 1\n");
    let issues = read_costs(CostFiles { costs: Some(&path), ..CostFiles::default() }).unwrap_err();
    assert_eq!(issues[0].problem, "The first line promises 5 edges, and there are 2");
}

/// What comes of further tables beside three demand points and two sites.
fn question(weights: &str, groups: &str, sites: &str) -> Result<CostTable, Vec<Issue>> {
    let dir = tempfile::tempdir().unwrap();
    let costs = write(dir.path(), "costs.csv", "from,to,cost\na,A,1\na,B,5\nb,A,5\nb,B,1\nc,A,3\nc,B,3\n");
    let table = |name: &str, text: &str| (!text.is_empty()).then(|| write(dir.path(), name, text));
    let (weights, groups, sites) = (table("w.csv", weights), table("g.csv", groups), table("s.csv", sites));
    read_costs(CostFiles {
        costs: Some(&costs),
        weights: weights.as_deref(),
        groups: groups.as_deref(),
        sites: sites.as_deref(),
        between_sites: false,
    })
}

#[test]
fn two_rows_of_one_thing_that_disagree_are_an_error_and_two_that_agree_count_once() {
    for (weights, groups, sites, rows) in [
        ("", "", "to,cost\nA,1\nB,5\nA,100\n", "row 2 says 1, row 4 says 100"),
        ("", "", "to,cost\nA,100\nB,5\nA,1\n", "row 2 says 100, row 4 says 1"),
        ("", "", "to,rule\nA,required\nB,\nA,forbidden\n", "row 2 says required, row 4 says forbidden"),
        ("", "", "to,capacity\nA,\nB,1\nA,3\n", "row 2 says nothing, row 4 says 3"),
        ("from,weight\na,10\nb,1\na,12\n", "", "", "row 2 says 10, row 4 says 12"),
        ("", "from,group,weight\na,old,5\na,young,5\na,old,6\n", "", "row 2 says 5, row 4 says 6"),
    ] {
        let issues = question(weights, groups, sites).unwrap_err();
        let told = issues.iter().any(|issue| issue.code == "cost-row-twice" && issue.problem.contains(rows));
        assert!(told, "{rows}: {issues:?}");
    }
    let table = question("from,weight\na,10\na,10\nb,1\nc,1\n", "from,group,weight\na,old,5\na,old,5\n", "").unwrap();
    assert_eq!((table.problem.weights[0], table.problem.groups[0].weights[0]), (10.0, 5.0));
    assert_eq!(table.issues.iter().filter(|issue| issue.problem.contains("come before")).count(), 2);
}

#[test]
fn who_is_out_of_reach_stays_in_every_total_and_no_floor_is_met_by_forgetting_them() {
    let mut table = question("", "from,group,weight\na,old,10\nz,old,100\n", "").unwrap();
    table.set_floor("old", 0.5).unwrap();
    table.problem.radius = Some(1.0);
    table.problem.sites = Some(1);
    assert_eq!(table.problem.groups[0].total(), 110.0);
    let why = solve(Model::Mclp, &table.problem, Effort::default()).unwrap_err().to_string();
    assert!(why.contains("9.1") && why.contains("old"), "{why}");
    assert!(table.issues.iter().any(|issue| issue.problem.starts_with("1 row has a key that the costs")), "told");
    // By itself a point of the groups asks for nothing, so the other models still answer.
    table.problem.groups[0].floor = None;
    assert!(solve(Model::PMedian, &table.problem, Effort::default()).is_ok());
    let table = question("from,weight\na,10\nb,1\nc,1\nz,100\n", "", "").unwrap();
    assert_eq!(table.problem.weights.iter().sum::<f64>(), 112.0);
    assert!(table.issues.iter().any(|issue| issue.remedy.contains("never covered")), "told");
}
