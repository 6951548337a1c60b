//! Passwords: argon2id, with the parameters that OWASP's cheat sheet on password storage asks for at least (19 MiB of
//! memory, two passes, one lane).

use super::{StoreError, Stored, secret};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::{Mutex, PoisonError};

/// Fewest letters of a password. ASVS 5.0 (6.2.1) asks for 8 and recommends 15; nothing else is asked of it.
const FEWEST: usize = 12;
/// Most letters: more would only be work for the machine.
const MOST: usize = 256;
/// What many people choose; a password that is one of these with signs round it is as good as none.
const COMMON: [&str; 24] = [
    "password",
    "qwerty",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "changeme",
    "abcdefgh",
    "12345678",
    "87654321",
    "11111111",
    "00000000",
    "monkey",
    "dragon",
    "football",
    "sunshine",
    "princess",
    "trustno",
    "superman",
    "baseball",
    "liverpool",
    "chelsea",
    "arsenal",
    "patchwork",
];
/// One is worked out at a time: each takes 19 MiB and some tens of milliseconds, whoever asks.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A password as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password(pub(super) String);

fn method() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

impl Password {
    /// What is kept of a password.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn of(words: &str) -> Stored<Self> {
        let odd = |error| StoreError::Refused(format!("The password cannot be kept: {error}"));
        let salt = SaltString::encode_b64(&secret()?.as_bytes()[..16]).map_err(odd)?;
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Self(method().hash_password(words.as_bytes(), &salt).map_err(odd)?.to_string()))
    }

    /// Whether these are the words. Without a password, which nobody has, it takes as long and is no.
    #[must_use]
    pub fn is(kept: Option<&Self>, words: &str) -> bool {
        // The hash of 32 bytes nobody knows, by the same parameters.
        const NOBODY: &str =
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBvdGhlciBzYWx0$YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE";
        let words: String = words.chars().take(2 * MOST).collect();
        let Ok(hash) = PasswordHash::new(kept.map_or(NOBODY, |kept| &kept.0)) else { return false };
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        method().verify_password(words.as_bytes(), &hash).is_ok() && kept.is_some()
    }
}

/// Why these words are no good password for this person, in words.
#[must_use]
pub fn too_weak(words: &str, name: &str) -> Option<String> {
    let letters = words.chars().count();
    if letters < FEWEST {
        return Some(format!(
            "Use at least {FEWEST} letters; a few words with spaces between them are easy to remember"
        ));
    }
    if letters > MOST {
        return Some(format!("Use at most {MOST} letters"));
    }
    let plain: String = words.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let mut signs: Vec<char> = plain.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    let name: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    // What remains once the well-known part is taken out must still be something.
    let rest = |known: &str| plain.replace(known, "").chars().count() < FEWEST / 2;
    if signs.len() < 5 || COMMON.iter().any(|known| plain.contains(known) && rest(known)) {
        return Some("This is one of the passwords that are tried first; use another".to_owned());
    }
    if name.chars().count() > 3 && plain.contains(&name) && rest(&name) {
        return Some("Your own name is tried first; use another password".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_kept_as_argon2id() {
        let kept = Password::of("seven blue tables").expect("kept");
        assert!(kept.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.0);
        assert!(Password::is(Some(&kept), "seven blue tables"));
        assert!(!Password::is(Some(&kept), "seven blue table") && !Password::is(Some(&kept), ""));
        assert_ne!(kept, Password::of("seven blue tables").expect("kept"), "each has a salt of its own");
    }

    #[test]
    fn what_nobody_has_is_worked_out_all_the_same_and_never_right() {
        assert!(!Password::is(None, "") && !Password::is(None, "seven blue tables"));
        assert!(!Password::is(None, &"é".repeat(3000)), "letters of two bytes are not cut in two");
        let odd = Password("not a hash".to_owned());
        assert!(!Password::is(Some(&odd), "not a hash"));
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for weak in ["short", "aaaaaaaaaaaaaaaa", "Password12345", "jean.smith!!!", "qwerty-qwerty-", "121212121212"] {
            assert!(too_weak(weak, "jean.smith").is_some(), "{weak}");
        }
        for good in ["seven blue tables", "my password is a herd of goats", "Größenwahn im Café"] {
            assert_eq!(too_weak(good, "jean.smith"), None, "{good}");
        }
    }
}
