//! The street map as OSM XML.

use super::super::borough::Borough;
use super::super::streets::Tags;
use super::Placed;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes nodes and ways; how many nodes were written.
pub(super) fn write(borough: &Borough, placed: &Placed, path: &Path) -> io::Result<usize> {
    let map = &borough.map;
    let mut tags: Vec<Option<&Tags>> = vec![None; map.points.len()];
    let mut used = vec![false; map.points.len()];
    for node in map.ways.iter().flat_map(|w| &w.nodes) {
        used[*node] = true;
    }
    for spot in &map.spots {
        used[spot.node] = true;
        tags[spot.node] = Some(&spot.tags);
    }
    let mut out = Writer::new_with_indent(BufWriter::new(fs::File::create(path)?), b' ', 1);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let note = format!("{} is made up: no such streets exist", borough.names.borough());
    let root = out.create_element("osm").with_attributes([
        ("version", "0.6"),
        ("generator", "patchwork demo"),
        ("note", note.as_str()),
    ]);
    let mut nodes = 0;
    root.write_inner_content(|out| {
        for (node, p) in placed.degrees.iter().enumerate().filter(|(node, _)| used[*node]) {
            nodes += 1;
            let (id, lat, lon) = ((node + 1).to_string(), format!("{:.7}", p.lat), format!("{:.7}", p.lon));
            let attributes = [("id", id.as_str()), ("version", "1"), ("lat", lat.as_str()), ("lon", lon.as_str())];
            let element = out.create_element("node").with_attributes(attributes);
            match tags[node] {
                Some(tags) => element.write_inner_content(|out| write_tags(out, tags))?,
                None => element.write_empty()?,
            };
        }
        for (i, way) in map.ways.iter().enumerate() {
            let id = (i + 1).to_string();
            let element = out.create_element("way").with_attributes([("id", id.as_str()), ("version", "1")]);
            element.write_inner_content(|out| {
                for node in &way.nodes {
                    out.create_element("nd").with_attribute(("ref", (node + 1).to_string().as_str())).write_empty()?;
                }
                write_tags(out, &way.tags)
            })?;
        }
        Ok(())
    })?;
    let mut inner = out.into_inner();
    inner.write_all(b"\n")?;
    inner.flush()?;
    Ok(nodes)
}

fn write_tags<W: Write>(out: &mut Writer<W>, tags: &Tags) -> io::Result<()> {
    for (key, value) in tags {
        out.create_element("tag").with_attributes([("k", *key), ("v", value.as_str())]).write_empty()?;
    }
    Ok(())
}
