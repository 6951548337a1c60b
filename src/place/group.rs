use crate::units::WalkingSpeed;

/// A group of residents, such as "Disabled under the Equality Act".
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Name in properties and columns: lower case letters, digits and underscores, unique in the place.
    pub key: String,
    /// Name for people, as the source gives it.
    pub label: String,
    /// What the group is a part of: `ethnic_group`, `age`, `disability`, …
    pub dimension: String,
    /// Name of the dimension for people.
    pub dimension_label: String,
    /// The group's own walking speed, if it was given one.
    pub speed: Option<WalkingSpeed>,
}
