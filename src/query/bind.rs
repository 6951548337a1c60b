//! From a condition as written to one that features of a layer can be asked about: names become places
//! in the layer's fields, kinds of values are checked, shapes come into the layer's metres.

use super::arrays::ListRelation;
use super::expr::{Expr, GEOMETRY_NAMES};
use super::like::Pattern;
use super::scalar::{Kind, Operator, Scalar, Val};
use super::spatial::{Fixed, Relation, bbox};
use super::temporal::{Span, TimeRelation};
use super::test::{Comparison, Place, Test};
use super::{Coordinates, FilterError, field_index, unknown_property};
use crate::layer::shape::swapped;
use crate::layer::{Feature, Layer};
use std::cell::Cell;

/// Binds a condition to a layer.
pub(super) fn bind(expr: &Expr, layer: &Layer, coordinates: Coordinates<'_>) -> Result<Test, FilterError> {
    Binder { layer, coordinates, corners: Cell::new(0) }.test(expr)
}

struct Binder<'a> {
    layer: &'a Layer,
    coordinates: Coordinates<'a>,
    /// Corners of the shapes so far.
    corners: Cell<usize>,
}

/// Most corners of all shapes in a condition together. Comparing a shape takes time in proportion to its
/// corners for each feature nearby, so this bounds what one question may cost; a borough's boundary as
/// the Ordnance Survey draws it, generalised to 20 m, has about 2,000.
const MOST_CORNERS: usize = 5_000;

fn wrong(problem: impl Into<String>) -> FilterError {
    FilterError::Meaning(problem.into())
}

/// An expression with the kind of its values.
type Typed = (Scalar, Kind);

