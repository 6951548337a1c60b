//! Streets as bytes and back. What is filed by place is filed anew from the same pieces in the same order.

use super::edge::Edge;
use super::graph::Arcs;
use super::segments::SegmentIndex;
use super::{EdgeIdx, Island, NodeIdx, Snap, StreetClass, StreetNetwork};
use crate::pack::{Done, Packed, Sink, Unpacker, damaged, packed_enums, packed_structs};

packed_structs! {
    Edge { from, to, length, weight, class, is_passage, name, first_point, end_point }
    Arcs { first, to, edge, heaviest, mean }
    Island { nodes, length, at }
    Snap { edge, along, off_street, at, door }
}

packed_enums! {
    StreetClass { 0 Residential, 1 Main, 2 Service, 3 Path, 4 Steps }
}

macro_rules! numbers {
    ($($name:ident)+) => {$(
        impl Packed for $name {
            fn pack(&self, to: &mut dyn Sink) -> Done {
                self.0.pack(to)
            }

            fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
                Ok(Self(Packed::unpack(from)?))
            }
        }
    )+};
}

numbers! { NodeIdx EdgeIdx }

impl Packed for StreetNetwork {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        // All but `segments`, which are pieces of the edges.
        let Self { nodes, edges, points, names, arcs, node_island, islands, segments: _, barriers, estates, length } =
            self;
        nodes.pack(to)?;
        edges.pack(to)?;
        points.pack(to)?;
        names.pack(to)?;
        arcs.pack(to)?;
        node_island.pack(to)?;
        islands.pack(to)?;
        barriers.pack(to)?;
        estates.pack(to)?;
        length.pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let nodes = Packed::unpack(from)?;
        let edges = Vec::<Edge>::unpack(from)?;
        let points = Vec::unpack(from)?;
        if edges.iter().any(|edge| edge.first_point > edge.end_point || edge.end_point as usize > points.len()) {
            return Err(damaged("a street with bends that are not there"));
        }
        let segments = SegmentIndex::new(&edges, &points);
        Ok(Self {
            nodes,
            edges,
            points,
            names: Packed::unpack(from)?,
            arcs: Packed::unpack(from)?,
            node_island: Packed::unpack(from)?,
            islands: Packed::unpack(from)?,
            segments,
            barriers: Packed::unpack(from)?,
            estates: Packed::unpack(from)?,
            length: Packed::unpack(from)?,
        })
    }
}
