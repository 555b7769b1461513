//! gRPC methods of relationship. Each one converts, gathers, decides, commits and renders.

mod batch;
mod catalogue;
mod check;
mod convert;
mod customer;
mod customer_relationship;
mod gather;
mod partnership;
mod paths;
mod render;
mod telemetry;

use std::time::Duration;

use authority::{Policy, Role, Scope};
use contracts::relationship::{self as pb, relationship_service_server::RelationshipService};
use errors::{Failure, Mutation};
use prost::Message;
use rules::REVOCATION_WAIT;
use serde::de::DeserializeOwned;
use status::Request;
use storage::MutationContext;
use tokio::sync::Semaphore;
use types::{Clock, CustomerName, PartnerName, Timestamp};

use crate::{
    domain::{Change, Customer, Standing},
    peers::Onboarding,
    store::{Persisted, Store},
};

/// Full name of the service in the contract.
const SERVICE: &str = "csp.relationship.v1.RelationshipService";

/// The service in the details of a status.
const DOMAIN: &str = "relationship.csp";

#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetimes {
    /// Validity of a decision.
    pub decision: Duration,
    /// Time to answer an invitation or a customer relationship request.
    pub invitation: Duration,
}

#[derive(Debug)]
pub(crate) struct Transport {
    store: Store,
    onboarding: Onboarding,
    clock: Clock,
    lifetimes: Lifetimes,
    batch_checks: Semaphore,
}

const READ: Policy = Policy::of(&[Role::Relationship, Role::Reader, Role::Console]);
/// What a partner's own system may record.
const WRITE: Policy = Policy::of(&[Role::Relationship]);
/// What customers and Microsoft state, and which company a customer belongs to: no partner records these
/// about its own customers.
const CONFIRM: Policy = Policy::of_whole(&[Role::Relationship]);
/// Ordering checks that no subscription runs; see ReleaseCustomerRelationship.
const REMOVE: Policy = Policy::of_whole(&[Role::Service]);
const OF_ORDERING: Policy =
    Policy::of(&[Role::Service, Role::Relationship, Role::Reader, Role::Console]);
const CHECK: Policy =
    Policy::of(&[Role::Service, Role::Relationship, Role::Ordering, Role::Reader, Role::Console]);
/// Facts about no partner.
const PUBLIC: Policy = Policy::of(Role::ALL);

::status::serve! {
    impl RelationshipService for Transport as DOMAIN;
    invite_partnership(InvitePartnershipRequest) -> InvitePartnershipResponse, WRITE;
    accept_partnership(AcceptPartnershipRequest) -> AcceptPartnershipResponse, WRITE;
    withdraw_partnership(WithdrawPartnershipRequest) -> WithdrawPartnershipResponse, WRITE;
    decline_partnership(DeclinePartnershipRequest) -> DeclinePartnershipResponse, WRITE;
    end_partnership(EndPartnershipRequest) -> EndPartnershipResponse, WRITE;
    get_partnership(GetPartnershipRequest) -> GetPartnershipResponse, READ;
    list_partnerships(ListPartnershipsRequest) -> ListPartnershipsResponse, READ;
    batch_get_partnerships(BatchGetPartnershipsRequest) -> BatchGetPartnershipsResponse, READ;
    create_customer(CreateCustomerRequest) -> CreateCustomerResponse, CONFIRM;
    get_customer(GetCustomerRequest) -> GetCustomerResponse, READ;
    list_customers(ListCustomersRequest) -> ListCustomersResponse, READ;
    batch_get_customers(BatchGetCustomersRequest) -> BatchGetCustomersResponse, READ;
    record_customer_agreement(RecordCustomerAgreementRequest) -> RecordCustomerAgreementResponse, CONFIRM;
    record_account_review(RecordAccountReviewRequest) -> RecordAccountReviewResponse, CONFIRM;
    request_customer_relationship(RequestCustomerRelationshipRequest)
        -> RequestCustomerRelationshipResponse, WRITE;
    attest_customer_agreement(AttestCustomerAgreementRequest) -> AttestCustomerAgreementResponse, WRITE;
    accept_customer_relationship(AcceptCustomerRelationshipRequest)
        -> AcceptCustomerRelationshipResponse, CONFIRM;
    refuse_customer_relationship(RefuseCustomerRelationshipRequest)
        -> RefuseCustomerRelationshipResponse, CONFIRM;
    remove_customer_relationship(RemoveCustomerRelationshipRequest)
        -> RemoveCustomerRelationshipResponse, REMOVE;
    get_customer_relationship(GetCustomerRelationshipRequest) -> GetCustomerRelationshipResponse, OF_ORDERING;
    list_customer_relationships(ListCustomerRelationshipsRequest)
        -> ListCustomerRelationshipsResponse, READ;
    check_transaction(CheckTransactionRequest) -> CheckTransactionResponse, CHECK;
    batch_check_transactions(BatchCheckTransactionsRequest) -> BatchCheckTransactionsResponse, CHECK;
    list_sales_paths(ListSalesPathsRequest) -> ListSalesPathsResponse, CHECK;
    list_rules(ListRulesRequest) -> ListRulesResponse, PUBLIC;
    get_market(GetMarketRequest) -> GetMarketResponse, PUBLIC;
    list_markets(ListMarketsRequest) -> ListMarketsResponse, PUBLIC;
}