impl Binder<'_> {
    fn test(&self, expr: &Expr) -> Result<Test, FilterError> {
        let Expr::Call { op, args } = expr else {
            return self.truth(expr);
        };
        if let Some(comparison) = Comparison::of(op) {
            let [a, b] = pair(op, args)?;
            let (a, b) = self.alike(a, b)?;
            return Ok(Test::Compare(comparison, a, b));
        }
        if let Some(relation) = Relation::of(op) {
            let [a, b] = pair(op, args)?;
            return Ok(Test::Spatial(relation, self.place(a)?, self.place(b)?));
        }
        if let Some(relation) = TimeRelation::of(op) {
            let [a, b] = pair(op, args)?;
            return Ok(Test::Temporal(relation, self.time(a)?, self.time(b)?));
        }
        if let Some(relation) = ListRelation::of(op) {
            let [a, b] = pair(op, args)?;
            return Ok(Test::Lists(relation, self.list(a)?, self.list(b)?));
        }
        match (op.as_str(), args.as_slice()) {
            ("and", tests) => Ok(Test::All(self.tests(tests)?)),
            ("or", tests) => Ok(Test::Any(self.tests(tests)?)),
            ("not", [test]) => Ok(Test::Not(Box::new(self.test(test)?))),
            ("isNull", [value]) => self.is_null(value),
            ("like", [value, pattern]) => self.like(value, pattern),
            ("between", [value, low, high]) => self.between(value, low, high),
            ("in", [value, Expr::List(list)]) => self.within(value, list),
            ("not" | "isNull" | "like" | "between" | "in", _) => Err(wrong(format!("{op} has the wrong operands"))),
            _ => self.truth(expr),
        }
    }

    fn tests(&self, exprs: &[Expr]) -> Result<Vec<Test>, FilterError> {
        exprs.iter().map(|expr| self.test(expr)).collect()
    }

    fn truth(&self, expr: &Expr) -> Result<Test, FilterError> {
        match self.scalar(expr)? {
            (scalar, Kind::Boolean | Kind::Null) => Ok(Test::Truth(scalar)),
            (_, kind) => Err(wrong(format!("{} is no condition: it gives {}", words(expr), kind.words()))),
        }
    }

    fn is_null(&self, value: &Expr) -> Result<Test, FilterError> {
        match value {
            Expr::Property(name) if self.is_geometry(name) => Ok(Test::HasNoShape),
            _ => Ok(Test::IsNull(self.scalar(value)?.0)),
        }
    }

    fn like(&self, value: &Expr, pattern: &Expr) -> Result<Test, FilterError> {
        let text = |expr: &Expr| match self.scalar(expr)? {
            (scalar, Kind::Text | Kind::Null) => Ok(scalar),
            (_, kind) => Err(wrong(format!("LIKE compares text, and {} gives {}", words(expr), kind.words()))),
        };
        let value = text(value)?;
        Ok(match text(pattern)? {
            Scalar::Constant(Val::Text(pattern)) => Test::Like(value, Pattern::new(&pattern)),
            pattern => Test::LikeIts(value, pattern),
        })
    }

    fn between(&self, value: &Expr, low: &Expr, high: &Expr) -> Result<Test, FilterError> {
        let (first, low) = self.alike(value, low)?;
        let (_, high) = self.alike(value, high)?;
        Ok(Test::Between(first, low, high))
    }

    fn within(&self, value: &Expr, list: &[Expr]) -> Result<Test, FilterError> {
        let mut first = self.scalar(value)?.0;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let (value, item) = self.alike(value, item)?;
            first = value;
            items.push(item);
        }
        Ok(Test::In(first, items))
    }

    /// Two expressions that can be compared: of the same kind, or a text beside a time that spells one.
    fn alike(&self, a: &Expr, b: &Expr) -> Result<(Scalar, Scalar), FilterError> {
        let (left, right) = (self.scalar(a)?, self.scalar(b)?);
        match (left.1, right.1) {
            (Kind::Null, _) | (_, Kind::Null) => Ok((left.0, right.0)),
            (Kind::Text, Kind::Time) => Ok((spelled(left.0, a)?, right.0)),
            (Kind::Time, Kind::Text) => Ok((left.0, spelled(right.0, b)?)),
            (x, y) if x == y => Ok((left.0, right.0)),
            (x, y) => Err(wrong(format!(
                "{} gives {} and cannot be compared with {}, which gives {}",
                words(a),
                x.words(),
                words(b),
                y.words()
            ))),
        }
    }

    fn time(&self, expr: &Expr) -> Result<Scalar, FilterError> {
        match self.scalar(expr)? {
            (scalar, Kind::Time | Kind::Null) => Ok(scalar),
            (scalar, Kind::Text) => spelled(scalar, expr),
            (_, kind) => Err(wrong(format!("{} gives {} where a time is needed", words(expr), kind.words()))),
        }
    }

    /// A bound of an interval, which may be open.
    fn bound(&self, expr: &Expr) -> Result<Scalar, FilterError> {
        match expr {
            Expr::Text(text) => match Span::parse_bound(text) {
                Some(span) => Ok(Scalar::Constant(Val::Time(span))),
                None => Err(not_a_time(text)),
            },
            _ => self.time(expr),
        }
    }

    fn list(&self, expr: &Expr) -> Result<Vec<Scalar>, FilterError> {
        match expr {
            Expr::List(items) => items.iter().map(|item| Ok(self.scalar(item)?.0)).collect(),
            _ => Err(wrong(format!("{} is no list, and no property here holds lists", words(expr)))),
        }
    }

    fn place(&self, expr: &Expr) -> Result<Place, FilterError> {
        let given = |geometry| {
            let fixed = Fixed::new(geometry, self.layer, self.coordinates)?;
            self.corners.set(self.corners.get() + fixed.corners());
            if self.corners.get() > MOST_CORNERS {
                return Err(wrong(format!("its shapes have more than {MOST_CORNERS} corners: simplify them")));
            }
            Ok(Place::Given(fixed))
        };
        match expr {
            Expr::Property(name) if self.is_geometry(name) => Ok(Place::OfFeature),
            Expr::Geometry(geometry) if self.latitude_first() => given(swapped(geometry)),
            Expr::Geometry(geometry) => given(geometry.clone()),
            Expr::Bbox([south, west, north, east]) if self.latitude_first() => {
                given(bbox([*west, *south, *east, *north]))
            }
            Expr::Bbox(corners) => given(bbox(*corners)),
            Expr::Property(name) if field_index(self.layer, name).is_none() => Err(unknown_property(self.layer, name)),
            _ => Err(wrong(format!("{} is no shape", words(expr)))),
        }
    }

    const fn latitude_first(&self) -> bool {
        matches!(self.coordinates, Coordinates::LatLon(_))
    }

    /// Whether the name stands for the feature's shape: no property has it, and it is one of the usual.
    fn is_geometry(&self, name: &str) -> bool {
        GEOMETRY_NAMES.contains(&name) && field_index(self.layer, name).is_none()
    }

    fn scalar(&self, expr: &Expr) -> Result<Typed, FilterError> {
        let constant = |value, kind| Ok((Scalar::Constant(value), kind));
        match expr {
            Expr::Null => constant(Val::Null, Kind::Null),
            Expr::Text(text) => constant(Val::Text(text.clone().into()), Kind::Text),
            Expr::Number(number) => constant(Val::Number(*number), Kind::Number),
            Expr::Boolean(yes) => constant(Val::Boolean(*yes), Kind::Boolean),
            Expr::Date(text) | Expr::Timestamp(text) => match Span::parse(text) {
                Some(span) => constant(Val::Time(span), Kind::Time),
                None => Err(not_a_time(text)),
            },
            Expr::Interval(from, to) => {
                let interval = Scalar::Interval(Box::new(self.bound(from)?), Box::new(self.bound(to)?));
                Ok((settled(interval, &[from, to]), Kind::Time))
            }
            Expr::Property(name) => self.property(name),
            Expr::Geometry(_) | Expr::Bbox(_) => {
                Err(wrong("a shape can only be compared by functions such as S_INTERSECTS"))
            }
            Expr::List(_) => Err(wrong("a list can only stand after IN or in functions such as A_CONTAINS")),
            Expr::Chain(first, rest) => self.chain(expr, first, rest),
            Expr::Call { op, args } => self.call(op, args),
        }
    }

    fn chain(&self, whole: &Expr, first: &Expr, rest: &[(Operator, Expr)]) -> Result<Typed, FilterError> {
        let number = |expr: &Expr| match self.scalar(expr)? {
            (scalar, Kind::Number | Kind::Null) => Ok(scalar),
            (_, kind) => Err(wrong(format!("{} gives {} where a number is needed", words(expr), kind.words()))),
        };
        let steps = rest.iter().map(|(operator, right)| Ok((*operator, number(right)?)));
        let chain = Scalar::Chain(Box::new(number(first)?), steps.collect::<Result<_, FilterError>>()?);
        Ok((settled(chain, &[whole]), Kind::Number))
    }

    fn property(&self, name: &str) -> Result<Typed, FilterError> {
        match self.layer.fields.iter().enumerate().find(|(_, field)| field.name == name) {
            Some((index, field)) => Ok((Scalar::Field(index), Kind::of(field.kind))),
            None if name == "id" => Ok((Scalar::Id, Kind::Text)),
            None if self.is_geometry(name) => {
                Err(wrong("the shape can only be compared by functions such as S_INTERSECTS"))
            }
            None => Err(unknown_property(self.layer, name)),
        }
    }

    fn call(&self, op: &str, args: &[Expr]) -> Result<Typed, FilterError> {
        if Operator::of(op).is_some() {
            return Err(wrong(format!("{op} takes two operands and has {}", args.len())));
        }
        match (op, args) {
            ("casei" | "accenti", [inner]) => match self.scalar(inner)? {
                (scalar, Kind::Text | Kind::Null) => {
                    let scalar = Box::new(scalar);
                    let folded = if op == "casei" { Scalar::Case(scalar) } else { Scalar::Accents(scalar) };
                    Ok((settled(folded, &[inner]), Kind::Text))
                }
                (_, kind) => Err(wrong(format!("{op} takes text, and {} gives {}", words(inner), kind.words()))),
            },
            ("casei" | "accenti", _) => Err(wrong(format!("{op} takes one operand"))),
            _ if is_condition(op) => Err(wrong(format!("the condition {op} cannot be compared as a value"))),
            _ => Err(wrong(format!(
                "there is no function {op:?}; there are CASEI, ACCENTI and those of CQL2 for shapes, times and lists"
            ))),
        }
    }
}

