//! Values as bytes and back, exactly: what a snapshot is kept as in a file. No names and no versions stand in the bytes,
//! so whoever reads them must be the program that wrote them; the file says which that was.

use crate::units::{Metres, Seconds, WalkingSpeed};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Where bytes go. What is in the core says how it is packed, and opens no file.
pub use std::io::Write as Sink;

/// What comes of packing or unpacking.
pub type Done<T = ()> = io::Result<T>;

/// Something that is written as bytes and read back as it was, to the last bit.
pub trait Packed: Sized {
    /// Writes it.
    ///
    /// # Errors
    /// What went wrong with the writing.
    fn pack(&self, to: &mut dyn Sink) -> Done;

    /// Reads it.
    ///
    /// # Errors
    /// When the bytes end, or no such thing can have been written so.
    fn unpack(from: &mut Unpacker<'_>) -> Done<Self>;
}

/// Bytes to be read, and how many of them there are still.
pub struct Unpacker<'a> {
    from: &'a mut dyn Read,
    left: u64,
}

impl<'a> Unpacker<'a> {
    /// Reads so many bytes of this.
    pub fn new(from: &'a mut dyn Read, left: u64) -> Self {
        Self { from, left }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.left
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Done {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(|| damaged("it ends too soon"))?;
        self.from.read_exact(bytes)
    }

    /// How many things follow, each of at least one byte: never more than there are bytes, so that no room is made for
    /// what cannot be there.
    fn count(&mut self) -> io::Result<usize> {
        let count = u64::unpack(self)?;
        if count > self.left {
            return Err(damaged("a list is longer than the file"));
        }
        usize::try_from(count).map_err(|_| damaged("a list is longer than memory"))
    }
}

/// The error of bytes that nothing can have been written as.
#[must_use]
pub fn damaged(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Packs structs field by field. The compiler sees to it that none is forgotten.
macro_rules! packed_structs {
    ($($name:path { $($field:ident),+ $(,)? })+) => {$(
        impl $crate::pack::Packed for $name {
            fn pack(&self, to: &mut dyn $crate::pack::Sink) -> $crate::pack::Done {
                let Self { $($field),+ } = self;
                $($crate::pack::Packed::pack($field, to)?;)+
                Ok(())
            }

            fn unpack(from: &mut $crate::pack::Unpacker<'_>) -> $crate::pack::Done<Self> {
                Ok(Self { $($field: $crate::pack::Packed::unpack(from)?),+ })
            }
        }
    )+};
}

/// Packs enums whose cases have at most one part, as the number of the case and its part. Cases are numbered as they are
/// listed; the compiler sees to it that none is forgotten.
macro_rules! packed_enums {
    ($($name:path { $($number:literal $case:ident $(($part:ident))?),+ $(,)? })+) => {$(
        impl $crate::pack::Packed for $name {
            fn pack(&self, to: &mut dyn $crate::pack::Sink) -> $crate::pack::Done {
                match self {
                    $(Self::$case $(($part))? => {
                        let number: u8 = $number;
                        $crate::pack::Packed::pack(&number, to)?;
                        $($crate::pack::Packed::pack($part, to)?;)?
                    })+
                }
                Ok(())
            }

            fn unpack(from: &mut $crate::pack::Unpacker<'_>) -> $crate::pack::Done<Self> {
                let number: u8 = $crate::pack::Packed::unpack(from)?;
                match number {
                    $($number => Ok(Self::$case $(({ let $part = $crate::pack::Packed::unpack(from)?; $part }))?),)+
                    _ => Err($crate::pack::damaged("a case that is not known")),
                }
            }
        }
    )+};
}

pub(crate) use {packed_enums, packed_structs};

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Packed for $number {
            fn pack(&self, to: &mut dyn Sink) -> Done {
                to.write_all(&self.to_le_bytes())
            }

            fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
                Ok(Self::from_le_bytes(from.bytes()?))
            }
        }
    )+};
}

numbers!(u8, u16, u32, u64, i32, i64, f64);

impl Packed for usize {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        (*self as u64).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Self::try_from(u64::unpack(from)?).map_err(|_| damaged("a number too large for this machine"))
    }
}

impl Packed for bool {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        u8::from(*self).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        match u8::unpack(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(damaged("neither yes nor no")),
        }
    }
}

