//! `patchwork plan` and `patchwork locate` as somebody at a terminal meets them.

use std::path::Path;
use std::process::{Command, Output};

fn patchwork(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_patchwork")).args(args).output().expect("the program runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn demo(dir: &Path) -> String {
    let path = dir.join("demo").display().to_string();
    assert!(patchwork(&["demo", &path, "--residents", "12000"]).status.success());
    path
}

#[test]
fn a_plan_for_a_small_borough_is_said_in_words_json_and_layers() {
    let tmp = tempfile::tempdir().expect("a directory");
    let demo = demo(tmp.path());
    let base =
        ["plan", demo.as_str(), "hubs", "--kind", "community_hub", "--sites", "2", "--runs", "4", "--within", "8"];
    let with = |more: &[&str]| patchwork(&[&base[..], more].concat());

    let words = with(&[]);
    assert!(words.status.success(), "{}", err(&words));
    assert!(out(&words).contains("Proven: no other choice of 2 new sites"), "{}", out(&words));
    assert!(out(&words).contains("of 4 runs"), "{}", out(&words));

    let file = tmp.path().join("plan.geojson").display().to_string();
    let json = with(&["--format", "json", "--out", &file]);
    let plan: serde_json::Value = serde_json::from_str(&out(&json)).expect("JSON");
    let layer: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).expect("the layer")).expect("GeoJSON");
    assert_eq!(plan["status"], "optimal");
    assert_eq!(plan["value"], plan["place_total"]["after"]);
    assert_eq!(layer["features"].as_array().map(Vec::len), Some(2));

    let points = tmp.path().join("points.csv");
    std::fs::write(
        &points,
        "id,name,easting,northing,cost\na,Old bank,600000,480000,10\nb,Old shop,600400,480000,20\n",
    )
    .expect("written");
    let some = with(&["--candidates", &points.display().to_string()]);
    assert!(some.status.success(), "{}", err(&some));
    assert!(out(&some).contains("Old bank"), "{}", out(&some));
}

#[test]
fn patches_of_a_small_borough_are_mended_and_drawn_in_words_json_and_layers() {
    let tmp = tempfile::tempdir().expect("a directory");
    let demo = demo(tmp.path());
    let plan = |more: &[&str]| patchwork(&[&["plan", demo.as_str(), "patches", "--time-limit", "3"], more].concat());
    let words = plan(&["--repair", "--tolerance", "0.4"]);
    assert!(words.status.success(), "{}{}", out(&words), err(&words));
    assert!(out(&words).contains("With the fewest people moved") && out(&words).contains("What balance costs"));
    let [patches, zones] = ["patches.geojson", "zones.csv"].map(|file| tmp.path().join(file).display().to_string());
    let json = plan(&["--parts", "3", "--tolerance", "0.3", "--format", "json", "--out", &patches, "--zones", &zones]);
    assert!(json.status.success(), "{}{}", out(&json), err(&json));
    let answer: serde_json::Value = serde_json::from_str(&out(&json)).expect("JSON");
    let layer: serde_json::Value = serde_json::from_slice(&std::fs::read(&patches).expect("a file")).expect("GeoJSON");
    assert_eq!(layer["features"].as_array().map(Vec::len), Some(3));
    let rows = std::fs::read_to_string(&zones).expect("a file").lines().count();
    assert!(rows > answer["zones"].as_array().map_or(0, Vec::len), "{rows} lines");
    assert_eq!(plan(&["--parts", "0"]).status.code(), Some(2));
    assert_eq!(plan(&["--repair", "--parts", "3"]).status.code(), Some(2));
    let tight = plan(&["--parts", "7", "--tolerance", "0"]);
    assert_eq!(tight.status.code(), Some(1));
    assert!(out(&tight).contains("It is not within 0 %"), "{}", out(&tight));
}

