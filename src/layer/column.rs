//! Typed columns: what a property is called, what it is to whoever reads it, and how its value comes from a row. Fields,
//! values, the reasons why a value is not there, JSON Schema, the notes of files, printed pages, the command line and
//! the page's tables derive from them, so nobody reads meaning out of a name or a description.

use super::{Feature, Field, Marker, Value, round};
use crate::disclose::Cell;
use crate::place::{Group, GroupIdx, Place};
use crate::text::lower_first;
use geo::Geometry;
use serde::Serialize;

/// What a property is to whoever reads it: `x-patchwork-role` in the JSON Schema of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Role {
    /// What its values are good for.
    pub is: Is,
    /// The property it belongs to (the ends of an interval, a status), or the stem it shares with its kin: `covered` of
    /// `covered_disabled`, `covered_share` of `hub_15_covered_share`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The group of residents it counts; none when it counts everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupRole>,
    /// Key of the standard it is about, where a layer tells of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// The cause it counts, where a layer tells causes apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
}

/// A group of residents, as a column names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRole {
    /// Key of the dimension: `age`.
    pub dimension: String,
    /// The dimension for people.
    pub dimension_label: String,
    /// Key of the group: `aged_65_84`.
    pub key: String,
    /// The group for people.
    pub label: String,
}

/// What the values of a property are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Is {
    /// Stable name of the row.
    Id,
    /// A name for people.
    Name,
    /// Key of a patch; `all` is the whole place.
    Patch,
    /// Key of a dimension by which people are told apart.
    Dimension,
    /// Key of a group.
    Group,
    /// A stretch of time; `all` is the whole.
    Period,
    /// A day.
    Day,
    /// A count of people or things.
    Count,
    /// A count that is evidence of a mark of a mobilised community: nought says that none is recorded.
    Mark,
    /// An amount: minutes, metres, money.
    Amount,
    /// A share, a ratio or a rate.
    Rate,
    /// The lower end of an interval.
    Low,
    /// The upper end of an interval.
    High,
    /// Why a value is there or not.
    Status,
    /// Why people are not covered.
    Cause,
    /// Words.
    #[default]
    Text,
}

impl Field {
    /// Says what the values are good for.
    pub(crate) fn is(mut self, is: Is) -> Self {
        self.role.is = is;
        self
    }

    /// Says which property this belongs to.
    pub(super) fn of(mut self, of: &str) -> Self {
        self.role.of = Some(of.to_owned());
        self
    }

    /// Says that this counts the people under a cause.
    pub(super) fn caused_by(mut self, cause: &'static str) -> Self {
        self.role.cause = Some(cause);
        self
    }

    /// Says which standard this is about: the name is `<standard>_<stem>`, the title "Standard: title".
    pub(super) fn of_standard(self, key: &str, title: &str) -> Self {
        let mut own = self;
        let stem = std::mem::take(&mut own.name);
        own.name = format!("{}_{stem}", key.replace('-', "_"));
        own.title = format!("{title}: {}", lower_first(&own.title));
        own.role.of.get_or_insert(stem);
        own.role.standard = Some(key.to_owned());
        own
    }

    /// The same of a group: the name is `<stem>_<group>`.
    fn of_group(&self, group: &Group) -> Self {
        let mut own = self.clone();
        let stem = own.role.of.take().unwrap_or_else(|| own.name.clone());
        own.name = format!("{}_{}", self.name, group.key);
        own.title = format!("{}: {}", self.title, group.label);
        own.description = format!("{} ({}: {})", self.description, group.dimension_label, group.label);
        own.role.of = Some(stem);
        own.role.group = Some(GroupRole {
            dimension: group.dimension.clone(),
            dimension_label: group.dimension_label.clone(),
            key: group.key.clone(),
            label: group.label.clone(),
        });
        own
    }
}

/// Fields and features of a layer before it is given a name.
pub(super) struct Table {
    /// What each property is.
    pub(super) fields: Vec<Field>,
    /// The features, sorted by id.
    pub(super) features: Vec<Feature>,
    /// How much of it was hidden and rounded to protect people, in a sentence.
    pub(super) protection: Option<String>,
}

impl Table {
    /// Puts the columns of another table of the same features after these.
    pub(super) fn beside(&mut self, other: Self) {
        self.fields.extend(other.fields);
        for (own, more) in self.features.iter_mut().zip(other.features) {
            own.values.extend(more.values);
        }
    }
}

/// A property of rows of one type.
pub(super) struct Column<'a, R> {
    field: Field,
    value: Box<dyn Fn(&R) -> Value + 'a>,
    not_applicable: Vec<fn(&R) -> bool>,
    rests_on: Option<fn(&R) -> Cell>,
}

