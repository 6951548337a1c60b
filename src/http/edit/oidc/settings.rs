//! Who else vouches for people: the table `[sign_in]` of the settings.

use crate::store::Role;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Words that are never written out.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A provider of OpenID Connect, and what its word is worth here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// As people call it: *Gridton Council*.
    pub title: String,
    /// Its address, as it stands in its tokens.
    pub issuer: String,
    /// By which it knows this server.
    pub client_id: String,
    /// None for a public client.
    pub client_secret: Option<Secret>,
    /// A file of certificates (PEM) that are trusted beside the machine's own.
    pub ca_file: Option<PathBuf>,
    /// Where groups stand in its tokens, with full stops between: `groups`, `realm_access.roles`.
    #[serde(default = "groups")]
    pub claim: String,
    /// What is asked for beside `openid profile`, with spaces between.
    #[serde(default)]
    pub scope: String,
    /// Whom somebody without a role is told to ask.
    #[serde(default = "an_owner")]
    pub contact: String,
    /// Role by group; whoever is in several has the highest.
    pub roles: BTreeMap<String, String>,
    /// Keys of patches by group, for coordinators; `*` is all of the place. Without the table all coordinators have all.
    #[serde(default)]
    pub patches: BTreeMap<String, Vec<String>>,
}

fn groups() -> String {
    "groups".to_owned()
}

fn an_owner() -> String {
    "an owner of this place".to_owned()
}

impl SignIn {
    /// Whether it can be used.
    ///
    /// # Errors
    /// A sentence naming the key and what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        let issuer = reqwest::Url::parse(&self.issuer);
        let issuer = issuer.map_err(|error| format!("sign_in.issuer = {:?} is no address: {error}", self.issuer))?;
        if issuer.scheme() != "https" && !is_local(&issuer) {
            return Err(format!("sign_in.issuer = {:?} must begin with https://", self.issuer));
        }
        if issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(format!("sign_in.issuer = {:?} must have no ? and no #", self.issuer));
        }
        for (key, value) in [("title", &self.title), ("client_id", &self.client_id), ("claim", &self.claim)] {
            if value.trim().is_empty() {
                return Err(format!("sign_in.{key} must not be empty"));
            }
        }
        if self.roles.is_empty() {
            return Err("sign_in.roles must give a role to at least one group, as in staff = \"viewer\"".to_owned());
        }
        let odd = |word: &String| Role::named(word).is_none_or(|role| role == Role::Anonymous);
        if let Some((group, word)) = self.roles.iter().find(|(_, word)| odd(word)) {
            return Err(format!(
                "sign_in.roles gives {group:?} the role {word:?}; use viewer, coordinator, editor or owner"
            ));
        }
        if let Some(group) = self.patches.keys().find(|group| !self.roles.contains_key(*group)) {
            return Err(format!("sign_in.patches names the group {group:?}, which has no role in sign_in.roles"));
        }
        Ok(())
    }

    /// What somebody in these groups is here, and which patches are theirs (`None` for all); nothing where none of the
    /// groups has a role.
    pub(in crate::http::edit) fn role(&self, groups: &[&str]) -> Option<(Role, Option<Vec<String>>)> {
        let role = groups.iter().filter_map(|group| Role::named(self.roles.get(*group)?)).max()?;
        if role != Role::Coordinator || self.patches.is_empty() {
            return Some((role, None));
        }
        let own = groups.iter().filter_map(|group| self.patches.get(*group)).flatten();
        let own: BTreeSet<&String> = own.collect();
        if own.iter().any(|key| *key == "*") {
            return Some((role, None));
        }
        Some((role, Some(own.into_iter().cloned().collect())))
    }

    /// As a table of a settings file; the secret is not written.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut lines = vec!["[sign_in]".to_owned()];
        for (key, value) in [("title", &self.title), ("issuer", &self.issuer), ("client_id", &self.client_id)] {
            lines.push(format!("{key} = {}", quoted(value)));
        }
        if self.client_secret.is_some() {
            lines.push("# client_secret is set, and not written here".to_owned());
        }
        if let Some(file) = &self.ca_file {
            lines.push(format!("ca_file = {}", quoted(&file.to_string_lossy())));
        }
        for (key, value) in [("claim", &self.claim), ("scope", &self.scope), ("contact", &self.contact)] {
            lines.push(format!("{key} = {}", quoted(value)));
        }
        lines.push("[sign_in.roles]".to_owned());
        lines.extend(self.roles.iter().map(|(group, role)| format!("{} = {}", quoted(group), quoted(role))));
        if !self.patches.is_empty() {
            lines.push("[sign_in.patches]".to_owned());
        }
        for (group, keys) in &self.patches {
            let keys: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
            lines.push(format!("{} = [{}]", quoted(group), keys.join(", ")));
        }
        lines.join("\n") + "\n"
    }
}

