//! Verdicts in every state, as tables for review.

use std::fmt::Write;

use rules::{Purpose, Purposes, RULES, Role};
use testbed::golden;
use types::PartnerName;

use super::world::{
    NOW, OF_CUSTOMER, OF_SELLER, RESELLER, SELLER, STRANGER, World, accepted, at, enrollment, mca,
    partnership, relationship_with, review,
};
use crate::domain::{
    AccountState, CustomerAgreement, PartnershipState, RelationshipKind, RelationshipState,
    RoleState, Standing, Verdict,
};

const HEADER: &str = "\
Verdict of every transaction. Each table changes only the facts that it names; all other facts are
valid: roles, agreements, partnership, relationships, countries, locations, PartnerIDs, attestation.
Rules are independent of each other: if several facts are invalid, all their rules fail at once.

yes           allowed
ON-1,MPA-3    refused by these rules, in order of precedence; ListRules returns their texts
ORD-1?        undetermined: the request lacks input of these rules

purposes      new-subscription  buy a new subscription
              manage            manage existing subscriptions
              add-quantity      add units
              renew             renew manually
              change            reduce units, or change term or billing
              transfer-in       take over from another partner
              cancel            cancel
              automatic-renewal renew automatically

This file is written by `GOLDEN=write cargo test -p relationship golden`.
";

type State = (String, Box<dyn Fn(&mut World)>);

fn state(name: impl ToString, change: impl Fn(&mut World) + 'static) -> State {
    (name.to_string(), Box::new(change))
}

/// Sets a partner's only role to a state, with the MPA acceptance that the state requires.
fn enroll(partner: &mut Standing, role: Role, state: Option<RoleState>) {
    use RoleState::{Active, Restricted, Suspended};
    let accepts = matches!(state, Some(Active | Suspended | Restricted));
    partner.roles = state.map(|state| enrollment(role, state)).into_iter().collect();
    partner.agreements = if accepts { vec![accepted(&[role])] } else { Vec::new() };
}

/// States of a partner in one role.
fn standings(role: Role, of: fn(&mut World) -> &mut Standing) -> Vec<State> {
    let enrolled = [None].into_iter().chain(RoleState::ALL.iter().copied().map(Some));
    let mut states: Vec<_> = enrolled
        .map(|it| {
            let name = it.map_or("not enrolled", RoleState::as_str);
            state(name, move |world| enroll(of(world), role, it))
        })
        .collect();
    states.extend([
        state("active, MPA missing", move |world| of(world).agreements.clear()),
        state("active, MPA lapsed", move |world| {
            of(world).agreements[0].lapse_time = Some(at(NOW));
        }),
        state("active, MPA lapses in 1 s", move |world| {
            of(world).agreements[0].lapse_time = Some(at(NOW + 1));
        }),
        state("active, blocked", move |world| of(world).roles[0].block_time = Some(at(NOW))),
        state("active, blocked in 1 s", move |world| {
            of(world).roles[0].block_time = Some(at(NOW + 1));
        }),
    ]);
    states
}

fn partnerships() -> Vec<State> {
    let mut states = vec![state("none", |world| world.facts.partnership = None)];
    states.extend(
        PartnershipState::ALL.iter().map(|it| {
            state(it, |world: &mut World| world.facts.partnership = Some(partnership(*it)))
        }),
    );
    states.push(state("active, of an earlier enrollment", |world| {
        world.facts.partnership = Some(partnership(PartnershipState::Active));
        if let Some(enrolled) = world.reseller().roles.first_mut() {
            enrolled.application = 2;
        }
    }));
    states.push(state("invited, expired", |world| {
        let mut expired = partnership(PartnershipState::Invited);
        expired.expire_time = at(NOW);
        world.facts.partnership = Some(expired);
    }));
    states
}

/// States of the relationship between the customer and a partner.
fn relationships(partner: PartnerName) -> Vec<State> {
    let mut states = vec![state("none", move |world| world.remove_relationships(partner))];
    for kind in RelationshipKind::ALL {
        states.extend(RelationshipState::ALL.iter().map(|it| {
            let name = format!("{kind} {it}");
            state(name, move |world| world.set_relationship(partner, *kind, *it))
        }));
    }
    states.push(state("resale requested, expired", move |world| {
        world.remove_relationships(partner);
        let requested = RelationshipState::Requested;
        let mut expired = relationship_with(partner, RelationshipKind::Resale, requested);
        expired.expire_time = at(NOW);
        world.facts.relationships.push(expired);
    }));
    states
}

/// [`relationships`], and active ones acquired in each role.
fn relationships_by_role(partner: types::PartnerName) -> Vec<State> {
    let acquired = Role::ALL.iter().map(|role| {
        state(format!("resale as {role}"), move |world| {
            world.set_relationship(partner, RelationshipKind::Resale, RelationshipState::Active);
            world.facts.relationships.last_mut().unwrap().role = Some(*role);
        })
    });
    relationships(partner).into_iter().chain(acquired).collect()
}

