//! What stands in the cell of a table whose value is not there: the markers of the Government Analysis
//! Function, which say why.

use super::{Feature, Layer, Value, field};

/// Not known, or not reachable.
pub const NOT_AVAILABLE: &str = "[x]";

/// There can be no such value on this row.
pub const NOT_APPLICABLE: &str = "[z]";

/// The status of a value of which [`NOT_APPLICABLE`] is said.
pub(super) const NOT_APPLICABLE_STATUS: &str = "not applicable";

/// What the markers mean, for notes above tables.
pub const MEANING: [(&str, &str); 4] = [
    ("[c]", "Confidential: hidden to protect people"),
    ("[low]", "More than nothing, and rounds to nothing"),
    (NOT_AVAILABLE, "Not available: not known, not reachable on foot, or resting on a number that is hidden"),
    (NOT_APPLICABLE, "Not applicable: there is no such number on this row"),
];

/// What stands where a value is not there, for each column of a layer.
#[derive(Debug)]
pub struct Markers {
    columns: Vec<Column>,
    /// Where the keys of a row stand, in the order of [`KEYS`].
    keys: [Option<usize>; KEYS.len()],
}

/// A column: which one says why a value is not there, and on which rows there can be none.
#[derive(Debug)]
struct Column {
    status: Option<usize>,
    no_value: Vec<On>,
}

/// The columns by whose words rows are told apart.
const KEYS: [&str; 4] = ["patch_id", "dimension", "group", "period"];

/// Kinds of rows: by a column of [`KEYS`], those that say one of the words, or those that do not.
#[derive(Debug, Clone, Copy)]
enum On {
    Saying(usize, &'static [&'static str]),
    NotSaying(usize, &'static [&'static str]),
    /// The whole place, everybody: there is nothing else to set it beside.
    Everything,
}

const PATCH: usize = 0;
const DIMENSION: usize = 1;
const GROUP: usize = 2;
const PERIOD: usize = 3;
const ALL: &[&str] = &["all"];
const NO_GROUP: &[&str] = &["not_recorded", "unmatched"];

/// Method of a layer, beginnings of the names of columns, and the rows on which these mean nothing.
const RULES: [(&str, &[&str], On); 9] = [
    ("reach", &["flag", "q", "near_residents", "standing", "top_tenth_share", "gini"], On::NotSaying(PERIOD, ALL)),
    ("reach", &["first_time_share"], On::Saying(PERIOD, ALL)),
    ("reach", &["first_time_share", "top_tenth_share", "gini"], On::NotSaying(GROUP, ALL)),
    ("reach", &["ratio", "to_meet", "standing"], On::Saying(GROUP, ALL)),
    ("reach", &["residents", "rate", "pooled_rate", "ratio", "to_meet"], On::Saying(GROUP, NO_GROUP)),
    ("reach", &["flag", "q", "near_residents", "standing"], On::Saying(GROUP, NO_GROUP)),
    ("reach", &["standing"], On::Saying(PATCH, ALL)),
    ("themes", &["change", "rising", "residents_without_answer"], On::NotSaying(DIMENSION, ALL)),
    ("themes", &["odds_ratio", "z", "stands_out"], On::Everything),
];

impl Markers {
    /// The markers of a layer. `<name>_status` says it of `<name>`, else the status of the count it is worked out from
    /// (`met_status` of `met_per_1000`), else `status`, when the layer has one; residents are not counted from
    /// records, so that says nothing of them.
    #[must_use]
    pub fn new(layer: &Layer) -> Self {
        let named = |wanted: &str| layer.fields.iter().position(|own| own.name == wanted);
        let general = named("status");
        let of = |own: &super::Field| {
            let of_records = general.filter(|_| own.unit != Some(field::RESIDENTS));
            named(&format!("{}_status", own.name)).or_else(|| of_count(layer, &own.name)).or(of_records)
        };
        let begins = |name: &str, stem: &str| {
            name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        let no_value = |own: &super::Field| {
            let here = |(method, stems, _): &&(&str, &[&str], On)| {
                *method == layer.method && stems.iter().any(|stem| begins(&own.name, stem))
            };
            RULES.iter().filter(here).map(|(_, _, on)| *on).collect()
        };
        let columns = layer.fields.iter().map(|own| Column { status: of(own), no_value: no_value(own) }).collect();
        Self { columns, keys: KEYS.map(named) }
    }

    /// What stands in this column where the feature has no value.
    #[must_use]
    pub fn of(&self, feature: &Feature, column: usize) -> &'static str {
        let Some(column) = self.columns.get(column) else { return NOT_AVAILABLE };
        if column.no_value.iter().any(|on| self.is(feature, *on)) {
            return NOT_APPLICABLE;
        }
        match column.status.and_then(|status| feature.values.get(status)) {
            Some(Value::Text(words)) if words == "confidential" => "[c]",
            Some(Value::Text(words)) if words == "low" => "[low]",
            Some(Value::Text(words)) if words == NOT_APPLICABLE_STATUS => NOT_APPLICABLE,
            _ => NOT_AVAILABLE,
        }
    }