/// Whether an address is on this machine, where nobody listens on the way.
pub(super) fn is_local(address: &reqwest::Url) -> bool {
    matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) const TEXT: &str = "title = \"Gridton\"\nissuer = \"https://id.example.org\"\nclient_id = \"patchwork\"\n\
        client_secret = \"quiet\"\n[roles]\nstaff = \"viewer\"\nnorth = \"coordinator\"\nsouth = \"coordinator\"\nit = \"owner\"\n\
        [patches]\nnorth = [\"N2\", \"N1\"]\nsouth = [\"S1\", \"N1\"]\n";

    fn read(text: &str) -> SignIn {
        toml::from_str(text).expect("a table")
    }

    #[test]
    fn the_highest_role_counts_and_patches_of_several_groups_are_put_together() {
        let settings = read(TEXT);
        assert_eq!(settings.check(), Ok(()));
        assert_eq!(settings.role(&[]), None);
        assert_eq!(settings.role(&["others", "Staff"]), None, "as it is written, capitals too");
        assert_eq!(settings.role(&["staff"]), Some((Role::Viewer, None)));
        let keys = |keys: &[&str]| Some(keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
        assert_eq!(settings.role(&["staff", "north"]), Some((Role::Coordinator, keys(&["N1", "N2"]))));
        assert_eq!(settings.role(&["south", "north"]), Some((Role::Coordinator, keys(&["N1", "N2", "S1"]))));
        assert_eq!(settings.role(&["south", "it"]), Some((Role::Owner, None)));
        let all = read(&TEXT.replace("\"S1\"", "\"*\""));
        assert_eq!(all.role(&["south", "north"]), Some((Role::Coordinator, None)));
        let none = read(&TEXT.replace("south = [\"S1\", \"N1\"]", ""));
        assert_eq!(none.role(&["south"]), Some((Role::Coordinator, keys(&[]))), "no patch is none, not all");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (from, to, word) in [
            ("https://id", "http://id", "https://"),
            ("https://id.example.org", "id", "sign_in.issuer"),
            ("https://id.example.org", "https://id.example.org/?a", "no ?"),
            ("\"viewer\"", "\"anonymous\"", "anonymous"),
            ("\"viewer\"", "\"Viewer\"", "Viewer"),
            ("[patches]\nnorth", "[patches]\nwest", "west"),
            ("\"patchwork\"", "\" \"", "client_id"),
        ] {
            let wrong = read(&TEXT.replace(from, to)).check().expect_err(to);
            assert!(wrong.contains(word), "{wrong}");
        }
        assert!(toml::from_str::<SignIn>(&format!("isuser = 1\n{TEXT}")).is_err());
        assert_eq!(read(&TEXT.replace("https://id.example.org", "http://127.0.0.1:9000/a")).check(), Ok(()));
    }

    #[test]
    fn the_secret_is_written_nowhere() {
        let settings = read(TEXT);
        assert!(!settings.to_toml().contains("quiet") && !format!("{settings:?}").contains("quiet"));
        let again: toml::Table = toml::from_str(&settings.to_toml()).expect("toml");
        let again: SignIn = again["sign_in"].clone().try_into().expect("the same table");
        assert_eq!(SignIn { client_secret: None, ..settings }, again);
    }
}