fn agreements() -> Vec<State> {
    const NEW: i64 = 1_680_307_200;
    const OLD: i64 = NEW - 1;
    let mca = |time: i64| CustomerAgreement { accept_time: at(time), ..mca() };
    let accepted = |name: &str, time: Option<i64>| {
        state(name, move |world| world.facts.customer.agreement = time.map(mca))
    };
    let attested = |name: &str, by: PartnerName, time: i64, accepted: Option<i64>| {
        state(name, move |world| {
            world.facts.customer.agreement = accepted.map(mca);
            let resale = relationship_with(by, RelationshipKind::Resale, RelationshipState::Active);
            world.remove_relationships(by);
            world.facts.relationships.push(resale);
            world.attests(by, mca(time));
        })
    };
    vec![
        accepted("none", None),
        accepted("before 2023-04-01", Some(OLD)),
        accepted("on 2023-04-01", Some(NEW)),
        attested("attested by the seller before 2023-04-01", SELLER, OLD, None),
        attested("attested by the seller on 2023-04-01", SELLER, NEW, None),
        attested("attested on 2023-04-01, and accepted before", SELLER, NEW, Some(OLD)),
        attested("attested before, and accepted on 2023-04-01", SELLER, OLD, Some(NEW)),
        attested("attested by another partner on 2023-04-01", STRANGER, NEW, None),
        state("none, in China", |world| {
            world.facts.seller.moves_to("CN");
            world.facts.customer.country = "CN".parse().unwrap();
            world.facts.customer.agreement = None;
        }),
    ]
}

fn accounts() -> Vec<State> {
    let reviewed = AccountState::ALL
        .iter()
        .map(|it| state(it, |world: &mut World| world.facts.customer.account = Some(review(*it))));
    let mut states = vec![state("not reviewed", |world| world.facts.customer.account = None)];
    states.extend(reviewed);
    states
}

/// Owner of the shared services tenant, and whether provider and reseller are affiliates.
fn owners() -> Vec<State> {
    let group = || vec!["one owns the other".to_owned()];
    vec![
        state("the reseller's", |_| ()),
        state("the reseller's, affiliate of the provider", move |world| {
            world.facts.seller.affiliation = group();
        }),
        state("the provider's", |world| world.facts.customer.organization = OF_SELLER),
        state("the provider's, affiliate of the reseller", move |world| {
            world.facts.customer.organization = OF_SELLER;
            world.reseller().affiliation = group();
        }),
        state("another partner's", |world| world.facts.customer.organization = OF_CUSTOMER),
    ]
}

/// Parts of the order that the request contains.
fn requests() -> Vec<State> {
    vec![
        state("lines and attestation", |_| ()),
        state("no attestation", |world| world.transaction.attested = false),
        state("no lines", |world| world.transaction.lines.clear()),
        state("neither", |world| *world = world.clone().before_the_order()),
        state("neither, MPA of the seller missing", |world| {
            *world = world.clone().before_the_order();
            world.facts.seller.agreements.clear();
        }),
    ]
}

fn countries() -> Vec<State> {
    ["DE", "CH", "US", "RE"]
        .map(|code| state(code, move |world| world.facts.customer.country = code.parse().unwrap()))
        .into()
}

/// Changes of the customer after the purchase.
fn customers() -> Vec<State> {
    let affiliates = || vec!["A owns B".to_owned()];
    vec![
        state("unchanged", |_| ()),
        state("affiliate of the seller", move |world| {
            world.facts.seller.affiliation = affiliates();
        }),
        state("the seller's company", |world| {
            world.facts.customer.organization = world.facts.seller.organization;
        }),
        state("CSP tenant", |world| world.facts.buyer.csp_tenant = true),
        state("tenant of a partner", |world| world.facts.buyer.partners = vec![STRANGER]),
        state("in Russia, as the seller", |world| {
            world.facts.seller.moves_to("RU");
            world.facts.customer.country = "RU".parse().unwrap();
        }),
    ]
}

fn verdict(world: &World) -> String {
    let decision = world.decide();
    let failed = decision.outcomes.iter().filter(|it| it.failed()).map(|it| it.rule.id);
    let open = decision.outcomes.iter().filter(|it| it.lacks().is_some()).map(|it| it.rule.id);
    match decision.verdict() {
        Verdict::Allowed => "yes".to_owned(),
        Verdict::Refused => failed.collect::<Vec<_>>().join(","),
        Verdict::Undetermined => format!("{}?", open.collect::<Vec<_>>().join("?,")),
    }
}

/// Every state for every purpose.
fn by_purpose(text: &mut String, title: &str, what: &str, world: &World, states: &[State]) {
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.to_string());
    let head: Vec<_> = [what.to_owned()].into_iter().chain(purposes).collect();
    let rows = states.iter().map(|(name, change)| {
        let verdicts = Purpose::ALL.iter().map(|purpose| {
            let mut world = world.clone();
            world.transaction.purpose = *purpose;
            change(&mut world);
            verdict(&world)
        });
        [name.clone()].into_iter().chain(verdicts).collect()
    });
    table(text, title, &head, rows.collect());
}

