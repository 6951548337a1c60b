//! How few new sites bring coverage to a share of all residents?

use super::brief::{Brief, Keep, Unplanned};
use super::ground::Ground;
use super::objective::Objective;
use super::question::{Question, Variation};
use crate::locate::{Status, Watch};
use crate::place::Place;

/// The fewest sites, and how sure that is.
#[derive(Debug, Clone, PartialEq)]
pub struct Fewest {
    /// The share of residents that is asked for, from 0 to 1.
    pub share: f64,
    /// The share that all candidates together could cover with today's hubs; where it is less than what is asked for, it is
    /// what is aimed at.
    pub reachable: f64,
    /// New sites that do it.
    pub sites: usize,
    /// No fewer can do it.
    pub at_least: usize,
}

impl Fewest {
    /// Whether it is proven that fewer cannot do it.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.at_least >= self.sites
    }

    /// How few sites it takes, and how sure that is, in sentences.
    pub(super) fn sentence(&self) -> String {
        let aim = self.share.min(self.reachable);
        let short = if self.reachable < self.share {
            format!(
                " The candidates together could cover no more than {:.1} %, so that is what is aimed at, not {:.1} %.",
                self.reachable * 100.0,
                self.share * 100.0
            )
        } else {
            String::new()
        };
        let sites = if self.sites == 1 { "1 new site".to_owned() } else { format!("{} new sites", self.sites) };
        let sure = if self.is_proven() {
            "Fewer cannot do it: proven".to_owned()
        } else {
            format!("Whether fewer could is not settled; at least {} are needed", self.at_least)
        };
        format!("{sites} bring coverage to {:.1} % of all residents. {sure}.{short}", aim * 100.0)
    }
}

/// How few new sites are needed so that this share of the residents is covered, today's hubs staying?
///
/// *Method.* Location set covering with a floor for everybody (Toregas and others 1971, with partial cover as in Daskin and
/// Owen 1999): the fewest sites whose cover reaches the share, with a bound; see [`crate::locate::lscp()`]. Which of the
/// choices of so many sites covers most is another question, which [`super::hubs()`] answers.
///
/// # Errors
/// As [`super::hubs()`].
pub fn fewest(place: &Place, brief: &Brief, share: f64, watch: &Watch) -> Result<Fewest, Unplanned> {
    let brief = Brief {
        sites: Some(1),
        budget: None,
        objective: Objective::Coverage,
        keep: Keep::Existing,
        floors: Vec::new(),
        ..brief.clone()
    };
    super::brief::check(place, &brief)?;
    if brief.room.is_some() {
        let why = "how few sites there is room enough in is not worked out: ask for a number of sites";
        return Err(Unplanned::Wrong(why.to_owned()));
    }
    if !(share > 0.0 && share <= 1.0) {
        return Err(Unplanned::Wrong("the share to be covered is above 0 and at most 1".to_owned()));
    }
    let ground = Ground::survey(place, &brief, watch)?;
    let question = Question::of(&ground, &[], &Variation::default())?;
    let reachable = question.reachable();
    let found = question.fewest(&ground, share.min(reachable), brief.time_limit)?;
    // The number that stands for what is there whatever is chosen is no new site.
    let new = |count: f64| (count - 1.0).max(0.0);
    let proven = found.status == Status::Optimal;
    let least = if proven { found.objective } else { (found.bound - 1e-6).ceil() };
    Ok(Fewest { share, reachable, sites: new(found.objective) as usize, at_least: new(least) as usize })
}
