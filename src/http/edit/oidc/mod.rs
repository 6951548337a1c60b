//! Somebody else who vouches for people, by OpenID Connect: the settings, the provider, and what its tokens must say.
//! The pages that lead there and back are `vouch.rs`.

mod provider;
mod settings;
mod token;

pub use provider::Provider;
pub(super) use provider::{Fault, state};
pub use settings::{Secret, SignIn};

/// Cookies that live through a sign-in.
pub(super) const CARRIED: (&str, &str) = ("__Host-patchwork-sign-in", "patchwork_sign_in");
