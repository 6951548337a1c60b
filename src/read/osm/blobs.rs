//! The blocks of a binary OpenStreetMap file, unpacked and weighed before anything is made of them: two bytes of a
//! block can stand for a way that takes three hundred in memory.

use flate2::read::ZlibDecoder;
use osmpbf::{Blob, BlobReader};
use std::io::{ErrorKind, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The head of a block is smaller, by the format.
const MOST_HEAD: u32 = 64 << 10;
/// A block is no larger, packed or unpacked, by the format.
const MOST_BLOCK: u64 = 32 << 20;
/// What the texts and elements of a block may take in memory: 200,000 elements, of which writers put 8,000 in a block.
const MOST_MADE: u64 = 64 << 20;
/// What a text, and an element, take at least.
const OF_TEXT: u64 = 64;
const OF_ELEMENT: u64 = 320;
/// Blocks larger than this are made one at a time: the numbers in one take eight times their bytes.
const LARGE: usize = 8 << 20;

/// Blocks as they lie in the file.
pub(super) struct Blobs<R> {
    reader: R,
    is_over: bool,
}

/// A block as it lies in the file.
pub(super) struct Packed {
    kind: Vec<u8>,
    bytes: Vec<u8>,
}

/// A block that can be made, and that others wait for where it is large.
pub(super) struct Unpacked {
    pub(super) blob: Blob,
    pub(super) turn: Option<MutexGuard<'static, ()>>,
}

static TURN: Mutex<()> = Mutex::new(());

impl<R: Read> Blobs<R> {
    pub(super) fn of(reader: R) -> Self {
        Self { reader, is_over: false }
    }

    fn take(&mut self, length: u64) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = self.reader.by_ref().take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if read as u64 == length { Ok(bytes) } else { Err("it breaks off in the middle of a block".to_owned()) }
    }

    fn packed(&mut self, head: u32) -> Result<Packed, String> {
        if head >= MOST_HEAD {
            return Err(format!("the head of a block in it is said to have {head} bytes"));
        }
        let head = self.take(u64::from(head))?;
        let (mut kind, mut length) = (Vec::new(), 0);
        for field in Fields(&head) {
            match field? {
                (1, Value::Bytes(word)) => kind = word.to_vec(),
                (3, Value::Number(number)) => length = number,
                _ => {}
            }
        }
        if length > MOST_BLOCK {
            return Err(format!("a block in it is said to have {length} bytes"));
        }
        Ok(Packed { kind, bytes: self.take(length)? })
    }
}

impl<R: Read> Iterator for Blobs<R> {
    type Item = Result<Packed, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let mut head = [0; 4];
        let packed = match self.reader.read_exact(&mut head) {
            Ok(()) => self.packed(u32::from_be_bytes(head)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return None,
            Err(error) => Err(error.to_string()),
        };
        self.is_over = packed.is_err();
        Some(packed)
    }
}

impl Packed {
    /// The block unpacked, where what would be made of it is bounded.
    pub(super) fn unpack(self) -> Result<Unpacked, String> {
        let mut block = None;
        for field in Fields(&self.bytes) {
            match field? {
                (1, Value::Bytes(bytes)) => block = Some(bytes.to_vec()),
                (3, Value::Bytes(bytes)) => block = Some(inflated(bytes)?),
                _ => {}
            }
        }
        // Packed in another way it is the reader's to refuse.
        let Some(block) = block else { return self.read(&self.bytes, &[], None) };
        if self.kind == b"OSMData" && made(&block)? > MOST_MADE {
            return Err(format!(
                "a block in it has texts or elements that would take more than {} megabytes",
                MOST_MADE >> 20
            ));
        }
        let turn = (block.len() > LARGE).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
        let mut before = vec![1 << 3 | 2];
        before.extend(varint(block.len() as u64));
        self.read(&before, &block, turn)
    }

    fn read(&self, before: &[u8], block: &[u8], turn: Option<MutexGuard<'static, ()>>) -> Result<Unpacked, String> {
        let mut head = vec![1 << 3 | 2];
        head.extend(varint(self.kind.len() as u64));
        head.extend_from_slice(&self.kind);
        head.push(3 << 3);
        head.extend(varint((before.len() + block.len()) as u64));
        let length = (head.len() as u32).to_be_bytes();
        let all = length.chain(head.as_slice()).chain(before).chain(block);
        let blob = BlobReader::new(all).next().ok_or("a block in it is empty")?.map_err(|error| error.to_string())?;
        Ok(Unpacked { blob, turn })
    }
}

fn inflated(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut block = Vec::new();
    let read = ZlibDecoder::new(bytes).take(MOST_BLOCK + 1).read_to_end(&mut block);
    read.map_err(|error| format!("a block in it cannot be unpacked: {error}"))?;
    if block.len() as u64 > MOST_BLOCK {
        return Err(format!("a block in it unpacks to more than {} megabytes", MOST_BLOCK >> 20));
    }
    Ok(block)
}

/// What the texts and elements of a block would take in memory, beside their own bytes.
fn made(block: &[u8]) -> Result<u64, String> {
    let mut all = 0;
    for field in Fields(block) {
        let (number, Value::Bytes(inner)) = field? else { continue };
        let each = if number == 1 { OF_TEXT } else { OF_ELEMENT };
        all += OF_ELEMENT;
        if number <= 2 {
            for field in Fields(inner) {
                field?;
                all += each;
            }
        }
    }
    Ok(all)
}

/// A value of a protocol buffer.
enum Value<'b> {
    Number(u64),
    Bytes(&'b [u8]),
    Other,
}

/// The fields of a message, by their numbers.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self, length: u64) -> Option<&'b [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn field(&mut self) -> Option<(u64, Value<'b>)> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => self.bytes(8).map(|_| Value::Other)?,
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.bytes(length)?)
            }
            5 => self.bytes(4).map(|_| Value::Other)?,
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

impl<'b> Iterator for Fields<'b> {
    type Item = Result<(u64, Value<'b>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or_else(|| "a block in it contradicts itself".to_owned()))
    }
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
