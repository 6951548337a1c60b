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
