//! Text made alike: without regard to case (`CASEI`) or accents (`ACCENTI`).

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text without regard to case, by full Unicode case folding: `Straße` and `STRASSE` are alike, and
/// so are the two small sigmas.
///
/// Lower, upper and lower case again, letter by letter, makes alike exactly what full case folding
/// makes alike (compared for every code point of Unicode 14), but for the Turkish dotless i, which
/// stays itself.
pub(super) fn case(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == 'ı' {
            folded.push(letter);
        } else {
            folded.extend(letter.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase));
        }
    }
    Cow::Owned(folded)
}

/// The text without accents: marks are taken off their letters (`ŵ` is `w`), and the letters with a
/// stroke that Unicode does not take apart become the plain one (`ø` is `o`).
pub(super) fn accents(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = text.nfd().filter(|letter| !is_combining_mark(*letter)).map(|letter| match letter {
        'ø' => 'o',
        'Ø' => 'O',
        'ł' => 'l',
        'Ł' => 'L',
        'đ' => 'd',
        'Đ' => 'D',
        'ħ' => 'h',
        'Ħ' => 'H',
        'ŧ' => 't',
        'Ŧ' => 'T',
        'ı' => 'i',
        other => other,
    });
    Cow::Owned(plain.nfc().collect())
}
