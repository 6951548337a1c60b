use super::code::{Code, Severity};

/// Something wrong with a file, told so that the person who can mend it knows what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of fault.
    pub code: Code,
    /// Where it is.
    pub at: Where,
    /// What is wrong, as a sentence without a full stop.
    pub problem: String,
    /// What was done about it, or what the reader should do, as a sentence without a full stop.
    pub remedy: String,
    /// Who may read it.
    pub audience: Audience,
}

/// Who may read an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Audience {
    /// Anybody: it speaks of files that are published as they are.
    #[default]
    Everybody,
    /// Only whoever has the files: it speaks of records of people, and its words, rows and numbers may be theirs.
    Operator,
}

/// The file, row and field of an issue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Where {
    /// Path as written in `place.toml`.
    pub file: String,
    /// Row as a person counts them in that file: the line of a CSV or sheet (1 is the first line),
    /// the number of the feature in a map layer (1 is the first).
    pub row: Option<u64>,
    /// Column, property, tag or `place.toml` key.
    pub field: Option<String>,
    /// The key of the thing the row is about, where it has one.
    pub key: Option<String>,
}

impl Where {
    /// A whole file.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// A row of the file.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// A column or property.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The thing the row is about.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

impl Issue {
    /// The place cannot be used.
    #[must_use]
    pub fn error(code: Code, at: Where, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            at,
            problem: problem.into(),
            remedy: remedy.into(),
            audience: Audience::Everybody,
        }
    }

    /// What the public is told of issues: those about records only by file and kind, each once, without words, rows,
    /// fields, keys or how many there are. The order is that of the list.
    #[must_use]
    pub fn for_everybody(issues: &[Self]) -> Vec<Self> {
        let mut told = Vec::new();
        for issue in issues {
            let public = match issue.audience {
                Audience::Everybody => issue.clone(),
                Audience::Operator => issue.kind_only(),
            };
            if issue.audience == Audience::Everybody || !told.contains(&public) {
                told.push(public);
            }
        }
        told
    }

    fn kind_only(&self) -> Self {
        Self {
            at: Where::file(self.at.file.clone()),
            problem: format!("Something about the records in this file is to be looked at ({})", self.code),
            remedy: "Run patchwork check where the files are: it names rows and values, which are not told here"
                .to_owned(),
            ..self.clone()
        }
    }

    /// The answers are affected.
    #[must_use]
    pub fn warning(code: Code, at: Where, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            code,
            at,
            problem: problem.into(),
            remedy: remedy.into(),
            audience: Audience::Everybody,
        }
    }

    /// Worth knowing.
    #[must_use]
    pub fn note(code: Code, at: Where, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            code,
            at,
            problem: problem.into(),
            remedy: remedy.into(),
            audience: Audience::Everybody,
        }
    }
}
