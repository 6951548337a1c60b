//! A provider of OpenID Connect that does what it should, or is told to do something else.

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};

/// A key it signs with.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    name: &'static str,
}

impl Key {
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
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// By the key, as it says.
    Right,
    /// Not at all, and says so.
    None,
    /// Not at all, and says otherwise.
    Missing,
    /// With a shared secret, which is what everybody may read of the public key.
    Shared,
    /// By the key, and says that something else must be understood.
    Critical,
}

/// What it does.
pub(crate) struct State {
    pub(crate) issuer: String,
    /// Keys that it publishes.
    pub(crate) published: Vec<Value>,
    pub(crate) key: Key,
    pub(crate) sign: Sign,
    /// Over what a right token would say; null takes it away.
    pub(crate) claims: Vec<(&'static str, Value)>,
    pub(crate) about_people: Value,
    pub(crate) is_down: bool,
    /// Whether only the address that gives tokens is.
    pub(crate) token_is_down: bool,
    /// What it calls itself.
    pub(crate) called: Option<String>,
    pub(crate) keys_asked: usize,
    /// Nonce, challenge and address to come back to, by code.
    codes: HashMap<String, [String; 3]>,
}

pub(crate) struct Standing {
    pub(crate) issuer: String,
    state: Arc<Mutex<State>>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Standing {
    pub(crate) fn new() -> Self {
        let key = Key::new("first");
        let state = State {
            issuer: String::new(),
            published: vec![key.public()],
            key,
            sign: Sign::Right,
            claims: Vec::new(),
            about_people: json!({"sub": "7f3"}),
            is_down: false,
            token_is_down: false,
            called: None,
            keys_asked: 0,
            codes: HashMap::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let held = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
                let router = Router::new().fallback(move |request| answer(Arc::clone(&held), request));
                tokio::select! {
                    served = axum::serve(listener, router).into_future() => served.expect("serves"),
                    _ = stopped => {}
                }
            });
        });
        let issuer = format!("http://{}", told.recv().expect("an address"));
        state.lock().expect("held").issuer.clone_from(&issuer);
        Self { issuer, state, stop: Some(stop) }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("held")
    }

    /// Somebody proved to it who they are: the code it gives to the browser.
    pub(crate) fn agreed(&self, nonce: &str, challenge: &str, back: &str) -> String {
        let mut state = self.state();
        let code = format!("code-{}", state.codes.len());
        state.codes.insert(code.clone(), [nonce, challenge, back].map(str::to_owned));
        code
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

async fn answer(held: Arc<Mutex<State>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 100_000).await.expect("a body");
    let mut state = held.lock().expect("held");
    if state.is_down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let issuer = state.issuer.clone();
    match parts.uri.path() {
        "/.well-known/openid-configuration" => axum::Json(json!({
            "issuer": state.called.as_ref().unwrap_or(&issuer),
            "authorization_endpoint": format!("{issuer}/authorize?tenant=1"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"), "userinfo_endpoint": format!("{issuer}/me"),
            "end_session_endpoint": format!("{issuer}/end"), "authorization_response_iss_parameter_supported": true,
        }))
        .into_response(),
        "/keys" => {
            state.keys_asked += 1;
            axum::Json(json!({"keys": state.published})).into_response()
        }
        "/token" if state.token_is_down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        "/token" => {
            let text = String::from_utf8(body.to_vec()).expect("a form");
            let form = reqwest::Url::parse(&format!("http://form/?{text}")).expect("a form");
            let form: HashMap<String, String> = form.query_pairs().into_owned().collect();
            let known = form.get("code").and_then(|code| state.codes.remove(code));
            let basic = base64::engine::general_purpose::STANDARD.encode("patchwork:a%20quiet%3Aword");
            let is_client = parts.headers.get("authorization").is_some_and(|said| *said == *format!("Basic {basic}"));
            let verifier = form.get("code_verifier").map(|word| URL_SAFE_NO_PAD.encode(Sha256::digest(word)));
            match known {
                Some([nonce, challenge, back])
                    if is_client && verifier.as_deref() == Some(challenge.as_str()) && form.get("redirect_uri") == Some(&back) =>
                {
                    axum::Json(json!({"id_token": token(&state, &nonce), "access_token": "access", "token_type": "Bearer"}))
                        .into_response()
                }
                _ => (StatusCode::BAD_REQUEST, axum::Json(json!({"error": "invalid_grant"}))).into_response(),
            }
        }
        "/me" if parts.headers.get("authorization").is_some_and(|said| said == "Bearer access") => {
            axum::Json(state.about_people.clone()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn token(state: &State, nonce: &str) -> String {
    let now = chrono::Utc::now().timestamp();
    let mut claims = json!({
        "iss": state.issuer, "aud": "patchwork", "sub": "7f3", "nonce": nonce, "iat": now, "exp": now + 300,
        "preferred_username": "jean@gridton.example", "name": "Jean Smith", "groups": ["everybody", "north team"],
    });
    for (name, value) in &state.claims {
        let members = claims.as_object_mut().expect("an object");
        if value.is_null() {
            members.remove(*name);
        } else {
            members.insert((*name).to_owned(), value.clone());
        }
    }
    let mut head = json!({"alg": "ES256", "kid": state.key.name, "typ": "JWT"});
    match state.sign {
        Sign::None => head["alg"] = json!("none"),
        Sign::Shared => head["alg"] = json!("HS256"),
        Sign::Critical => head["crit"] = json!(["exp"]),
        Sign::Right | Sign::Missing => {}
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&head), part(&claims));
    let signature = match state.sign {
        Sign::None | Sign::Missing => Vec::new(),
        Sign::Shared => {
            let public = state.key.pair.public_key().as_ref();
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, public);
            ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
        }
        Sign::Right | Sign::Critical => {
            let made = state.key.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
            made.as_ref().to_vec()
        }
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