impl Packed for String {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.len().pack(to)?;
        to.write_all(self.as_bytes())
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let mut bytes = vec![0; from.count()?];
        from.fill(&mut bytes)?;
        Self::from_utf8(bytes).map_err(|_| damaged("words that are no UTF-8"))
    }
}

impl Packed for Box<str> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.len().pack(to)?;
        to.write_all(self.as_bytes())
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(String::unpack(from)?.into_boxed_str())
    }
}

/// Words that stand in the program itself. There are few different ones, so those that were read are kept for good, each once.
impl Packed for &'static str {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.len().pack(to)?;
        to.write_all(self.as_bytes())
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let words = String::unpack(from)?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.get(words.as_str()) {
            return Ok(same);
        }
        let kept: &'static str = Box::leak(words.into_boxed_str());
        known.insert(kept);
        Ok(kept)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.is_some().pack(to)?;
        self.as_ref().map_or(Ok(()), |own| own.pack(to))
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        bool::unpack(from)?.then(|| T::unpack(from)).transpose()
    }
}

impl<T: Packed> Packed for std::sync::Arc<T> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        (**self).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        T::unpack(from).map(Self::new)
    }
}

impl<T: Packed, E: Packed> Packed for Result<T, E> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.is_ok().pack(to)?;
        match self {
            Ok(own) => own.pack(to),
            Err(own) => own.pack(to),
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(if bool::unpack(from)? { Ok(T::unpack(from)?) } else { Err(E::unpack(from)?) })
    }
}

/// Writes a list that has its length before it.
///
/// # Errors
/// What went wrong with the writing.
pub fn pack_all<'a, T: Packed + 'a>(mut all: impl ExactSizeIterator<Item = &'a T>, to: &mut dyn Sink) -> Done {
    all.len().pack(to)?;
    all.try_for_each(|one| one.pack(to))
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        pack_all(self.iter(), to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let count = from.count()?;
        let mut all = Self::with_capacity(count);
        for _ in 0..count {
            all.push(T::unpack(from)?);
        }
        Ok(all)
    }
}

impl<K: Packed + Ord, V: Packed> Packed for BTreeMap<K, V> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.len().pack(to)?;
        self.iter().try_for_each(|(key, value)| {
            key.pack(to)?;
            value.pack(to)
        })
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        (0..from.count()?).map(|_| Ok((K::unpack(from)?, V::unpack(from)?))).collect()
    }
}

impl<K: Packed + Ord> Packed for BTreeSet<K> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        pack_all(self.iter(), to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        (0..from.count()?).map(|_| K::unpack(from)).collect()
    }
}

macro_rules! tuples {
    ($($($part:ident $at:tt),+;)+) => {$(
        impl<$($part: Packed),+> Packed for ($($part,)+) {
            fn pack(&self, to: &mut dyn Sink) -> Done {
                $(self.$at.pack(to)?;)+
                Ok(())
            }

            fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
                Ok(($($part::unpack(from)?,)+))
            }
        }
    )+};
}

tuples! { A 0, B 1; A 0, B 1, C 2; }

impl<T: Packed> Packed for Range<T> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.start.pack(to)?;
        self.end.pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(T::unpack(from)?..T::unpack(from)?)
    }
}

impl Packed for NaiveDate {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.num_days_from_ce().pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Self::from_num_days_from_ce_opt(i32::unpack(from)?).ok_or_else(|| damaged("a day that is none"))
    }
}

impl Packed for NaiveTime {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        (self.num_seconds_from_midnight(), self.nanosecond()).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let (seconds, nanoseconds) = Packed::unpack(from)?;
        Self::from_num_seconds_from_midnight_opt(seconds, nanoseconds).ok_or_else(|| damaged("a time that is none"))
    }
}

impl Packed for DateTime<Utc> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        (self.timestamp(), self.timestamp_subsec_nanos()).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let (seconds, nanoseconds) = Packed::unpack(from)?;
        Self::from_timestamp(seconds, nanoseconds).ok_or_else(|| damaged("a time that is none"))
    }
}

impl Packed for Weekday {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        (self.num_days_from_monday() as u8).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Self::try_from(u8::unpack(from)?).map_err(|_| damaged("a day of the week that is none"))
    }
}

packed_structs! {
    Coord<f64> { x, y }
}

macro_rules! quantities {
    ($($name:ident)+) => {$(
        impl Packed for $name {
            fn pack(&self, to: &mut dyn Sink) -> Done {
                self.get().pack(to)
            }

            fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
                Ok(Self::new(Packed::unpack(from)?))
            }
        }
    )+};
}

