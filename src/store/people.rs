//! Who comes in: people, their invitations, stays and tokens, and who may see what.

use super::may::{Actor, Role};
use super::password::Password;
use super::{StoreError, Stored};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// By which everything here knows them; it never changes.
    pub id: String,
    /// By which whoever vouches for them knows them: `local:` and the id, or the issuer and the subject of OpenID
    /// Connect. Never an e-mail address, which moves from one person to the next.
    pub subject: String,
    /// The name they sign in with, and by which the audit knows them; nobody else ever gets it.
    pub name: String,
    /// What they are here.
    pub role: Role,
    /// Keys of the patches that are theirs; `None` for all of the place.
    pub patches: Option<Vec<String>>,
    /// Whether they come in at all.
    pub is_active: bool,
    /// Whether they have a password here.
    pub has_password: bool,
    /// Since when.
    pub made: DateTime<Utc>,
    /// When they last came in.
    pub seen: Option<DateTime<Utc>>,
}

impl Person {
    /// As whoever acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { name: self.name.clone(), role: self.role, patches: self.patches.clone(), person: Some(self.id.clone()) }
    }

    /// Whether they are known by somebody else's word, and have no password here.
    #[must_use]
    pub fn is_external(&self) -> bool {
        !self.subject.starts_with("local:")
    }
}

/// Who a request is from, as its cookie or its token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Who.
    pub actor: Actor,
    /// Until when, whatever they do.
    pub until: DateTime<Utc>,
    /// When they were last seen.
    pub seen: DateTime<Utc>,
    /// Whether it is a token that only reads.
    pub reads_only: bool,
}

/// Somebody who was invited, or whose password was reset: what the link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Who.
    pub person: Person,
    /// Until when the link lets them in, once.
    pub until: DateTime<Utc>,
}

/// A token for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its name in addresses.
    pub id: String,
    /// What it is for, in words.
    pub label: String,
    /// Whether it may change something.
    pub may_write: bool,
    /// Since when.
    pub made: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The day it was last used.
    pub seen: Option<DateTime<Utc>>,
}

/// Who may see what is published: the least role for the place, and for single collections more than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visibility {
    /// Who may see anything at all.
    pub place: Role,
    /// Who may fetch files: spreadsheets, GeoPackages, the map as one file.
    pub files: Role,
    /// Who may see this collection.
    pub collections: BTreeMap<String, Role>,
}

impl Default for Visibility {
    fn default() -> Self {
        Self { place: Role::Anonymous, files: Role::Anonymous, collections: BTreeMap::new() }
    }
}

impl Visibility {
    /// Whether everybody may see everything.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether this role may see the collection of this name.
    #[must_use]
    pub fn shows(&self, role: Role, collection: &str) -> bool {
        let least = self.collections.get(collection).copied().unwrap_or(Role::Anonymous);
        role >= self.place && role >= least
    }

    /// Whether this role may see everything that is published: what is worked out from all of it is for them alone.
    #[must_use]
    pub fn shows_all(&self, role: Role) -> bool {
        role >= self.place && self.collections.values().all(|least| role >= *least)
    }

    /// As names and values, for the database.
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        let word = |role: Role| role.word().to_owned();
        let own = self.collections.iter().map(|(id, role)| (format!("see {id}"), word(*role)));
        [("see".to_owned(), word(self.place)), ("files".to_owned(), word(self.files))].into_iter().chain(own).collect()
    }

    /// From names and values. A word that is no role is read as the owner: what is unclear is shown to nobody else.
    pub(super) fn read(rows: Vec<(String, String)>) -> Self {
        let mut read = Self::default();
        for (name, value) in rows {
            let role = Role::named(&value).unwrap_or(Role::Owner);
            match name.as_str() {
                "see" => read.place = role,
                "files" => read.files = role,
                other => {
                    if let Some(id) = other.strip_prefix("see ") {
                        read.collections.insert(id.to_owned(), role);
                    }
                }
            }
        }
        read
    }
}

/// Days for which a token of somebody whom another provider vouches for holds after they last signed in: whoever left is
/// not among its groups any more, and nobody tells us.
pub(super) const VOUCHED_DAYS: i64 = 30;

/// Whether somebody may have this name: it is typed on phones, stands in the audit, and is nobody's e-mail address.
///
/// # Errors
/// [`StoreError::Refused`] with what is wrong with it.
pub(super) fn is_fit(name: &str) -> Stored<()> {
    let signs = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '\'' | '’');
    let letters = name.chars().count();
    if !(2..=60).contains(&letters) || !name.chars().all(signs) || name.trim() != name || name.contains("  ") {
        let why = "A name has 2 to 60 letters, digits, spaces, full stops, hyphens and apostrophes; no e-mail address";
        return Err(StoreError::Refused(why.to_owned()));
    }
    if ["anonymous", "viewer", "coordinator", "editor", "owner", "operator"].contains(&name.to_lowercase().as_str()) {
        return Err(StoreError::Refused("This is the name of a role; use a person's".to_owned()));
    }
    Ok(())
}

