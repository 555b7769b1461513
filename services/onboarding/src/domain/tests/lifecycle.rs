//! Random action sequences on an enrollment, compared with an independent model that shares no
//! code with the domain.

use jiff::tz::TimeZone;
use proptest::{collection::vec, prelude::*};
use rules::{Denial, Move, Role};
use types::Timestamp;
use uuid::Uuid;

use super::world::{acceptance, at, email, location, partner};
use crate::domain::{
    AgreementKind, Approved, EnrollmentState, LocationFacts, NewAgreement, Partner,
    SuspensionCause, VettingCheck, VettingResult, lifecycle::LIFECYCLE,
};

const DAY: i64 = 24 * 3600;
const ROLE: Role = Role::IndirectReseller;

/// An action that a sequence can contain at any point.
#[derive(Debug, Clone, Copy)]
enum Action {
    Enroll,
    Submit,
    Pass(usize),
    Fail(usize),
    Resubmit,
    Rename,
    Locate,
    Accept,
    Suspend,
    Reinstate,
    Revoke,
    Wait(i64),
}

/// The independent model. State names are those of the wire format.
#[derive(Debug, Default, Clone)]
struct Model {
    state: &'static str,
    since: i64,
    passed: usize,
    located: bool,
    accepted: bool,
}

impl Model {
    fn new() -> Self {
        Self { state: "none", ..Self::default() }
    }

    fn advance_to(&mut self, now: i64) {
        if self.state == "rejected" && now - self.since >= 30 * DAY {
            self.state = "suspended";
        }
    }

    /// Applies an action and returns whether the state allows it.
    fn apply(&mut self, what: Action, now: i64) -> bool {
        let before = self.clone();
        let vetted = |it: &Self| if it.located && it.accepted { "active" } else { "qualified" };
        let next = match (what, self.state) {
            (Action::Enroll, "none") => "draft",
            (Action::Enroll, "revoked") if now >= a_year_after(self.since) => {
                self.accepted = false;
                "draft"
            }
            (Action::Submit, "draft") | (Action::Resubmit, "rejected") => "vetting",
            (Action::Pass(check), "vetting") if check == self.passed => {
                self.passed += 1;
                if self.passed == 3 { vetted(self) } else { "vetting" }
            }
            (Action::Fail(check), "vetting") if check == self.passed => "rejected",
            (Action::Rename, "vetting" | "qualified" | "active") => "vetting",
            (Action::Rename, "suspended") if self.passed > 0 => {
                self.passed = 0;
                "suspended"
            }
            (Action::Suspend, "qualified" | "active") => "suspended",
            (Action::Reinstate, "suspended") if self.passed == 3 => vetted(self),
            (Action::Reinstate, "suspended") => "vetting",
            (Action::Revoke, "suspended") => "revoked",
            (Action::Locate, _) if !self.located => {
                self.located = true;
                self.state
            }
            (Action::Accept, "qualified" | "active" | "suspended")
                if self.located && self.passed == 3 =>
            {
                self.accepted = true;
                if self.state == "qualified" { "active" } else { self.state }
            }
            _ => return false,
        };
        let begins =
            matches!(what, Action::Submit | Action::Resubmit | Action::Rename | Action::Enroll);
        if next == "draft" || next == "vetting" && (begins || before.state == "suspended") {
            self.passed = 0;
        }
        if next == "qualified" && self.located && self.accepted {
            self.state = "active";
        } else {
            self.state = next;
        }
        if self.state != before.state || begins {
            self.since = now;
        }
        true
    }
}

/// The same day and time a year later, 28 February for the 29th.
fn a_year_after(second: i64) -> i64 {
    let time = at(second).to_zoned_datetime(TimeZone::UTC);
    let later = |day: i8| time.with().day(day).year(time.year() + 1).build();
    later(time.day()).or_else(|_| later(28)).unwrap().timestamp().as_second()
}

fn decide(partner: Partner, what: Action, now: Timestamp) -> Result<Approved<Partner>, Denial> {
    let check = |nth: usize| VettingCheck::ALL[nth];
    match what {
        Action::Enroll => partner.enroll(ROLE, email("ada@contoso.com"), now),
        Action::Submit => partner.submit(ROLE, now),
        Action::Pass(nth) => {
            partner.record_vetting(ROLE, check(nth), VettingResult::Authorized, now)
        }
        Action::Fail(nth) => {
            let failed = VettingResult::Rejected("why".to_owned());
            partner.record_vetting(ROLE, check(nth), failed, now)
        }
        Action::Resubmit => partner.resubmit(ROLE, None, now),
        Action::Rename => {
            partner.restart_vetting(now)?.ok_or(Denial::Missing("nothing to vet".to_owned()))
        }
        Action::Locate => {
            partner.associate_location(location("1001", "FR"), &LocationFacts::default(), now)
        }
        Action::Accept => {
            let new = acceptance(AgreementKind::IndirectReseller);
            let new = NewAgreement { accept_time: now, ..new };
            partner.accept_agreement(new, Uuid::from_u128(7), now)
        }
        Action::Suspend => partner.suspend(ROLE, SuspensionCause::Abuse, "why".to_owned(), now),
        Action::Reinstate => partner.reinstate(ROLE, now),
        Action::Revoke => partner.revoke(ROLE, "why".to_owned(), now),
        Action::Wait(_) => Err(Denial::Missing("waiting is not a move".to_owned())),
    }
}

