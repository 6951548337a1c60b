//! An ID token: who vouches for whom, to whom, until when (OpenID Connect Core 1.0, 3.1.3.7; RFC 7515, 7517, 7518).
//!
//! Only signatures by a public key are taken: a token without one, or signed with a shared secret, is refused whatever it
//! says of itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde_json::Value;

/// Seconds that two clocks may differ.
const SKEW: i64 = 60;
/// Bytes of a token: a person in hundreds of groups.
const LONGEST: usize = 64 * 1024;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    /// Seconds since 1970.
    pub(super) now: i64,
}

/// Why a token is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// None of the keys that are known has signed it: the provider may have new ones.
    UnknownKey,
    /// For good, and why, for the log.
    Wrong(&'static str),
}

/// What a token says, once everything of it is right.
pub(super) fn verified(token: &str, keys: &[Value], expected: &Expected<'_>) -> Result<Value, Refused> {
    use Refused::Wrong;
    if token.len() > LONGEST {
        return Err(Wrong("it is too long"));
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Wrong("it is no token"))?;
    let (head, body) = signed.split_once('.').ok_or(Wrong("it is no token"))?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Wrong("it is not in base64url"));
    let json = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).map_err(|_| Wrong("it is not JSON"));
    let (head, signature) = (json(head)?, bytes(signature)?);
    let algorithm = head.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !["RS256", "PS256", "ES256"].contains(&algorithm) {
        return Err(Wrong("it is not signed with RS256, PS256 or ES256"));
    }
    if head.get("crit").is_some() {
        return Err(Wrong("it asks for what is not understood (crit)"));
    }
    let name = head.get("kid").and_then(Value::as_str);
    let fits = |key: &&Value| {
        let word = |member: &str| key.get(member).and_then(Value::as_str);
        word("use").is_none_or(|of| of == "sig")
            && word("alg").is_none_or(|own| own == algorithm)
            && name.is_none_or(|name| word("kid") == Some(name))
    };
    if !keys.iter().filter(fits).any(|key| has_signed(key, algorithm, signed.as_bytes(), &signature)) {
        return Err(Refused::UnknownKey);
    }
    let claims = json(body)?;
    said(&claims, expected)?;
    Ok(claims)
}

fn has_signed(key: &Value, algorithm: &str, signed: &[u8], signature: &[u8]) -> bool {
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok();
    let kind = key.get("kty").and_then(Value::as_str);
    match (kind, algorithm) {
        (Some("RSA"), "RS256" | "PS256") => {
            let (Some(n), Some(e)) = (part("n"), part("e")) else { return false };
            let how = if algorithm == "RS256" { &RSA_PKCS1_2048_8192_SHA256 } else { &RSA_PSS_2048_8192_SHA256 };
            RsaPublicKeyComponents { n, e }.verify(how, signed, signature).is_ok()
        }
        (Some("EC"), "ES256") if key.get("crv").and_then(Value::as_str) == Some("P-256") => {
            let (Some(x), Some(y)) = (part("x"), part("y")) else { return false };
            let point = [&[4_u8][..], &x, &y].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
        }
        _ => false,
    }
}

