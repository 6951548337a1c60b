//! Dimensions that are crossed of others, such as age by sex: which they are, and which answers make which together.

use super::Open;
use super::labels::Labels;
use crate::load::manifest::EngagementSection;
use crate::place::{Answer, Code, Crossing, Cube, Group, GroupIdx, Idx, Issue, Where};
use std::collections::BTreeSet;

/// So many words of several columns are read together at most, a second's work or two: of more the names of groups alone.
const MOST_READ: usize = 20_000;

/// Which dimensions are crossed of which: those told by all the columns of others, and more. With each, the answers that
/// can be given together, for all that words mean.
pub(super) fn find(
    open: &[Open<'_>],
    cubes: &[(&EngagementSection, Cube)],
    dimensions: &[String],
    groups: &[Group],
) -> Vec<Crossing> {
    let mut found = of_columns(open, dimensions);
    for (_, cube) in cubes {
        for new in super::cube::crossings(cube, dimensions) {
            if !found.contains(&new) {
                found.push(new);
            }
        }
    }
    let known = found.clone();
    for crossing in &mut found {
        let mut together = BTreeSet::new();
        for file in open {
            let columns = |i: usize| asked(file, &dimensions[i]);
            together.extend(meant(crossing, &columns, dimensions, groups, file.section).into_iter().flatten());
        }
        for (section, _) in cubes {
            let columns = |i: usize| Some(columns_of_cube(i, &known));
            together.extend(meant(crossing, &columns, dimensions, groups, section).into_iter().flatten());
        }
        crossing.together = together.into_iter().collect();
    }
    found
}

/// Asks for the words of crossed groups that no words make: which groups they lie in is not known before somebody is met.
pub(super) fn of_no_words(crossing: &Crossing, dimensions: &[String], groups: &[Group]) -> Option<Issue> {
    let dimension = &dimensions[crossing.dimension];
    let is_made = |nth: usize| {
        let own = Answer::Group(GroupIdx::from_usize(nth));
        crossing.together.iter().any(|answers| answers.last() == Some(&own))
    };
    let own = groups.iter().enumerate().filter(|(nth, group)| group.dimension == *dimension && !is_made(*nth));
    let own: Vec<&Group> = own.map(|(_, group)| group).collect();
    let key = &own.first()?.key;
    let named: Vec<String> = own.iter().map(|group| format!("{} ({})", group.key, group.label)).collect();
    let of: Vec<&str> = crossing.margins.iter().map(|&i| dimensions[i].as_str()).collect();
    let problem = format!(
        "The groups of {dimension} are crossed of {}, and no words of place.toml or labels put together mean {}: until \
         somebody of them is met, counts are protected as if they had nothing to do with the groups they lie in",
        of.join(" and "),
        named.join(", ")
    );
    let remedy = format!(
        "Write what means it under [engagement.groups.{dimension}], such as \"…, …\" = \"{key}\": in the order of the columns, each as the \
         groups of {} are labelled or as place.toml gives words for them",
        of.join(" and ")
    );
    let at = Where::file("place.toml").field(format!("engagement.groups.{dimension}"));
    Some(Issue::warning(Code::GroupOfNoWords, at, problem, remedy))
}

/// The columns that tell a dimension.
fn asked(file: &Open<'_>, dimension: &str) -> Option<Vec<usize>> {
    file.columns.dimensions.iter().find(|asked| asked.dimension == dimension).map(|asked| asked.columns.clone())
}

/// A cube has no columns of words; there each dimension is its own, and one that is crossed has those it is crossed of.
fn columns_of_cube(dimension: usize, crossings: &[Crossing]) -> Vec<usize> {
    let is_crossed = |i: &usize| crossings.iter().any(|one| one.dimension == *i);
    match crossings.iter().find(|one| one.dimension == dimension) {
        Some(one) => one.margins.iter().filter(|i| !is_crossed(i)).copied().collect(),
        None => vec![dimension],
    }
}

fn of_columns(open: &[Open<'_>], dimensions: &[String]) -> Vec<Crossing> {
    let is_crossed_of = |k: usize, m: usize| {
        let both = open.iter().filter_map(|file| Some((asked(file, &dimensions[k])?, asked(file, &dimensions[m])?)));
        let fits: Vec<bool> =
            both.map(|(k, m)| m.len() < k.len() && m.iter().all(|column| k.contains(column))).collect();
        !fits.is_empty() && fits.into_iter().all(|fits| fits)
    };
    let all = 0..dimensions.len();
    let found = all.clone().map(|k| Crossing {
        dimension: k,
        margins: all.clone().filter(|&m| is_crossed_of(k, m)).collect(),
        together: Vec::new(),
    });
    found.filter(|crossing| !crossing.margins.is_empty()).collect()
}

/// The answers that all words together can mean which `place.toml` gives for groups, or which groups are called by: one for
/// each margin, then that of the crossed dimension. Nothing where a column of it tells no other dimension by itself, or where
/// even the names of groups are too many to be read together.
fn meant(
    crossing: &Crossing,
    columns: &dyn Fn(usize) -> Option<Vec<usize>>,
    dimensions: &[String],
    groups: &[Group],
    section: &EngagementSection,
) -> Option<BTreeSet<Vec<Answer>>> {
    let labels = |i: usize| Labels::new(&dimensions[i], groups, &section.groups);
    let (own, told_by) = (labels(crossing.dimension), columns(crossing.dimension)?);
    let margins: Option<Vec<(Labels<'_>, Vec<usize>)>> =
        crossing.margins.iter().map(|&i| Some((labels(i), columns(i)?))).collect();
    let margins = margins?;
    let by_itself = |column: &usize| margins.iter().find(|(_, columns)| columns.as_slice() == [*column]);
    let alone: Vec<&Labels<'_>> =
        told_by.iter().map(|column| by_itself(column).map(|(labels, _)| labels)).collect::<Option<_>>()?;
    let is_few = |words: &Vec<Vec<&str>>| {
        let all = words.iter().try_fold(1_usize, |all, words| all.checked_mul(words.len()));
        all.is_some_and(|all| all <= MOST_READ)
    };
    let all_words: Vec<Vec<&str>> = alone.iter().map(|labels| labels.words()).collect();
    let names = || -> Vec<Vec<&str>> { alone.iter().map(|labels| labels.names().collect()).collect() };
    let words = Some(all_words).filter(is_few).or_else(|| Some(names()).filter(is_few))?;
    let mut found = BTreeSet::new();
    let mut together: Vec<Vec<&str>> = vec![Vec::new()];
    for words in &words {
        let mut longer = Vec::new();
        for said in &together {
            longer.extend(words.iter().map(|word| said.iter().copied().chain([*word]).collect()));
        }
        together = longer;
    }
    for said in &together {
        let of_margin = |(labels, columns): &(Labels<'_>, Vec<usize>)| {
            let place = |column: &usize| told_by.iter().position(|own| own == column);
            let parts: Vec<&str> = columns.iter().filter_map(place).map(|at| said[at]).collect();
            match parts.as_slice() {
                [word] => labels.read(word),
                many => labels.read_crossed(many),
            }
        };
        let answers: Vec<Answer> = margins.iter().map(of_margin).chain([own.read_crossed(said)]).collect();
        if answers.iter().all(|answer| matches!(answer, Answer::Group(_))) {
            found.insert(answers);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_go_together_as_the_labels_of_the_groups_or_the_words_of_place_toml_say() {
        let group = |dimension: &str, key: &str, label: &str| Group {
            key: key.to_owned(),
            label: label.to_owned(),
            dimension: dimension.to_owned(),
            dimension_label: dimension.to_owned(),
            speed: None,
        };
        let groups = [
            group("age", "young", "Aged 15 years and under"),
            group("age", "old", "Aged 16 years and over"),
            group("sex", "female", "Female"),
            group("sex", "male", "Male"),
            group("both", "girls", "Females aged 0 to 15"),
            group("both", "women", "Females aged 16 and over"),
            group("both", "men", "Males of any age"),
        ];
        let dimensions = ["age", "sex", "both"].map(str::to_owned);
        let crossing = Crossing { dimension: 2, margins: vec![0, 1], together: Vec::new() };
        let columns = |i: usize| Some([vec![7], vec![3], vec![3, 7]][i].clone());
        let made = |section: &EngagementSection| -> Vec<String> {
            let found =
                meant(&crossing, &columns, &dimensions, &groups, section).expect("each column tells a dimension");
            let key = |answer: &Answer| match answer {
                Answer::Group(group) => groups[GroupIdx::index(*group)].key.clone(),
                other => format!("{other:?}"),
            };
            found.iter().map(|answers| answers.iter().map(key).collect::<Vec<_>>().join(" ")).collect()
        };
        let asked_about = |section: &EngagementSection| {
            let together = meant(&crossing, &columns, &dimensions, &groups, section).into_iter().flatten().collect();
            of_no_words(&Crossing { together, ..crossing.clone() }, &dimensions, &groups)
        };
        let mut section = EngagementSection::of("met.csv");
        assert_eq!(made(&section), ["young female girls", "old female women"]);
        let issue = asked_about(&section).expect("no words mean men");
        assert!(issue.problem.contains("mean men (Males of any age): until"), "{}", issue.problem);
        assert!(
            issue.remedy.contains("under [engagement.groups.both], such as \"…, …\" = \"men\":"),
            "{}",
            issue.remedy
        );
        let said: EngagementSection =
            toml::from_str("file = \"met.csv\"\n[groups.both]\n\"Male, old\" = \"men\"\n").expect("a section");
        section.groups = said.groups;
        assert_eq!(made(&section), ["young female girls", "old female women", "old male men"]);
        assert_eq!(asked_about(&section), None);
        let men = |words: usize| -> usize {
            let many: String = (0..words).map(|n| format!("\"word {n}\" = \"old\"\n")).collect();
            let text = format!("file = \"met.csv\"\n[groups.both]\n\"Male, word 1\" = \"men\"\n[groups.age]\n{many}");
            made(&toml::from_str(&text).expect("a section")).iter().filter(|made| made.ends_with(" men")).count()
        };
        assert_eq!((men(10), men(30_000)), (1, 0), "of words without end the names of groups alone are read");
        let one_column = |i: usize| Some([vec![7], vec![7], vec![3, 7]][i].clone());
        assert_eq!(
            meant(&crossing, &one_column, &dimensions, &groups, &section),
            None,
            "nothing tells column 3 by itself"
        );
    }
}
