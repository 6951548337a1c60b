//! A street map as OpenStreetMap's binary form: blocks of eight thousand nodes or ways, packed one by one.

use super::super::streets::Tags;
use crate::crs::LonLat;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use rayon::prelude::*;
use std::collections::HashMap;
use std::io::{self, Write};

/// Elements of a block, as the format's own tools choose it.
const PER_BLOCK: usize = 8000;
/// Blocks made at a time, to bound the memory they take.
const AT_A_TIME: usize = 64;

/// A node: its number, where it is, what it is.
pub(in super::super) type Node<'a> = (i64, LonLat, &'a Tags);
/// A way: its number, its nodes, what it is.
pub(in super::super) type Way<'a> = (i64, Vec<i64>, &'a Tags);

/// Writes nodes and ways, each sorted by number.
pub(in super::super) fn write(mut out: impl Write, nodes: &[Node<'_>], ways: &[Way<'_>]) -> io::Result<()> {
    let mut header = Vec::new();
    for feature in ["OsmSchema-V0.6", "DenseNodes"] {
        bytes(&mut header, 4, feature.as_bytes());
    }
    bytes(&mut header, 16, b"patchwork");
    out.write_all(&blob("OSMHeader", &header)?)?;
    for some in nodes.chunks(PER_BLOCK * AT_A_TIME) {
        put(&mut out, some, node_block)?;
    }
    for some in ways.chunks(PER_BLOCK * AT_A_TIME) {
        put(&mut out, some, way_block)?;
    }
    out.flush()
}

fn put<T: Sync>(out: &mut impl Write, some: &[T], block: impl Fn(&[T]) -> Vec<u8> + Sync) -> io::Result<()> {
    let made: Vec<Vec<u8>> =
        some.par_chunks(PER_BLOCK).map(|part| blob("OSMData", &block(part))).collect::<io::Result<_>>()?;
    made.iter().try_for_each(|blob| out.write_all(blob))
}

fn node_block(nodes: &[Node<'_>]) -> Vec<u8> {
    let mut texts = Texts::default();
    let (mut ids, mut lats, mut lons, mut tags) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut last = (0, 0, 0);
    for &(id, at, its) in nodes {
        let (lat, lon) = ((at.lat * 1e7).round() as i64, (at.lon * 1e7).round() as i64);
        signed(&mut ids, id - last.0);
        signed(&mut lats, lat - last.1);
        signed(&mut lons, lon - last.2);
        last = (id, lat, lon);
        for (key, value) in its {
            varint(&mut tags, texts.number(key));
            varint(&mut tags, texts.number(value));
        }
        varint(&mut tags, 0);
    }
    let mut dense = Vec::new();
    bytes(&mut dense, 1, &ids);
    bytes(&mut dense, 8, &lats);
    bytes(&mut dense, 9, &lons);
    bytes(&mut dense, 10, &tags);
    let mut group = Vec::new();
    bytes(&mut group, 2, &dense);
    texts.block(&group)
}

fn way_block(ways: &[Way<'_>]) -> Vec<u8> {
    let mut texts = Texts::default();
    let mut group = Vec::new();
    for (id, refs, tags) in ways {
        let (mut keys, mut values, mut steps, mut last) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for (key, value) in *tags {
            varint(&mut keys, texts.number(key));
            varint(&mut values, texts.number(value));
        }
        for &node in refs {
            signed(&mut steps, node - last);
            last = node;
        }
        let mut way = vec![1 << 3];
        varint(&mut way, *id as u64);
        bytes(&mut way, 2, &keys);
        bytes(&mut way, 3, &values);
        bytes(&mut way, 8, &steps);
        bytes(&mut group, 3, &way);
    }
    texts.block(&group)
}

/// The texts of a block, each once; number 0 is no text.
struct Texts {
    known: HashMap<String, u64>,
    table: Vec<u8>,
}

impl Default for Texts {
    fn default() -> Self {
        let mut table = Vec::new();
        bytes(&mut table, 1, b"");
        Self { known: HashMap::new(), table }
    }
}

impl Texts {
    fn number(&mut self, text: &str) -> u64 {
        if let Some(&number) = self.known.get(text) {
            return number;
        }
        bytes(&mut self.table, 1, text.as_bytes());
        let number = self.known.len() as u64 + 1;
        self.known.insert(text.to_owned(), number);
        number
    }

    fn block(&self, group: &[u8]) -> Vec<u8> {
        let mut block = Vec::new();
        bytes(&mut block, 1, &self.table);
        bytes(&mut block, 2, group);
        block
    }
}

/// A packed block with its length in front.
fn blob(kind: &str, block: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(block)?;
    let packed = packer.finish()?;
    let mut body = vec![2 << 3];
    varint(&mut body, block.len() as u64);
    bytes(&mut body, 3, &packed);
    let mut head = Vec::new();
    bytes(&mut head, 1, kind.as_bytes());
    head.push(3 << 3);
    varint(&mut head, body.len() as u64);
    let mut all = (head.len() as u32).to_be_bytes().to_vec();
    all.extend(head);
    all.extend(body);
    Ok(all)
}

/// A field of bytes.
fn bytes(to: &mut Vec<u8>, field: u64, content: &[u8]) {
    varint(to, field << 3 | 2);
    varint(to, content.len() as u64);
    to.extend_from_slice(content);
}

fn varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn signed(to: &mut Vec<u8>, number: i64) {
    varint(to, (number << 1 ^ number >> 63) as u64);
}
