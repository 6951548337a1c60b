//! A provider of OpenID Connect: found by discovery, asked for a token by the code flow with PKCE (RFC 7636).
//!
//! State, nonce and verifier are made of one random word that the browser carries through, so that nothing is kept here
//! of sign-ins that are begun, and an answer to another browser's question is refused.

use super::settings::{SignIn, is_local};
use super::token::{Expected, Refused, verified};
use crate::store::hashed;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long one answer of the provider is waited for, and all that one sign-in needs.
const WAIT: Duration = Duration::from_secs(8);
const WAIT_FOR_ALL: Duration = Duration::from_secs(20);
/// Bytes of an answer of the provider.
const LONGEST: usize = 1024 * 1024;
/// How long what is found about the provider holds.
const HOLDS: Duration = Duration::from_secs(3600);
/// How often new keys are asked for, at most: a token with an odd key costs the provider nothing.
const AGAIN: Duration = Duration::from_secs(10);
/// Sign-ins that wait for the provider at once.
const AT_ONCE: usize = 32;

/// Why a sign-in elsewhere came to nothing; the words are for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::http::edit) enum Fault {
    /// The provider does not answer, or not as one.
    Silent(String),
    /// What came back is not taken.
    Refused(String),
}

use Fault::{Refused as No, Silent};

/// Another provider that vouches for people.
#[derive(Debug)]
pub struct Provider {
    pub(in crate::http::edit) settings: SignIn,
    client: reqwest::Client,
    found: Mutex<Option<Arc<Found>>>,
    /// When new keys were asked for last.
    renewed: Mutex<Option<Instant>>,
    places: Semaphore,
}

/// What a provider says of itself.
#[derive(Debug)]
struct Found {
    authorize: reqwest::Url,
    token: reqwest::Url,
    about_people: Option<reqwest::Url>,
    end: Option<reqwest::Url>,
    /// Whether its answers say whose they are (RFC 9207).
    tells_issuer: bool,
    /// Whether the client's secret is sent as HTTP's basic way has it.
    by_basic: bool,
    keys: Vec<Value>,
    at: Instant,
}

impl Provider {
    /// Of these settings. Nothing is asked of it yet: it may be down when this server starts.
    ///
    /// # Errors
    /// A sentence naming what is wrong with the settings.
    pub fn new(settings: &SignIn) -> Result<Arc<Self>, String> {
        settings.check()?;
        let mut client = reqwest::Client::builder().timeout(WAIT).redirect(reqwest::redirect::Policy::none());
        if reqwest::Url::parse(&settings.issuer).is_ok_and(|issuer| is_local(&issuer)) {
            client = client.no_proxy();
        }
        if let Some(file) = &settings.ca_file {
            let wrong = |why: &dyn std::fmt::Display| format!("sign_in.ca_file = {}: {why}", file.display());
            let pem = std::fs::read(file).map_err(|error| wrong(&error))?;
            let all = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
            if all.is_empty() {
                return Err(wrong(&"no certificate is in it; it must have lines BEGIN CERTIFICATE"));
            }
            client = all.into_iter().fold(client, reqwest::ClientBuilder::add_root_certificate);
        }
        let client = client.build().map_err(|error| format!("sign_in: {}", causes(&error)))?;
        let (found, renewed) = (Mutex::default(), Mutex::default());
        Ok(Arc::new(Self { settings: settings.clone(), client, found, renewed, places: Semaphore::new(AT_ONCE) }))
    }

    /// As people call it.
    pub(in crate::http::edit) fn title(&self) -> &str {
        &self.settings.title
    }

