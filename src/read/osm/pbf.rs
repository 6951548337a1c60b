use super::blobs::{Blobs, Packed};
use super::{Element, FileRef, Kind, Tags};
use crate::crs::LonLat;
use crate::place::{Code, Issue, Where};
use crate::read::guarded;
use osmpbf::{BlobDecode, PrimitiveBlock, RelMemberType};
use rayon::prelude::*;
use std::fs::File;
use std::io::BufReader;
use std::sync::OnceLock;

/// The binary form: a row of packed blocks, unpacked side by side on all cores.
pub(super) struct Pbf<'a> {
    file: FileRef<'a>,
    /// Which kinds of element each block holds, known after the first pass, so that later passes
    /// unpack only the blocks they need.
    holds: OnceLock<Vec<Holds>>,
}

/// Which kinds of element a block holds.
#[derive(Debug, Clone, Copy, Default)]
struct Holds {
    nodes: bool,
    ways: bool,
    relations: bool,
}

impl Holds {
    fn of(block: &PrimitiveBlock) -> Self {
        block.groups().fold(Self::default(), |holds, group| Self {
            nodes: holds.nodes || group.nodes().len() > 0 || group.dense_nodes().len() > 0,
            ways: holds.ways || group.ways().len() > 0,
            relations: holds.relations || group.relations().len() > 0,
        })
    }

    fn any(self, kind: Kind) -> bool {
        match kind {
            Kind::Node => self.nodes,
            Kind::Way => self.ways,
            Kind::Relation => self.relations,
        }
    }
}

/// What a block gave.
struct Sifted<T> {
    number: usize,
    holds: Holds,
    found: Vec<T>,
}

impl<'a> Pbf<'a> {
    pub(super) fn open(file: FileRef<'a>) -> Result<Self, Issue> {
        match std::fs::metadata(file.path) {
            Ok(about) if about.len() == 0 => Err(broken(file.shown, "it is empty")),
            Ok(_) => Ok(Self { file, holds: OnceLock::new() }),
            Err(error) => Err(unreadable(file.shown, &error)),
        }
    }

