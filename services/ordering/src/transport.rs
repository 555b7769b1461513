//! The gRPC interface of ordering. The steps of every method: convert, gather, decide, commit, render.

mod batch;
mod change;
mod convert;
mod decide;
mod evidence;
mod offer;
mod order;
mod place;
mod release;
mod render;
mod subscription;
mod telemetry;
mod transfer;

use authority::{Policy, Role};
use contracts::ordering::{self as pb, ordering_service_server::OrderingService};
use errors::Mutation;
use prost::Message;
use seals::PublicKeys;
use status::Request;
use storage::MutationContext;
use types::Clock;

use crate::{peers::Relationship, store::Store};

/// Full name of the gRPC service.
const SERVICE: &str = "csp.ordering.v1.OrderingService";

/// The view in the content that a request id identifies, so that a retry may ask for another view.
const ANY_VIEW: i32 = pb::OrderView::Unspecified as i32;

#[derive(Debug, Clone)]
pub(crate) struct Transport {
    store: Store,
    relationship: Relationship,
    clock: Clock,
    /// The keys that sign checkpoints.
    keys: PublicKeys,
}

const READ: Policy = Policy::of(&[Role::Ordering, Role::Reader, Role::Console]);
const WRITE: Policy = Policy::of(&[Role::Ordering]);
/// Offers are of all partners.
const CATALOGUE: Policy = Policy::of_whole(&[Role::Ordering]);
const RELEASE: Policy = Policy::of(&[Role::Ordering, Role::Relationship]);
const SETTLE: Policy = Policy::of_whole(&[Role::Settlement]);

::status::serve! {
    impl OrderingService for Transport as "ordering.csp";
    create_offer(CreateOfferRequest) -> CreateOfferResponse, CATALOGUE;
    update_offer(UpdateOfferRequest) -> UpdateOfferResponse, CATALOGUE;
    retire_offer(RetireOfferRequest) -> RetireOfferResponse, CATALOGUE;
    get_offer(GetOfferRequest) -> GetOfferResponse, READ;
    list_offers(ListOffersRequest) -> ListOffersResponse, READ;
    batch_get_offers(BatchGetOffersRequest) -> BatchGetOffersResponse, READ;
    place_order(PlaceOrderRequest) -> PlaceOrderResponse, WRITE;
    get_order(GetOrderRequest) -> GetOrderResponse, READ;
    list_orders(ListOrdersRequest) -> ListOrdersResponse, READ;
    batch_get_orders(BatchGetOrdersRequest) -> BatchGetOrdersResponse, READ;
    get_order_evidence(GetOrderEvidenceRequest) -> GetOrderEvidenceResponse, READ;
    verify_order_evidence(VerifyOrderEvidenceRequest) -> VerifyOrderEvidenceResponse, READ;
    cancel_order(CancelOrderRequest) -> CancelOrderResponse, WRITE;
    get_subscription(GetSubscriptionRequest) -> GetSubscriptionResponse, READ;
    list_subscriptions(ListSubscriptionsRequest) -> ListSubscriptionsResponse, READ;
    batch_get_subscriptions(BatchGetSubscriptionsRequest) -> BatchGetSubscriptionsResponse, READ;
    add_quantity(AddQuantityRequest) -> AddQuantityResponse, WRITE;
    reduce_quantity(ReduceQuantityRequest) -> ReduceQuantityResponse, WRITE;
    cancel_subscription(CancelSubscriptionRequest) -> CancelSubscriptionResponse, WRITE;
    suspend_subscription(SuspendSubscriptionRequest) -> SuspendSubscriptionResponse, WRITE;
    resume_subscription(ResumeSubscriptionRequest) -> ResumeSubscriptionResponse, WRITE;
    set_automatic_renewal(SetAutomaticRenewalRequest) -> SetAutomaticRenewalResponse, WRITE;
    schedule_next_term(ScheduleNextTermRequest) -> ScheduleNextTermResponse, WRITE;
    renew_subscription(RenewSubscriptionRequest) -> RenewSubscriptionResponse, WRITE;
    create_transfer(CreateTransferRequest) -> CreateTransferResponse, WRITE;
    approve_transfer(ApproveTransferRequest) -> ApproveTransferResponse, WRITE;
    reject_transfer(RejectTransferRequest) -> RejectTransferResponse, WRITE;
    withdraw_transfer(WithdrawTransferRequest) -> WithdrawTransferResponse, WRITE;
    get_transfer(GetTransferRequest) -> GetTransferResponse, READ;
    list_transfers(ListTransfersRequest) -> ListTransfersResponse, READ;
    release_customer_relationship(ReleaseCustomerRelationshipRequest) -> ReleaseCustomerRelationshipResponse, RELEASE;
    settle_subscriptions(SettleSubscriptionsRequest) -> SettleSubscriptionsResponse, SETTLE;
}

impl Transport {
    pub(crate) fn new(
        store: Store,
        relationship: Relationship,
        clock: Clock,
        keys: PublicKeys,
    ) -> Self {
        telemetry::init_counters();
        Self { store, relationship, clock, keys }
    }

    fn mutation_context<R: Message>(
        &self,
        method: &str,
        request: Request<R>,
        mutation: Mutation,
    ) -> MutationContext {
        let (message, caller) = request.into_parts();
        let content = message.encode_to_vec();
        MutationContext::new(method, mutation, &content, caller, self.clock.now())
            .with_parts(contracts::parts(SERVICE, method, &content))
    }
}