impl<R> Column<'_, R> {
    /// On which rows there can be no such value.
    pub(super) fn not_applicable(&mut self, rows: fn(&R) -> bool) -> &mut Self {
        self.not_applicable.push(rows);
        self
    }

    /// The count that the value is worked out from: where that is hidden, so is this.
    pub(super) fn rests_on(&mut self, cell: fn(&R) -> Cell) -> &mut Self {
        self.rests_on = Some(cell);
        self
    }

    fn value(&self, row: &R) -> Value {
        let value = (self.value)(row);
        if value != Value::Null {
            return value;
        }
        if self.not_applicable.iter().any(|is_so| is_so(row)) {
            return Value::Marked(Marker::NotApplicable);
        }
        match self.rests_on.map(|cell| cell(row)) {
            Some(Cell::Hidden) => Value::Marked(Marker::Confidential),
            Some(Cell::Low) => Value::Marked(Marker::Low),
            _ => Value::Null,
        }
    }
}

/// The properties of rows of one type, in their order.
pub(super) struct Columns<'a, R>(Vec<Column<'a, R>>);

impl<'a, R> Columns<'a, R> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// One property.
    pub(super) fn add(&mut self, field: Field, value: impl Fn(&R) -> Value + 'a) -> &mut Column<'a, R> {
        self.0.push(Column { field, value: Box::new(value), not_applicable: Vec::new(), rests_on: None });
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// One property for each group of the place, in whole people.
    pub(super) fn by_group(
        &mut self,
        place: &Place,
        field: &Field,
        value: impl Fn(&R, GroupIdx) -> Option<f64> + Copy + 'a,
    ) {
        for (index, group) in place.groups.enumerate() {
            self.add(field.of_group(group), move |row| round::known_people(value(row, index)));
        }
    }

    /// One property for each group of the place, as `value` says it.
    pub(super) fn rates_by_group(
        &mut self,
        place: &Place,
        field: &Field,
        value: impl Fn(&R, GroupIdx) -> Value + Copy + 'a,
    ) {
        for (index, group) in place.groups.enumerate() {
            self.add(field.of_group(group), move |row| value(row, index));
        }
    }

    /// The rows as a table; `feature` says what each is called and where it is.
    pub(super) fn table(
        self,
        rows: impl IntoIterator<Item = R>,
        feature: impl Fn(&R) -> (String, Option<Geometry<f64>>),
    ) -> Table {
        let features = rows.into_iter().map(|row| {
            let (id, geometry) = feature(&row);
            Feature { id, geometry, values: self.0.iter().map(|column| column.value(&row)).collect() }
        });
        let features = features.collect();
        Table { fields: self.0.into_iter().map(|column| column.field).collect(), features, protection: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::field;

    struct Row {
        met: Cell,
        residents: f64,
        everybody: bool,
    }

    fn table() -> Table {
        let mut columns = Columns::new();
        columns.add(field::integer("met", "Met", "", None), |row: &Row| field::shown(row.met)).rests_on(|row| row.met);
        let rate = |row: &Row| row.met.value().map_or(Value::Null, |met| Value::Number(met as f64 / row.residents));
        columns
            .add(field::number("rate", "Rate", "", None).is(Is::Rate), rate)
            .rests_on(|row| row.met)
            .not_applicable(|row| row.everybody);
        columns
            .add(field::residents(), |row: &Row| round::known_people((row.residents > 0.0).then_some(row.residents)));
        let row = |met, residents, everybody| Row { met, residents, everybody };
        let rows = [
            row(Cell::Hidden, 0.0, false),
            row(Cell::Low, 10.0, false),
            row(Cell::Hidden, 10.0, true),
            row(Cell::Shown(5), 10.0, false),
        ];
        columns.table(rows, |row| (format!("{}", row.residents), None))
    }

    #[test]
    fn a_value_that_is_not_there_says_why() {
        let said: Vec<Vec<Value>> = table().features.into_iter().map(|feature| feature.values).collect();
        let [hidden, low, none] = [Marker::Confidential, Marker::Low, Marker::NotApplicable].map(Value::Marked);
        assert_eq!(said[0], [hidden.clone(), hidden.clone(), Value::Null], "residents are not counted from records");
        assert_eq!(said[1], [low.clone(), low, Value::Integer(10)]);
        assert_eq!(said[2], [hidden, none, Value::Integer(10)], "a row that can have none says so first");
        assert_eq!(said[3], [Value::Integer(5), Value::Number(0.5), Value::Integer(10)]);
    }

    #[test]
    fn a_property_of_a_standard_and_a_group_says_both() {
        let group = Group {
            key: "old".into(),
            label: "65 and over".into(),
            dimension: "age".into(),
            dimension_label: "Age".into(),
            speed: None,
        };
        let field =
            field::integer("covered", "Covered", "Members covered", None).of_standard("hub-15", "Hub").of_group(&group);
        assert_eq!((field.name.as_str(), field.title.as_str()), ("hub_15_covered_old", "Hub: covered: 65 and over"));
        assert_eq!(field.description, "Members covered (Age: 65 and over)");
        assert_eq!((field.role.of.as_deref(), field.role.standard.as_deref()), (Some("covered"), Some("hub-15")));
        assert_eq!(field.role.group.map(|group| (group.dimension, group.key)), Some(("age".into(), "old".into())));
    }
}