    async fn json(&self, request: reqwest::RequestBuilder) -> Result<Value, Fault> {
        let silent = |error: reqwest::Error| Silent(causes(&error));
        let mut answer = request.header("accept", "application/json").send().await.map_err(silent)?;
        let (status, mut bytes) = (answer.status(), Vec::new());
        while let Some(piece) = answer.chunk().await.map_err(silent)? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > LONGEST {
                return Err(Silent("its answer is too long".to_owned()));
            }
        }
        if status.is_client_error() {
            let said: String = String::from_utf8_lossy(&bytes).chars().take(300).collect();
            return Err(No(format!("it answered {status}: {said}")));
        }
        if !status.is_success() {
            return Err(Silent(format!("it answered {status}")));
        }
        serde_json::from_slice(&bytes).map_err(|_| Silent("it did not answer JSON".to_owned()))
    }

    /// What the provider says of itself: asked for at the first sign-in, every hour, and where a key is new.
    async fn found(&self, for_new_keys: bool) -> Result<Arc<Found>, Fault> {
        let held = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(found) = held {
            let is_fresh = found.at.elapsed() < HOLDS;
            if !for_new_keys && is_fresh || for_new_keys && !self.may_renew() {
                return Ok(found);
            }
        }
        // Whatever is wrong here is wrong with the provider or the settings, and not with who signs in.
        let found = self.discovered().await.map_err(|fault| match fault {
            No(why) | Silent(why) => Silent(why),
        })?;
        let found = Arc::new(found);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&found));
        Ok(found)
    }

    fn may_renew(&self) -> bool {
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        let may = renewed.is_none_or(|at| at.elapsed() >= AGAIN);
        if may {
            *renewed = Some(Instant::now());
        }
        may
    }

    async fn discovered(&self) -> Result<Found, Fault> {
        let issuer = &self.settings.issuer;
        let path = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let about = self.json(self.client.get(path)).await?;
        let is_local = reqwest::Url::parse(issuer).is_ok_and(|issuer| is_local(&issuer));
        let word = |name: &str| about.get(name).and_then(Value::as_str);
        let address = |name: &str| {
            let said = word(name).ok_or_else(|| Silent(format!("it does not say its {name}")))?;
            let read = reqwest::Url::parse(said).map_err(|_| Silent(format!("its {name} is no address")))?;
            if read.scheme() == "https" || is_local {
                Ok(read)
            } else {
                Err(Silent(format!("its {name} is not https")))
            }
        };
        if word("issuer") != Some(issuer) {
            let said = word("issuer").unwrap_or_default();
            return Err(Silent(format!("it calls itself {said:?}, and sign_in.issuer calls it otherwise")));
        }
        let keys = self.json(self.client.get(address("jwks_uri")?)).await?;
        let keys = keys.get("keys").and_then(Value::as_array).cloned();
        let ways = about.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        Ok(Found {
            authorize: address("authorization_endpoint")?,
            token: address("token_endpoint")?,
            about_people: address("userinfo_endpoint").ok(),
            end: address("end_session_endpoint").ok(),
            tells_issuer: about.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
            // What is not said is the basic way (OpenID Connect Discovery 1.0, 3).
            by_basic: ways.is_none_or(|ways| ways.iter().any(|way| way == "client_secret_basic")),
            keys: keys.ok_or_else(|| Silent("it has no keys".to_owned()))?,
            at: Instant::now(),
        })
    }

    /// Where a browser goes to sign in.
    pub(in crate::http::edit) async fn address(&self, carried: &str, back: &str) -> Result<String, Fault> {
        self.bounded(async {
            let mut address = self.found(false).await?.authorize.clone();
            address
                .query_pairs_mut()
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.settings.client_id)
                .append_pair("redirect_uri", back)
                .append_pair("scope", format!("openid profile {}", self.settings.scope).trim())
                .append_pair("state", &state(carried))
                .append_pair("nonce", &made(carried, "nonce"))
                .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(made(carried, "verifier"))))
                .append_pair("code_challenge_method", "S256");
            Ok(address.into())
        })
        .await
    }

    /// Where a browser signs out of the provider, where it has such a page.
    pub(in crate::http::edit) async fn end(&self, back: &str) -> Result<Option<String>, Fault> {
        self.bounded(async {
            let Some(mut address) = self.found(false).await?.end.clone() else { return Ok(None) };
            let mut pairs = address.query_pairs_mut();
            pairs.append_pair("client_id", &self.settings.client_id).append_pair("post_logout_redirect_uri", back);
            drop(pairs);
            Ok(Some(address.into()))
        })
        .await
    }

    /// What the provider says of whoever came back with this code; `issuer` is whose answer it says it is.
    pub(in crate::http::edit) async fn claims(
        &self,
        carried: &str,
        code: &str,
        issuer: Option<&str>,
        back: &str,
    ) -> Result<Value, Fault> {
        self.bounded(async {
            let found = self.found(false).await?;
            if issuer.map_or(found.tells_issuer, |issuer| issuer != self.settings.issuer) {
                return Err(No("the answer is another issuer's, or does not say whose".to_owned()));
            }
            let answer = self.json(self.exchange(&found, carried, code, back)).await?;
            let token = answer.get("id_token").and_then(Value::as_str);
            let token = token.ok_or_else(|| No("it gave no id_token".to_owned()))?;
            let nonce = made(carried, "nonce");
            let expected = Expected {
                issuer: &self.settings.issuer,
                client: &self.settings.client_id,
                nonce: &nonce,
                now: chrono::Utc::now().timestamp(),
            };
            let claims = match verified(token, &found.keys, &expected) {
                Err(Refused::UnknownKey) => verified(token, &self.found(true).await?.keys, &expected),
                other => other,
            };
            let claims = claims.map_err(|why| match why {
                Refused::UnknownKey => No("its token is signed by none of its keys".to_owned()),
                Refused::Wrong(why) => No(format!("its token is not taken: {why}")),
            })?;
            let access = answer.get("access_token").and_then(Value::as_str);
            match (self.said_of_groups(&claims), &found.about_people, access) {
                // Some providers say groups only where they are asked for them.
                (None, Some(address), Some(access)) => {
                    let more = self.json(self.client.get(address.clone()).bearer_auth(access)).await?;
                    let is_theirs = more.get("sub") == claims.get("sub");
                    if is_theirs { Ok(joined(claims, more)) } else { Err(No("it tells of another person".to_owned())) }
                }
                _ => Ok(claims),
            }
        })
        .await
    }

    fn exchange(&self, found: &Found, carried: &str, code: &str, back: &str) -> reqwest::RequestBuilder {
        let (id, verifier) = (self.settings.client_id.as_str(), made(carried, "verifier"));
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", &verifier),
        ];
        let encode = super::super::super::text::encode;
        let mut request = self.client.post(found.token.clone());
        match &self.settings.client_secret {
            // Each is encoded before they are put together (RFC 6749, 2.3.1).
            Some(secret) if found.by_basic => request = request.basic_auth(encode(id), Some(encode(&secret.0))),
            Some(secret) => pairs.extend([("client_id", id), ("client_secret", secret.0.as_str())]),
            None => pairs.push(("client_id", id)),
        }
        request.form(&pairs)
    }

    async fn bounded<T>(&self, asked: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Silent("as many sign-ins as may wait for it already".to_owned()));
        };
        let answered = tokio::time::timeout(WAIT_FOR_ALL, asked).await;
        answered.unwrap_or_else(|_| Err(Silent("it took too long".to_owned())))
    }

    fn said_of_groups<'a>(&self, claims: &'a Value) -> Option<&'a Value> {
        let name = &self.settings.claim;
        // A name may itself have full stops: https://example.org/groups.
        claims.get(name).or_else(|| name.split('.').try_fold(claims, |value, part| value.get(part)))
    }

    /// The groups of whoever the provider says this of.
    pub(in crate::http::edit) fn groups<'a>(&self, claims: &'a Value) -> Vec<&'a str> {
        match self.said_of_groups(claims) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// What the state must be of whoever carries this.
pub(in crate::http::edit) fn state(carried: &str) -> String {
    made(carried, "state")
}

fn made(carried: &str, what: &str) -> String {
    hashed(&format!("{what} {carried}"))
}

/// What the token says goes before what is told beside it.
fn joined(claims: Value, more: Value) -> Value {
    match (claims, more) {
        (Value::Object(claims), Value::Object(mut more)) => {
            more.extend(claims);
            Value::Object(more)
        }
        (claims, _) => claims,
    }
}

/// An error with what it comes of: "unknown issuer" stands three levels down.
fn causes(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}
