//! Integration tests, as one binary: whole places from files on disk.

mod load_examples;
mod load_faults;
mod support;
