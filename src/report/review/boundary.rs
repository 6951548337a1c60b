//! What a patch was before: so that a change of people met is not taken for one of homes, nor the other way round.

use crate::layer::Value;
use crate::place::Place;
use crate::report::rows::Rows;
use crate::text::whole;

/// That the boundary moved, who came and who left, and what that means for the quarters compared; nothing where the
/// records begin after it did.
pub(super) fn boundary(
    place: &Place,
    changes: Option<&Rows<'_>>,
    moved: Option<&Rows<'_>>,
    patch: &str,
) -> Option<String> {
    let rows = changes?;
    let (first, _) = place.engagement.days?;
    // The newest change that the records reach back beyond.
    let until = |row: &usize| match rows.value(*row, "until") {
        Value::Date(day) => Some(*day),
        _ => None,
    };
    let last = rows.all().filter_map(|row| until(&row)).filter(|until| *until >= first).max()?;
    let of_then: Vec<usize> = rows.all().filter(|row| until(row) == Some(last)).collect();
    let residents = |row: &usize| rows.number(*row, "residents").unwrap_or(0.0);
    let sum = |found: &dyn Fn(usize) -> bool| of_then.iter().filter(|row| found(**row)).map(residents).sum::<f64>();
    let here = |row: usize| rows.is(row, "patch_id", patch);
    let kept = of_then.iter().copied().find(|row| here(*row) && rows.is(*row, "change", "kept"));
    let came = sum(&|row| here(row) && !rows.is(row, "change", "kept"));
    let left = kept.map_or(0.0, |kept| {
        let then = rows.words(kept, "patch_then", "");
        sum(&|row| rows.is(row, "patch_then", &then) && !rows.is(row, "change", "kept"))
    });
    if kept.is_some() && came + left < 0.5 {
        return None;
    }
    let what = match kept {
        Some(_) => {
            format!("{} of those who live here today came in, and {} went to other patches", whole(came), whole(left))
        }
        None => "it goes on from no patch of before".to_owned(),
    };
    let shared = place.engagement.files.iter().any(|file| file.patch_then > 0);
    let but = if shared {
        ", except that records which only named a patch of then are shared among today\u{2019}s by residents"
    } else {
        ""
    };
    Some(format!(
        "The boundary of this patch changed after {}: {what}. Every quarter here is counted anew on today\u{2019}s boundary, \
         so none of these changes comes of homes that moved{but}. Figures published before are of other ground, and may \
         not be put beside these.{}",
        last.format("%-d %B %Y"),
        moved.and_then(|rows| published(rows, patch)).unwrap_or_default()
    ))
}

/// The newest quarter that was published on another boundary, where that makes a difference.
fn published(rows: &Rows<'_>, patch: &str) -> Option<String> {
    let row = rows.find(&[("patch_id", patch), ("status", "moved_homes")]).pop()?;
    let words = |field: &str| rows.words(row, field, "");
    Some(format!(
        " For {} {} was published then, and {} are counted on today\u{2019}s: the difference comes of homes that moved, and of \
         records that came late.",
        words("period_name"),
        words("met_then"),
        words("met")
    ))
}
