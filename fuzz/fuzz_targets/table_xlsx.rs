#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| patchwork_fuzz::read_file("a.xlsx", bytes));
