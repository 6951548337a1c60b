use super::catalog::{Context, Table};
use super::engaged::{Engaged, count};
use super::reach::{decimals, ends, shown};
use super::{Feature, Field, Value, field};
use crate::disclose::Published;
use crate::measure::counts;
use crate::measure::near::{NEAR_MINUTES, within_reach};
use crate::measure::reach::trend;
use crate::measure::themes::stands_out;
use crate::place::{Idx, PatchIdx};
use crate::stats::LogOdds;
use std::collections::BTreeMap;

const RECORDS: &str = "records";

/// Each theme in each patch, and in each group over the whole place.
pub(super) fn table(context: &Context<'_>) -> Table {
    let features = context.engaged.and_then(|engaged| features(context, engaged)).unwrap_or_default();
    Table { fields: fields(), features }
}

fn fields() -> Vec<Field> {
    let ratio = Some("ratio, 1 is no difference");
    vec![
        field::text("theme_id", "Row", "Patch or group, and theme"),
        field::text("patch_id", "Patch", "Patch where the people live; `all` is the whole place"),
        field::text("patch_name", "Name of the patch", "Name for people"),
        field::text("dimension", "Dimension", "`all`, or what the group is a part of"),
        field::text("group", "Group", "`all`, or the key of a group of people, over the whole place"),
        field::text("theme", "Theme", "What was raised"),
        field::integer("records", "Records", "Records that raised it, in the whole time", Some(RECORDS)),
        field::text("status", "Status of the count", "shown, confidential ([c] in CSV) or low"),
        field::number(
            "odds_ratio",
            "Odds beside the rest",
            "Odds of the theme among those raised here ÷ in the rest of the place, drawn towards 1 where little was raised",
            ratio,
        ),
        field::number("odds_ratio_low", "Odds at 95 %, from", "Lower end of the ratio", ratio),
        field::number("odds_ratio_high", "Odds at 95 %, to", "Upper end of the ratio", ratio),
        field::number("z", "z", "Standard errors from no difference", Some("standard errors")),
        field::text("stands_out", "Stands out", "more, less, or no (|z| at most 1.96)"),
        field::number(
            "change",
            "Change in a year",
            "Records of the last four whole quarters ÷ of the four before",
            ratio,
        ),
        field::number("change_low", "Change at 95 %, from", "Exact interval", ratio),
        field::number("change_high", "Change at 95 %, to", "Exact interval", ratio),
        field::text("rising", "Rising", "rising, falling, or no"),
        field::integer(
            "residents_without_answer",
            "Asked for, none near",
            "Residents with no open asset that answers the theme within 15 minutes' walk; null where [themes] names no kind for it",
            Some(field::RESIDENTS),
        ),
    ]
}

