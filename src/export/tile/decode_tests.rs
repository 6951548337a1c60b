//! Reads a vector tile back, for tests: what a client makes of the bytes.

use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    pub(super) name: String,
    pub(super) version: u64,
    pub(super) extent: u64,
    pub(super) features: Vec<Feature>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Feature {
    pub(super) id: u64,
    /// 1 points, 2 lines, 3 polygons.
    pub(super) kind: u64,
    pub(super) properties: BTreeMap<String, String>,
    /// Points, lines, or rings without repetition of the first corner.
    pub(super) parts: Vec<Vec<[i64; 2]>>,
}

enum Wire<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Wire<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Wire::Number(varint(&mut bytes)),
            kind => {
                let length = match kind {
                    1 => 8,
                    5 => 4,
                    2 => varint(&mut bytes) as usize,
                    other => panic!("wire type {other}"),
                };
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Wire::Bytes(value)
            }
        };
        fields.push((key >> 3, value));
    }
    fields
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn numbers(mut bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(varint(&mut bytes));
    }
    numbers
}

fn value(bytes: &[u8]) -> String {
    match fields(bytes).pop().expect("a value") {
        (1, Wire::Bytes(words)) => text(words),
        (3, Wire::Bytes(double)) => f64::from_le_bytes(double.try_into().expect("eight bytes")).to_string(),
        (4, Wire::Number(number)) => (number as i64).to_string(),
        (7, Wire::Number(yes)) => (yes == 1).to_string(),
        (kind, _) => panic!("value of kind {kind}"),
    }
}

/// The commands of a geometry, each rule of the format held against them.
fn parts(kind: u64, commands: &[u64]) -> Vec<Vec<[i64; 2]>> {
    let (mut parts, mut part, mut at) = (Vec::new(), Vec::new(), [0i64; 2]);
    let mut rest = commands.iter().copied();
    while let Some(command) = rest.next() {
        let (id, count) = (command & 7, command >> 3);
        assert!(count > 0, "a command that does nothing");
        match id {
            1 => {
                assert!(kind == 1 || count == 1, "several MoveTo in a line or ring");
                if !part.is_empty() {
                    parts.push(std::mem::take(&mut part));
                }
            }
            2 => assert!(!part.is_empty(), "LineTo without MoveTo"),
            7 => {
                assert!(kind == 3 && part.len() > 2, "ClosePath of {} corners", part.len());
                parts.push(std::mem::take(&mut part));
                continue;
            }
            other => panic!("command {other}"),
        }
        for _ in 0..count {
            let mut step = [0; 2];
            for axis in &mut step {
                let zigzag = rest.next().expect("a parameter");
                *axis = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
            }
            assert!(id == 1 || step != [0, 0], "LineTo of no length");
            at = [at[0] + step[0], at[1] + step[1]];
            if kind == 1 && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
            }
            part.push(at);
        }
    }
    if !part.is_empty() {
        assert!(kind != 3, "a ring is not closed");
        parts.push(part);
    }
    parts
}

pub(super) fn tile(bytes: &[u8]) -> Vec<Drawn> {
    fields(bytes)
        .into_iter()
        .map(|field| match field {
            (3, Wire::Bytes(layer)) => drawn(layer),
            (tag, _) => panic!("field {tag} in a tile"),
        })
        .collect()
}

fn drawn(bytes: &[u8]) -> Drawn {
    let mut drawn = Drawn { name: String::new(), version: 0, extent: 0, features: Vec::new() };
    let (mut keys, mut values, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    for field in fields(bytes) {
        match field {
            (15, Wire::Number(version)) => drawn.version = version,
            (1, Wire::Bytes(name)) => drawn.name = text(name),
            (2, Wire::Bytes(feature)) => raw.push(feature),
            (3, Wire::Bytes(key)) => keys.push(text(key)),
            (4, Wire::Bytes(bytes)) => values.push(value(bytes)),
            (5, Wire::Number(extent)) => drawn.extent = extent,
            (tag, _) => panic!("field {tag} in a layer"),
        }
    }
    for feature in raw {
        let (mut id, mut kind, mut tags, mut commands) = (0, 0, Vec::new(), Vec::new());
        for field in fields(feature) {
            match field {
                (1, Wire::Number(number)) => id = number,
                (2, Wire::Bytes(bytes)) => tags = numbers(bytes),
                (3, Wire::Number(number)) => kind = number,
                (4, Wire::Bytes(bytes)) => commands = numbers(bytes),
                (tag, _) => panic!("field {tag} in a feature"),
            }
        }
        let properties =
            tags.chunks(2).map(|tag| (keys[tag[0] as usize].clone(), values[tag[1] as usize].clone())).collect();
        drawn.features.push(Feature { id, kind, properties, parts: parts(kind, &commands) });
    }
    drawn
}
