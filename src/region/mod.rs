//! Districting: units become parts that hang together and weigh about the same, with proof of how good that is.
//!
//! A [`Problem`] holds units with weights, which of them are neighbours, how many parts there are and what they may
//! weigh, and rules: together, apart, fixed. An [`Objective`] says what is to be least, [`solve()`] answers with a
//! [`Solution`] or says why there is none. In reading order: [`problem`] and [`solution`] (what is asked and
//! answered), [`recount`](recount()) (the count every plan passes), `start`, `today`, `state`, `resplit` and `search`
//! (good plans), `exact` (the best one of a few units), `bounds`, `assign`,
//! `branch`, `frontier`, `price`, `columns` and `median` (how good a plan can be).
//!
//! The same question and seed give the same plan unless the clock ends the search, which the answer says.

mod assign;
mod bounds;
mod branch;
mod columns;
mod dice;
mod exact;
mod frame;
mod frontier;
mod graph;
#[cfg(test)]
mod law_tests;
mod median;
mod price;
mod problem;
mod recount;
mod resplit;
mod search;
mod solution;
mod solve;
mod start;
mod state;
mod today;
mod work;

pub use graph::Adjacency;
pub use problem::{Effort, Objective, Problem};
pub use recount::{Recount, recount};
pub use solution::{Solution, Status, Unsolved};
pub use solve::solve;
