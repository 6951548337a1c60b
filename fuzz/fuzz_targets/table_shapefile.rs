#![no_main]

use libfuzzer_sys::fuzz_target;

// The first two bytes say how long the .shp is; the .dbf is the rest.
fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (shp, dbf) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    patchwork_fuzz::read_files(&[("a.shp", shp), ("a.dbf", dbf)]);
});
