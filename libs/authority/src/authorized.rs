use std::sync::Arc;

use types::PartnerName;

use crate::{Access, Caller, Involves, Proof, Role, Scope};

/// Who may call a method.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    roles: &'static [Role],
    whole: bool,
}

impl Policy {
    /// A method for these roles, and for [`Role::Operator`].
    #[must_use]
    pub const fn of(roles: &'static [Role]) -> Self {
        Self { roles, whole: false }
    }

    /// The same roles, but only a caller that is bound to no partner: the method records what a partner
    /// must not record about itself, or is about no partner.
    #[must_use]
    pub const fn of_whole(roles: &'static [Role]) -> Self {
        Self { roles, whole: true }
    }

    /// The roles that may call the method.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        let others = self.roles.iter().copied().filter(|role| *role != Role::Operator);
        [Role::Operator].into_iter().chain(others)
    }
}

/// A caller of the server, with what it may do.
#[derive(Debug, Clone)]
pub struct Identified {
    /// The caller.
    pub caller: Caller,
    /// What it may do.
    pub access: Arc<Access>,
    /// For whom it calls, by its own claim, which only services are believed.
    pub on_behalf_of: Option<String>,
}

/// A caller that may call a method. Only [`Identified::authorize`] creates one, so a change without an
/// authorized caller does not compile.
#[derive(Debug, Clone)]
pub struct Authorized {
    caller: Caller,
    on_behalf_of: Option<String>,
    scope: Scope,
}

/// A change that is for none of the partners that its caller is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotForCaller {
    /// The id of the caller.
    pub caller: String,
    /// The partners that the change is for.
    pub partners: Vec<PartnerName>,
}

/// Why a caller may not call a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forbidden {
    /// The id of the caller.
    pub caller: String,
    /// The roles that the caller has; if it is bound, those of them that may call the method.
    pub has: Vec<Role>,
    /// The roles that may call the method.
    pub needs: Vec<Role>,
    /// Whether one of its roles would do, but is bound to partners.
    pub bound: bool,
}

impl Identified {
    /// For whom the calls are made that its call makes necessary.
    #[must_use]
    pub fn origin(&self) -> Option<Arc<str>> {
        origin(&self.caller, self.believed())
    }

    /// The caller that a service names.
    fn believed(&self) -> Option<&str> {
        self.on_behalf_of.as_deref().filter(|_| self.access.has(Role::Service))
    }

    /// Whether the caller may call a method of this policy.
    ///
    /// # Errors
    /// [`Forbidden`] with the roles that may.
    pub fn authorize(&self, policy: Policy) -> Result<Authorized, Forbidden> {
        let scope = self.access.scope(policy.roles());
        let bound = scope.is_some();
        match scope.filter(|scope| !policy.whole || *scope == Scope::All) {
            Some(scope) => {
                let on_behalf_of = self.believed().map(str::to_owned);
                Ok(Authorized { caller: self.caller.clone(), on_behalf_of, scope })
            }
            None => Err(Forbidden {
                caller: self.caller.to_string(),
                has: self.access.roles(|role| !bound || policy.roles().any(|it| it == role)),
                needs: policy.roles().collect(),
                bound,
            }),
        }
    }
}

/// The caller, or the one that it names. `None` for a caller without proof.
fn origin(caller: &Caller, on_behalf_of: Option<&str>) -> Option<Arc<str>> {
    let proven = caller.proof() != Proof::None;
    proven.then(|| on_behalf_of.map_or_else(|| caller.shared_id(), Into::into))
}

impl Authorized {
    /// As [`Identified::origin`].
    #[must_use]
    pub fn origin(&self) -> Option<Arc<str>> {
        origin(&self.caller, self.on_behalf_of())
    }

    /// The caller.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The caller of the service that makes this call.
    #[must_use]
    pub fn on_behalf_of(&self) -> Option<&str> {
        self.on_behalf_of.as_deref()
    }

    /// The partners that it may act for and see.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Checks that the caller may act for one of these partners.
    ///
    /// # Errors
    /// [`NotForCaller`] if it is bound to others.
    pub fn act_for(&self, partners: &[PartnerName]) -> Result<(), NotForCaller> {
        match self.scope == Scope::All || partners.iter().any(|it| self.scope.includes(it)) {
            true => Ok(()),
            false => {
                let (caller, partners) = (self.caller.to_string(), partners.to_vec());
                Err(NotForCaller { caller, partners })
            }
        }
    }

    /// The resource if the caller may see it.
    pub fn visible<T: Involves>(&self, it: Option<T>) -> Option<T> {
        it.filter(|it| self.scope.includes(it))
    }

    /// The resources that the caller may see.
    pub fn all_visible<T: Involves>(&self, mut all: Vec<T>) -> Vec<T> {
        all.retain(|it| self.scope.includes(it));
        all
    }
}
