//! The headers of Parquet pages, looked at before the pages are read.
//!
//! A page says how many values it holds, and the reader makes room for them before it counts them. With
//! a damaged number that is the end of the process, which nothing catches. So the numbers are read here
//! first: a page header is a Thrift structure in compact protocol (parquet-format, `parquet.thrift`), of
//! which only the counts and sizes matter.

/// Structures inside structures deeper than this are damage.
const DEEPEST: usize = 16;

/// Checks the pages of one column: every count and size is there, not negative, and within reason.
pub(super) fn check(mut column: &[u8], most_values: usize) -> Result<(), String> {
    while !column.is_empty() {
        let mut header = Header::default();
        let mut input = Thrift { bytes: column };
        input.structure(&[], &mut header, 0).ok_or("a page header is cut short")?;
        let in_reason = |count: i64| usize::try_from(count).is_ok_and(|count| count <= most_values);
        if !header.counts.into_iter().all(in_reason) {
            return Err("a page claims an impossible number of values".to_owned());
        }
        let size = |size: Option<i64>| size.and_then(|size| usize::try_from(size).ok());
        let (Some(packed), Some(_)) = (size(header.packed), size(header.unpacked)) else {
            return Err("a page claims an impossible size".to_owned());
        };
        column = input.bytes.get(packed..).ok_or("a page is cut short")?;
    }
    Ok(())
}

/// What matters of a page header.
#[derive(Default)]
pub(super) struct Header {
    unpacked: Option<i64>,
    packed: Option<i64>,
    counts: Vec<i64>,
}

impl Header {
    /// Keeps a number that stands at this path of field numbers.
    fn keep(&mut self, path: &[i64], number: i64) {
        match path {
            [2] => self.unpacked = Some(number),
            [3] => self.packed = Some(number),
            // Values of a data page, a dictionary and a data page of version 2; of the last also nulls,
            // rows, and the sizes of its two kinds of level.
            [5 | 7 | 8, 1] | [8, 2 | 3 | 5 | 6] => self.counts.push(number),
            _ => {}
        }
    }
}

/// Bytes in Thrift's compact protocol.
pub(super) struct Thrift<'b> {
    pub(super) bytes: &'b [u8],
}

impl<'b> Thrift<'b> {
    /// Text or bytes, their length first.
    pub(super) fn binary(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.varint()?).ok()?;
        let found = self.bytes.get(..length)?;
        self.bytes = &self.bytes[length..];
        Some(found)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn structure(&mut self, path: &[i64], header: &mut Header, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let mut field = 0_i64;
        loop {
            let head = self.byte()?;
            let kind = head & 0x0F;
            if kind == 0 {
                return Some(());
            }
            field = match head >> 4 {
                0 => self.zigzag()?,
                step => field.checked_add(i64::from(step))?,
            };
            let path = [path, &[field]].concat();
            match kind {
                // Truth values stand in the field's own byte.
                1 | 2 => {}
                4..=6 => {
                    let number = self.zigzag()?;
                    header.keep(&path, number);
                }
                12 => self.structure(&path, header, depth + 1)?,
                _ => self.value(kind, header, depth)?,
            }
        }
    }

    /// Passes over a value that does not matter.
    pub(super) fn value(&mut self, kind: u8, header: &mut Header, depth: usize) -> Option<()> {
        match kind {
            1..=3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 if depth < DEEPEST => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
                // Every element has at least one byte, so the loop ends with the bytes.
                (0..count).try_for_each(|_| self.value(head & 0x0F, header, depth + 1))
            }
            // Fields of nested lists' structures have no path and are kept nowhere.
            12 if depth < DEEPEST => self.structure(&[0], header, depth + 1),
            _ => None,
        }
    }
}
