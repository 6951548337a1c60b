//! The words of a condition, one after the other.

use super::FilterError;
use super::expr::DEEPEST;
use super::lex::{Token, tokens, wrong};

/// The words of a condition and how far they are read.
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Before the first word.
    pub(super) fn new(text: &'a str) -> Result<Self, FilterError> {
        Ok(Self { text, tokens: tokens(text)?, next: 0, depth: 0 })
    }
}

impl Parser<'_> {
    /// The next word, without taking it.
    pub(super) fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    /// Takes the next word.
    pub(super) fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    /// Gives the word that was just taken back.
    pub(super) fn back(&mut self) {
        self.next = self.next.saturating_sub(1);
    }

    /// Takes the next word if it is this sign.
    pub(super) fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(next) if *next == sign);
        self.next += usize::from(found);
        found
    }

    /// Takes the next word if it is this keyword, in any case.
    pub(super) fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(next) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    /// Takes this sign or says that it is missing.
    pub(super) fn expect(&mut self, sign: &str) -> Result<(), FilterError> {
        if self.sign(sign) { Ok(()) } else { Err(self.unexpected(&format!("{sign:?}"))) }
    }

    /// The error at the next word.
    pub(super) fn unexpected(&self, expected: &str) -> FilterError {
        let at = self.tokens.get(self.next).map_or(self.text.len(), |(_, at)| *at);
        let found = match self.peek() {
            Token::End => "the end of the filter".to_owned(),
            Token::Name(word) => format!("{word:?}"),
            Token::Quoted(word) => format!("the name {word:?}"),
            Token::Text(words) => format!("the text '{words}'"),
            Token::Number(number) => format!("the number {number}"),
            Token::Sign(sign) => format!("{sign:?}"),
        };
        wrong(self.text, at, format!("{expected} was expected, and {found} found"))
    }

    /// Runs `inner` one level deeper, or says that the filter nests too deep.
    pub(super) fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        if self.depth >= DEEPEST {
            let at = self.tokens.get(self.next).map_or(0, |(_, at)| *at);
            return Err(wrong(self.text, at, format!("the filter nests deeper than {DEEPEST} levels")));
        }
        self.depth += 1;
        let found = inner(self);
        self.depth -= 1;
        found
    }

    /// A number with its sign.
    pub(super) fn number(&mut self) -> Result<f64, FilterError> {
        let minus = self.sign("-");
        if !minus {
            self.sign("+");
        }
        match *self.peek() {
            Token::Number(number) => {
                self.take();
                Ok(if minus { -number } else { number })
            }
            _ => Err(self.unexpected("a coordinate")),
        }
    }

    /// An error at the word that was just taken.
    pub(super) fn before(&self, problem: String) -> FilterError {
        let at = self.tokens.get(self.next.saturating_sub(1)).map_or(0, |(_, at)| *at);
        wrong(self.text, at, problem)
    }
}
