//! State changes of partnerships.

use proptest::{collection::vec, prelude::*, sample::select};
use rules::{Denial, Responsible, Role};
use types::{PartnershipName, ResourceVersion};
use uuid::Uuid;

use super::world::{
    EXPIRES, NOW, RESELLER, SELLER, at, enrollment, named, partner, partnership, violations,
};
use crate::domain::{
    Approved, Change, Ending, Partners, Partnership, PartnershipSide, PartnershipState, RoleState,
};

const PAIR: PartnershipName = PartnershipName::new(Uuid::from_u128(0xbb));

/// A revision other than the first.
const REVISION: i64 = 3;

fn partners(change: impl FnOnce(&mut Partners)) -> Partners {
    let mut partners = Partners {
        provider: partner(SELLER, Role::IndirectProvider),
        reseller: partner(RESELLER, Role::IndirectReseller),
        history: Vec::new(),
        name_taken: false,
    };
    change(&mut partners);
    partners
}

fn invite(change: impl FnOnce(&mut Partners)) -> Result<Change<Partnership>, Denial> {
    Partnership::invite(PAIR, &partners(change), at(EXPIRES), at(NOW))
}

/// The reseller accepts after a change since the invitation.
fn accept(change: impl FnOnce(&mut Partners)) -> Result<Approved<Partnership>, Denial> {
    let Partners { provider, reseller, .. } = partners(change);
    partnership(PartnershipState::Invited).accept(&provider, &reseller, at(NOW))
}

#[test]
fn an_invitation_creates_a_partnership_in_state_invited() {
    let Change { related, main } = invite(|_| ()).unwrap();
    assert_eq!((main.event(), main.decided_on()), ("PartnershipInvited", None));
    let expected = Partnership {
        name: PAIR,
        resource_version: ResourceVersion::first(at(NOW)),
        ..partnership(PartnershipState::Invited)
    };
    assert_eq!(main.into_after(), expected);
    assert!(related.is_empty());
}

