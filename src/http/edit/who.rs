//! Who a request is from: by the cookie of a stay, or by a token, which programs send as a bearer or as the password of
//! HTTP's basic way (QGIS, Excel and ArcGIS know that one).

use super::super::App;
use super::super::problem::Problem;
use crate::edit::Editing;
use crate::store::{Known, Role, hashed};
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

/// The cookie's name where the connection is encrypted: a browser takes it from this host alone.
pub(super) const SECURE: &str = "__Host-patchwork";
/// Its name where it is not, which is on this machine only.
pub(super) const PLAIN: &str = "patchwork_stay";
/// What a token begins with, so that it is known for one where it should not be.
pub(super) const TOKEN: &str = "patchwork_";

/// What a request says of who sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http) enum Credential {
    /// Nothing.
    None,
    /// What only this browser has.
    Stay(String),
    /// A token; the text is what was sent, whatever that is.
    Token(String),
}

/// What a request says of who sends it. A token goes before a cookie: whoever sends one means it.
pub(in crate::http) fn credential(app: &App, headers: &HeaderMap) -> Credential {
    if let Some(said) = headers.get(header::AUTHORIZATION) {
        return Credential::Token(said.to_str().ok().and_then(token).unwrap_or_default());
    }
    let name = if is_encrypted(app, headers) { SECURE } else { PLAIN };
    cookie(headers, name).map_or(Credential::None, Credential::Stay)
}

/// Whether the browser's own connection is encrypted, as far as the settings say or the proxy is believed.
pub(in crate::http) fn is_encrypted(app: &App, headers: &HeaderMap) -> bool {
    if let Some(public) = &app.public_url {
        return public.starts_with("https://");
    }
    let said = headers.get("x-forwarded-proto").and_then(|said| said.to_str().ok());
    app.behind_proxy && said.and_then(|list| list.split(',').next()).is_some_and(|first| first.trim() == "https")
}

/// A cookie of 64 hexadecimal digits.
pub(super) fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == wanted)?;
    (token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit())).then(|| token.to_owned())
}

fn token(said: &str) -> Option<String> {
    let (scheme, rest) = said.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

/// Who that is. A stay that is over is nobody's; a token that is not valid is refused, so that a program does not take
/// what everybody sees for what it may see.
pub(in crate::http) async fn known(editing: &Arc<Editing>, credential: &Credential) -> Result<Option<Known>, Problem> {
    let (secret, is_token) = match credential {
        Credential::None => return Ok(None),
        Credential::Stay(secret) => (secret, false),
        Credential::Token(secret) => (secret, true),
    };
    let (hash, asked) = (hashed(secret), Arc::clone(editing));
    let known =
        tokio::task::spawn_blocking(move || if is_token { asked.of_token(&hash) } else { asked.of_stay(&hash) });
    let known = known.await.map_err(|_| Problem::our_fault())??;
    if is_token && known.is_none() {
        return Err(Problem::unauthorized(
            "The token is not valid: it was ended, its time is over, or it never was. Make another on the page /account.",
        ));
    }
    Ok(known)
}

/// The role in which somebody reads what is published; remembered for a moment, since a map asks for it by the dozen.
pub(in crate::http) async fn role(editing: &Arc<Editing>, credential: &Credential) -> Result<Role, Problem> {
    let (Credential::Stay(secret) | Credential::Token(secret)) = credential else { return Ok(Role::Anonymous) };
    let hash = hashed(secret);
    if let Some(role) = editing.remembered(&hash) {
        return Ok(role);
    }
    let writes = editing.writes();
    let Some(known) = known(editing, credential).await? else { return Ok(Role::Anonymous) };
    editing.remember_reader(hash, known.actor.role, writes);
    Ok(known.actor.role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_as_a_bearer_or_as_the_password_of_the_basic_way() {
        assert_eq!(token("Bearer patchwork_1").as_deref(), Some("patchwork_1"));
        assert_eq!(token("bearer  patchwork_1 ").as_deref(), Some("patchwork_1"));
        assert_eq!(
            token(&format!("Basic {}", STANDARD.encode("jean:patchwork_1:2"))).as_deref(),
            Some("patchwork_1:2")
        );
        for odd in ["", "Bearer", "Basic !!!", "Digest x", "Basic amVhbg==", "patchwork_1"] {
            assert_eq!(token(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_cookie_is_taken_by_its_name_and_only_where_it_could_be_one() {
        let good = "a".repeat(64);
        let headers = |text: String| HeaderMap::from_iter([(header::COOKIE, text.parse().expect("a header"))]);
        assert_eq!(cookie(&headers(format!("x=1; {PLAIN}={good}")), PLAIN), Some(good.clone()));
        assert_eq!(cookie(&headers(format!("{PLAIN}={good}")), SECURE), None, "one of a neighbour is not taken");
        assert_eq!(cookie(&headers(format!("{PLAIN}=short")), PLAIN), None);
    }
}
