//! What a file refers to must be in it.

use std::{collections::BTreeMap, fmt};

use serde_saphyr::Location;
use types::{LocationAccountId, tenant_id};

use super::{At, Expect, Order, Role, Test, World};

/// Longest alias.
const LONGEST: usize = 63;

/// A problem of a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line and column, from 1.
    place: Option<(u64, u64)>,
    text: String,
}

/// All problems of a file, by place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problem {
    pub(super) fn anywhere(text: String) -> Self {
        Self { place: None, text }
    }

    fn at(place: Location, text: String) -> Self {
        Self { place: Some((place.line(), place.column())), text }
    }
}

impl From<&serde_saphyr::Error> for Problem {
    fn from(error: &serde_saphyr::Error) -> Self {
        let place = error.location().map(|it| (it.line(), it.column()));
        let text = error.without_snippet().to_string();
        // The rest is for programmers, or states the place again.
        let end =
            [" at line ", ", set DuplicateKeyPolicy"].iter().filter_map(|it| text.find(it)).min();
        let text = match text[..end.unwrap_or(text.len())].to_owned() {
            text if text.starts_with("budget breached") => {
                "the file has too many values; a YAML alias counts each time it is used".to_owned()
            }
            text => text,
        };
        Self { place, text }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}: ")?;
        }
        f.write_str(&self.text)
    }
}

impl Problems {
    /// The problems of the file with this name, one per line.
    #[must_use]
    pub fn of(&self, file: &str) -> String {
        let lines: Vec<_> = self.0.iter().map(|problem| format!("{file}:{problem}")).collect();
        lines.join("\n")
    }
}

