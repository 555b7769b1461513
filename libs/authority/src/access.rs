use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Deserialize;
use types::PartnerName;

use crate::{Caller, Role, Scope};

/// What a caller may do: its roles, each for all partners or for some.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access(Vec<(Role, Scope)>);

impl Access {
    /// One role for all partners.
    #[must_use]
    pub fn whole(role: Role) -> Self {
        Self(vec![(role, Scope::All)])
    }

    /// The partners of those roles that the caller has, `None` without any of the roles.
    pub(crate) fn scope(&self, roles: impl Iterator<Item = Role>) -> Option<Scope> {
        let roles: Vec<_> = roles.collect();
        let mut scopes = self.0.iter().filter(|(role, _)| roles.contains(role)).map(|(_, it)| it);
        let first = scopes.next()?.clone();
        Some(scopes.fold(first, |all, scope| match (&all, scope) {
            (Scope::All, _) | (_, Scope::All) => Scope::All,
            (Scope::Partners(one), Scope::Partners(other)) if one == other => all,
            (Scope::Partners(one), Scope::Partners(other)) => {
                Scope::Partners(Arc::new(one.union(other).copied().collect()))
            }
        }))
    }

    /// Whether the caller may do nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the caller has a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.iter().any(|(it, _)| *it == role)
    }

    /// The roles that `counts` accepts.
    pub(crate) fn roles(&self, counts: impl Fn(Role) -> bool) -> Vec<Role> {
        let roles: BTreeSet<_> = self.0.iter().map(|(role, _)| *role).collect();
        roles.into_iter().filter(|role| counts(*role)).collect()
    }
}

/// What each caller may do. A caller without an entry may do nothing.
#[derive(Debug, Clone, Default)]
pub struct Bindings(BTreeMap<String, Arc<Access>>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    bindings: Vec<Binding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Binding {
    /// Id of the caller.
    caller: String,
    roles: Vec<String>,
    /// Partners that the roles are limited to. Absent means all.
    tenants: Option<Vec<String>>,
}

impl Bindings {
    /// Every unproven caller may do everything.
    #[must_use]
    pub fn unproven() -> Self {
        let operator = Arc::new(Access::whole(Role::Operator));
        Self(BTreeMap::from([(Caller::ANONYMOUS.to_owned(), operator)]))
    }

    /// Reads a file of bindings, TOML.
    ///
    /// # Errors
    /// Everything that is wrong with it, one problem per line.
    pub fn read(text: &str) -> Result<Self, String> {
        let File { bindings } = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut all = BTreeMap::<String, Access>::new();
        let mut problems = Vec::new();
        for binding in bindings {
            let mut wrong = |problem: String| {
                problems.push(format!("binding of `{}`: {problem}", binding.caller));
            };
            if binding.caller.trim().is_empty() {
                wrong("caller is empty".to_owned());
            }
            if binding.roles.is_empty() {
                wrong("roles are empty".to_owned());
            }
            let scope = match &binding.tenants {
                None => Scope::All,
                Some(tenants) => {
                    if tenants.is_empty() {
                        wrong("tenants are empty; leave them out to bind to all".to_owned());
                    }
                    let mut partners = BTreeSet::new();
                    for tenant in tenants {
                        match tenant.parse::<PartnerName>() {
                            Ok(partner) => _ = partners.insert(partner),
                            Err(error) => wrong(format!("tenant `{tenant}` {error}")),
                        }
                    }
                    Scope::Partners(Arc::new(partners))
                }
            };
            let access = all.entry(binding.caller.clone()).or_default();
            for role in &binding.roles {
                match role.parse() {
                    Ok(role) => access.0.push((role, scope.clone())),
                    Err(error) => wrong(error),
                }
            }
        }
        match problems.is_empty() {
            true => Ok(Self(all.into_iter().map(|(id, it)| (id, Arc::new(it))).collect())),
            false => Err(problems.join("\n")),
        }
    }

    /// What a caller may do.
    #[must_use]
    pub fn of(&self, caller: &Caller) -> Arc<Access> {
        self.0.get(caller.id()).cloned().unwrap_or_default()
    }
}