#[test]
fn an_invitation_and_its_acceptance_require_both_roles_and_one_region() {
    type Row = (&'static str, fn(&mut Partners), &'static [&'static str]);
    let rows: [Row; 9] = [
        ("no provider", |it| it.provider.roles.clear(), &["PT-1 PROVIDER_NOT_ENROLLED"]),
        (
            "a direct-bill partner",
            |it| it.provider.roles = vec![enrollment(Role::DirectBill, RoleState::Active)],
            &["PT-1 PROVIDER_NOT_ENROLLED"],
        ),
        ("no reseller", |it| it.reseller.roles.clear(), &["ON-1 RESELLER_NOT_ENROLLED"]),
        (
            "a provider that is blocked",
            |it| it.provider.roles[0].block_time = Some(at(NOW)),
            &["ON-4 SELLER_NOT_REAUTHORIZED"],
        ),
        (
            "a reseller that is blocked",
            |it| it.reseller.roles[0].block_time = Some(at(NOW)),
            &["ON-4 RESELLER_NOT_REAUTHORIZED"],
        ),
        ("blocked soon", |it| it.reseller.roles[0].block_time = Some(at(NOW + 1)), &[]),
        (
            "another region",
            |it| it.reseller.moves_to("US"),
            &["REL-2 PARTNERS_IN_DIFFERENT_REGIONS"],
        ),
        ("another country", |it| it.reseller.moves_to("CH"), &[]),
        (
            "everything",
            |it| {
                it.provider.roles.clear();
                it.reseller.roles.clear();
                it.reseller.moves_to("US");
            },
            &[
                "PT-1 PROVIDER_NOT_ENROLLED",
                "ON-1 RESELLER_NOT_ENROLLED",
                "REL-2 PARTNERS_IN_DIFFERENT_REGIONS",
            ],
        ),
    ];
    for (what, change, expected) in rows {
        let refused = violations(accept(change));
        assert_eq!(named(&refused), expected, "{what}, since the invitation");
        let violations = violations(invite(change));
        assert_eq!(named(&violations), expected, "{what}");
        for it in violations {
            assert!(!it.inputs.is_empty() && !it.next_step.is_empty() && !it.source.is_empty());
        }
    }
}

#[test]
fn both_partners_are_in_vetting_qualified_or_active() {
    use RoleState::{Active, Qualified, Vetting};
    for state in RoleState::ALL {
        let allowed = [Vetting, Qualified, Active].contains(state);
        let expected = |word| if allowed { Vec::new() } else { vec![word] };
        let provider = invite(|it| it.provider.roles[0].state = *state);
        let refused = expected("PT-1 PROVIDER_NOT_ENROLLED");
        assert_eq!(named(&violations(provider)), refused, "a provider that is {state}");
        let reseller = invite(|it| it.reseller.roles[0].state = *state);
        let refused = expected("ON-1 RESELLER_NOT_ENROLLED");
        assert_eq!(named(&violations(reseller)), refused, "a reseller that is {state}");
        let accepted = accept(|it| it.reseller.roles[0].state = *state);
        assert_eq!(named(&violations(accepted)), refused, "{state} since the invitation");
    }
}

#[test]
fn an_open_partnership_or_an_existing_name_is_reported_before_any_rule() {
    for state in [PartnershipState::Invited, PartnershipState::Active] {
        let open = partnership(state);
        let denied = invite(|it| {
            it.history = vec![open.clone()];
            it.provider.roles.clear();
        });
        assert_eq!(denied.unwrap_err(), Denial::Exists(open.name.to_string()));
    }
    let denied = invite(|it| it.name_taken = true);
    assert_eq!(denied.unwrap_err(), Denial::Exists(PAIR.to_string()));
}

#[test]
fn the_predecessor_is_the_last_partnership_of_the_pair() {
    let [first, last] = [1, 2].map(|id| PartnershipName::new(Uuid::from_u128(id)));
    let ended = partnership(PartnershipState::Ended);
    let ended = [
        Partnership { name: last, predecessor: Some(first), ..ended.clone() },
        Partnership { name: first, ..ended },
    ];
    let after = |history: Vec<_>| invite(|it| it.history = history).unwrap().main.into_after();
    assert_eq!(after(Vec::new()).predecessor, None);
    assert_eq!(after(ended.to_vec()).predecessor, Some(last));
    assert_eq!(after(ended.into_iter().rev().collect()).predecessor, Some(last));
}

#[test]
fn an_invitation_records_the_expiry_of_the_previous_one() {
    let mut overdue = partnership(PartnershipState::Invited);
    overdue.expire_time = at(NOW);
    let Change { related, main } = invite(|it| it.history = vec![overdue.clone()]).unwrap();
    assert_eq!(main.after().predecessor, Some(overdue.name));
    let [expired] = related.try_into().unwrap();
    assert_eq!((expired.event(), expired.decided_on()), ("PartnershipExpired", Some(1)));
    let expected = Partnership {
        state: PartnershipState::Expired,
        ending: Some(Ending { by: None, detail: String::new(), time: at(NOW) }),
        resource_version: overdue.resource_version.next(at(NOW)),
        ..overdue.clone()
    };
    assert_eq!(expired.into_after(), expected);
    let again = invite(|it| it.history = vec![expected.clone()]).unwrap();
    assert!(again.related.is_empty(), "the expiry is recorded already");
    overdue.expire_time = at(NOW + 1);
    let early = invite(|it| it.history = vec![overdue.clone()]);
    assert_eq!(early.unwrap_err(), Denial::Exists(overdue.name.to_string()));
}

#[test]
fn an_invitation_ends_the_partnership_of_a_revoked_enrollment() {
    let before = partnership(PartnershipState::Active);
    let enrolled_again = |it: &mut Partners| {
        it.history = vec![before.clone()];
        it.reseller.roles[0].application = 2;
    };
    let Change { related, main } = invite(enrolled_again).unwrap();
    assert_eq!(main.after().predecessor, Some(before.name));
    let [ended] = related.try_into().unwrap();
    assert_eq!((ended.event(), ended.decided_on()), ("PartnershipEnded", Some(1)));
    let after = ended.into_after();
    assert_eq!(after.state, PartnershipState::Ended);
    assert_eq!(after.ending.map(|it| (it.by, it.time)), Some((None, at(NOW))));
    let ended = partnership(PartnershipState::Ended);
    let again = invite(|it| {
        enrolled_again(it);
        it.history = vec![ended];
    });
    assert!(again.unwrap().related.is_empty(), "the partnership has ended already");
    let invited = partnership(PartnershipState::Invited);
    let with_open_invitation = invite(|it| {
        enrolled_again(it);
        it.history = vec![invited.clone()];
    });
    assert_eq!(with_open_invitation.unwrap_err(), Denial::Exists(invited.name.to_string()));
    let accepted = accept(|it| it.reseller.roles[0].application = 2).unwrap();
    let applications = accepted.after().applications.map(|it| (it.provider, it.reseller));
    assert_eq!(applications, Some((1, 2)));
}

/// Calls on a partnership, with their events.
const CALLS: [(&str, &str); 5] = [
    ("AcceptPartnership", "PartnershipAccepted"),
    ("DeclinePartnership", "PartnershipDeclined"),
    ("WithdrawPartnership", "PartnershipWithdrawn"),
    ("EndPartnership by provider", "PartnershipEnded"),
    ("EndPartnership by reseller", "PartnershipEnded"),
];

fn step(it: Partnership, call: &str, now: i64) -> Result<Approved<Partnership>, Denial> {
    let (why, now) = ("why".to_owned(), at(now));
    match call {
        "AcceptPartnership" => {
            let provider = partner(SELLER, Role::IndirectProvider);
            it.accept(&provider, &partner(RESELLER, Role::IndirectReseller), now)
        }
        "DeclinePartnership" => it.decline(why, now),
        "WithdrawPartnership" => it.withdraw(why, now),
        "EndPartnership by provider" => it.end(PartnershipSide::Provider, why, now),
        _ => it.end(PartnershipSide::Reseller, why, now),
    }
}

/// State of a partnership after a call, as `state by side`; `None` if the call is refused.
fn model(state: &str, call: &str, now: i64) -> Option<&'static str> {
    match (state, call) {
        ("invited", _) if now >= EXPIRES => None,
        ("invited", "AcceptPartnership") => Some("active"),
        ("invited", "DeclinePartnership") => Some("declined by reseller"),
        ("invited", "WithdrawPartnership") => Some("withdrawn by provider"),
        ("active", "EndPartnership by provider") => Some("ended by provider"),
        ("active", "EndPartnership by reseller") => Some("ended by reseller"),
        _ => None,
    }
}

fn described(it: &Partnership) -> String {
    match it.ending.as_ref().and_then(|ending| ending.by) {
        None => it.state.to_string(),
        Some(side) => format!("{} by {side}", it.state),
    }
}

proptest! {
    /// Random calls at random times change a partnership like the model.
    #[test]
    fn a_partnership_changes_like_the_model(
        calls in vec((select(&CALLS[..]), select(&[0, 1, 500, 999, 1000][..])), 1..6),
    ) {
        let mut it = partnership(PartnershipState::Invited);
        it.resource_version.revision = REVISION;
        let mut now = NOW;
        for ((call, event), later) in calls {
            now += later;
            let before = it.clone();
            match (step(it.clone(), call, now), model(&described(&it), call, now)) {
                (Ok(approved), Some(to)) => {
                    prop_assert_eq!(described(approved.after()), to);
                    prop_assert_eq!(approved.event(), event);
                    prop_assert_eq!(approved.decided_on(), Some(before.resource_version.revision));
                    let after = approved.into_after();
                    prop_assert_eq!(after.resource_version, before.resource_version.next(at(now)));
                    let ending = after.ending.as_ref().map(|it| (it.detail.as_str(), it.time));
                    let expected = (to != "active").then(|| ("why", at(now)));
                    prop_assert_eq!(ending, expected);
                    let accepted = if to == "active" { Some(at(now)) } else { before.accept_time };
                    prop_assert_eq!(after.accept_time, accepted);
                    it = after;
                }
                (denied, expected) => {
                    prop_assert_eq!(expected, None, "{} is denied", call);
                    let violations = violations(denied);
                    prop_assert_eq!(named(&violations), ["STATE PARTNERSHIP_STATE_CONFLICT"]);
                    let state = before.state_at(at(now));
                    prop_assert_eq!(&violations[0].inputs[0].1, state.as_str());
                    prop_assert!(violations[0].explanation.contains(state.as_str()));
                    prop_assert_eq!(violations[0].responsible, Responsible::Caller);
                }
            }
        }
    }
}

#[test]
fn a_refused_call_lists_the_legal_calls() {
    for (state, legal) in [
        ("invited", "AcceptPartnership, DeclinePartnership, WithdrawPartnership"),
        ("active", "EndPartnership"),
        ("declined", "none"),
        ("withdrawn", "none"),
        ("expired", "none"),
        ("ended", "none"),
    ] {
        let it = partnership(state.parse().unwrap());
        let (reached, call) = match state {
            "invited" => (None, CALLS[3].0),
            "active" => (Some(CALLS[0].0), CALLS[1].0),
            _ => (None, CALLS[0].0),
        };
        if let Some(call) = reached {
            let violations = violations(step(it.clone(), call, NOW));
            assert_eq!(violations[0].next_step, "nothing to do");
        }
        let violations = violations(step(it, call, NOW));
        let inputs: Vec<_> = violations[0].inputs.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!((inputs[0], inputs[2]), (state, legal));
        let next_step = &violations[0].next_step;
        let legal = legal.replace(", WithdrawPartnership", " or WithdrawPartnership");
        assert!(next_step.contains(if legal == "none" { "InvitePartnership" } else { &legal }));
    }
}
