//! The footer of a Parquet file, made plain before the file is read.
//!
//! The footer says what the columns mean: decimals, half-precision numbers, times of day, geometry, and in a
//! second copy the writer's own Arrow types with extensions such as `geoarrow.wkb`. The reader at hand refuses the
//! whole file over one meaning it does not know. So the meanings are taken out here, column by column, and the
//! plain numbers and bytes are given their meaning again when they are printed. Nothing else of the file changes.

use super::pages::{Header, Thrift};

/// What the plain values of a column stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Whole numbers, or their big-endian bytes, with this many decimals.
    Decimal(u32),
    /// Two bytes of a half-precision number.
    Half,
    /// The time of day in so many parts of a second.
    Time(u32),
    /// A geometry in WKB, and the reference system its type names.
    Geometry(Option<String>),
}

/// A column of the first level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// A list or a structure.
    pub(super) nested: bool,
    pub(super) meaning: Option<Meaning>,
}

/// Groups inside groups of the schema deeper than this are damage. The reader at hand goes through them by recursion.
const DEEPEST: usize = 32;

/// The bytes with a plain footer, and the columns.
///
/// # Errors
/// When the file ends as a Parquet file does and its footer cannot be followed, or its columns lie deeper in one another
/// than [`DEEPEST`]: nobody else is given such a footer.
pub(super) fn plain(bytes: Vec<u8>) -> Result<(Vec<u8>, Vec<Field>), String> {
    if !bytes.ends_with(b"PAR1") {
        // Cut short or encrypted, which the reader says.
        return Ok((bytes, Vec::new()));
    }
    let (plain, elements) = rewritten(&bytes).ok_or("its footer contradicts itself")?;
    if depth(&elements) > DEEPEST {
        return Err(format!("its columns are nested deeper than {DEEPEST} levels"));
    }
    Ok((plain, first_level(elements)))
}

/// How deep the groups of a schema lie in one another.
fn depth(elements: &[Element]) -> usize {
    // Children that are still to come, of each group that is open.
    let mut open: Vec<usize> = Vec::new();
    let mut deepest = 0;
    for element in elements {
        while open.last() == Some(&0) {
            open.pop();
        }
        if let Some(left) = open.last_mut() {
            *left -= 1;
        }
        if element.children > 0 {
            open.push(element.children);
            deepest = deepest.max(open.len());
        }
    }
    deepest
}

/// The bytes with a plain footer, and the elements of its schema.
fn rewritten(bytes: &[u8]) -> Option<(Vec<u8>, Vec<Element>)> {
    let (rest, _mark) = bytes.split_last_chunk::<4>()?;
    let (body, length) = rest.split_last_chunk::<4>()?;
    let start = body.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
    let mut made = Writer::default();
    let mut input = Thrift { bytes: &body[start..] };
    let mut elements = Vec::new();
    fields(&mut input, |field, kind, input| {
        made.head(field, kind);
        match (field, kind) {
            (2, 9) => list(input, &mut made, |input| {
                let (element, plain) = Element::read(input)?;
                elements.push(element);
                Some(Some(plain))
            }),
            (5, 9) => list(input, &mut made, |input| {
                let before = input.bytes;
                let mut key = Vec::new();
                fields(input, |field, kind, input| match (field, kind) {
                    (1, 8) => {
                        key = input.binary()?.to_vec();
                        Some(())
                    }
                    _ => skip(input, kind),
                })?;
                let raw = before[..before.len() - input.bytes.len()].to_vec();
                Some((key != b"ARROW:schema").then_some(raw))
            }),
            _ => {
                let before = input.bytes;
                skip(input, kind)?;
                made.bytes.extend_from_slice(&before[..before.len() - input.bytes.len()]);
                Some(())
            }
        }
    })?;
    made.bytes.push(0);
    let length = u32::try_from(made.bytes.len()).ok()?;
    let mut plain = Vec::with_capacity(start + made.bytes.len() + 8);
    plain.extend_from_slice(&body[..start]);
    plain.extend_from_slice(&made.bytes);
    plain.extend_from_slice(&length.to_le_bytes());
    plain.extend_from_slice(b"PAR1");
    Some((plain, elements))
}

/// How many rows the body of a footer says the file has.
pub(super) fn rows(body: &[u8]) -> Option<u64> {
    let mut found = None;
    fields(&mut Thrift { bytes: body }, |field, kind, input| match (field, kind) {
        (3, 6) => {
            found = u64::try_from(input.zigzag()?).ok();
            Some(())
        }
        _ => skip(input, kind),
    })?;
    found
}

/// The elements of the schema stand in depth-first order, the root first.
fn first_level(elements: Vec<Element>) -> Vec<Field> {
    let mut found = Vec::new();
    let mut elements = elements.into_iter().skip(1);
    while let Some(element) = elements.next() {
        let mut left = element.children;
        let nested = left > 0 || element.repeated;
        while left > 0 {
            left -= 1;
            left = left.saturating_add(elements.next().map_or(0, |inner| inner.children));
            if elements.len() == 0 {
                break;
            }
        }
        found.push(Field { name: element.name, nested, meaning: element.meaning });
    }
    found
}

