use super::{Audience, Code, Issue, Severity};

/// Collects issues while files are read.
#[derive(Debug, Default)]
pub struct Issues(Vec<Issue>);

impl Issues {
    /// Adds one.
    pub fn push(&mut self, issue: Issue) {
        self.0.push(issue);
    }

    /// Each so far, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Issue> {
        self.0.iter()
    }

    /// How many there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps from the public all that were added since there were so many: they speak of records of people.
    pub fn about_records_since(&mut self, before: usize) {
        self.0.iter_mut().skip(before).for_each(|issue| issue.audience = Audience::Operator);
    }

    /// Whether the place cannot be used.
    #[must_use]
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|issue| issue.severity == Severity::Error)
    }

    /// All of them: what explains the others first, then the worst first, then by file, row and field.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Issue> {
        self.0.sort_by(|a, b| {
            let key = |issue: &Issue| (!is_a_cause(issue), issue.severity);
            (key(a), &a.at, a.code, a).cmp(&(key(b), &b.at, b.code, b))
        });
        self.0.dedup();
        self.0
    }
}

impl Extend<Issue> for Issues {
    fn extend<I: IntoIterator<Item = Issue>>(&mut self, issues: I) {
        self.0.extend(issues);
    }
}

/// Whether an issue is likely to explain others: where a reference system is wrong, every zone lies nowhere.
fn is_a_cause(issue: &Issue) -> bool {
    let about_the_system =
        matches!(issue.code, Code::CrsGuessed | Code::CrsUnknown | Code::PlaneElsewhere | Code::PlaneUnknown);
    issue.severity < Severity::Note && about_the_system
}
