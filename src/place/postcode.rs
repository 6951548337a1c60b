//! How postcodes are written.

/// Letters and digits in capitals: the Post Office puts one space, files put none, two, or pad to seven.
#[must_use]
pub fn bare(postcode: &str) -> String {
    postcode.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// As people write it: a space before the last three, which are the inward code of every postcode of the United Kingdom.
#[must_use]
pub fn written(postcode: &str) -> String {
    let bare = bare(postcode);
    match bare.len().checked_sub(3).filter(|outward| (2..=4).contains(outward)) {
        Some(outward) => format!("{} {}", &bare[..outward], &bare[outward..]),
        None => bare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_is_written_as_people_write_it() {
        for (typed, right) in
            [("np10 0aa", "NP10 0AA"), ("M11AE", "M1 1AE"), (" bt9  7AB ", "BT9 7AB"), ("EC1A1BB", "EC1A 1BB")]
        {
            assert_eq!(written(typed), right);
        }
        // What is none stays as it is.
        assert_eq!(written("N1"), "N1");
        assert_eq!(written("é!"), "");
    }
}
