use super::*;

fn settled(wanted: Option<&str>, claim: Claim, pairs: &[(f64, f64)]) -> (Result<Settled, Issue>, Vec<Issue>) {
    let mut issues = Issues::default();
    let settled = settle_points(&Where::file("f"), wanted, claim, pairs.iter().copied(), &mut issues);
    (settled, issues.iter().cloned().collect())
}

fn name(claim: Claim, pairs: &[(f64, f64)]) -> (String, bool, Vec<&'static str>) {
    let (settled, issues) = settled(None, claim, pairs);
    let settled = settled.expect("settled");
    (settled.crs.name().to_owned(), settled.swapped, issues.iter().map(|issue| issue.code.word()).collect())
}

const NEWPORT: (f64, f64) = (-2.99, 51.58);
const NEWPORT_GRID: (f64, f64) = (331_000.0, 188_000.0);
const DEGREES: &str = "WGS84 longitude and latitude";
const GRID: &str = "British National Grid (EPSG:27700)";

#[test]
fn the_files_own_word_holds_when_the_numbers_agree() {
    assert_eq!(name(Claim::named("EPSG:4326"), &[NEWPORT]), (DEGREES.into(), false, vec![]));
    assert_eq!(name(Claim::named("EPSG:27700"), &[NEWPORT_GRID]), (GRID.into(), false, vec![]));
    assert_eq!(name(Claim::named("EPSG:32722"), &[(479_009.0, 6_677_400.0)]).0, "EPSG:32722");
}

#[test]
fn metres_called_degrees_and_degrees_called_metres_are_told_apart() {
    assert_eq!(name(Claim::named("CRS84"), &[NEWPORT_GRID]), (GRID.into(), false, vec!["crs-guessed"]));
    assert_eq!(name(Claim::named("EPSG:27700"), &[NEWPORT]), (DEGREES.into(), false, vec!["crs-guessed"]));
}

#[test]
fn a_silent_file_is_judged_by_its_numbers_and_that_is_said() {
    assert_eq!(name(Claim::Silent, &[NEWPORT]), (DEGREES.into(), false, vec!["crs-guessed"]));
    assert_eq!(name(Claim::Silent, &[NEWPORT_GRID]), (GRID.into(), false, vec!["crs-guessed"]));
    let (refused, _) = settled(None, Claim::Silent, &[(479_009.0, 6_677_400.0)]);
    assert_eq!(refused.expect_err("neither").code, "crs-unknown");
    for pair in [NEWPORT, NEWPORT_GRID, (479_009.0, 6_677_400.0)] {
        let (refused, _) = settled(None, Claim::Unknown("Narnia".into()), &[pair]);
        let issue = refused.expect_err("nobody knows Narnia");
        assert!(issue.code == "crs-unknown" && issue.problem.contains("Narnia"), "{issue:?}");
    }
}

#[test]
fn swapped_latitude_and_longitude_are_put_right_in_britain_only() {
    assert_eq!(
        name(Claim::named("CRS84"), &[(51.58, -2.99), (51.6, -3.01)]),
        (DEGREES.into(), true, vec!["axes-swapped"])
    );
    assert_eq!(name(Claim::named("CRS84"), &[(-30.03, -51.22)]), (DEGREES.into(), false, vec![]));
    let (seychelles, issues) = settled(Some("EPSG:4326"), Claim::Silent, &[(55.45, -4.62)]);
    assert!(!seychelles.expect("named").swapped && issues.is_empty());
}

#[test]
fn sentinels_and_a_few_strays_do_not_vote() {
    let pairs = [NEWPORT_GRID, NEWPORT_GRID, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (f64::NAN, 1.0), (-1.0, 99.0)];
    assert_eq!(name(Claim::named("EPSG:27700"), &pairs), (GRID.into(), false, vec![]));
    assert_eq!(name(Claim::Silent, &[(0.0, 0.0)]).0, DEGREES, "nothing to judge by");
    let mut sea = vec![NEWPORT; 10];
    sea.push((51.58, -2.99));
    assert!(!name(Claim::named("CRS84"), &sea).1, "one swapped row of eleven is that row's fault");
}

#[test]
fn place_toml_overrides_the_file_and_an_unknown_code_is_refused() {
    let (crs, issues) = settled(Some("EPSG:27700"), Claim::named("CRS84"), &[NEWPORT]);
    assert_eq!((crs.expect("named").crs.name(), issues.len()), (GRID, 0));
    let (refused, _) = settled(Some("Narnia"), Claim::Silent, &[]);
    assert_eq!(refused.expect_err("unknown").code, "crs-unknown");
}
