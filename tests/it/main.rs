//! Integration tests, as one binary: the house, whole places from files on disk, and the served API.

mod demo;
mod house;
mod load_examples;
mod load_faults;
mod support;
