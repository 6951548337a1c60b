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
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ReadPublished,
        Self::ReadScenario,
        Self::SaveScenario,
        Self::ReadVersions,
        Self::Draft,
        Self::Publish,
        Self::Erase,
        Self::ReadAudit,
    ];

    /// The least role that may. Nothing but this table decides.
    const fn least(self) -> Role {
        match self {
            Self::ReadPublished | Self::ReadScenario => Role::Anonymous,
            Self::SaveScenario | Self::ReadVersions => Role::Viewer,
            Self::Draft => Role::Coordinator,
            Self::Publish => Role::Editor,
            Self::Erase | Self::ReadAudit => Role::Owner,
        }
    }
}

/// May this actor do this to that? `owner_of` is whose the object is, where it is somebody's: a draft or a scenario is
/// changed by whoever made it, and by editors.
#[must_use]
pub fn may(actor: &super::Actor, action: Action, owner_of: Option<&str>) -> bool {
    let own = owner_of.is_none_or(|owner| owner == actor.name);
    let theirs = matches!(action, Action::Draft | Action::SaveScenario);
    actor.role >= action.least() && (own || !theirs || actor.role >= Role::Editor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Actor;

    #[test]
    fn each_role_may_what_those_before_it_may_and_strangers_only_read_what_is_published() {
        for action in Action::ALL {
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
}
