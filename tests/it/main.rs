//! Integration tests, as one binary.

mod demo;
mod load_examples;
mod load_faults;
mod support;
