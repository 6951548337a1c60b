//! What users rely on, tested from outside the house.

mod house;
mod laws;
mod small_towns;
mod town;
mod toytown;