fn said(claims: &Value, expected: &Expected<'_>) -> Result<(), Refused> {
    use Refused::Wrong;
    let word = |name: &str| claims.get(name).and_then(Value::as_str);
    // A time that is no number is none, and not one that never comes.
    let time = |name: &str| claims.get(name).and_then(Value::as_f64);
    let now = expected.now as f64;
    let skew = SKEW as f64;
    if word("iss") != Some(expected.issuer) {
        return Err(Wrong("it is of another issuer"));
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&expected.client) {
        return Err(Wrong("it is for another client"));
    }
    let party = claims.get("azp");
    if party.map_or(audience.len() > 1, |party| party.as_str() != Some(expected.client)) {
        return Err(Wrong("it was given to another client"));
    }
    if time("exp").is_none_or(|end| end + skew <= now) {
        return Err(Wrong("its time is over"));
    }
    if time("iat").is_none_or(|made| made - skew > now) {
        return Err(Wrong("it is of the future"));
    }
    if claims.get("nbf").is_some() && time("nbf").is_none_or(|from| from - skew > now) {
        return Err(Wrong("its time has not come"));
    }
    if word("nonce") != Some(expected.nonce) {
        return Err(Wrong("it is the answer to another question"));
    }
    if word("sub").is_none_or(|subject| subject.is_empty() || subject.len() > 255) {
        return Err(Wrong("it names nobody"));
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    /// A provider's key.
    pub(crate) struct Signer {
        pair: EcdsaKeyPair,
        name: &'static str,
    }

    impl Signer {
        pub(crate) fn new(name: &'static str) -> Self {
            let random = SystemRandom::new();
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random);
            Self { pair: pair.expect("a key"), name }
        }

        pub(crate) fn public(&self) -> Value {
            let point = self.pair.public_key().as_ref();
            let part = |range| URL_SAFE_NO_PAD.encode(&point[range]);
            json!({"kty": "EC", "crv": "P-256", "kid": self.name, "use": "sig", "x": part(1..33), "y": part(33..65)})
        }

        pub(crate) fn sign(&self, head: &Value, claims: &Value) -> String {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let signed = format!("{}.{}", part(head), part(claims));
            let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
        }

        pub(crate) fn token(&self, claims: &Value) -> String {
            self.sign(&json!({"alg": "ES256", "kid": self.name}), claims)
        }
    }

    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://id.example.org", client: "patchwork", nonce: "n", now: 1_000_000 };

    fn claims(changes: &[(&str, Value)]) -> Value {
        let mut all = json!({
            "iss": "https://id.example.org", "aud": "patchwork", "sub": "jean", "nonce": "n", "iat": 999_990,
            "exp": 1_000_300,
        });
        for (name, value) in changes {
            let members = all.as_object_mut().expect("an object");
            if value.is_null() {
                members.remove(*name)
            } else {
                members.insert((*name).to_owned(), value.clone())
            };
        }
        all
    }

    #[test]
    fn what_is_signed_and_for_us_is_taken_and_everything_else_is_not() {
        let signer = Signer::new("a");
        let keys = [signer.public()];
        let taken = |changes: &[(&str, Value)]| verified(&signer.token(&claims(changes)), &keys, &EXPECTED).is_ok();
        assert!(taken(&[]));
        assert!(taken(&[("aud", json!(["other", "patchwork"])), ("azp", json!("patchwork"))]));
        assert!(taken(&[("exp", json!(999_950))]), "clocks differ by a minute");
        for (name, value) in [
            ("iss", json!("https://id.example.org/")),
            ("iss", Value::Null),
            ("aud", json!("other")),
            ("aud", json!(["other"])),
            ("aud", json!(["other", "patchwork"])),
            ("aud", Value::Null),
            ("azp", json!("other")),
            ("azp", json!(7)),
            ("exp", json!(999_940)),
            ("exp", json!("9999999999")),
            ("exp", Value::Null),
            ("iat", json!(1_000_061)),
            ("iat", Value::Null),
            ("nbf", json!(1_000_061)),
            ("nbf", json!("soon")),
            ("nonce", json!("m")),
            ("nonce", Value::Null),
            ("sub", json!("")),
            ("sub", json!(5)),
            ("sub", Value::Null),
        ] {
            assert!(!taken(&[(name, value.clone())]), "{name} {value}");
        }
    }

    #[test]
    fn no_signature_another_key_and_another_body_are_refused() {
        let (signer, other) = (Signer::new("a"), Signer::new("a"));
        let keys = [signer.public()];
        let check = |token: &str| verified(token, &keys, &EXPECTED);
        let good = signer.token(&claims(&[]));
        assert!(check(&good).is_ok());
        assert_eq!(check(&other.token(&claims(&[]))), Err(Refused::UnknownKey));
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let unsigned = format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims(&[])));
        assert!(matches!(check(&unsigned), Err(Refused::Wrong(_))));
        for algorithm in ["none", "HS256", "ES512", "es256", ""] {
            let head = json!({"alg": algorithm, "kid": "a"});
            assert!(check(&signer.sign(&head, &claims(&[]))).is_err(), "{algorithm}");
        }
        let crit = json!({"alg": "ES256", "kid": "a", "crit": ["b64"]});
        assert!(check(&signer.sign(&crit, &claims(&[]))).is_err());
        let parts: Vec<&str> = good.split('.').collect();
        let changed = format!("{}.{}.{}", parts[0], part(&claims(&[("sub", json!("ali"))])), parts[2]);
        assert!(check(&changed).is_err());
        for odd in ["", ".", "..", "a.b", "a.b.c", &good[..good.len() - 4], &format!("{good}.x")] {
            assert!(check(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_key_that_is_new_is_asked_for_and_one_for_encryption_is_none() {
        let (old, new) = (Signer::new("old"), Signer::new("new"));
        let token = new.token(&claims(&[]));
        assert_eq!(verified(&token, &[old.public()], &EXPECTED), Err(Refused::UnknownKey));
        assert!(verified(&token, &[old.public(), new.public()], &EXPECTED).is_ok());
        let mut wrong = new.public();
        wrong["use"] = json!("enc");
        assert_eq!(verified(&token, &[wrong], &EXPECTED), Err(Refused::UnknownKey));
    }

    #[test]
    fn signatures_by_rsa_that_another_library_made_are_right_in_their_own_way_alone() {
        // A key and signatures made by Node.js (OpenSSL).
        let key = json!({"kty": "RSA", "e": "AQAB", "n": "5Cx5TWRV5Eowy-U8SIHKlS0J2Jv27NShoulyxhgk3BMUUnV8XVzYgnjUCzxp-9L6uwwh_iZxn2vfvKHLvuK6BrVaq97bBjBQty3flVAcP-gkzco7l8J0BI5cIB2Lz-KTOOAB1EBhEHmErOuwNA-0KUZqsBEeNP3GAtGPaMvSbb8rKGSK8h-EtmP4EYs6lzfswGmuQMMfAVgpDZWJgZbllaN9MYObAGp2cYZcsMQt-nH8evIDwSOpsMiKYTQp3947_BwNsqLlsVsRzkGP_15jcw7HrnGpot29n3rOYEq8mHWq6vyxm5nCIDoVKIqj5o46T1wniQ_8X4dAbSOUgXRb0Q"});
        let signed = b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3ZjMifQ";
        let (rs, ps) = (
            "LUk3Cd3_-TjMu0bGKEkAIeeeeacBflgUnrhAwqPF3H4MsNxNDOzArk4lZDR--kSlZJrJ8Rx3gTRWPlqwFxtTSumf7CEOjizQiPu2yVB8rBUOp8xbcknZBK50Ib0guOjqsmgA2Cd2gttdQX1kl-olUKdIPh-DWXnHI39NE7Gc-cqcSPqspDSlwB4sTV3gL0gQkgfMGO2lyfpQU4M9J9cfXXubC0RD6Z8hmvvSvIyQZ6Q_0KJnjDdeE34gxFWPxwsXt0vAleOZkYYED2gLlikHH3zzH-VdUNfJUwYfkLz5BXk-Y-2blSzmCOiJmwcAQ6Rfsoc7yJHAHdSNbXKkBvhmOg",
            "P7Noq8x8GhDfMn10Oq3vapg2eNEYsdMXLysqyQgmzdUgq40dzcyzcDyoNvkbCU2FC0kr_Qcw-MEeXwup_ovMqDDF129Mlurbih8h1vvq26tAMuyGTpObv-ToNyvJ9VXLsdj7Hf0IEf6fKwcfUMOkOj-qb-V4m-EMDkH-faCIi5JHiPEq1fl92mmu3nDs4js_JEyeu7NXPP2B4urLWgON0GijMrXasyP4tjFdFrzGmpQ9CHvddLWlO9wHTsNl8AvmJ-7twrEmV1Q68SjNrr2M3rR28_1h4Bl_XuHt94mQ7drjOEnaczhbX-CYbrb0HjNxXEItn4nJPFVczOpqfPrMTw",
        );
        for (algorithm, signature, is_right) in
            [("RS256", rs, true), ("PS256", ps, true), ("RS256", ps, false), ("PS256", rs, false), ("ES256", rs, false)]
        {
            let signature = URL_SAFE_NO_PAD.decode(signature).expect("bytes");
            assert_eq!(has_signed(&key, algorithm, signed, &signature), is_right, "{algorithm}");
            assert!(!has_signed(&key, algorithm, &signed[1..], &signature), "{algorithm}");
        }
    }
}
