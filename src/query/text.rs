//! Conditions in text form: a parser by recursive descent, one function for each level of precedence
//! (`OR`, `AND`, `NOT`, comparison, sum, product, power, sign).

use super::FilterError;
use super::cursor::Parser;
use super::expr::{ARRAY_OPS, Expr, canonical, corners};
use super::lex::Token;
use super::scalar::Operator;
use super::wkt;

/// Reads a condition.
pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let mut parser = Parser::new(text)?;
    let expr = parser.disjunction()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("the end, AND, OR or an operator")),
    }
}

type Parsed = Result<Expr, FilterError>;

impl Parser<'_> {
    fn disjunction(&mut self) -> Parsed {
        let first = self.conjunction()?;
        self.chain(first, "or", Self::conjunction)
    }

    fn conjunction(&mut self) -> Parsed {
        let first = self.negation()?;
        self.chain(first, "and", Self::negation)
    }

    fn chain(&mut self, first: Expr, word: &str, mut part: impl FnMut(&mut Self) -> Parsed) -> Parsed {
        let mut parts = vec![first];
        while self.keyword(word) {
            parts.push(part(self)?);
        }
        Ok(joined(word, parts))
    }

    fn negation(&mut self) -> Parsed {
        if self.keyword("not") {
            return self.deeper(Self::negation).map(not);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.sum()?;
        for (sign, op) in [("=", "="), ("<>", "<>"), ("!=", "<>"), ("<=", "<="), (">=", ">="), ("<", "<"), (">", ">")] {
            if self.sign(sign) {
                return Ok(Expr::call(op, vec![left, self.sum()?]));
            }
        }
        if self.keyword("is") {
            let negated = self.keyword("not");
            if !self.keyword("null") {
                return Err(self.unexpected("NULL"));
            }
            return Ok(negated_if(negated, Expr::call("isNull", vec![left])));
        }
        let negated = self.keyword("not");
        if self.keyword("like") {
            return Ok(negated_if(negated, Expr::call("like", vec![left, self.sum()?])));
        }
        if self.keyword("between") {
            let low = self.sum()?;
            if !self.keyword("and") {
                return Err(self.unexpected("AND"));
            }
            return Ok(negated_if(negated, Expr::call("between", vec![left, low, self.sum()?])));
        }
        if self.keyword("in") {
            self.expect("(")?;
            let list = self.list()?;
            return Ok(negated_if(negated, Expr::call("in", vec![left, Expr::List(list)])));
        }
        if negated { Err(self.unexpected("LIKE, BETWEEN or IN")) } else { Ok(left) }
    }

    fn sum(&mut self) -> Parsed {
        let mut left = self.product()?;
        loop {
            let operator = if self.sign("+") {
                Operator::Plus
            } else if self.sign("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            left = Expr::arithmetic(left, operator, self.product()?);
        }
    }

    fn product(&mut self) -> Parsed {
        let mut left = self.power()?;
        loop {
            let operator = if self.sign("*") {
                Operator::Times
            } else if self.sign("/") {
                Operator::Over
            } else if self.sign("%") {
                Operator::Rest
            } else if self.keyword("div") {
                Operator::Whole
            } else {
                return Ok(left);
            };
            left = Expr::arithmetic(left, operator, self.power()?);
        }
    }

    fn power(&mut self) -> Parsed {
        let mut left = self.signed()?;
        while self.sign("^") {
            left = Expr::arithmetic(left, Operator::Power, self.signed()?);
        }
        Ok(left)
    }

    fn signed(&mut self) -> Parsed {
        if self.sign("-") {
            return Ok(match self.deeper(Self::signed)? {
                Expr::Number(number) => Expr::Number(-number),
                other => Expr::arithmetic(Expr::Number(-1.0), Operator::Times, other),
            });
        }
        if self.sign("+") {
            return self.deeper(Self::signed);
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed {
        match self.peek().clone() {
            Token::Text(words) => {
                self.take();
                Ok(Expr::Text(words))
            }
            Token::Number(number) => {
                self.take();
                Ok(Expr::Number(number))
            }
            Token::Quoted(name) => {
                self.take();
                self.named(name, true)
            }
            Token::Name(name) => {
                self.take();
                self.named(name, false)
            }
            Token::Sign("(") => {
                self.take();
                let mut list = self.list()?;
                Ok(if list.len() == 1 { list.remove(0) } else { Expr::List(list) })
            }
            _ => Err(self.unexpected("a value, a property or a function")),
        }
    }

    /// What a name stands for: a constant, a shape, a function or a property.
    fn named(&mut self, name: String, quoted: bool) -> Parsed {
        if !quoted {
            match name.to_ascii_lowercase().as_str() {
                "true" => return Ok(Expr::Boolean(true)),
                "false" => return Ok(Expr::Boolean(false)),
                "null" => return Ok(Expr::Null),
                "and" | "or" | "like" | "between" | "in" | "is" | "div" => {
                    self.back();
                    return Err(self.unexpected("a value, a property or a function"));
                }
                _ => {}
            }
            if let Some(shape) = wkt::parse(self, &name)? {
                return Ok(Expr::Geometry(shape));
            }
        }
        if self.sign("(") { self.function(&name) } else { Ok(Expr::Property(name)) }
    }

    fn function(&mut self, name: &str) -> Parsed {
        let op = canonical(name).to_owned();
        let mut args = self.list()?;
        match (name.to_ascii_lowercase().as_str(), args.as_mut_slice()) {
            ("date", [Expr::Text(day)]) => Ok(Expr::Date(std::mem::take(day))),
            ("timestamp", [Expr::Text(moment)]) => Ok(Expr::Timestamp(std::mem::take(moment))),
            ("date" | "timestamp", _) => Err(self.before(format!("{name} takes one text in single quotes"))),
            ("interval", [_, _]) => {
                let to = args.pop().unwrap_or(Expr::Null);
                let from = args.pop().unwrap_or(Expr::Null);
                Ok(Expr::Interval(Box::new(from), Box::new(to)))
            }
            ("interval", _) => Err(self.before("INTERVAL takes two moments, of which one may be '..'".to_owned())),
            ("bbox", numbers) => {
                let numbers: Option<Vec<f64>> =
                    numbers.iter().map(|n| if let Expr::Number(n) = n { Some(*n) } else { None }).collect();
                let corners = numbers.and_then(|numbers| corners(&numbers));
                corners.map(Expr::Bbox).ok_or_else(|| self.before("BBOX takes four or six numbers".to_owned()))
            }
            _ if ARRAY_OPS.contains(&op.as_str()) => Ok(Expr::call(&op, args.into_iter().map(as_list).collect())),
            _ => Ok(Expr::call(&op, args)),
        }
    }

    /// Expressions up to the closing bracket, which is taken; the opening one already is.
    fn list(&mut self) -> Result<Vec<Expr>, FilterError> {
        let mut items = Vec::new();
        if self.sign(")") {
            return Ok(items);
        }
        loop {
            items.push(self.deeper(Self::disjunction)?);
            if self.sign(")") {
                return Ok(items);
            }
            if !self.sign(",") {
                return Err(self.unexpected("\",\" or \")\""));
            }
        }
    }
}

/// A list of one element looks like a value in brackets.
fn as_list(expr: Expr) -> Expr {
    match expr {
        list @ (Expr::List(_) | Expr::Property(_) | Expr::Call { .. } | Expr::Chain(..)) => list,
        one => Expr::List(vec![one]),
    }
}

fn not(expr: Expr) -> Expr {
    Expr::call("not", vec![expr])
}

fn negated_if(negated: bool, expr: Expr) -> Expr {
    if negated { not(expr) } else { expr }
}

/// `a AND (b AND c)` is `a AND b AND c`.
pub(super) fn joined(op: &str, parts: Vec<Expr>) -> Expr {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::Call { op: inner, args } if inner == op => flat.extend(args),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Expr::call(op, flat) }
}