/// What a database must keep of people. Each writing method is one transaction with its row in the audit.
#[allow(clippy::missing_errors_doc, reason = "the database may fail in every one; what else may is said at each")]
pub trait People {
    /// All people, by name.
    fn people(&self) -> Stored<Vec<Person>>;
    /// Somebody.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is nobody; so below.
    fn person(&self, id: &str) -> Stored<Person>;
    /// Who has this name here, and what is kept of their password.
    fn named(&self, name: &str) -> Stored<Option<(Person, Option<Password>)>>;
    /// Somebody new, with the link by which they come in first.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the name is taken, or no name.
    fn invite(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
        patches: Option<&[String]>,
        link: (&str, DateTime<Utc>),
    ) -> Stored<Person>;
    /// Another link for somebody; their password and all stays and tokens are void.
    fn reset(&self, actor: &Actor, person: &str, link: (&str, DateTime<Utc>)) -> Stored<()>;
    /// Who a link is for.
    fn invited(&self, key_hash: &str) -> Stored<Option<Invited>>;
    /// Uses a link up: from now on they have this password.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where it was used, or its time is over.
    fn accept(&self, key_hash: &str, password: Password) -> Stored<Person>;
    /// Another password for whoever has one; all stays but one end.
    fn change_password(&self, actor: &Actor, person: &str, password: Password, but: Option<&str>) -> Stored<()>;
    /// What somebody is from now on, which patches are theirs, and whether they come in. Somebody who does not come in
    /// any more has no stay and no token left.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where nobody would be left who decides.
    fn change_person(
        &self,
        actor: &Actor,
        person: &str,
        role: Role,
        patches: Option<&[String]>,
        is_active: bool,
    ) -> Stored<Person>;
    /// Takes somebody's account away, with everything kept of them but their name in what they did.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where nobody would be left who decides.
    fn erase_person(&self, actor: &Actor, person: &str) -> Stored<()>;
    /// Whoever another provider knows by this subject: made where they are new, changed to what it says of them.
    fn vouched(&self, subject: &str, name: &str, role: Role, patches: Option<&[String]>) -> Stored<Person>;
    /// Whoever another provider knows by this subject has no role here any more: no stay and no token of theirs is left.
    fn unvouched(&self, subject: &str) -> Stored<()>;
}

/// What a database must keep of who is in, and of who may see what.
#[allow(clippy::missing_errors_doc, reason = "the database may fail in every one; what else may is said at each")]
pub trait Stays {
    /// How many writes ended through this program; whoever remembers what was read knows by it whether to ask again.
    fn writes(&self) -> u64;
    /// A new link by which somebody comes in as this role until then; earlier links for the role are void.
    fn new_link(&self, role: Role, key_hash: &str, until: DateTime<Utc>) -> Stored<()>;
    /// Starts a stay by a link.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the link is not valid.
    fn enter(&self, key_hash: &str, token_hash: &str, until: DateTime<Utc>) -> Stored<Known>;
    /// Starts a stay of somebody who proved who they are; how they did is for the audit. The stay before, which this
    /// browser had, ends.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where they do not come in any more.
    fn begin_stay(
        &self,
        person: &str,
        how: &str,
        token_hash: &str,
        before: Option<&str>,
        until: DateTime<Utc>,
    ) -> Stored<Known>;
    /// Whose stay this is, if it is not over and they were seen since `idle`.
    fn stay(&self, token_hash: &str, idle: DateTime<Utc>) -> Stored<Option<Known>>;
    /// Notes that whoever has this stay was seen now.
    fn seen(&self, token_hash: &str) -> Stored<()>;
    /// Ends a stay.
    fn leave(&self, token_hash: &str) -> Stored<()>;
    /// Ends all stays of somebody but the one that is kept. Says how many.
    fn leave_everywhere(&self, actor: &Actor, person: &str, but: Option<&str>) -> Stored<usize>;
    /// A token for somebody's program.
    fn new_token(
        &self,
        actor: &Actor,
        person: &str,
        label: &str,
        may_write: bool,
        hash: &str,
        until: DateTime<Utc>,
    ) -> Stored<Token>;
    /// The tokens of somebody.
    fn tokens(&self, person: &str) -> Stored<Vec<Token>>;
    /// Ends a token.
    fn end_token(&self, actor: &Actor, person: &str, id: &str) -> Stored<()>;
    /// Whose token this is, if it is valid.
    fn by_token(&self, hash: &str) -> Stored<Option<Known>>;
    /// Notes that a token was used now.
    fn token_seen(&self, hash: &str) -> Stored<()>;

    /// Who may see what.
    fn visibility(&self) -> Stored<Visibility>;
    /// Decides who may see what.
    fn set_visibility(&self, actor: &Actor, visibility: &Visibility) -> Stored<()>;
    /// For how many days records of people are kept as files; `None`: until somebody erases them.
    fn record_days(&self) -> Stored<Option<u32>>;
    /// Decides it.
    fn set_record_days(&self, actor: &Actor, days: Option<u32>) -> Stored<()>;
}