impl Transport {
    pub(crate) fn new(
        store: Store,
        onboarding: Onboarding,
        clock: Clock,
        lifetimes: Lifetimes,
    ) -> Self {
        let batch_checks = Semaphore::new(check::OF_ALL_BATCHES);
        Self { store, onboarding, clock, lifetimes, batch_checks }
    }

    fn call<R: Message>(
        &self,
        method: &str,
        request: Request<R>,
        how: Mutation,
    ) -> MutationContext {
        self.call_at(method, request, how, self.clock.now())
    }

    fn call_at<R: Message>(
        &self,
        method: &str,
        request: Request<R>,
        how: Mutation,
        now: Timestamp,
    ) -> MutationContext {
        let (message, caller) = request.into_parts();
        let content = message.encode_to_vec();
        let call = MutationContext::new(method, how, &content, caller, now);
        // Decisions do not expire either while a manual clock stands.
        let wait = if self.clock.is_manual() { Duration::ZERO } else { REVOCATION_WAIT };
        call.in_force_after(wait).with_parts(contracts::parts(SERVICE, method, &content))
    }

    /// When an invitation or request of this call expires.
    fn expiry(&self, call: &MutationContext) -> Result<Timestamp, Failure> {
        call.now.checked_add(self.lifetimes.invitation).map_err(Failure::bug)
    }

    /// Decides and writes; a retry returns the first response.
    async fn mutate<T: Persisted + DeserializeOwned, C: Into<Change<T>> + Send>(
        &self,
        call: &MutationContext,
        decide: impl Future<Output = Result<C, Failure>> + Send,
    ) -> Result<T, Failure> {
        let change = async { self.store.save(decide.await?, call).await };
        self.store.database().idempotent(call, change).await
    }

    async fn find_customer(&self, name: CustomerName) -> Result<Customer, Failure> {
        self.find_visible_customer(name, &Scope::All).await
    }

    async fn find_visible_customer(
        &self,
        name: CustomerName,
        scope: &Scope,
    ) -> Result<Customer, Failure> {
        let found = self.store.visible_customers(&[name], scope).await?.pop();
        found.ok_or_else(|| Failure::missing(name))
    }

    async fn standing(&self, partner: PartnerName) -> Result<Standing, Failure> {
        let standing = self.onboarding.standings(&[partner]).await?.pop();
        standing.ok_or_else(|| Failure::bug("onboarding returned no standing"))
    }
}
