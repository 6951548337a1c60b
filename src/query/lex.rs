//! The words of a condition in text form.

use super::FilterError;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name or keyword.
    Name(String),
    /// A name in double quotes.
    Quoted(String),
    /// Words in single quotes.
    Text(String),
    /// A number without sign.
    Number(f64),
    /// An operator, a bracket or a comma.
    Sign(&'static str),
    /// Nothing more.
    End,
}

const SIGNS: [&str; 17] = ["<>", "<=", ">=", "!=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%", "^", ";"];

/// The error at a byte of the text.
pub(super) fn wrong(text: &str, byte: usize, problem: impl Into<String>) -> FilterError {
    let at = text.get(..byte).map_or(0, |before| before.chars().count()) + 1;
    FilterError::Syntax { at, problem: problem.into() }
}

/// Cuts a text into words, each with the byte where it begins; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            tokens.push((Token::End, at));
            return Ok(tokens);
        };
        let (token, used) = match first {
            '\'' => quoted(rest, '\'', true).map(|(words, used)| (Token::Text(words), used)),
            '"' => quoted(rest, '"', false).map(|(words, used)| (Token::Quoted(words), used)),
            c if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|d: char| d.is_ascii_digit())) => {
                number(rest)
            }
            c if c.is_alphabetic() || c == '_' || c == ':' => Some(name(rest)),
            _ => SIGNS.iter().find(|sign| rest.starts_with(**sign)).map(|sign| (Token::Sign(sign), sign.len())),
        }
        .ok_or_else(|| match first {
            '\'' | '"' => wrong(text, at, format!("the quotation that begins with {first} has no end")),
            _ => wrong(text, at, format!("{first:?} means nothing here")),
        })?;
        tokens.push((token, at));
        rest = &rest[used..];
    }
}

/// Words between quotes. The quote itself is written twice, or after a backslash where `backslash`.
fn quoted(text: &str, quote: char, backslash: bool) -> Option<(String, usize)> {
    let mut words = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        if letter == quote && next != Some(quote) {
            return Some((words, at + quote.len_utf8()));
        }
        if letter == quote || (backslash && letter == '\\' && next == Some(quote)) {
            letters.next();
            words.push(quote);
        } else {
            words.push(letter);
        }
    }
    None
}

fn number(text: &str) -> Option<(Token, usize)> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let power = digits(end + 1 + sign);
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    let number: f64 = text[..end].parse().ok()?;
    number.is_finite().then_some((Token::Number(number), end))
}

fn name(text: &str) -> (Token, usize) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))).unwrap_or(text.len());
    (Token::Name(text[..end].to_owned()), end)
}