fn is_condition(op: &str) -> bool {
    matches!(op, "and" | "or" | "not" | "isNull" | "like" | "between" | "in")
        || Comparison::of(op).is_some()
        || Relation::of(op).is_some()
        || TimeRelation::of(op).is_some()
        || ListRelation::of(op).is_some()
}

fn pair<'a>(op: &str, args: &'a [Expr]) -> Result<[&'a Expr; 2], FilterError> {
    match args {
        [a, b] => Ok([a, b]),
        _ => Err(wrong(format!("{op} takes two operands and has {}", args.len()))),
    }
}

/// A text as the day or moment it spells; a constant must spell one.
fn spelled(scalar: Scalar, expr: &Expr) -> Result<Scalar, FilterError> {
    match (&scalar, expr) {
        (Scalar::Constant(Val::Text(_)), Expr::Text(text)) => match Span::parse(text) {
            Some(span) => Ok(Scalar::Constant(Val::Time(span))),
            None => Err(not_a_time(text)),
        },
        _ => Ok(Scalar::Spelled(Box::new(scalar))),
    }
}

fn not_a_time(text: &str) -> FilterError {
    wrong(format!("'{text}' is no date such as 2024-03-31 and no moment such as 2024-03-31T09:00:00Z"))
}

/// Computes once what holds no property.
fn settled(scalar: Scalar, parts: &[&Expr]) -> Scalar {
    if parts.iter().any(|part| names_property(part)) {
        return scalar;
    }
    let nobody = Feature { id: String::new(), geometry: None, values: Vec::new() };
    let value = match scalar.of(&nobody) {
        Val::Text(text) => Val::Text(text.into_owned().into()),
        Val::Number(number) => Val::Number(number),
        Val::Boolean(yes) => Val::Boolean(yes),
        Val::Time(span) => Val::Time(span),
        Val::Null => Val::Null,
    };
    Scalar::Constant(value)
}

fn names_property(expr: &Expr) -> bool {
    match expr {
        Expr::Property(_) => true,
        Expr::Interval(from, to) => names_property(from) || names_property(to),
        Expr::List(parts) | Expr::Call { args: parts, .. } => parts.iter().any(names_property),
        Expr::Chain(first, rest) => names_property(first) || rest.iter().any(|(_, part)| names_property(part)),
        _ => false,
    }
}

/// An expression as a message speaks of it.
fn words(expr: &Expr) -> String {
    match expr {
        Expr::Text(text) => format!("'{text}'"),
        Expr::Number(number) => number.to_string(),
        Expr::Boolean(yes) => yes.to_string(),
        Expr::Null => "null".to_owned(),
        Expr::Property(name) => format!("{name:?}"),
        Expr::Date(text) | Expr::Timestamp(text) => format!("'{text}'"),
        Expr::Interval(..) => "an interval".to_owned(),
        Expr::Geometry(_) | Expr::Bbox(_) => "a shape".to_owned(),
        Expr::List(_) => "a list".to_owned(),
        Expr::Chain(..) => "what is worked out".to_owned(),
        Expr::Call { op, .. } => op.clone(),
    }
}
