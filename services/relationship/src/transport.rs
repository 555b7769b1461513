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

use contracts::relationship::{self as pb, relationship_service_server::RelationshipService};
use errors::{Failure, Mutation};
use prost::Message;
use runtime::server::actor;
use serde::de::DeserializeOwned;
use storage::MutationContext;
use tokio::sync::Semaphore;
use tonic::Request;
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

::status::serve! {
    impl RelationshipService for Transport as DOMAIN;
    invite_partnership(InvitePartnershipRequest) -> InvitePartnershipResponse;
    accept_partnership(AcceptPartnershipRequest) -> AcceptPartnershipResponse;
    withdraw_partnership(WithdrawPartnershipRequest) -> WithdrawPartnershipResponse;
    decline_partnership(DeclinePartnershipRequest) -> DeclinePartnershipResponse;
    end_partnership(EndPartnershipRequest) -> EndPartnershipResponse;
    get_partnership(GetPartnershipRequest) -> GetPartnershipResponse;
    list_partnerships(ListPartnershipsRequest) -> ListPartnershipsResponse;
    batch_get_partnerships(BatchGetPartnershipsRequest) -> BatchGetPartnershipsResponse;
    create_customer(CreateCustomerRequest) -> CreateCustomerResponse;
    get_customer(GetCustomerRequest) -> GetCustomerResponse;
    list_customers(ListCustomersRequest) -> ListCustomersResponse;
    batch_get_customers(BatchGetCustomersRequest) -> BatchGetCustomersResponse;
    record_customer_agreement(RecordCustomerAgreementRequest) -> RecordCustomerAgreementResponse;
    record_account_review(RecordAccountReviewRequest) -> RecordAccountReviewResponse;
    request_customer_relationship(RequestCustomerRelationshipRequest)
        -> RequestCustomerRelationshipResponse;
    attest_customer_agreement(AttestCustomerAgreementRequest) -> AttestCustomerAgreementResponse;
    accept_customer_relationship(AcceptCustomerRelationshipRequest)
        -> AcceptCustomerRelationshipResponse;
    refuse_customer_relationship(RefuseCustomerRelationshipRequest)
        -> RefuseCustomerRelationshipResponse;
    remove_customer_relationship(RemoveCustomerRelationshipRequest)
        -> RemoveCustomerRelationshipResponse;
    get_customer_relationship(GetCustomerRelationshipRequest) -> GetCustomerRelationshipResponse;
    list_customer_relationships(ListCustomerRelationshipsRequest)
        -> ListCustomerRelationshipsResponse;
    check_transaction(CheckTransactionRequest) -> CheckTransactionResponse;
    batch_check_transactions(BatchCheckTransactionsRequest) -> BatchCheckTransactionsResponse;
    list_sales_paths(ListSalesPathsRequest) -> ListSalesPathsResponse;
    list_rules(ListRulesRequest) -> ListRulesResponse;
    get_market(GetMarketRequest) -> GetMarketResponse;
    list_markets(ListMarketsRequest) -> ListMarketsResponse;
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
        let content = request.get_ref().encode_to_vec();
        let call = MutationContext::new(method, how, &content, actor(request.metadata()), now);
        call.with_parts(contracts::parts(SERVICE, method, &content))
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
        let customer = self.store.customer(name).await?;
        customer.ok_or_else(|| Failure::missing(name))
    }

    async fn standing(&self, partner: PartnerName) -> Result<Standing, Failure> {
        let standing = self.onboarding.standings(&[partner]).await?.pop();
        standing.ok_or_else(|| Failure::bug("onboarding returned no standing"))
    }
}
