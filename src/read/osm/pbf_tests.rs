use super::*;

/// A field of a protocol buffer: bytes of known length.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut made = vec![number << 3 | 2];
    made.extend(varint(bytes.len() as u64));
    made.extend_from_slice(bytes);
    made
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut made = Vec::new();
    while number >= 0x80 {
        made.push(number as u8 | 0x80);
        number >>= 7;
    }
    made.push(number as u8);
    made
}

fn packed(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| varint(*number)).collect()
}

/// A file of one block with these texts and this group of elements.
fn file(texts: &[&[u8]], group: &[u8]) -> Vec<u8> {
    let table: Vec<u8> = texts.iter().flat_map(|text| field(1, text)).collect();
    file_of(&[field(1, &table), field(2, group)].concat())
}

fn file_of(block: &[u8]) -> Vec<u8> {
    let blob = [field(1, block), vec![2 << 3], varint(block.len() as u64)].concat();
    let head = [field(1, b"OSMData"), vec![3 << 3], varint(blob.len() as u64)].concat();
    [(head.len() as u32).to_be_bytes().to_vec(), head, blob].concat()
}

/// A way of two nodes with tags by their numbers.
fn way(keys: &[u64], values: &[u64]) -> Vec<u8> {
    let way =
        [vec![1 << 3, 7], field(2, &packed(keys)), field(3, &packed(values)), field(8, &packed(&[2, 2]))].concat();
    field(3, &way)
}

/// The tags of all elements of a kind.
fn tags(bytes: &[u8], kind: Kind) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.osm.pbf");
    std::fs::write(&path, bytes).expect("written");
    let pbf = Pbf::open(FileRef { path: &path, shown: "a.osm.pbf" }).expect("opens");
    let all = |element: &Element<'_>| {
        Some(element.tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" "))
    };
    pbf.sift(kind, &all).map_err(|issue| issue.problem)
}

#[test]
fn a_tag_whose_text_is_not_in_the_block_is_damage_and_takes_no_other_tag_with_it() {
    let texts: [&[u8]; 4] = [b"", b"highway", b"footway", b"\xff"];
    assert_eq!(tags(&file(&texts, &way(&[1], &[2])), Kind::Way), Ok(vec!["highway=footway".to_owned()]));
    for (keys, values, words) in [
        (&[1, 9][..], &[2, 2][..], "texts that it does not hold"),
        (&[9, 1], &[2, 2], "texts that it does not hold"),
        (&[1], &[4_294_967_295], "texts that it does not hold"),
        (&[1], &[3], "texts that are not UTF-8"),
    ] {
        let told = tags(&file(&texts, &way(keys, values)), Kind::Way).expect_err("damaged");
        assert!(told.contains(words), "{told}");
    }
    let dense = |texts_of: &[u64], longitudes: &[u64]| {
        let nodes = [
            field(1, &packed(&[2, 2])),
            field(8, &packed(&[2, 2])),
            field(9, &packed(longitudes)),
            field(10, &packed(texts_of)),
        ];
        file(&texts, &field(2, &nodes.concat()))
    };
    assert_eq!(tags(&dense(&[1, 2, 0, 0], &[2, 2]), Kind::Node).map(|nodes| nodes.len()), Ok(2));
    for negative in [9, u64::MAX] {
        let told = tags(&dense(&[1, negative, 0, 0], &[2, 2]), Kind::Node).expect_err("damaged");
        assert!(told.contains("texts that it does not hold"), "{told}");
    }
    let told = tags(&dense(&[1, 2, 0, 0], &[2]), Kind::Node).expect_err("damaged");
    assert!(told.contains("nodes without a position"), "{told}");
}

#[test]
fn a_block_of_more_than_a_block_may_hold_is_refused_before_it_is_made() {
    // Two bytes each: an empty text, and a way of nothing.
    let many = |number: u8, times: usize| [number << 3 | 2, 0].repeat(times);
    let texts = file_of(&[field(1, &many(1, 2_000_000)), field(2, &way(&[], &[]))].concat());
    let ways = file_of(&field(2, &many(3, 300_000)));
    for bytes in [texts, ways] {
        let refused = tags(&bytes, Kind::Way).expect_err("too much");
        assert!(refused.contains("would take more than 64 megabytes"), "{refused}");
    }
    let ways = field(3, &[1 << 3, 7]).repeat(8_000);
    let honest = file_of(&[field(1, &many(1, 100_000)), field(2, &ways)].concat());
    assert_eq!(tags(&honest, Kind::Way).map(|found| found.len()), Ok(8_000));
    // What a block says of its size is not taken on trust.
    let head = [field(1, b"OSMData"), vec![3 << 3], varint(1 << 31)].concat();
    let vast = [(head.len() as u32).to_be_bytes().to_vec(), head].concat();
    assert!(tags(&vast, Kind::Way).expect_err("too much").contains("is said to have 2147483648 bytes"));
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    (0..33).for_each(|_| std::io::Write::write_all(&mut packed, &vec![0; 1 << 20]).expect("packed"));
    let blob = field(3, &packed.finish().expect("packed"));
    let head = [field(1, b"OSMData"), vec![3 << 3], varint(blob.len() as u64)].concat();
    let bomb = [(head.len() as u32).to_be_bytes().to_vec(), head, blob].concat();
    assert!(tags(&bomb, Kind::Way).expect_err("too much").contains("unpacks to more than 32 megabytes"));
}
