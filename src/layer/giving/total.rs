use super::patches::{evidence_name, evidence_title, fraction, size_values};
use super::{POUNDS, POUNDS_A_YEAR, found, need_words, pounds, range_words};
use crate::layer::catalog::{Context, Entry, Make};
use crate::layer::column::Table;
use crate::layer::credits::{GIVING, PEOPLE};
use crate::layer::{Feature, Field, Is, Value, field, round};
use crate::measure::Reached;
use crate::place::{Evidence, Giving, Place, Unplaced};

/// The line of the catalogue.
pub(in crate::layer) const ENTRY: Entry = Entry {
    id: "giving-place",
    subject: "giving",
    measure: "giving",
    asks: None,
    title: "Giving in the whole place",
    description: "What was loaded, what could be placed and by what evidence, on whom it hangs, and how wide the \
                  ranges are.",
    method: "giving",
    roles: &[GIVING, PEOPLE],
    walks: false,
    make: Make::Once(table),
};

/// The whole place in one row: what was loaded, what could be placed and how, and what to make of it.
fn table(context: &Context<'_>) -> Option<Table> {
    let (giving, reached) = found(context)?;
    let (fields, values) = rows(context.place, giving, reached).into_iter().unzip();
    Some(Table {
        fields,
        features: vec![Feature { id: context.place.key.clone(), geometry: None, values }],
        protection: None,
    })
}

fn count(name: &str, title: &str, description: &str, n: u64) -> (Field, Value) {
    (field::integer(name, title, description, None), Value::Integer(n as i64))
}

fn money(name: &str, title: &str, description: &str, pence: i64) -> (Field, Value) {
    (field::number(name, title, description, Some(POUNDS)), pounds(pence))
}

fn rows(place: &Place, giving: &Giving, reached: &Reached) -> Vec<(Field, Value)> {
    let total = &reached.place;
    let aside: u64 = giving.files.iter().flat_map(|file| &file.aside).map(|(_, tally)| tally.grants).sum();
    let mut rows = vec![
        (
            field::text("currency", "Currency", "Code of the currency of every amount"),
            Value::Text(giving.currency.clone()),
        ),
        count(
            "rows",
            "Rows",
            "Rows of all files: grants, grants to individuals and what was set aside",
            giving.files.iter().map(|file| file.rows).sum(),
        ),
        count(
            "set_aside",
            "Set aside",
            "Rows without a usable amount, repeated or superseded; each is an issue",
            aside,
        ),
        count("grants_individuals", "Grants to individuals", "Counted and never located", giving.individuals.grants),
        money("money_individuals", "Money to individuals", "Not among the money below", giving.individuals.pence),
        money("money_total", "Money", "All grants to organisations: placed and not placed", total.total),
        money(
            "money_placed",
            "Money placed",
            "Money of which something says where it benefits somebody",
            total.placed(),
        ),
        money(
            "money_unplaced",
            "Money not placed",
            "Money of which nothing does, or which is not for this place",
            total.unplaced(),
        ),
    ];
    for (why, pence) in Unplaced::ALL.into_iter().zip(total.unplaced) {
        let name = format!("money_unplaced_{}", why.word());
        rows.push(money(&name, &format!("Not placed: {}", unplaced_title(why)), "Part of the money not placed", pence));
    }
    for (level, pence) in Evidence::ALL.into_iter().zip(total.placed) {
        let name = evidence_name(level);
        rows.push(money(&name, &format!("Placed by {}", evidence_title(level)), "Part of the money placed", pence));
    }
    rows.push(money(
        "money_outside_patches",
        "Outside patches",
        "Money placed in zones outside every patch",
        total.outside,
    ));
    rows.push(money(
        "money_moved",
        "Money moved",
        "Money that changes its patch between all at the office and spread by residents",
        total.moved,
    ));
    let moved = (total.placed() > 0).then(|| total.moved as f64 / total.placed() as f64);
    rows.push((
        field::number("money_moved_share", "Share moved", "Its share of the money placed", Some(field::SHARE)),
        fraction(moved),
    ));
    rows.extend(when(reached, place.residents()));
    rows.extend(who(giving, reached));
    rows.extend(judged(reached));
    rows
}

/// What a reason for not placing is called.
pub(super) const fn unplaced_title(why: Unplaced) -> &'static str {
    match why {
        Unplaced::Regrant => "goes on as other grants",
        Unplaced::Elsewhere => "another place, or a code nobody knows",
        Unplaced::Wider => "a country or region",
        Unplaced::Nowhere => "nothing says where",
    }
}

