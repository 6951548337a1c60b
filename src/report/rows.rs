use crate::layer::{Feature, Is, Layer, Marker, Value, plain};

/// The rows of a layer, read by the names of its columns: the one reader of printed pages and of tables on a terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'l> {
    pub(super) layer: &'l Layer,
}

impl<'l> Rows<'l> {
    pub(super) const fn new(layer: &'l Layer) -> Self {
        Self { layer }
    }

    pub(super) fn all(&self) -> std::ops::Range<usize> {
        0..self.layer.features.len()
    }

    pub(super) fn column(&self, field: &str) -> Option<usize> {
        self.layer.fields.iter().position(|own| own.name == field)
    }

    /// Name and title of the columns that are good for this, in their order.
    pub(super) fn columns(&self, is: Is) -> impl Iterator<Item = (&'l str, &'l str)> {
        self.layer.fields.iter().filter(move |field| field.role.is == is).map(|field| (&*field.name, &*field.title))
    }

    fn feature(&self, row: usize) -> Option<&'l Feature> {
        self.layer.features.get(row)
    }

    pub(super) fn value(&self, row: usize, field: &str) -> &'l Value {
        self.column(field).and_then(|at| self.feature(row)?.values.get(at)).unwrap_or(&Value::Null)
    }

    pub(super) fn is(&self, row: usize, field: &str, words: &str) -> bool {
        matches!(self.value(row, field), Value::Text(own) if own == words)
    }

    pub(super) fn number(&self, row: usize, field: &str) -> Option<f64> {
        match self.value(row, field) {
            Value::Integer(number) => Some(*number as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// As people read it, with `nothing` where there is nothing to say.
    pub(super) fn words(&self, row: usize, field: &str, nothing: &str) -> String {
        match self.value(row, field) {
            Value::Null | Value::Marked(Marker::NotApplicable) => nothing.to_owned(),
            Value::Integer(number) => crate::text::thousands(*number),
            other => plain(other),
        }
    }

    /// The rows in which these columns say these words.
    pub(super) fn find(&self, wanted: &[(&str, &str)]) -> Vec<usize> {
        self.all().filter(|row| wanted.iter().all(|(field, words)| self.is(*row, field, words))).collect()
    }
}