quantities! { Metres Seconds }

impl Packed for WalkingSpeed {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.metres_per_second().pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Self::from_metres_per_second(f64::unpack(from)?).ok_or_else(|| damaged("a speed that is none"))
    }
}

impl Packed for Point<f64> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.0.pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(Self(Packed::unpack(from)?))
    }
}

macro_rules! lists {
    ($($name:ident)+) => {$(
        impl Packed for $name<f64> {
            fn pack(&self, to: &mut dyn Sink) -> Done {
                self.0.pack(to)
            }

            fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
                Ok(Self(Packed::unpack(from)?))
            }
        }
    )+};
}

lists! { LineString MultiLineString MultiPoint MultiPolygon }

impl Packed for Polygon<f64> {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.exterior().pack(to)?;
        pack_all(self.interiors().iter(), to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(Self::new(Packed::unpack(from)?, Packed::unpack(from)?))
    }
}

impl Packed for Geometry<f64> {
    /// Layers are drawn with these six; others are refused when a snapshot is written, and not when it is read.
    fn pack(&self, to: &mut dyn Sink) -> Done {
        match self {
            Self::Point(own) => numbered(0, own, to),
            Self::LineString(own) => numbered(1, own, to),
            Self::Polygon(own) => numbered(2, own, to),
            Self::MultiPoint(own) => numbered(3, own, to),
            Self::MultiLineString(own) => numbered(4, own, to),
            Self::MultiPolygon(own) => numbered(5, own, to),
            Self::Line(_) | Self::Rect(_) | Self::Triangle(_) | Self::GeometryCollection(_) => {
                Err(damaged("a shape of a kind that no layer has"))
            }
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(match u8::unpack(from)? {
            0 => Self::Point(Packed::unpack(from)?),
            1 => Self::LineString(Packed::unpack(from)?),
            2 => Self::Polygon(Packed::unpack(from)?),
            3 => Self::MultiPoint(Packed::unpack(from)?),
            4 => Self::MultiLineString(Packed::unpack(from)?),
            5 => Self::MultiPolygon(Packed::unpack(from)?),
            _ => return Err(damaged("a shape that is not known")),
        })
    }
}

fn numbered(number: u8, own: &impl Packed, to: &mut dyn Sink) -> Done {
    number.pack(to)?;
    own.pack(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<T: Packed + PartialEq + std::fmt::Debug>(own: T) {
        let mut bytes = Vec::new();
        own.pack(&mut bytes).expect("room");
        let read = |bytes: &[u8]| {
            let mut from = bytes;
            let mut unpacker = Unpacker::new(&mut from, bytes.len() as u64);
            T::unpack(&mut unpacker).map(|own| (own, unpacker.left()))
        };
        assert_eq!(read(&bytes).expect("what was written"), (own, 0));
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "cut at {end} of {}", bytes.len());
        }
    }

    #[test]
    fn what_was_packed_comes_back_and_what_was_cut_does_not() {
        there_and_back((-0.0_f64, u64::MAX, i32::MIN));
        there_and_back(vec![Some("Llŷn".to_owned()), None, Some(String::new())]);
        there_and_back(BTreeMap::from([("a".to_owned(), vec![1_u32, 2]), (String::new(), Vec::new())]));
        there_and_back(NaiveDate::from_ymd_opt(2024, 2, 29));
        there_and_back((NaiveTime::from_hms_opt(17, 5, 59).expect("a time"), Weekday::Sun));
        there_and_back(vec![Ok::<u8, bool>(3), Err(true)]);
        let ring = |at: f64| LineString::from(vec![(at, 0.0), (9.0, at), (0.0, 9.0), (at, 0.0)]);
        there_and_back(Geometry::MultiPolygon(MultiPolygon(vec![Polygon::new(ring(0.0), vec![ring(1.0)])])));
        there_and_back(Geometry::Point(Point::new(1.5, f64::MIN_POSITIVE)));
    }

    #[test]
    fn a_list_that_says_it_is_longer_than_the_file_makes_no_room() {
        let bytes = u64::MAX.to_le_bytes();
        let mut from = bytes.as_slice();
        assert!(Vec::<u8>::unpack(&mut Unpacker::new(&mut from, 8)).is_err());
    }
}
