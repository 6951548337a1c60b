//! Layers as bytes and back: what is told, and nothing that it was worked out from.

use super::totals::{JourneyAbout, RoomAbout, StandardAbout, Totals};
use super::{About, Credits, Feature, Field, FieldKind, GroupRole, Is, Layer, LayerId, Marker, Role, Value};
use crate::pack::{Packed, Unpacker, damaged, packed_enums, packed_structs};
use serde_json::{Map, Value as Json};
use std::io::{self, Write};

packed_structs! {
    Layer { id, title, description, method, credits, fields, features }
    Credits { sources, licences, attributions, date, notices, protection }
    Field { name, title, description, kind, unit, role }
    Role { is, of, group, standard, cause }
    GroupRole { dimension, dimension_label, key, label }
    Feature { id, geometry, values }
    StandardAbout { key, title, kinds, by, within_minutes, open_after, days, step_free, date, nth, room, over, journey }
    RoomAbout { per_1000, unit, there_is, unknown_residents }
    JourneyAbout { days, window, arrive_by, changes, walk_minutes, back_by, timetable_first, timetable_last }
}

packed_enums! {
    FieldKind { 0 Text, 1 Integer, 2 Number, 3 Boolean, 4 Date }
    Marker { 0 Confidential, 1 Low, 2 NotApplicable }
    Value { 0 Null, 1 Marked(own), 2 Text(own), 3 Integer(own), 4 Number(own), 5 Boolean(own), 6 Date(own) }
    Is {
        0 Id, 1 Name, 2 Patch, 3 Dimension, 4 Group, 5 Period, 6 Day, 7 Count, 8 Mark, 9 Amount, 10 Rate, 11 Low,
        12 High, 13 Status, 14 Cause, 15 Text,
    }
}

impl Packed for LayerId {
    fn pack(&self, to: &mut dyn Write) -> io::Result<()> {
        let (number, key, label): (u8, &str, &str) = match self.about() {
            About::Place => (0, "", ""),
            About::Standard(key) => (1, key, ""),
            About::Dimension { key, label } => (2, key, label),
        };
        self.kind().to_owned().pack(to)?;
        (number, key.to_owned(), label.to_owned()).pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> io::Result<Self> {
        let kind = <&'static str>::unpack(from)?;
        let (number, key, label): (u8, String, String) = Packed::unpack(from)?;
        match number {
            0 => Ok(Self::of(kind)),
            1 => Ok(Self::of_standard(kind, &key)),
            2 => Ok(Self::of_dimension(kind, &key, &label)),
            _ => Err(damaged("a layer about something that is not known")),
        }
    }
}

impl Packed for Totals {
    fn pack(&self, to: &mut dyn Write) -> io::Result<()> {
        self.standard.pack(to)?;
        self.totals.len().pack(to)?;
        self.totals.iter().try_for_each(|(name, value)| {
            name.pack(to)?;
            value.pack(to)
        })
    }

    fn unpack(from: &mut Unpacker<'_>) -> io::Result<Self> {
        let standard = Packed::unpack(from)?;
        let totals: Map<String, Json> = Vec::unpack(from)?.into_iter().collect();
        Ok(Self { standard, totals })
    }
}

impl Packed for Json {
    fn pack(&self, to: &mut dyn Write) -> io::Result<()> {
        plain(self)?.pack(to)
    }

    fn unpack(from: &mut Unpacker<'_>) -> io::Result<Self> {
        Ok(super::json_value(&Value::unpack(from)?))
    }
}

/// The value that JSON was made of.
fn plain(value: &Json) -> io::Result<Value> {
    match value {
        Json::Null => Ok(Value::Null),
        Json::Bool(yes) => Ok(Value::Boolean(*yes)),
        Json::String(words) => Ok(Value::Text(words.clone())),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(Value::Integer(whole)),
            (None, Some(number)) => Ok(Value::Number(number)),
            (None, None) => Err(damaged("a total that is no number")),
        },
        Json::Array(_) | Json::Object(_) => Err(damaged("a total that is a list")),
    }
}