fn features(context: &Context<'_>, engaged: &Engaged) -> Option<Vec<Feature>> {
    let place = context.place;
    let table = engaged.protected.table(counts::THEMES)?;
    let [patches, themes, years] = table.dimensions.as_slice() else { return None };
    let year = |key: &str, row: usize, theme: usize| count(table, &[row, theme, years.find(key)?]);
    let answers: BTreeMap<&str, crate::measure::Coverage> = place
        .theme_answers
        .iter()
        .filter(|(theme, _)| themes.find(theme).is_some())
        .map(|(theme, kinds)| (theme.as_str(), within_reach(place, kinds, NEAR_MINUTES)))
        .collect();
    let mut features = Vec::new();
    for (row, patch) in patches.categories.iter().enumerate() {
        let at = row.checked_sub(1).filter(|at| *at < place.patches.len()).map(PatchIdx::from_usize);
        let geometry = at.map(|patch| geo::Geometry::MultiPolygon(place.patches[patch].shape.clone()));
        let odds = if row == 0 {
            Vec::new()
        } else {
            odds(table, themes.categories.len(), |theme| vec![row, theme, 0], |theme| vec![0, theme, 0])
        };
        for (theme, words) in themes.categories.iter().enumerate().skip(1) {
            let change = trend(year(counts::LAST, row, theme), year(counts::BEFORE, row, theme));
            let answer = answers.get(words.key.as_str()).filter(|_| row == 0 || at.is_some());
            let without = answer.map(|answer| {
                let here = at.map_or(&answer.place, |patch| &answer.patches[patch]);
                here.residents - here.covered
            });
            let said = Said {
                patch: (&patch.key, &patch.label),
                group: ("all", "all"),
                theme: &words.key,
                cell: table.cell(&[row, theme, 0]),
                odds: odds.get(theme - 1).copied().flatten(),
                change,
                without,
            };
            features.push(said.feature(geometry.clone()));
        }
    }
    for dimension in &place.engagement.dimensions {
        let Some(table) = engaged.protected.table(&counts::themes_by(dimension)) else { continue };
        let [groups, themes, _] = table.dimensions.as_slice() else { continue };
        for (row, group) in groups.categories.iter().enumerate().skip(1) {
            let odds = odds(table, themes.categories.len(), |theme| vec![row, theme, 0], |theme| vec![0, theme, 0]);
            for (theme, words) in themes.categories.iter().enumerate().skip(1) {
                let said = Said {
                    patch: ("all", "The whole place"),
                    group: (dimension, &group.key),
                    theme: &words.key,
                    cell: table.cell(&[row, theme, 0]),
                    odds: odds.get(theme - 1).copied().flatten(),
                    change: None,
                    without: None,
                };
                features.push(said.feature(None));
            }
        }
    }
    features.sort_by(|a, b| a.id.cmp(&b.id));
    Some(features)
}

/// Log-odds of each theme in a part beside the rest of the whole, from what is shown of both; a hidden count is
/// left out of both, and has no answer.
fn odds(
    table: &Published,
    themes: usize,
    part: impl Fn(usize) -> Vec<usize>,
    whole: impl Fn(usize) -> Vec<usize>,
) -> Vec<Option<LogOdds>> {
    let both: Vec<Option<(f64, f64)>> = (1..themes)
        .map(|theme| Some((count(table, &part(theme))?.shown, count(table, &whole(theme))?.shown)))
        .collect();
    stands_out(&both)
}

struct Said<'a> {
    patch: (&'a str, &'a str),
    group: (&'a str, &'a str),
    theme: &'a str,
    cell: crate::disclose::Cell,
    odds: Option<LogOdds>,
    change: Option<(f64, crate::stats::Interval)>,
    without: Option<f64>,
}

impl Said<'_> {
    fn feature(&self, geometry: Option<geo::Geometry<f64>>) -> Feature {
        let text = |words: &str| Value::Text(words.to_owned());
        let (dimension, group) = self.group;
        let id = format!("{}.{dimension}.{group}.{}", self.patch.0, self.theme.replace(' ', "-"));
        let stands_out = self.odds.map(|odds| match odds.z {
            z if z > crate::stats::Z_95 => "more",
            z if z < -crate::stats::Z_95 => "less",
            _ => "no",
        });
        let rising = self.change.map(|(_, interval)| match interval {
            i if i.low > 1.0 => "rising",
            i if i.high < 1.0 => "falling",
            _ => "no",
        });
        let mut values = vec![
            text(&id),
            text(self.patch.0),
            text(self.patch.1),
            text(dimension),
            text(group),
            text(self.theme),
            shown(self.cell),
            text(self.cell.status()),
            decimals(self.odds.map(|odds| odds.delta.exp()), 2),
        ];
        values.extend(ends(self.odds.map(|odds| odds.ratio), 2));
        values.push(decimals(self.odds.map(|odds| odds.z), 2));
        values.push(field::words(stands_out));
        values.push(decimals(self.change.map(|(ratio, _)| ratio), 2));
        values.extend(ends(self.change.map(|(_, interval)| interval), 2));
        values.push(field::words(rising));
        values.push(super::round::known_people(self.without));
        Feature { id, geometry, values }
    }
}
