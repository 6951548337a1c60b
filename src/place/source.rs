use chrono::NaiveDate;

/// Where some of the data came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as written in `place.toml`.
    pub file: String,
    /// What the file is for: `patches`, `zones`, `groups`, `deprivation`, `streets`, `assets`, …
    pub role: String,
    /// Name for people.
    pub title: Option<String>,
    /// Licence of the data, as its publisher names it.
    pub licence: Option<String>,
    /// The words the licence asks for.
    pub attribution: Option<String>,
    /// The day the data describe.
    pub date: Option<NaiveDate>,
    /// SHA-256 of the bytes, in hexadecimal.
    pub digest: String,
}

/// A file of records that was read, counted and kept for later: grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Path as written in `place.toml`.
    pub file: String,
    /// How many records it holds.
    pub records: u64,
    /// Its column titles (or, for JSON, the properties of the first record).
    pub columns: Vec<String>,
}