/// Calls `each` with the number and kind of every field of a structure; it takes the field's value off.
fn fields<'b>(input: &mut Thrift<'b>, mut each: impl FnMut(i64, u8, &mut Thrift<'b>) -> Option<()>) -> Option<()> {
    let mut field = 0_i64;
    loop {
        let head = input.byte()?;
        let kind = head & 0x0F;
        if kind == 0 {
            return Some(());
        }
        field = match head >> 4 {
            0 => input.zigzag()?,
            step => field.checked_add(i64::from(step))?,
        };
        each(field, kind, input)?;
    }
}

fn skip(input: &mut Thrift<'_>, kind: u8) -> Option<()> {
    match kind {
        // Truth values stand in the field's own byte.
        1 | 2 => Some(()),
        _ => input.value(kind, &mut Header::default(), 0),
    }
}

/// Copies a list of structures, each as `each` gives it back, without those it gives nothing for.
fn list<'b>(
    input: &mut Thrift<'b>,
    made: &mut Writer,
    mut each: impl FnMut(&mut Thrift<'b>) -> Option<Option<Vec<u8>>>,
) -> Option<()> {
    let head = input.byte()?;
    let count = if head >> 4 == 15 { input.varint()? } else { u64::from(head >> 4) };
    if head & 0x0F != 12 {
        return None;
    }
    let (mut kept, mut items) = (0_u64, Vec::new());
    for _ in 0..count {
        if let Some(item) = each(input)? {
            kept += 1;
            items.extend(item);
        }
    }
    if kept < 15 {
        made.bytes.push((kept as u8) << 4 | 0b1100);
    } else {
        made.bytes.push(0xFC);
        made.varint(kept);
    }
    made.bytes.extend(items);
    Some(())
}

/// One element of the schema.
#[derive(Debug, Default)]
struct Element {
    name: String,
    children: usize,
    repeated: bool,
    meaning: Option<Meaning>,
}

impl Element {
    /// The element, and its bytes without the meanings that are given back later.
    fn read(input: &mut Thrift<'_>) -> Option<(Self, Vec<u8>)> {
        let mut element = Self::default();
        let mut kept: Vec<(i64, u8, Vec<u8>)> = Vec::new();
        let (mut converted, mut scale, mut logical) = (None, 0, Logical::default());
        fields(input, |field, kind, input| {
            let before = input.bytes;
            match (field, kind) {
                (3, 5) => element.repeated = input.zigzag()? == 2,
                (4, 8) => element.name = String::from_utf8_lossy(input.binary()?).into_owned(),
                (5, 5) => element.children = usize::try_from(input.zigzag()?).ok()?,
                (6, 5) => converted = Some(input.zigzag()?),
                (7, 5) => scale = input.zigzag()?,
                (10, 12) => logical = Logical::read(input)?,
                _ => skip(input, kind)?,
            }
            kept.push((field, kind, before[..before.len() - input.bytes.len()].to_vec()));
            Some(())
        })?;
        let decimals = |scale: i64| u32::try_from(scale).ok().filter(|scale| *scale <= 100).map(Meaning::Decimal);
        element.meaning = match (logical.variant, converted) {
            (Some(5), _) => decimals(logical.scale),
            (Some(7), _) => Some(Meaning::Time(logical.parts)),
            (Some(15), _) => Some(Meaning::Half),
            (Some(17 | 18), _) => Some(Meaning::Geometry(logical.crs)),
            (_, Some(5)) => decimals(scale),
            (_, Some(7)) => Some(Meaning::Time(1_000)),
            (_, Some(8)) => Some(Meaning::Time(1_000_000)),
            _ => None,
        };
        let unknown = logical.variant.is_some_and(|variant| variant == 9 || variant > 15);
        if element.meaning.is_some() || unknown {
            kept.retain(|(field, ..)| !matches!(field, 6 | 7 | 8 | 10));
        }
        let mut made = Writer::default();
        for (field, kind, bytes) in kept {
            made.head(field, kind);
            made.bytes.extend(bytes);
        }
        made.bytes.push(0);
        Some((element, made.bytes))
    }
}

/// The logical type of an element.
#[derive(Debug, Default)]
struct Logical {
    variant: Option<i64>,
    scale: i64,
    parts: u32,
    crs: Option<String>,
}

impl Logical {
    fn read(input: &mut Thrift<'_>) -> Option<Self> {
        let mut logical = Self::default();
        fields(input, |variant, kind, input| {
            logical.variant = Some(variant);
            if kind != 12 {
                return skip(input, kind);
            }
            fields(input, |field, kind, input| match (variant, field, kind) {
                (5, 1, 5) => {
                    logical.scale = input.zigzag()?;
                    Some(())
                }
                (7, 2, 12) => fields(input, |unit, kind, input| {
                    logical.parts = match unit {
                        1 => 1_000,
                        2 => 1_000_000,
                        _ => 1_000_000_000,
                    };
                    skip(input, kind)
                }),
                (17 | 18, 1, 8) => {
                    logical.crs = Some(String::from_utf8_lossy(input.binary()?).into_owned());
                    Some(())
                }
                _ => skip(input, kind),
            })
        })?;
        Some(logical)
    }
}

/// Thrift's compact protocol, as far as a footer needs it.
#[derive(Debug, Default)]
struct Writer {
    bytes: Vec<u8>,
    last: i64,
}

impl Writer {
    fn head(&mut self, field: i64, kind: u8) {
        match u8::try_from(field - self.last) {
            Ok(step @ 1..=15) => self.bytes.push(step << 4 | kind),
            _ => {
                self.bytes.push(kind);
                self.varint(((field << 1) ^ (field >> 63)) as u64);
            }
        }
        self.last = field;
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}