    pub(super) fn sift<T: Send>(
        &self,
        kind: Kind,
        pick: &(impl Fn(&Element<'_>) -> Option<T> + Sync),
    ) -> Result<Vec<T>, Issue> {
        let file = File::open(self.file.path).map_err(|error| unreadable(self.file.shown, &error))?;
        let blobs = Blobs::of(BufReader::new(file));
        let known = self.holds.get();
        let mut blocks = blobs
            .enumerate()
            .par_bridge()
            .map(|(number, blob)| {
                let skip = known.and_then(|holds| holds.get(number)).filter(|holds| !holds.any(kind));
                match skip {
                    Some(&holds) => Ok(Sifted { number, holds, found: Vec::new() }),
                    None => self.sift_blob(number, blob, kind, pick),
                }
            })
            .collect::<Result<Vec<_>, Issue>>()?;
        blocks.sort_by_key(|block| block.number);
        let _known_already = self.holds.set(blocks.iter().map(|block| block.holds).collect());
        Ok(blocks.into_iter().flat_map(|block| block.found).collect())
    }

    fn sift_blob<T>(
        &self,
        number: usize,
        packed: Result<Packed, String>,
        kind: Kind,
        pick: &impl Fn(&Element<'_>) -> Option<T>,
    ) -> Result<Sifted<T>, Issue> {
        let packed = packed.map_err(|why| self.broken(why))?;
        // The decoder takes some numbers of the file on trust; a file made to mislead it must not end us.
        let sifted = guarded(|| {
            let unpacked = packed.unpack()?;
            let _turn = unpacked.turn;
            Ok(match unpacked.blob.decode() {
                Ok(BlobDecode::OsmData(block)) => sift_block(&block, kind, pick)
                    .map(|found| Sifted { number, holds: Holds::of(&block), found })
                    .map_err(|why| self.broken(why)),
                Ok(BlobDecode::OsmHeader(header))
                    if header.required_features().iter().any(|feature| feature == "HistoricalInformation") =>
                {
                    Err(history(self.file.shown))
                }
                Ok(_) => Ok(Sifted { number, holds: Holds::default(), found: Vec::new() }),
                Err(error) => Err(self.broken(&error)),
            })
        });
        sifted.unwrap_or_else(|why| Err(self.broken(why)))
    }

    fn broken(&self, why: impl ToString) -> Issue {
        broken(self.file.shown, &why.to_string())
    }
}

/// What `pick` makes of the elements of a block.
///
/// Keys and values are numbers of texts that the block holds once. The crate's own iterators end at the first number
/// without a text, and with it an element would lose its other tags, so the numbers are looked up here.
fn sift_block<T>(
    block: &PrimitiveBlock,
    kind: Kind,
    pick: &impl Fn(&Element<'_>) -> Option<T>,
) -> Result<Vec<T>, &'static str> {
    let texts = block.raw_stringtable();
    let text = |at: usize| {
        let bytes = texts.get(at).ok_or("a block in it names texts that it does not hold")?;
        std::str::from_utf8(bytes).map_err(|_| "a block in it holds texts that are not UTF-8")
    };
    let tag = |(key, value): (usize, usize)| Ok::<_, &'static str>((text(key)?, text(value)?));
    let plain = |(key, value): (u32, u32)| tag((key as usize, value as usize));
    // A negative number becomes one that no block has.
    let dense = |(key, value): (i32, i32)| tag((key as usize, value as usize));
    let mut found = Vec::new();
    for group in block.groups() {
        match kind {
            Kind::Node => {
                for node in group.nodes().filter(|node| node.info().visible()) {
                    let tags = node.raw_tags().map(plain).collect::<Result<Tags<'_>, _>>()?;
                    let at = LonLat::new(node.lon(), node.lat());
                    found.extend(pick(&Element { id: node.id(), tags, at, ..Element::default() }));
                }
                let (mut left, nodes) = (group.dense_nodes().len(), group.dense_nodes());
                for node in nodes {
                    left -= 1;
                    if node.info().is_none_or(|info| info.visible()) {
                        let tags = node.raw_tags().map(dense).collect::<Result<Tags<'_>, _>>()?;
                        let at = LonLat::new(node.lon(), node.lat());
                        found.extend(pick(&Element { id: node.id(), tags, at, ..Element::default() }));
                    }
                }
                if left > 0 {
                    return Err("a block in it has nodes without a position");
                }
            }
            Kind::Way => {
                for way in group.ways().filter(|way| way.info().visible()) {
                    let tags = way.raw_tags().map(plain).collect::<Result<Tags<'_>, _>>()?;
                    let refs = way.refs().collect();
                    found.extend(pick(&Element { id: way.id(), tags, refs, ..Element::default() }));
                }
            }
            Kind::Relation => {
                for relation in group.relations().filter(|relation| relation.info().visible()) {
                    let ways = |is_inner: bool| {
                        let its = relation.members().filter(move |member| {
                            member.member_type == RelMemberType::Way
                                && member.role().is_ok_and(|role| (role == "inner") == is_inner)
                        });
                        its.map(|member| member.member_id).collect()
                    };
                    let (outer_ways, inner_ways) = (ways(false), ways(true));
                    let tags = relation.raw_tags().map(plain).collect::<Result<Tags<'_>, _>>()?;
                    let id = relation.id();
                    found.extend(pick(&Element { id, tags, outer_ways, inner_ways, ..Element::default() }));
                }
            }
        }
    }
    Ok(found)
}

pub(super) fn broken(shown: &str, why: &str) -> Issue {
    let problem = format!("The street file is damaged or is not OpenStreetMap data: {why}");
    let remedy = "Fetch the file again and compare its size with the publisher's; it may have been cut short";
    Issue::error(Code::FileDamaged, Where::file(shown), problem, remedy)
}

fn history(shown: &str) -> Issue {
    let problem = "The file holds the history of OpenStreetMap, with every version of every street";
    let remedy = "Take the state of one day out of it: osmium time-filter history.osh.pbf 2024-06-30T00:00:00Z -o \
                  streets.osm.pbf";
    Issue::error(Code::StreetsHistory, Where::file(shown), problem, remedy)
}

pub(super) fn unreadable(shown: &str, error: &std::io::Error) -> Issue {
    let problem = format!("The street file cannot be opened: {error}");
    Issue::error(
        Code::FileUnreadable,
        Where::file(shown),
        problem,
        "Check the path in [streets] file and that it may be read",
    )
}

#[cfg(test)]
#[path = "pbf_tests.rs"]
mod tests;
