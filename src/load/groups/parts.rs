//! What is a part of what: details below their broad group, subtotals beside what they sum up.

use super::categories::{is_child, shown};
use super::reading::{Reading, State};
use crate::place::{Code, Why};

impl Reading<'_> {
    /// Leaves out the parts of broader groups, so that nobody is counted twice.
    pub(super) fn parts(&mut self) {
        self.details_by_colon();
        self.subtotals();
        self.details_by_words();
    }

    /// The columns that are not ages, which have an arithmetic of their own.
    fn others(&self) -> Vec<usize> {
        self.open().into_iter().filter(|c| self.labels[*c].band.is_none()).collect()
    }

    /// `White: Irish` below `White` or `White: Total`.
    fn details_by_colon(&mut self) {
        for parent in self.others() {
            if self.state[parent] != State::Open {
                continue;
            }
            let name = shown(&self.cleaned[parent]);
            let below: Vec<usize> =
                self.others().into_iter().filter(|c| *c != parent && is_child(&self.cleaned[*c], &name)).collect();
            let direct: Vec<usize> = below
                .iter()
                .copied()
                .filter(|c| !below.iter().any(|other| other != c && is_child(&self.cleaned[*c], &self.cleaned[*other])))
                .collect();
            if direct.is_empty() {
                continue;
            }
            if !self.columns.fits_in(self.columns.of(parent), &direct) {
                let problem = format!(
                    "{} should be made of {}, and they sum to more in some zones",
                    self.with_sum(parent),
                    self.named_all(&direct)
                );
                let remedy = format!(
                    "Name the columns of each group under groups = {{ … }}, or leave some out: leave_out = [\"{}\"]",
                    self.names[parent]
                );
                self.ask(Code::PartsExceed, problem, remedy);
            }
            for &child in &below {
                self.leave(child, Why::PartOfAnother);
            }
            self.missing_parts(parent, &direct);
        }
    }

    /// One or two columns that a subtotal lacks to be the sum of its details: `Other White` of `White: Total`.
    fn missing_parts(&mut self, parent: usize, direct: &[usize]) {
        if self.columns.adds_up(parent, direct).is_some_and(|a| a.exact) {
            return;
        }
        let candidates: Vec<usize> = self.others().into_iter().filter(|c| *c != parent).collect();
        let with = |extra: &[usize]| {
            let all: Vec<usize> = direct.iter().chain(extra).copied().collect();
            let agreement = self.columns.adds_up(parent, &all)?;
            // A name with the parent's own words in it ("Other White") needs no further proof.
            let words = &self.labels[parent].words;
            let named = extra.iter().all(|c| words.iter().all(|word| self.labels[*c].words.contains(word)));
            let proves = agreement.proves((candidates.len() * candidates.len()) as f64)
                || (named && agreement.exact && !words.is_empty());
            let matters = self.people(extra) > 0.002 * self.people(&[parent]);
            (proves && matters).then_some(agreement.exact)
        };
        // Where the details alone already agree, as far as perturbation lets one see, nothing is missing.
        let alone = self.columns.adds_up(parent, direct).is_some();
        let better = |exact: bool| exact || !alone;
        let one = candidates.iter().copied().find(|c| with(&[*c]).is_some_and(better)).map(|c| vec![c]);
        let found = one.or_else(|| {
            candidates.iter().enumerate().find_map(|(i, a)| {
                candidates[i + 1..].iter().find(|b| with(&[*a, **b]) == Some(true)).map(|b| vec![*a, *b])
            })
        });
        for column in found.into_iter().flatten() {
            self.leave(column, Why::PartOfAnother);
        }
    }

    /// Columns that are the sum of others, whatever they are called.
    fn subtotals(&mut self) {
        let mut order = self.others();
        order.sort_by(|a, b| self.people(&[*b]).total_cmp(&self.people(&[*a])).then(a.cmp(b)));
        for column in order {
            if self.state[column] != State::Open || self.is_asked(column) {
                continue;
            }
            let open = self.others();
            let found = self.columns.run_beside(column, &open).map(|(run, _)| run).or_else(|| {
                let rest: Vec<usize> = open.iter().copied().filter(|c| *c != column).collect();
                self.columns.subset(self.columns.of(column), &rest)
            });
            let Some(parts) = found else { continue };
            let rest: Vec<usize> = open.iter().copied().filter(|c| *c != column && !parts.contains(c)).collect();
            let families: Vec<_> = parts.iter().map(|c| self.labels[*c].family).collect();
            let whole_family = rest.iter().all(|c| {
                let family = self.labels[*c].family;
                family.is_none() || !families.contains(&family)
            });
            let own = self.labels[column].family;
            let names_one_group = own.is_some() && families.contains(&own) && !self.labels[column].total;
            if self.all_totals().is_empty() && whole_family && !names_one_group && (own.is_none() || rest.is_empty()) {
                if families.iter().all(Option::is_none) && !rest.is_empty() {
                    let problem = format!(
                        "{} is the sum of {}; it may be everybody, or a group beside {}",
                        self.with_sum(column),
                        self.named_all(&parts),
                        self.named_all(&rest)
                    );
                    let remedy = format!(
                        "Write total = \"{}\" if it is everybody, or leave_out = [{}] if it is a group",
                        self.names[column],
                        self.named_all(&parts)
                    );
                    self.ask(Code::TotalOrGroup, problem, remedy);
                }
                // It sums up a whole breakdown: everybody, under a name of its own.
                self.state[column] = State::Total;
            } else if self
                .all_totals()
                .iter()
                .any(|t| self.columns.agree(self.columns.of(*t), self.columns.of(column), 1).is_some())
            {
                self.leave(column, Why::Total);
            } else {
                for part in parts {
                    if !self.named.contains(&part) {
                        self.leave(part, Why::PartOfAnother);
                    }
                }
            }
        }
    }

    /// `white_irish` beside `white`: a part of it by its name. By its counts it may as well stand beside
    /// it ("White" for "White British"), which only a total can tell.
    fn details_by_words(&mut self) {
        let others = self.others();
        let mut unclear = Vec::new();
        for &parent in &others {
            let words = self.labels[parent].words.clone();
            if words.is_empty() || self.state[parent] != State::Open {
                continue;
            }
            let children: Vec<usize> = others
                .iter()
                .copied()
                .filter(|c| *c != parent && self.state[*c] == State::Open)
                .filter(|c| self.labels[*c].words.len() > words.len() && self.labels[*c].words.starts_with(&words))
                .filter(|c| !self.named.contains(c) || !self.named.contains(&parent))
                .collect();
            if children.is_empty() {
                continue;
            }
            // Where others of the same beginning were found to be parts, these are too.
            let is_part = |c: &usize| {
                *c != parent
                    && self.state[*c] == State::Left(Why::PartOfAnother)
                    && self.labels[*c].words.len() > words.len()
                    && self.labels[*c].words.starts_with(&words)
            };
            if (0..self.state.len()).any(|c| is_part(&c)) {
                for child in children {
                    self.leave(child, Why::PartOfAnother);
                }
                continue;
            }
            let adds_up = self.columns.adds_up(parent, &children).is_some() && children.len() > 1;
            if adds_up {
                for child in children {
                    self.leave(child, Why::PartOfAnother);
                }
                continue;
            }
            if self.columns.fits_in(self.columns.of(parent), &children) {
                unclear.push((parent, children));
            }
        }
        if unclear.is_empty() || self.answered() {
            return;
        }
        let details: Vec<usize> = unclear.iter().flat_map(|(_, children)| children.iter().copied()).collect();
        let open = self.open();
        let without: Vec<usize> = open.iter().copied().filter(|c| !details.contains(c)).collect();
        let totals = self.all_totals();
        if let Some(&total) = totals.first() {
            if self.columns.adds_up(total, &open).is_some() {
                return;
            }
            if self.columns.adds_up(total, &without).is_some() {
                for child in details {
                    self.leave(child, Why::PartOfAnother);
                }
                return;
            }
        }
        let (parent, children) = &unclear[0];
        let problem = format!(
            "{} may be a part of {} or stand beside it: everybody is {} or {}",
            self.named_all(children),
            self.with_sum(*parent),
            crate::load::words::figure(self.people(&without)),
            crate::load::words::figure(self.people(&open))
        );
        let remedy = format!(
            "If they are parts, write leave_out = [{}]; if they stand beside it, name every group under groups = {{ … }}",
            self.named_all(&details)
        );
        self.ask(Code::PartOrBeside, problem, remedy);
        for child in details {
            self.leave(child, Why::PartOfAnother);
        }
    }
}