    fn is(&self, feature: &Feature, on: On) -> bool {
        let says = |key: usize, words: &[&str]| match self.keys[key].and_then(|at| feature.values.get(at)) {
            Some(Value::Text(own)) => words.contains(&own.as_str()),
            _ => false,
        };
        match on {
            On::Saying(key, words) => says(key, words),
            On::NotSaying(key, words) => !says(key, words),
            On::Everything => [PATCH, DIMENSION].into_iter().all(|key| says(key, ALL)),
        }
    }
}

/// The column `<stem>_status` with the longest stem that `name` begins with.
fn of_count(layer: &Layer, name: &str) -> Option<usize> {
    let stems = layer.fields.iter().enumerate().filter_map(|(at, other)| {
        let stem = other.name.strip_suffix("_status")?;
        name.strip_prefix(stem)?.starts_with('_').then_some((stem.len(), at))
    });
    stems.max().map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::Credits;

    #[test]
    fn a_hidden_count_and_what_rests_on_it_say_so_and_unknown_residents_do_not() {
        let layer = Layer {
            id: "reach".into(),
            title: String::new(),
            description: String::new(),
            method: "reach",
            credits: Credits::default(),
            fields: vec![
                field::integer("residents", "", "", Some(field::RESIDENTS)),
                field::integer("met", "", "", None),
                field::text("status", "", ""),
                field::integer("people", "", "", None),
                field::text("people_status", "", ""),
                field::number("people_per_1000", "", "", None),
            ],
            features: Vec::new(),
        };
        let markers = Markers::new(&layer);
        let marked = |status: &str, people: &str| {
            let text = |words: &str| Value::Text(words.into());
            let values = vec![Value::Null, Value::Null, text(status), Value::Null, text(people), Value::Null];
            let feature = Feature { id: "a".into(), geometry: None, values };
            [0, 1, 3, 5].map(|column| markers.of(&feature, column))
        };
        assert_eq!(marked("confidential", "shown"), ["[x]", "[c]", "[x]", "[x]"]);
        assert_eq!(marked("low", "confidential"), ["[x]", "[low]", "[c]", "[c]"]);
        assert_eq!(marked("shown", "shown"), ["[x]", "[x]", "[x]", "[x]"]);
    }

    #[test]
    fn a_number_that_a_row_cannot_have_is_not_applicable_even_where_its_count_is_hidden() {
        let layer = Layer {
            id: "reach-age".into(),
            title: String::new(),
            description: String::new(),
            method: "reach",
            credits: Credits::default(),
            fields: vec![
                field::text("patch_id", "", ""),
                field::text("group", "", ""),
                field::text("period", "", ""),
                field::text("status", "", ""),
                field::number("ratio_bound_low", "", "", None),
                field::text("flag", "", ""),
                field::number("rate", "", "", None),
            ],
            features: Vec::new(),
        };
        let markers = Markers::new(&layer);
        let marked = |patch: &str, group: &str, period: &str, status: &str| {
            let mut values: Vec<Value> = [patch, group, period, status].map(|words| Value::Text(words.into())).into();
            values.extend([Value::Null, Value::Null, Value::Null]);
            let feature = Feature { id: "a".into(), geometry: None, values };
            [4, 5, 6].map(|column| markers.of(&feature, column))
        };
        assert_eq!(marked("p", "old", "all", "confidential"), ["[c]", "[c]", "[c]"]);
        assert_eq!(marked("p", "all", "all", "shown"), ["[z]", "[x]", "[x]"]);
        assert_eq!(marked("p", "old", "2024-q1", "confidential"), ["[c]", "[z]", "[c]"]);
        assert_eq!(marked("p", "not_recorded", "all", "confidential"), ["[z]", "[z]", "[z]"]);
    }
}