/// Checks all aliases and references.
pub(super) fn all(world: &World) -> Result<(), Problems> {
    let mut check = Check { world, problems: Vec::new() };
    check.aliases();
    check.partners();
    check.customers();
    for order in world.orders.values() {
        check.order(order);
    }
    for test in &world.tests {
        check.test(test);
    }
    let mut problems = check.problems;
    problems.sort();
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

struct Check<'a> {
    world: &'a World,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn aliases(&mut self) {
        let World { organizations, partners, customers, offers, orders, .. } = self.world;
        let keys = organizations.keys().chain(partners.keys()).chain(customers.keys());
        for key in keys.chain(offers.keys()).chain(orders.keys()) {
            if !is_alias(key) {
                let text = format!(
                    "`{}` is not an alias; use 1 to {LONGEST} lower-case letters, digits and hyphens",
                    **key
                );
                self.problems.push(Problem::at(key.position(), text));
            }
        }
        for (alias, organization) in organizations {
            if let Some(other) = partners.get_key_value(alias) {
                self.same_company(alias, other.0, other.1.company.is_none());
            }
            if let Some(other) = customers.get_key_value(alias) {
                self.same_company(alias, other.0, other.1.company.is_none());
            }
            for owner in organization.owners.keys() {
                self.company(owner);
            }
        }
        for (alias, customer) in customers {
            if let Some((other, partner)) = partners.get_key_value(alias) {
                let own = customer.company.is_none() && partner.company.is_none();
                self.same_company(alias, other, own);
            }
        }
    }

    /// Two entries with one alias may not describe the same company.
    fn same_company(&mut self, one: &At<String>, other: &At<String>, own: bool) {
        if own {
            let text = format!(
                "`{}` describes the company that line {} describes; use another alias, or state `company`",
                **one,
                other.position().line()
            );
            self.problems.push(Problem::at(one.position(), text));
        }
    }

    fn partners(&mut self) {
        for partner in self.world.partners.values() {
            partner.company.iter().for_each(|it| self.company(it));
            if let Some(location) = &partner.location
                && let Err(problem) = location.parse::<LocationAccountId>()
            {
                self.problems.push(Problem::at(location.position(), problem.to_string()));
            }
            for provider in &partner.providers {
                self.partner(provider, &[Role::Provider]);
            }
            if let Some(first) = partner.providers.first()
                && partner.role != Role::Reseller
            {
                let text = "only a reseller has providers; remove them, or change the role";
                self.problems.push(Problem::at(first.position(), text.to_owned()));
            }
        }
    }

    fn customers(&mut self) {
        for customer in self.world.customers.values() {
            customer.company.iter().for_each(|it| self.company(it));
            let partners = customer.sold_by.iter().chain(&customer.managed_by);
            for partner in partners.chain(&customer.requested_by) {
                self.partner(partner, &[]);
            }
            for partner in &customer.attested_by {
                self.partner(partner, &[Role::Provider, Role::DirectBill]);
                if !customer.sold_by.contains(partner) {
                    let text = format!(
                        "add {} to `sold_by`: only a partner that sells to the customer attests",
                        **partner
                    );
                    self.problems.push(Problem::at(partner.position(), text));
                }
            }
        }
    }

    fn order(&mut self, order: &Order) {
        self.partner(&order.seller, &[]);
        for reseller in order.reseller.iter().chain(&order.additional_resellers) {
            self.partner(reseller, &[]);
        }
        self.customer(&order.customer);
        if let Some(id) = &order.partner_id
            && !self.world.partners.contains_key(id.as_str())
            && id.parse::<LocationAccountId>().is_err()
        {
            let text = format!("`{}` is neither a partner of the file nor a PartnerID", **id);
            self.problems.push(Problem::at(id.position(), text));
        }
        let offers = &self.world.offers;
        self.known(&order.offer, "offer", offers.contains_key(&order.offer), offers);
    }

    fn test(&mut self, test: &At<Test>) {
        let questions = [test.order.is_some(), test.check.is_some(), test.call.is_some()];
        if questions.iter().filter(|it| **it).count() != 1 {
            let text = "a test has exactly one of `order`, `check` and `call`";
            self.problems.push(Problem::at(test.position(), text.to_owned()));
        }
        if matches!(&test.expect, Expect::Refused(rules) if rules.is_empty()) {
            let text = "`refused` needs at least one rule";
            self.problems.push(Problem::at(test.position(), text.to_owned()));
        }
        test.order.iter().for_each(|order| self.order(order));
        if let Some(check) = &test.check {
            self.partner(&check.seller, &[]);
            check.reseller.iter().for_each(|it| self.partner(it, &[]));
            self.customer(&check.customer);
        }
    }

    /// A company: an organization, or a partner or customer without `company`.
    fn company(&mut self, alias: &At<String>) {
        let World { organizations, partners, customers, .. } = self.world;
        let known = organizations.contains_key(alias)
            || partners.get(alias).is_some_and(|it| it.company.is_none())
            || customers.get(alias).is_some_and(|it| it.company.is_none());
        self.known(alias, "company", known, organizations);
    }

    fn customer(&mut self, alias: &At<String>) {
        let customers = &self.world.customers;
        self.known(alias, "customer", customers.contains_key(alias), customers);
    }

    /// A partner in one of the roles; no roles mean any.
    fn partner(&mut self, alias: &At<String>, roles: &[Role]) {
        let partners = &self.world.partners;
        let partner = partners.get(alias);
        self.known(alias, "partner", partner.is_some(), partners);
        if let Some(partner) = partner
            && !roles.is_empty()
            && !roles.contains(&partner.role)
        {
            let text = format!(
                "`{}` has another role; name a provider{}",
                **alias,
                match roles.len() {
                    1 => "",
                    _ => " or a direct-bill partner",
                }
            );
            self.problems.push(Problem::at(alias.position(), text));
        }
    }

    fn known<T>(
        &mut self,
        alias: &At<String>,
        kind: &str,
        known: bool,
        all: &BTreeMap<At<String>, T>,
    ) {
        if known {
            return;
        }
        let mut names: Vec<_> = all.keys().map(|it| it.as_str()).collect();
        names.truncate(10);
        let advice = match names.is_empty() {
            true => "the file has none".to_owned(),
            false => format!("the file has {}", names.join(", ")),
        };
        let text = format!("the file has no {kind} `{}`; {advice}", **alias);
        self.problems.push(Problem::at(alias.position(), text));
    }
}

fn is_alias(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let plain = (1..=LONGEST).contains(&text.len()) && text.chars().all(allowed);
    plain || (tenant_id(text).is_ok() && text == text.to_lowercase())
}
