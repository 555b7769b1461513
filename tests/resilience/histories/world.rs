//! A provider, a reseller and a customer, and the calls that change and check them.

use std::sync::{Mutex, PoisonError};

use cluster::{
    ScenarioClient,
    scenario_client::{Answer, Partner},
};
use contracts::{onboarding as ob, relationship as rl};
use tests::purchase;
use tonic::Code;

use super::{
    calls::Call,
    generator::Step,
    model::{Change, Enrollment, Fact, Facts, Outcome, Seen, State},
};

pub const COUNTRY: &str = "FR";
const ROLE: ob::Role = ob::Role::IndirectReseller;

/// An indirect chain whose reseller and customer belong to no other world.
#[derive(Debug)]
pub struct World {
    pub provider: Partner,
    pub reseller: Partner,
    pub customer: String,
    /// The customer's organization.
    pub organization: String,
    current: Mutex<Current>,
}

/// The state after all calls that were applied.
#[derive(Debug, Clone)]
struct Current {
    state: State,
    /// The latest partnership of provider and reseller.
    partnership: String,
    /// The latest relationship of customer and reseller.
    relationship: String,
}

impl World {
    /// Creates a world that lacks only the reseller's acceptance of the MPA.
    pub async fn create(client: &ScenarioClient, provider: Partner) -> Answer<Self> {
        let company = client.company("Fabrikam Resale", COUNTRY).await?;
        let reseller = client.qualified(&company, COUNTRY, ROLE).await?;
        let partnership = client.partner_up(&provider, &reseller).await?;
        let organization = client.company("Litware", COUNTRY).await?;
        let kind = rl::CustomerKind::Company;
        let customer = client.customer_of(&organization, COUNTRY, kind).await?;
        client.onboard_customer(&customer, &[&provider]).await?;
        let kind = rl::CustomerRelationshipKind::Resale;
        let relationship = client.request_relationship_as(&customer, &reseller, kind, ROLE).await?;
        client.accept(&relationship).await?;
        let facts = Facts {
            enrollment: Enrollment::Qualified,
            affiliated: false,
            partnered: true,
            related: true,
            verified: true,
        };
        let state = State { facts, revisions: [].into() };
        let current = Mutex::new(Current { state, partnership, relationship });
        let world = Self { provider, reseller, customer, organization, current };
        let revisions = world.check(client).await?.revisions;
        world.update(|it| it.state.revisions = revisions);
        Ok(world)
    }

    /// The state after all calls that were applied.
    pub fn state(&self) -> State {
        self.update(|it| it.state.clone())
    }

    fn update<T>(&self, change: impl FnOnce(&mut Current) -> T) -> T {
        change(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Checks a sale.
    pub async fn check(&self, client: &ScenarioClient) -> Answer<Seen> {
        let transaction = purchase(&self.provider, Some(&self.reseller), &self.customer);
        let request = rl::CheckTransactionRequest { transaction: Some(transaction), view: 0 };
        let response = client.relationship.clone().check_transaction(request).await?.into_inner();
        let decision = response.decision.unwrap_or_default();
        let failed = decision.outcomes.iter().filter(|it| it.outcome() == rl::Outcome::Failed);
        let revisions = decision.revisions.into_iter();
        Ok(Seen {
            violations: failed.map(|it| format!("{} {}", it.rule_id, it.reason)).collect(),
            revisions: revisions.map(|it| (it.resource, it.revision)).collect(),
        })
    }

    /// The calls of a step in the current state, one after another.
    pub fn calls(&self, step: Step) -> Vec<Call> {
        let Current { state, partnership, relationship } = self.update(|it| it.clone());
        let (facts, is_open) = (state.facts, |name| state.revisions.contains_key(name));
        match step {
            Step::Enrollment => match facts.enrollment {
                Enrollment::Qualified => vec![Call::AcceptAgreement],
                Enrollment::Active => vec![Call::SuspendEnrollment],
                Enrollment::Suspended => vec![Call::ReinstateEnrollment],
                Enrollment::Revoked => Vec::new(),
            },
            Step::Revocation => vec![Call::RevokeEnrollment],
            Step::Ownership if facts.affiliated => vec![Call::EndOwnership],
            Step::Ownership => vec![Call::RecordOwnership],
            Step::Rename => vec![Call::rename()],
            Step::Partnership if facts.partnered => vec![Call::EndPartnership(partnership)],
            Step::Partnership if is_open(&partnership) => {
                vec![Call::AcceptPartnership(partnership)]
            }
            Step::Partnership => Call::new_partnership().into(),
            Step::Relationship if facts.related => vec![Call::RemoveRelationship(relationship)],
            Step::Relationship if is_open(&relationship) => {
                vec![Call::AcceptRelationship(relationship)]
            }
            Step::Relationship => Call::new_relationship(&self.customer).into(),
            Step::AccountReview => vec![Call::ReviewAccount { verified: !facts.verified }],
        }
    }

    /// Sends a call, and returns what it changes if it is applied.
    pub async fn change(&self, client: &ScenarioClient, call: &Call) -> (Change, Outcome) {
        let change = self.change_of(call);
        let outcome = match self.send(client, call).await.map_err(|status| status.code()) {
            Ok(()) => Outcome::Applied,
            Err(Code::FailedPrecondition | Code::Aborted | Code::ResourceExhausted) => {
                Outcome::Refused
            }
            Err(Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled) => Outcome::Unknown,
            Err(code) => panic!("{} failed with {code:?}", call.name()),
        };
        if outcome == Outcome::Applied {
            self.update(|it| {
                it.state = it.state.after(&change);
                match call {
                    Call::InvitePartnership(name) => it.partnership.clone_from(name),
                    Call::RequestRelationship(name) => it.relationship.clone_from(name),
                    _ => {}
                }
            });
        }
        (change, outcome)
    }

    /// What a call changes if it is applied.
    fn change_of(&self, call: &Call) -> Change {
        let State { facts, revisions } = self.state();
        let (fact, resource) = match call {
            Call::AcceptAgreement | Call::ReinstateEnrollment => {
                (Fact::Enrollment(Enrollment::Active), &self.reseller.name)
            }
            Call::SuspendEnrollment => {
                (Fact::Enrollment(Enrollment::Suspended), &self.reseller.name)
            }
            Call::RevokeEnrollment => (Fact::Enrollment(Enrollment::Revoked), &self.reseller.name),
            Call::RecordOwnership => (Fact::Affiliated(true), &self.organization),
            Call::EndOwnership => (Fact::Affiliated(false), &self.organization),
            Call::Rename(_) => (Fact::Affiliated(facts.affiliated), &self.organization),
            Call::InvitePartnership(name) | Call::EndPartnership(name) => {
                (Fact::Partnered(false), name)
            }
            Call::AcceptPartnership(name) => (Fact::Partnered(true), name),
            Call::RequestRelationship(name) | Call::RemoveRelationship(name) => {
                (Fact::Related(false), name)
            }
            Call::AcceptRelationship(name) => (Fact::Related(true), name),
            Call::ReviewAccount { verified } => (Fact::Verified(*verified), &self.customer),
        };
        let closes = matches!(call, Call::EndPartnership(_) | Call::RemoveRelationship(_));
        let next = revisions.get(resource).map_or(1, |revision| revision + 1);
        Change { fact, resource: resource.clone(), revision: (!closes).then_some(next) }
    }
}
