/// How one table of residents was understood: which column became what, what was left out and why, and
/// what the counts sum to. Told by `patchwork check`, so that nothing about who lives here is guessed in
/// silence.
#[derive(Debug, Clone, PartialEq)]
pub struct UnderstoodTable {
    /// Path as written in `place.toml`.
    pub file: String,
    /// What the groups are parts of.
    pub dimension: String,
    /// Whether a zone has a row for each category (long) or one row with a column for each (wide).
    pub long: bool,
    /// The column with the keys of zones.
    pub key: String,
    /// Long tables: the columns with the category and with the count.
    pub category_and_count: Option<(String, String)>,
    /// The column or category that is everybody; `None` where everybody is the sum of the parts.
    pub total: Option<String>,
    /// Whether the zones' residents are taken from this table.
    pub is_residents: bool,
    /// Everybody, summed over the zones of this place.
    pub sum: f64,
    /// The groups, in the order they are shown.
    pub groups: Vec<UnderstoodGroup>,
    /// Columns or categories of numbers that are neither everybody nor a group.
    pub left_out: Vec<LeftOut>,
    /// Zones of this place that the table has.
    pub zones: usize,
    /// Zones of this place that the table lacks.
    pub zones_missing: usize,
    /// Zones that the table has, and whose residents it does not tell.
    pub zones_unknown: usize,
    /// Areas of the table that are not in this place.
    pub elsewhere: usize,
}

/// A group, the columns or categories it was made of, and its members.
#[derive(Debug, Clone, PartialEq)]
pub struct UnderstoodGroup {
    /// Name in columns and links.
    pub key: String,
    /// As the file names them.
    pub of: Vec<String>,
    /// Members, summed over the zones where they are known.
    pub sum: f64,
}

/// A column or category that was not counted.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// As the file names it.
    pub name: String,
    /// Why.
    pub why: Why,
    /// What it sums to over the zones of this place, where that could have been people.
    pub sum: Option<f64>,
}

/// Why a column or category of numbers was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Everybody, beside another column that is everybody.
    Total,
    /// A part of a broader group that is counted, or the broader group where its parts are.
    PartOfAnother,
    /// The same people by another breakdown.
    OtherBreakdown,
    /// People of one sex, beside everybody.
    OneSex,
    /// Percentages, proportions or rates.
    Share,
    /// An area, length or density.
    Area,
    /// A score, rank, decile or index.
    Score,
    /// A year or date.
    Year,
    /// People of another year.
    OtherYear,
    /// Households, dwellings or other things that are not people.
    NotPeople,
    /// A median, mean or average.
    Average,
    /// A margin of error or a bound.
    Margin,
    /// Sums of money.
    Money,
    /// A change between two dates.
    Change,
    /// A number or code of the row.
    Id,
    /// Numbers that are not whole, among counts that are.
    NotWhole,
    /// No numbers at all.
    Empty,
    /// It is not among what adds up to everybody.
    NotInTotal,
    /// `place.toml` does not name it.
    NotNamed,
    /// `place.toml` leaves it out.
    Asked,
}

impl Why {
    /// The reason in words, after the name of the column.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Total => "everybody once more",
            Self::PartOfAnother => "part of another group, or made of its parts",
            Self::OtherBreakdown => "the same people by another breakdown",
            Self::OneSex => "one sex, beside everybody",
            Self::Share => "a percentage, share or rate",
            Self::Area => "an area or density",
            Self::Score => "a score, rank, decile or index",
            Self::Year => "a year or date",
            Self::OtherYear => "another year",
            Self::NotPeople => "households or other things that are not people",
            Self::Average => "a median or average",
            Self::Margin => "a margin of error",
            Self::Money => "money",
            Self::Change => "a change between dates",
            Self::Id => "a number of the row",
            Self::NotWhole => "not whole numbers",
            Self::Empty => "no numbers in it",
            Self::NotInTotal => "not among what adds up to everybody",
            Self::NotNamed => "not named in place.toml",
            Self::Asked => "left out by place.toml",
        }
    }

    /// The reason as a stable word for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::PartOfAnother => "part_of_another",
            Self::OtherBreakdown => "other_breakdown",
            Self::OneSex => "one_sex",
            Self::Share => "share",
            Self::Area => "area",
            Self::Score => "score",
            Self::Year => "year",
            Self::OtherYear => "other_year",
            Self::NotPeople => "not_people",
            Self::Average => "average",
            Self::Margin => "margin",
            Self::Money => "money",
            Self::Change => "change",
            Self::Id => "id",
            Self::NotWhole => "not_whole",
            Self::Empty => "empty",
            Self::NotInTotal => "not_in_total",
            Self::NotNamed => "not_named",
            Self::Asked => "asked",
        }
    }

    /// Whether what was left out could be taken for people by somebody who reads the file.
    #[must_use]
    pub const fn looks_like_people(self) -> bool {
        matches!(self, Self::NotInTotal | Self::NotNamed | Self::NotWhole | Self::Empty)
    }
}
