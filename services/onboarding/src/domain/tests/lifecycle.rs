//! Random lives of an enrollment against a second account of them, which knows no dates but those
//! that it keeps itself, and no code of the domain.

use jiff::tz::TimeZone;
use proptest::{collection::vec, prelude::*};
use types::Timestamp;
use uuid::Uuid;

use super::world::{acceptance, at, email, location, partner};
use crate::domain::{
    AgreementKind, Approved, Denial, LocationFacts, NewAgreement, Partner, Role, SuspensionCause,
    VettingCheck, VettingResult,
};

const DAY: i64 = 24 * 3600;
const ROLE: Role = Role::IndirectReseller;

/// What may be tried at any moment.
#[derive(Debug, Clone, Copy)]
enum Try {
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

/// The second account. States are named as they are on the wire.
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

    fn age(&mut self, now: i64) {
        if self.state == "rejected" && now - self.since >= 30 * DAY {
            self.state = "suspended";
        }
    }

    /// Whether the try comes true, and what becomes of it.
    fn tried(&mut self, what: Try, now: i64) -> bool {
        let before = self.clone();
        let vetted = |it: &Self| if it.located && it.accepted { "active" } else { "qualified" };
        let next = match (what, self.state) {
            (Try::Enroll, "none") => "draft",
            (Try::Enroll, "revoked") if now >= a_year_after(self.since) => {
                self.accepted = false;
                "draft"
            }
            (Try::Submit, "draft") | (Try::Resubmit, "rejected") => "vetting",
            (Try::Pass(check), "vetting") if check == self.passed => {
                self.passed += 1;
                if self.passed == 3 { vetted(self) } else { "vetting" }
            }
            (Try::Fail(check), "vetting") if check == self.passed => "rejected",
            (Try::Rename, "vetting" | "qualified" | "active") => "vetting",
            (Try::Rename, "suspended") if self.passed > 0 => {
                self.passed = 0;
                "suspended"
            }
            (Try::Suspend, "qualified" | "active") => "suspended",
            (Try::Reinstate, "suspended") if self.passed == 3 => vetted(self),
            (Try::Reinstate, "suspended") => "vetting",
            (Try::Revoke, "suspended") => "revoked",
            (Try::Locate, _) if !self.located => {
                self.located = true;
                self.state
            }
            (Try::Accept, "qualified" | "active" | "suspended")
                if self.located && self.passed == 3 =>
            {
                self.accepted = true;
                if self.state == "qualified" { "active" } else { self.state }
            }
            _ => return false,
        };
        let begins = matches!(what, Try::Submit | Try::Resubmit | Try::Rename | Try::Enroll);
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

fn decide(partner: Partner, what: Try, now: Timestamp) -> Result<Approved<Partner>, Denial> {
    let check = |nth: usize| VettingCheck::ALL[nth];
    match what {
        Try::Enroll => partner.enroll(ROLE, email("ada@contoso.com"), now),
        Try::Submit => partner.submit(ROLE, now),
        Try::Pass(nth) => partner.record_vetting(ROLE, check(nth), VettingResult::Authorized, now),
        Try::Fail(nth) => {
            let failed = VettingResult::Rejected("why".to_owned());
            partner.record_vetting(ROLE, check(nth), failed, now)
        }
        Try::Resubmit => partner.resubmit(ROLE, None, now),
        Try::Rename => {
            partner.restart_vetting(now)?.ok_or(Denial::Missing("nothing to vet".to_owned()))
        }
        Try::Locate => {
            partner.associate_location(location("1001", "FR"), &LocationFacts::default(), now)
        }
        Try::Accept => {
            let new = acceptance(AgreementKind::IndirectReseller);
            let new = NewAgreement { accept_time: now, ..new };
            partner.accept_agreement(new, Uuid::from_u128(7), now)
        }
        Try::Suspend => partner.suspend(ROLE, SuspensionCause::Abuse, "why".to_owned(), now),
        Try::Reinstate => partner.reinstate(ROLE, now),
        Try::Revoke => partner.revoke(ROLE, "why".to_owned(), now),
        Try::Wait(_) => Err(Denial::Missing("waiting is no move".to_owned())),
    }
}

fn state(partner: &Partner) -> &'static str {
    partner.enrollment(ROLE).map_or("none", |it| it.state.as_str())
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    // Moves that lead on come often, so that a life goes far.
    let one = prop_oneof![
        2 => Just(Try::Enroll),
        3 => Just(Try::Submit),
        9 => (0..3_usize).prop_map(Try::Pass),
        2 => (0..3_usize).prop_map(Try::Fail),
        2 => Just(Try::Resubmit),
        1 => Just(Try::Rename),
        2 => Just(Try::Locate),
        3 => Just(Try::Accept),
        1 => Just(Try::Suspend),
        1 => Just(Try::Reinstate),
        1 => Just(Try::Revoke),
        2 => prop::sample::select(vec![1, 29 * DAY, 30 * DAY - 1, 30 * DAY, 364 * DAY, 365 * DAY, 366 * DAY])
            .prop_map(Try::Wait),
    ];
    vec(one, 0..60)
}

/// Every change of a life, or where it and the second account part.
fn live(tries: &[Try]) -> Result<(Vec<&'static str>, Partner), String> {
    let (mut partner, mut model, mut now) = (partner(), Model::new(), 0);
    let mut seen = vec!["none"];
    for (nth, what) in tries.iter().enumerate() {
        now += if let Try::Wait(seconds) = what { *seconds } else { 1 };
        model.age(now);
        let told = state(&partner.clone().effective_at(at(now)));
        if told != model.state {
            return Err(format!("after {nth} tries it is {told}, not {}", model.state));
        }
        let revision = partner.resource_version.revision;
        let decided = decide(partner.clone(), *what, at(now));
        if decided.is_ok() != model.tried(*what, now) {
            return Err(format!("{nth}: {what:?} from {told}: {decided:?}"));
        }
        if let Ok(approved) = decided {
            partner = approved.into_after();
            if partner.resource_version.revision != revision + 1 || state(&partner) != model.state {
                return Err(format!("{nth}: {what:?} leads to {partner:?}, not {model:?}"));
            }
        }
        seen.push(model.state);
    }
    Ok((seen, partner))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn random_lifecycles_match_the_model(tries in tries()) {
        let lived = live(&tries);
        let (_, partner) = lived.map_err(TestCaseError::fail)?;
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
    use Try::{Accept, Enroll, Fail, Locate, Pass, Revoke, Submit, Suspend, Wait};
    let good = [Enroll, Submit, Pass(0), Pass(1), Pass(2), Locate, Accept, Suspend, Revoke];
    let (seen, _) = live(&good).unwrap();
    let states =
        ["none", "draft", "vetting", "vetting", "vetting", "qualified", "qualified", "active"];
    assert_eq!(seen[..8], states);
    assert_eq!(seen[8..], ["suspended", "revoked"]);
    let again = [&good[..], &[Wait(366 * DAY)], &good[..5], &[Accept]].concat();
    let (seen, _) = live(&again).unwrap();
    assert_eq!(seen[11..], ["draft", "vetting", "vetting", "vetting", "qualified", "active"]);
    let (seen, _) = live(&[Enroll, Submit, Fail(0), Wait(30 * DAY)]).unwrap();
    assert_eq!(seen[3..], ["rejected", "suspended"]);
}
