//! The product of the states that matter most, as one table to read and review.

use std::{fmt::Write, fs, path::Path};

use super::world::{SELLER, World, accepted, held, partnership};
use crate::domain::{
    AgreementKind, PartnershipState, RelationshipKind, RelationshipState, Role, RoleState, Standing,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden");

const HEADER: &str = "\
May a provider order something new for a customer, through a reseller or without one?

One line for every combination of these states. All else is in order: countries, locations,
PartnerIDs, attestation, and the reseller's own relationship with the customer.

seller        the provider's enrollment as indirect provider
reseller      the reseller's enrollment as indirect reseller; - where no reseller is named
partnership   between the two
customer      the relationship of the provider with the customer
MCA           whether the customer has accepted the Microsoft Customer Agreement
verdict       allowed or REFUSED
rules         that stand against it, in order of precedence; ON-1 once for each of the two

none          of seller or reseller: not enrolled; of the others: there is none
vetting       enrolled, and being vetted
qualified     vetted; the Microsoft Partner Agreement (MPA) is not accepted
active        vetted, and the MPA accepted; of a partnership: accepted by the reseller
suspended     was active before
invited       the reseller has not answered the invitation
requested     the customer has not answered the request to resell
manages       the provider may manage what the customer has
resale        the provider may sell to the customer

This table is written by `GOLDEN=write cargo test -p relationship golden`.
";

type State<T> = (&'static str, T);

const STANDINGS: [State<Option<RoleState>>; 5] = [
    ("none", None),
    ("vetting", Some(RoleState::Vetting)),
    ("qualified", Some(RoleState::Qualified)),
    ("active", Some(RoleState::Active)),
    ("suspended", Some(RoleState::Suspended)),
];

const PARTNERSHIPS: [State<Option<PartnershipState>>; 3] = [
    ("none", None),
    ("invited", Some(PartnershipState::Invited)),
    ("active", Some(PartnershipState::Active)),
];

const RELATIONSHIPS: [State<Option<(RelationshipKind, RelationshipState)>>; 4] = [
    ("none", None),
    ("requested", Some((RelationshipKind::Resale, RelationshipState::Requested))),
    ("manages", Some((RelationshipKind::Management, RelationshipState::Active))),
    ("resale", Some((RelationshipKind::Resale, RelationshipState::Active))),
];

/// A partner in this state of a role, with the MPA as far as the state takes it.
fn enroll(partner: &mut Standing, role: Role, kind: AgreementKind, state: Option<RoleState>) {
    let accepts = matches!(state, Some(RoleState::Active | RoleState::Suspended));
    partner.roles = state.map(|state| held(role, state)).into_iter().collect();
    partner.agreements = if accepts { vec![accepted(kind)] } else { Vec::new() };
}

/// Chains without a reseller and with one, each by its two columns.
fn chains() -> Vec<([&'static str; 2], World)> {
    let mut chains = vec![(["-", "-"], World::provider_alone())];
    for (standing, state) in STANDINGS {
        for (pair, pair_state) in PARTNERSHIPS {
            let mut world = World::through_reseller();
            let (role, kind) = (Role::IndirectReseller, AgreementKind::IndirectReseller);
            enroll(world.reseller(), role, kind, state);
            world.facts.partnership = pair_state.map(partnership);
            chains.push(([standing, pair], world));
        }
    }
    chains
}

fn table() -> String {
    let mut text = HEADER.to_owned();
    let mut line = |cells: [&str; 5], verdict: &str, rules: &str| {
        let [seller, reseller, pair, tie, mca] = cells;
        let cells = format!("{seller:<10}{reseller:<10}{pair:<12}{tie:<11}{mca:<4}{verdict:<8}");
        writeln!(text, "{}", format!("{cells}{rules}").trim_end()).unwrap();
    };
    line([""; 5], "", "");
    line(["seller", "reseller", "partnership", "customer", "MCA"], "verdict", "rules");
    for (seller, state) in STANDINGS {
        for ([reseller, pair], chain) in chains() {
            for (tie, tied) in RELATIONSHIPS {
                for (mca, agreed) in [("no", false), ("yes", true)] {
                    let mut world = chain.clone();
                    let (role, kind) = (Role::IndirectProvider, AgreementKind::IndirectProvider);
                    enroll(&mut world.facts.seller, role, kind, state);
                    world.unties(SELLER);
                    if let Some((kind, state)) = tied {
                        world.ties(SELLER, kind, state);
                    }
                    world.facts.customer.agreement.take_if(|_| !agreed);
                    let decision = world.decide();
                    let failed = decision.outcomes.iter().filter(|it| it.failed());
                    let failed: Vec<_> = failed.map(|it| it.rule.id).collect();
                    let verdict = if decision.allowed() { "allowed" } else { "REFUSED" };
                    line([seller, reseller, pair, tie, mca], verdict, &failed.join(" "));
                }
            }
        }
    }
    text
}

/// Compares a text with the one in a file, or writes it there when `GOLDEN=write` asks for that.
#[allow(clippy::disallowed_methods, reason = "a test is told by its environment what to write")]
pub(super) fn golden(file: &str, text: &str) {
    let path = Path::new(FOLDER).join(file);
    if std::env::var("GOLDEN").is_ok_and(|it| it == "write") {
        fs::create_dir_all(FOLDER).unwrap();
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    let hint = format!("tests/golden/{file} says something else; GOLDEN=write writes it anew");
    for (at, (golden, now)) in golden.lines().zip(text.lines()).enumerate() {
        assert_eq!(golden, now, "line {}: {hint}", at + 1);
    }
    assert_eq!(golden.len(), text.len(), "{hint}");
}

#[test]
fn decisions_are_those_of_the_golden_table() {
    golden("decisions.txt", &table());
}
