//! Integration tests, as one binary: the house, whole places from files on disk, and the served API.

mod demo;
mod haringey_walking_areas;
mod house;
mod laws;
mod load_examples;
mod load_faults;
mod small_towns;
mod support;
mod town;
mod toytown;
