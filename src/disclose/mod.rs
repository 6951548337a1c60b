//! The only door for anything counted from engagement records: exact tables go in, and what comes out
//! lets nobody work out a small count.
//!
//! The method is threshold suppression with rounding and audited complementary suppression, in the
//! terms of Hundepool et al. (2012), *Statistical Disclosure Control*, chapter 4. Counts under the
//! threshold are hidden, the others rounded. The intruder is a linear program over all tables together
//! (Fischetti & Salazar-González 2001, "Solving the cell suppression problem on tabular data with linear
//! constraints", *Management Science* 47:1008–1027): as long as it can bound a hidden count more
//! narrowly than the policy allows, a second program (the network heuristic of Kelly, Golden & Assad
//! 1992, with costs for cells hidden) says which further cells to hide.
//!
//! [`protect()`] does it; [`audit`](audit()) attacks what came out, knowing only what is published.

mod around;
mod attack;
mod audit;
mod cell;
mod clues;
mod ground;
mod linear;
mod lines;
mod linked;
mod mislead;
mod names;
mod of_place;
mod proof;
mod protect;
mod published;
pub mod release;
mod repair;
mod search;
mod system;
pub mod tabulate;
mod withhold;

pub use audit::{Audit, Finding, TableAudit, audit, exposed};
pub use cell::{Cell, Policy};
pub use clues::Clues;
pub use ground::Unprotectable;
pub use of_place::{counts_the_same, earlier, of_place, policy, unprotected};
pub use protect::protect;
pub use published::{Found, Protected, Published, Release, Summary, derived};
pub use tabulate::{Category, Dimension, Relation, Table, Tables, index};

#[cfg(test)]
#[path = "disclose_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "linked_tests.rs"]
mod linked_tests;
