//! What stands in the cell of a table whose value is not there: the markers of the Government Analysis
//! Function, which say why.

use super::{Feature, Layer, Value, field};

/// Not known, not applicable, or not reachable.
pub const NOT_AVAILABLE: &str = "[x]";

/// What the markers mean, for notes above tables.
pub const MEANING: [(&str, &str); 3] = [
    (NOT_AVAILABLE, "Not available: not known, not applicable, or not reachable on foot"),
    ("[c]", "Confidential: hidden to protect people"),
    ("[low]", "More than nothing, and rounds to nothing"),
];

/// Which column says why a value of each column is not there.
#[derive(Debug)]
pub struct Markers(Vec<Option<usize>>);

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
        Self(layer.fields.iter().map(of).collect())
    }

    /// What stands in this column where the feature has no value.
    #[must_use]
    pub fn of(&self, feature: &Feature, column: usize) -> &'static str {
        match self.0.get(column).copied().flatten().and_then(|status| feature.values.get(status)) {
            Some(Value::Text(words)) if words == "confidential" => "[c]",
            Some(Value::Text(words)) if words == "low" => "[low]",
            _ => NOT_AVAILABLE,
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
}
