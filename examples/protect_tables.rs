//! How long protection takes, and how much it hides, on tables as large as a council's:
//! `cargo run --example protect_tables -- PATCHES GROUPS QUARTERS PEOPLE_PER_CELL`.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use patchwork::disclose::{Cell, Dimension, Policy, Relation, Table, Tables, audit, protect};
use rand::{RngExt, SeedableRng};
use std::time::Instant;

fn main() {
    let given: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [patches, groups, quarters, mean] = given[..] else {
        println!("give PATCHES GROUPS QUARTERS PEOPLE_PER_CELL, such as 21 15 12 8");
        return;
    };
    let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let mut patch = Dimension::new("patch", Relation::Sum);
    let place = patch.push("all", "Place", None);
    (0..patches).for_each(|i| drop(patch.push(&format!("p{i:03}"), "", Some(place)).to_string()));
    let mut period = Dimension::new("period", Relation::Sum);
    let ever = period.push("all", "All", None);
    let mut year = ever;
    for i in 0..quarters {
        if i % 4 == 0 {
            year = period.push(&format!("y{}", i / 4), "", Some(ever));
        }
        period.push(&format!("q{i:02}"), "", Some(year));
    }
    let group = |name: &str, n: usize| {
        let mut group = Dimension::new(name, Relation::Sum).of_people();
        let all = group.push("all", "All", None);
        (0..n).for_each(|i| drop(group.push(&format!("g{i:02}"), "", Some(all)).to_string()));
        group
    };
    let (ethnic_group, sex) = (group("ethnic_group", groups), group("sex", 3));
    let make = |name: &str, of: &Dimension| Table::new(name, "people", vec![patch.clone(), of.clone(), period.clone()]);
    let (mut first, mut second) = (make("reach-ethnic_group", &ethnic_group), make("reach-sex", &sex));
    let whens: Vec<usize> = (0..period.categories.len()).filter(|&c| period.parts(c).next().is_none()).collect();
    for at in 1..=patches {
        for &when in &whens {
            for g in 0..groups {
                // The first groups are large, the last small.
                let scale = 2.0 * mean as f64 * groups as f64 / (1.0 + g as f64) / (1.0 + (groups as f64).ln());
                let people = (chance.random::<f64>() * scale) as u64;
                first.add(&[at, 1 + g, when], people);
                for _ in 0..people {
                    let sex = [1, 1, 1, 1, 1, 2, 2, 2, 2, 3][chance.random_range(0..10)];
                    second.add(&[at, sex, when], 1);
                }
            }
        }
    }
    first.roll_up();
    second.roll_up();
    let tables = Tables { tables: vec![first, second] };
    let cells: usize = tables.tables.iter().map(Table::len).sum();
    let started = Instant::now();
    let release = protect(&tables, &Policy::default(), &[]).expect("they can be protected");
    let seconds = started.elapsed().as_secs_f64();
    let exact = protect(&tables, &Policy::NONE, &[]).expect("they add up");
    let of = |is: &dyn Fn(u64, Cell) -> bool| {
        let pairs = exact.tables.iter().zip(&release.tables).flat_map(|(e, p)| e.cells.iter().zip(&p.cells));
        pairs.filter(|(e, c)| is(e.value().unwrap_or(0), **c)).count()
    };
    let (some, small) = (of(&|e, _| e > 0), of(&|e, _| (1..10).contains(&e)));
    let hidden = of(&|e, c| e > 0 && c == Cell::Hidden);
    println!("{cells} cells, {some} with somebody, {small} small, {hidden} of them hidden; {seconds:.1} s");
    let started = Instant::now();
    let found = audit(&[release], &Policy::default()).expect("audited");
    println!(
        "audit: {} exposed, {} programs, {:.1} s; narrowest {:?}",
        found.exposed.len(),
        found.programs,
        started.elapsed().as_secs_f64(),
        found.tables.iter().map(|t| t.narrowest.as_ref().and_then(|f| f.width())).collect::<Vec<_>>()
    );
}
