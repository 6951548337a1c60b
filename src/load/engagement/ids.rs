//! Which record ids were seen before, in little memory, and persons' keys as numbers.

use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Ids of a block of 65,536, as a list while there are few and as bits when there are many.
#[derive(Debug)]
enum Block {
    Few(Vec<u16>),
    Many(Box<[u64; 1024]>),
}

/// Above this many, a list takes more room than bits.
const FEW: usize = 4096;

impl Block {
    fn insert(&mut self, id: u16) -> bool {
        match self {
            Self::Few(ids) => match ids.last() {
                Some(&last) if last < id => {
                    ids.push(id);
                    self.grow();
                    true
                }
                _ => match ids.binary_search(&id) {
                    Ok(_) => false,
                    Err(at) => {
                        ids.insert(at, id);
                        self.grow();
                        true
                    }
                },
            },
            Self::Many(bits) => {
                let (word, bit) = (usize::from(id >> 6), 1_u64 << (id & 63));
                let new = bits[word] & bit == 0;
                bits[word] |= bit;
                new
            }
        }
    }

    fn grow(&mut self) {
        if let Self::Few(ids) = self
            && ids.len() > FEW
        {
            let mut bits = Box::new([0_u64; 1024]);
            for id in ids.iter() {
                bits[usize::from(id >> 6)] |= 1 << (id & 63);
            }
            *self = Self::Many(bits);
        }
    }
}

/// A set of ids. Ids that end in a number, as most do, take about a bit each where they follow each
/// other; others take some ten bytes, and are told apart by 64 bits of a hash: of 100 million different
/// ones, the chance that any two are taken for one is about one in four thousand.
#[derive(Debug, Default)]
pub(super) struct IdSet {
    stems: FxHashMap<Box<str>, u32>,
    blocks: FxHashMap<(u32, u64), Block>,
    others: FxHashSet<u64>,
}

/// Different beginnings of ids that are remembered; an id with yet another is hashed.
const MOST_STEMS: usize = 10_000;

impl IdSet {
    /// Adds an id; `false` when it was there.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        match self.number(id) {
            Some((stem, number)) => self
                .blocks
                .entry((stem, number >> 16))
                .or_insert_with(|| Block::Few(Vec::new()))
                .insert((number & 0xffff) as u16),
            None => self.others.insert(hash(id)),
        }
    }

    /// The digits at the end as a number, and which stem and how many digits it had.
    fn number(&mut self, id: &str) -> Option<(u32, u64)> {
        let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
        if !(1..=18).contains(&digits) {
            return None;
        }
        let (stem, number) = id.split_at(id.len() - digits);
        let number = number.parse().ok()?;
        let known = self.stems.get(stem).copied();
        let stem = match known {
            Some(stem) => stem,
            None if self.stems.len() < MOST_STEMS => {
                let new = self.stems.len() as u32;
                self.stems.insert(stem.into(), new);
                new
            }
            None => return None,
        };
        Some((stem * 32 + digits as u32, number))
    }
}

/// A person's key as a number below 2^60: the first 15 hexadecimal digits of its SHA-256, which every engine can make,
/// so that cubes of different engines can be merged. Of ten million persons, the chance that any two are taken for one
/// is about one in 20,000. It hides a key from the eye and from nobody who can guess keys.
pub(super) fn pseudonym(key: &str) -> u64 {
    let digest = Sha256::digest(key.as_bytes());
    let first: [u8; 8] = std::array::from_fn(|i| digest[i]);
    u64::from_be_bytes(first) >> 4
}

/// An id as 64 bits.
fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn a_million_ids_in_a_row_are_each_new_once() {
        let mut ids = IdSet::default();
        assert!((0..1_000_000).all(|n| ids.insert(&format!("2023-{n:07}"))));
        assert!((0..1_000_000).all(|n| !ids.insert(&format!("2023-{n:07}"))));
        assert!(ids.insert("2023-00000001"), "another number of digits is another id");
        assert!(ids.insert("2024-0000001") && ids.insert("abc") && !ids.insert("abc"));
        assert!(ids.blocks.len() < 20);
    }

    proptest! {
        #[test]
        fn the_set_says_what_a_plain_set_says(some in prop::collection::vec("[ab]{0,2}[0-9]{0,5}", 1..300)) {
            let (mut ids, mut plain) = (IdSet::default(), HashSet::new());
            for id in some {
                prop_assert_eq!(ids.insert(&id), plain.insert(id.clone()), "{}", id);
            }
        }
    }
}