/// Every combination of two facts, for a new subscription.
fn crossed(text: &mut String, title: &str, world: &World, sides: [(&str, &[State]); 2]) {
    let [(one, ones), (other, others)] = sides;
    let head = [one, other, "new-subscription"].map(str::to_owned);
    let mut rows = Vec::new();
    for (first, change) in ones {
        for (second, change_too) in others {
            let mut world = world.clone();
            change(&mut world);
            change_too(&mut world);
            rows.push(vec![first.clone(), second.clone(), verdict(&world)]);
        }
    }
    table(text, title, &head, rows);
}

/// Which rules apply to which purposes.
fn matrix(text: &mut String) {
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.to_string());
    let head: Vec<_> = ["rule".to_owned()].into_iter().chain(purposes).collect();
    let checked = RULES.iter().filter(|rule| rule.purposes != Purposes::NONE);
    let rows = checked.map(|rule| {
        let applies = Purpose::ALL.iter().map(|it| rule.purposes.contains(*it));
        let applies = applies.map(|it| if it { "applies" } else { "-" }.to_owned());
        [rule.id.to_owned()].into_iter().chain(applies).collect()
    });
    let title = "Rules by purpose, in order of precedence.";
    table(text, title, &head, rows.collect());
}

fn table(text: &mut String, title: &str, head: &[String], rows: Vec<Vec<String>>) {
    let lines: Vec<_> = [head.to_vec()].into_iter().chain(rows).collect();
    let width = |at: usize| lines.iter().map(|line| line[at].len()).max().unwrap();
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    writeln!(text, "\n{title}\n").unwrap();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let cells: Vec<_> = cells.collect();
        writeln!(text, "{}", cells.join("  ").trim_end()).unwrap();
    }
}

fn tables() -> String {
    let mut text = HEADER.to_owned();
    let text_to = &mut text;
    matrix(text_to);
    let provider = standings(Role::IndirectProvider, |it| &mut it.facts.seller);
    let direct = standings(Role::DirectBill, |it| &mut it.facts.seller);
    let reseller = standings(Role::IndirectReseller, World::reseller);
    let chain = World::through_reseller();
    let alone = World::direct_bill();
    by_purpose(text_to, "A direct-bill partner sells.", "direct-bill partner", &alone, &direct);
    let shared = World::shared_services();
    let title = "A direct-bill partner buys Azure for its own use.";
    by_purpose(text_to, title, "direct-bill partner", &shared, &direct);
    by_purpose(
        text_to,
        "A provider sells through a reseller: state of the provider.",
        "provider",
        &chain,
        &provider,
    );
    let title = "A provider sells through a reseller: state of the reseller.";
    by_purpose(text_to, title, "reseller", &chain, &reseller);
    let title = "The partnership of provider and reseller.";
    by_purpose(text_to, title, "partnership", &chain, &partnerships());
    let title = "The relationship of the customer with the seller.";
    by_purpose(text_to, title, "relationship", &alone, &relationships_by_role(SELLER));
    let title = "The relationship of the customer with the reseller.";
    by_purpose(text_to, title, "relationship", &chain, &relationships_by_role(RESELLER));
    let title =
        "The Microsoft Customer Agreement: accepted by the customer, or attested by a partner.";
    by_purpose(text_to, title, "MCA", &alone, &agreements());
    by_purpose(text_to, "The review of the customer's account.", "account", &alone, &accounts());
    let provider_alone = World::provider_alone();
    let title = "Changes of the customer; a provider sells without a reseller.";
    by_purpose(text_to, title, "customer", &provider_alone, &customers());
    let title = "The country of the customer's tenant; the partners are in France.";
    by_purpose(text_to, title, "country", &chain, &countries());
    let title = "Azure for own use through a reseller, into a shared services tenant.";
    let shared = World::shared_services_of_reseller();
    by_purpose(text_to, title, "owner", &shared, &owners());
    let title = "Parts of an order through a reseller that the request contains.";
    by_purpose(text_to, title, "request", &chain, &requests());
    let title = "A new subscription through a reseller: provider and reseller.";
    crossed(text_to, title, &chain, [("provider", &provider), ("reseller", &reseller)]);
    let title = "A new subscription through a reseller: reseller and partnership.";
    crossed(text_to, title, &chain, [("reseller", &reseller), ("partnership", &partnerships())]);
    let title = "A new subscription through a reseller: relationships with provider and reseller.";
    let sides = [("provider", &*relationships(SELLER)), ("reseller", &*relationships(RESELLER))];
    crossed(text_to, title, &chain, sides);
    let title = "A new subscription: MCA and account.";
    crossed(text_to, title, &alone, [("MCA", &agreements()[..3]), ("account", &accounts())]);
    text
}

#[test]
fn decisions_are_those_of_the_golden_tables() {
    golden("decisions.txt", &tables());
}
