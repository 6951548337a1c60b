//! Answers to long questions, kept for whoever asks the same next.
//!
//! Where the clock ended a search, asking again might give another plan: a link that is opened tomorrow, or by a
//! colleague, is to show the plan that was talked about. So a question whose every input is the same, of the same
//! snapshot, gets the answer it got, as long as it is kept.

use super::Part;
use crate::http::problem::Problem;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of answers that are kept: some dozens of plans, the longest unasked forgotten first.
const KEPT: u64 = 64 * 1024 * 1024;

/// What a kept answer takes besides its bodies, estimated high.
const OVERHEAD: u64 = 1024;

/// Answers that were given.
#[derive(Debug)]
pub(in crate::http) struct Answers(Cache<Question, Arc<[Part]>, Size>);

/// All that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::http) struct Question {
    /// Of the snapshot, as whoever asks may see it, and when it was loaded.
    digest: String,
    process: &'static str,
    /// JSON, by name.
    inputs: String,
}

impl Question {
    pub(in crate::http) fn of(digest: &str, process: &'static str, inputs: &Map<String, Value>) -> Self {
        let by_name: BTreeMap<&String, String> = inputs.iter().map(|(name, value)| (name, value.to_string())).collect();
        Self { digest: digest.to_owned(), process, inputs: format!("{by_name:?}") }
    }
}

#[derive(Debug, Clone)]
struct Size;

impl Weighter<Question, Arc<[Part]>> for Size {
    fn weight(&self, question: &Question, parts: &Arc<[Part]>) -> u64 {
        let bodies: usize = parts.iter().map(|part| part.body.len()).sum();
        (bodies + question.inputs.len()) as u64 + OVERHEAD
    }
}

impl Answers {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(64, KEPT, Size))
    }

    /// The answer that was given before, or the one that is worked out now. What failed is asked again.
    pub(in crate::http) fn get(
        &self,
        question: &Question,
        work: impl FnOnce() -> Result<Vec<Part>, Problem>,
    ) -> Result<Vec<Part>, Problem> {
        if let Some(parts) = self.0.get(question) {
            return Ok(parts.to_vec());
        }
        let parts = work()?;
        self.0.insert(question.clone(), parts.clone().into());
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use serde_json::json;

    fn inputs(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn the_same_question_has_the_answer_it_had_and_any_other_is_worked_out() {
        let answers = Answers::new();
        let mut worked = 0;
        let mut ask = |digest: &str, value: Value| {
            let question = Question::of(digest, "patches", &inputs(value));
            let done = answers.get(&question, || {
                worked += 1;
                Ok(vec![Part { name: "plans", media: "application/json", body: Bytes::from(worked.to_string()) }])
            });
            done.expect("an answer")[0].body.clone()
        };
        let first = ask("a", json!({"repair": true, "tolerance": 0.1}));
        assert_eq!(ask("a", json!({"tolerance": 0.1, "repair": true})), first, "in another order");
        assert_ne!(ask("a", json!({"repair": true, "tolerance": 0.2})), first, "with another input");
        assert_ne!(ask("b", json!({"repair": true, "tolerance": 0.1})), first, "of another snapshot");
    }

    #[test]
    fn what_failed_is_asked_again() {
        let answers = Answers::new();
        let question = Question::of("a", "patches", &Map::new());
        assert!(answers.get(&question, || Err(Problem::stopped())).is_err());
        assert!(answers.get(&question, || Ok(Vec::new())).is_ok());
    }
}