#[test]
fn what_cannot_be_is_said_with_the_exit_code_that_programs_read() {
    let tmp = tempfile::tempdir().expect("a directory");
    let demo = demo(tmp.path());
    let plan = |more: &[&str]| patchwork(&[&["plan", demo.as_str(), "hubs"], more].concat());
    let unknown = plan(&["--kind", "palace", "--sites", "1"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("there is no asset of kind \"palace\"; the nearest name is"), "{}", err(&unknown));
    let group = plan(&["--kind", "community_hub", "--sites", "1", "--floor", "martians=0.5"]);
    assert_eq!(group.status.code(), Some(2));
    assert!(err(&group).contains("there is no group \"martians\"; the nearest name is"), "{}", err(&group));
    let standard = plan(&["--standard", "hub-16", "--sites", "1"]);
    assert_eq!(standard.status.code(), Some(2));
    assert!(err(&standard).contains("the nearest name is \"hub-15\""), "{}", err(&standard));
    let there_is = plan(&["--first-of-kind", "Community hub", "--sites", "1"]);
    assert_eq!(there_is.status.code(), Some(2));
    assert!(err(&there_is).contains("of the kind \"community_hub\" already"), "{}", err(&there_is));
    let two = plan(&["--first-of-kind", "warm_space", "--kind", "community_hub", "--sites", "1"]);
    assert_eq!(two.status.code(), Some(2), "{}", err(&two));
    assert_eq!(plan(&["--first-of-kind", " ", "--sites", "1"]).status.code(), Some(2));
    let neither = plan(&["--sites", "1"]);
    assert_eq!(neither.status.code(), Some(2));
    assert!(err(&neither).contains("--kind"), "{}", err(&neither));
    let floor = plan(&["--kind", "community_hub", "--sites", "1", "--floor", "disabled=120%"]);
    assert_eq!(floor.status.code(), Some(2));
    let impossible = plan(&["--kind", "community_hub", "--sites", "1", "--within", "2", "--floor", "disabled=99%"]);
    assert_eq!(impossible.status.code(), Some(1));
    assert!(err(&impossible).contains("too few"), "{}", err(&impossible));
}

#[test]
fn the_first_of_a_kind_is_placed_where_there_is_none_yet() {
    let tmp = tempfile::tempdir().expect("a directory");
    let demo = demo(tmp.path());
    let of = ["--first-of-kind", "Warm  space", "--sites", "1", "--candidates", "streets:500", "--runs", "0"];
    let plan = patchwork(&[&["plan", demo.as_str(), "hubs"], of.as_slice()].concat());
    assert!(plan.status.success(), "{}{}", out(&plan), err(&plan));
    let words = out(&plan);
    assert!(words.contains("Today 0 of") && words.contains("15 minutes' walk of a warm space"), "{words}");
    assert!(!words.contains("1. street-"), "a site has a name, and not its number for one: {words}");
}

#[test]
fn locate_answers_over_a_table_of_costs() {
    let tmp = tempfile::tempdir().expect("a directory");
    let costs = tmp.path().join("costs.csv");
    std::fs::write(&costs, "from,to,cost\na,x,1\na,y,5\nb,x,2\nb,y,5\nc,y,1\nc,x,9\n").expect("written");
    let costs = costs.display().to_string();
    let locate =
        |more: &[&str]| patchwork(&[&["locate", "--costs", costs.as_str(), "--format", "json"], more].concat());
    let median = locate(&["--model", "p-median", "--p", "1"]);
    let json: serde_json::Value = serde_json::from_str(&out(&median)).expect("JSON");
    assert_eq!((json["objective"].as_f64(), json["status"].as_str()), (Some(11.0), Some("optimal")));
    assert_eq!(json["sites"], serde_json::json!(["y"]), "5 + 5 + 1 beats 1 + 2 + 9");
    let cover = locate(&["--model", "mclp", "--p", "1", "--radius", "2"]);
    let json: serde_json::Value = serde_json::from_str(&out(&cover)).expect("JSON");
    assert_eq!((json["objective"].as_f64(), json["sites"][0].as_str()), (Some(2.0), Some("x")));
    let many = locate(&["--model", "p-median", "--p", "3"]);
    assert_eq!(many.status.code(), Some(1), "{}", err(&many));
    let no_radius = locate(&["--model", "mclp", "--p", "1"]);
    assert_eq!(no_radius.status.code(), Some(2), "{}", err(&no_radius));
}
