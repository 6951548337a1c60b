//! Who may do what: one table, one function.

/// What somebody is in a workspace. Each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Anybody who asks.
    Anonymous,
    /// Somebody with a name who looks.
    Viewer,
    /// Brings records and corrections, as drafts.
    Coordinator,
    /// Publishes.
    Editor,
    /// Decides who is what, and what is erased.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::Anonymous, Self::Viewer, Self::Coordinator, Self::Editor, Self::Owner];

    /// The word in the database and on pages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Viewer => "viewer",
            Self::Coordinator => "coordinator",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// By which the audit knows them.
    pub name: String,
    /// What they are here.
    pub role: Role,
    /// Keys of the patches that are theirs; `None` for all of the place.
    pub patches: Option<Vec<String>>,
    /// Id of their account; `None` for whoever came in by the owner's link, and for nobody in particular.
    pub person: Option<String>,
}

impl Actor {
    /// Somebody.
    #[must_use]
    pub fn new(name: &str, role: Role) -> Self {
        Self { name: name.to_owned(), role, patches: None, person: None }
    }

    /// Nobody in particular.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new("anonymous", Role::Anonymous)
    }
}

/// What is asked to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read what is published.
    ReadPublished,
    /// Open a scenario by its link.
    ReadScenario,
    /// Save, rename or copy a scenario.
    SaveScenario,
    /// See the list of versions, and what is in them.
    ReadVersions,
    /// Bring a file, write a record, correct an asset: all are drafts.
    Draft,
    /// Make a draft the version in force, or go back to an earlier version.
    Publish,
    /// Erase an upload for good.
    Erase,
    /// Read who did what.
    ReadAudit,
    /// Read files as they were brought, with every record in them.
    ReadUploads,
    /// See and change one's own account: password, tokens, stays.
    Account,
    /// Decide who is what: invite, change, reset, erase.
    People,
    /// Decide who may see what.
    Settings,
}

/// How far a right goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Not at all.
    None,
    /// To what is one's own: what one made, and one's own patches.
    Own,
    /// To everything.
    All,
}

use Reach::{All, None as No, Own};

impl Action {
    /// Who may do what, and how far: anonymous, viewer, coordinator, editor, owner. Nothing but this table decides.
    pub const TABLE: [(Self, &'static str, [Reach; 5]); 12] = [
        (Self::ReadPublished, "read what is published, as far as its visibility goes", [All, All, All, All, All]),
        (Self::ReadScenario, "open a scenario by its link", [All, All, All, All, All]),
        (Self::SaveScenario, "save, rename or copy a scenario", [No, Own, Own, All, All]),
        (Self::ReadVersions, "see the versions and the names of their files", [No, All, All, All, All]),
        (Self::Draft, "bring a file, write a record, correct an asset, as a draft", [No, No, Own, All, All]),
        (Self::ReadUploads, "read a file as it was brought, with its records", [No, No, Own, All, All]),
        (Self::Publish, "publish a draft, go back to an earlier version", [No, No, No, All, All]),
        (Self::Erase, "erase an upload for good", [No, No, No, No, All]),
        (Self::ReadAudit, "read who did what", [No, No, No, No, All]),
        (Self::Account, "change one's own password, tokens and stays", [No, Own, Own, Own, Own]),
        (Self::People, "invite, change, reset and erase people", [No, No, No, No, All]),
        (Self::Settings, "decide who may see what", [No, No, No, No, All]),
    ];

    /// How far this role may do it.
    #[must_use]
    pub fn reach(self, role: Role) -> Reach {
        let row = Self::TABLE.iter().find(|(action, ..)| *action == self);
        row.and_then(|(_, _, reach)| reach.get(role as usize)).copied().unwrap_or(Reach::None)
    }
}

/// May this actor do this to that? `owner_of` is whose the object is, where it is somebody's: a draft or a scenario is
/// changed by whoever made it, and by editors.
#[must_use]
pub fn may(actor: &Actor, action: Action, owner_of: Option<&str>) -> bool {
    match action.reach(actor.role) {
        Reach::None => false,
        Reach::Own => owner_of.is_none_or(|owner| owner == actor.name),
        Reach::All => true,
    }
}

/// May this actor do this in the patch of this key? `None` is outside all patches, which is nobody's own.
#[must_use]
pub fn may_in(actor: &Actor, action: Action, patch: Option<&str>) -> bool {
    match (action.reach(actor.role), &actor.patches) {
        (Reach::None, _) => false,
        (Reach::All, _) | (Reach::Own, None) => true,
        (Reach::Own, Some(own)) => patch.is_some_and(|patch| own.iter().any(|key| key == patch)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_those_before_it_may_and_strangers_only_read_what_is_published() {
        for (action, ..) in Action::TABLE {
            let allowed: Vec<bool> =
                Role::ALL.iter().map(|role| may(&Actor::new("a", *role), action, Some("a"))).collect();
            assert!(allowed.windows(2).all(|pair| pair[0] <= pair[1]), "{action:?}");
            let anonymous = may(&Actor::anonymous(), action, None);
            assert_eq!(anonymous, matches!(action, Action::ReadPublished | Action::ReadScenario), "{action:?}");
        }
    }

    #[test]
    fn a_draft_is_changed_by_who_made_it_and_by_editors() {
        let coordinator = Actor::new("jean", Role::Coordinator);
        assert!(may(&coordinator, Action::Draft, Some("jean")));
        assert!(!may(&coordinator, Action::Draft, Some("ali")));
        assert!(may(&Actor::new("ed", Role::Editor), Action::Draft, Some("ali")));
        assert!(!may(&coordinator, Action::Publish, Some("jean")));
    }

    #[test]
    fn a_coordinator_writes_in_her_own_patches_and_in_no_other() {
        let mut jean = Actor::new("jean", Role::Coordinator);
        assert!(may_in(&jean, Action::Draft, Some("P1")) && may_in(&jean, Action::Draft, None), "all of the place");
        jean.patches = Some(vec!["P1".to_owned()]);
        assert!(may_in(&jean, Action::Draft, Some("P1")));
        assert!(!may_in(&jean, Action::Draft, Some("P2")) && !may_in(&jean, Action::Draft, None));
        assert!(!may_in(&jean, Action::Publish, Some("P1")));
        jean.patches = Some(Vec::new());
        assert!(!may_in(&jean, Action::Draft, Some("P1")), "no patch is none, not all");
        let mut ed = Actor::new("ed", Role::Editor);
        ed.patches = Some(vec!["P1".to_owned()]);
        assert!(may_in(&ed, Action::Draft, Some("P2")), "an editor works on the whole place");
    }

    #[test]
    fn the_table_of_the_manual_is_the_table_of_the_program() {
        let manual = include_str!("../../docs/accounts.md");
        for (_, words, reach) in Action::TABLE {
            let cell = |reach: &Reach| match reach {
                Reach::None => "–",
                Reach::Own => "own",
                Reach::All => "yes",
            };
            let cells: Vec<&str> = reach.iter().map(cell).collect();
            let row = format!("| {words} | {} |", cells.join(" | "));
            assert!(manual.contains(&row), "docs/accounts.md lacks the row {row}");
        }
    }
}
