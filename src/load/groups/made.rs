//! A group as a table has it.

/// A group made of categories.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    /// Name in columns, where one is known; made from the label otherwise.
    pub(super) key: Option<String>,
    /// For people.
    pub(super) label: String,
    /// Indices of the categories, each once.
    pub(super) members: Vec<usize>,
}
