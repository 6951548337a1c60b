//! What is printed: the page of a patch, that of a closure, the page for trustees, what `check` says of the files, tables on a terminal.
//!
//! A page says what a layer says, and reads it by its columns and roles; it works nothing out.

pub mod check;
pub mod closure;
pub mod giving;
pub mod paper;
pub mod printed;
pub mod review;
pub mod scenarios;
pub mod understood;

mod rows;