/// The call of an action; empty if it is none.
fn call(what: Action) -> &'static str {
    match what {
        Action::Enroll => "EnrollPartner",
        Action::Submit => "SubmitEnrollment",
        Action::Pass(_) | Action::Fail(_) => "RecordVettingResult",
        Action::Resubmit => "ResubmitEnrollment",
        Action::Rename => "UpdateOrganization",
        Action::Locate => "AssociateLocation",
        Action::Accept => "AcceptAgreement",
        Action::Suspend => "SuspendEnrollment",
        Action::Reinstate => "ReinstateEnrollment",
        Action::Revoke => "RevokeEnrollment",
        Action::Wait(_) => "",
    }
}

fn state(partner: &Partner) -> &'static str {
    partner.enrollment(ROLE).map_or("none", |it| it.state.as_str())
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    // Actions that advance the enrollment are frequent, so that sequences reach late states.
    let one = prop_oneof![
        2 => Just(Action::Enroll),
        3 => Just(Action::Submit),
        9 => (0..3_usize).prop_map(Action::Pass),
        2 => (0..3_usize).prop_map(Action::Fail),
        2 => Just(Action::Resubmit),
        1 => Just(Action::Rename),
        2 => Just(Action::Locate),
        3 => Just(Action::Accept),
        1 => Just(Action::Suspend),
        1 => Just(Action::Reinstate),
        1 => Just(Action::Revoke),
        2 => prop::sample::select(vec![1, 29 * DAY, 30 * DAY - 1, 30 * DAY, 364 * DAY, 365 * DAY, 366 * DAY])
            .prop_map(Action::Wait),
    ];
    vec(one, 0..60)
}

/// The states after each action, or the first difference between domain and model.
fn run(actions: &[Action]) -> Result<(Vec<&'static str>, Partner), String> {
    let (mut partner, mut model, mut now) = (partner(), Model::new(), 0);
    let mut seen = vec!["none"];
    for (nth, what) in actions.iter().enumerate() {
        now += if let Action::Wait(seconds) = what { *seconds } else { 1 };
        model.advance_to(now);
        let actual = state(&partner.clone().effective_at(at(now)));
        if actual != model.state {
            return Err(format!("after {nth} actions: {actual}, expected {}", model.state));
        }
        let revision = partner.resource_version.revision;
        let decided = decide(partner.clone(), *what, at(now));
        if decided.is_ok() != model.apply(*what, now) {
            return Err(format!("{nth}: {what:?} from {actual}: {decided:?}"));
        }
        if let Ok(approved) = decided {
            partner = approved.into_after();
            if let (Ok(from), Ok(to)) = (actual.parse(), state(&partner).parse()) {
                let leads = |it: &Move<EnrollmentState>| {
                    it.call == call(*what) && it.from.contains(&from) && it.to.contains(&to)
                };
                if from != to && !LIFECYCLE.moves.iter().any(leads) {
                    return Err(format!("{what:?}: the table lacks {from} to {to}"));
                }
            }
            if partner.resource_version.revision != revision + 1 || state(&partner) != model.state {
                return Err(format!("{nth}: {what:?} leads to {partner:?}, expected {model:?}"));
            }
        }
        seen.push(model.state);
    }
    Ok((seen, partner))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn random_lifecycles_match_the_model(actions in actions()) {
        let (_, partner) = run(&actions).map_err(TestCaseError::fail)?;
        if state(&partner) == "active" {
            prop_assert!(partner.location.is_some());
            let it = partner.enrollment(ROLE).unwrap();
            prop_assert!(it.open_check.is_none());
            prop_assert!(partner.agreements.iter().any(|each| each.application == it.application));
        }
    }
}

#[test]
fn lifecycles_reach_every_state() {
    use Action::{Accept, Enroll, Fail, Locate, Pass, Revoke, Submit, Suspend, Wait};
    let good = [Enroll, Submit, Pass(0), Pass(1), Pass(2), Locate, Accept, Suspend, Revoke];
    let (seen, _) = run(&good).unwrap();
    let states =
        ["none", "draft", "vetting", "vetting", "vetting", "qualified", "qualified", "active"];
    assert_eq!(seen[..8], states);
    assert_eq!(seen[8..], ["suspended", "revoked"]);
    let again = [&good[..], &[Wait(366 * DAY)], &good[..5], &[Accept]].concat();
    let (seen, _) = run(&again).unwrap();
    assert_eq!(seen[11..], ["draft", "vetting", "vetting", "vetting", "qualified", "active"]);
    let (seen, _) = run(&[Enroll, Submit, Fail(0), Wait(30 * DAY)]).unwrap();
    assert_eq!(seen[3..], ["rejected", "suspended"]);
}