fn when(reached: &Reached, residents: f64) -> Vec<(Field, Value)> {
    let total = &reached.place;
    let day = |day: Option<chrono::NaiveDate>| day.map_or(Value::Null, Value::Date);
    let years = total.years();
    let per =
        years.filter(|years| *years > 0.0 && residents > 0.0).map(|years| total.placed() as f64 / residents / years);
    vec![
        (field::date("from", "From", "First planned day of all grants"), day(total.period.map(|period| period.from))),
        (field::date("to", "To", "Last planned day of all grants"), day(total.period.map(|period| period.to))),
        (field::number("years", "Years", "From the first planned day to the last", Some("years")), fraction(years)),
        (
            field::number(
                "money_per_resident_year",
                "Money per resident and year",
                "Money placed ÷ residents ÷ years",
                Some(POUNDS_A_YEAR),
            ),
            per.map_or(Value::Null, round::pounds),
        ),
    ]
}

fn who(giving: &Giving, reached: &Reached) -> Vec<(Field, Value)> {
    let total = &reached.place;
    let pound = |name, title, description| field::number(name, title, description, Some(POUNDS));
    let share = |name, title, description| field::number(name, title, description, Some(field::SHARE));
    let fields = [
        field::integer("grants", "Grants", "Grants to organisations that were loaded", Some("grants")),
        field::integer("grants_placed", "Grants placed", "Grants of which some money could be placed", Some("grants")),
        field::integer("funders", "Funders", "Different funders", Some("funders")),
        field::integer("recipients", "Recipients", "Different recipients", Some("organisations")),
        pound("amount_q1", "Grant at the lower quartile", "A quarter of the grants are no larger"),
        pound("amount_median", "Grant in the middle", "Half of the grants are no larger"),
        pound("amount_q3", "Grant at the upper quartile", "Three quarters of the grants are no larger"),
        field::integer(
            "first_time_recipients",
            "First-time recipients",
            "Recipients of the latest year who had never been funded before, in these files",
            Some("organisations"),
        ),
        share("first_time_share", "Share of first-time recipients", "Their share of the recipients of the latest year"),
        field::integer(
            "small_grants",
            "Small grants",
            "Grants small enough for groups without a bank account or committee",
            Some("grants"),
        ),
        share("small_money_share", "Share in small grants", "Their share of the money"),
    ];
    let placed = reached.grants.iter().filter(|grant| grant.placed > 0).count() as u64;
    let mut rows: Vec<(Field, Value)> = fields.into_iter().zip(size_values(&total.sizes, placed)).collect();
    rows.extend([
        (pound("small_threshold", "Small means up to", "Largest grant that counts as small"), pounds(giving.small)),
        (
            field::text("top_funder_name", "Largest funder", "Who gave most of the money placed"),
            total.funders.top.as_ref().map_or(Value::Null, |(name, _)| Value::Text(name.clone())),
        ),
        (
            share("top_funder_share", "Share of the largest funder", "Share of the money placed"),
            fraction(total.funders.top.as_ref().map(|top| top.1)),
        ),
        (
            share("funder_hhi", "Dependence on funders", "Sum of squared shares of the funders: 1 is one funder"),
            fraction(total.funders.hhi),
        ),
        (
            share(
                "top_tenth_share",
                "Share of the largest recipients",
                "Share of the money that the largest tenth of recipients have",
            ),
            fraction(total.recipients.top_tenth),
        ),
        (
            share(
                "recipients_gini",
                "Gini among recipients",
                "0 when all have the same, towards 1 when one has everything",
            ),
            fraction(total.recipients.gini),
        ),
        (
            share("patches_gini", "Gini among patches", "Of money per resident: 0 when all have the same"),
            fraction(total.patches_gini),
        ),
    ]);
    rows
}

fn judged(reached: &Reached) -> Vec<(Field, Value)> {
    let index = reached.need.as_ref().map(|need| need.index);
    let titles = ["Need index, lower end", "Need index, upper end"];
    let words = ["Lower end of the 90 % range", "Upper end of the 90 % range"];
    let [low, high] = field::ends("need_index", titles, words, None);
    vec![
        (
            field::number(
                "need_index",
                "Need index",
                "Concentration index of money by deprivation: below 0 money leans to deprived zones",
                None,
            )
            .is(Is::Rate),
            fraction(index.map(|i| i.value)),
        ),
        (low, fraction(index.map(|i| i.low))),
        (high, fraction(index.map(|i| i.high))),
        (
            field::text("need_words", "Need in words", "Which way money leans, and how surely"),
            reached.need.as_ref().map_or(Value::Null, |need| Value::Text(need_words(need))),
        ),
        (
            field::text("range_words", "Ranges in words", "How wide the ranges are, and why"),
            Value::Text(range_words(reached)),
        ),
        (
            field::integer("draws", "Draws", "How often chance was thrown for the ranges", None),
            Value::Integer(reached.rule.draws as i64),
        ),
        (
            field::integer("seed", "Seed", "The seed of chance: the same seed, the same answer", None),
            Value::Integer(reached.rule.seed as i64),
        ),
        (
            field::number("interval", "Range holds", "Share of the draws within each range", Some(field::SHARE)),
            round::amount(reached.rule.within),
        ),
    ]
}
