//! The gRPC interface of ordering. The steps of every method: convert, gather, decide, commit, render.

mod batch;
mod change;
mod convert;
mod decide;
mod offer;
mod order;
mod place;
mod release;
mod render;
mod subscription;
mod telemetry;
mod transfer;

use contracts::ordering::{self as pb, ordering_service_server::OrderingService};
use errors::Mutation;
use prost::Message;
use runtime::server::actor;
use storage::MutationContext;
use tonic::Request;
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
}

::status::serve! {
    impl OrderingService for Transport as "ordering.csp";
    create_offer(CreateOfferRequest) -> CreateOfferResponse;
    update_offer(UpdateOfferRequest) -> UpdateOfferResponse;
    retire_offer(RetireOfferRequest) -> RetireOfferResponse;
    get_offer(GetOfferRequest) -> GetOfferResponse;
    list_offers(ListOffersRequest) -> ListOffersResponse;
    batch_get_offers(BatchGetOffersRequest) -> BatchGetOffersResponse;
    place_order(PlaceOrderRequest) -> PlaceOrderResponse;
    get_order(GetOrderRequest) -> GetOrderResponse;
    list_orders(ListOrdersRequest) -> ListOrdersResponse;
    batch_get_orders(BatchGetOrdersRequest) -> BatchGetOrdersResponse;
    cancel_order(CancelOrderRequest) -> CancelOrderResponse;
    get_subscription(GetSubscriptionRequest) -> GetSubscriptionResponse;
    list_subscriptions(ListSubscriptionsRequest) -> ListSubscriptionsResponse;
    batch_get_subscriptions(BatchGetSubscriptionsRequest) -> BatchGetSubscriptionsResponse;
    add_quantity(AddQuantityRequest) -> AddQuantityResponse;
    reduce_quantity(ReduceQuantityRequest) -> ReduceQuantityResponse;
    cancel_subscription(CancelSubscriptionRequest) -> CancelSubscriptionResponse;
    suspend_subscription(SuspendSubscriptionRequest) -> SuspendSubscriptionResponse;
    resume_subscription(ResumeSubscriptionRequest) -> ResumeSubscriptionResponse;
    set_automatic_renewal(SetAutomaticRenewalRequest) -> SetAutomaticRenewalResponse;
    schedule_next_term(ScheduleNextTermRequest) -> ScheduleNextTermResponse;
    renew_subscription(RenewSubscriptionRequest) -> RenewSubscriptionResponse;
    create_transfer(CreateTransferRequest) -> CreateTransferResponse;
    approve_transfer(ApproveTransferRequest) -> ApproveTransferResponse;
    reject_transfer(RejectTransferRequest) -> RejectTransferResponse;
    withdraw_transfer(WithdrawTransferRequest) -> WithdrawTransferResponse;
    get_transfer(GetTransferRequest) -> GetTransferResponse;
    list_transfers(ListTransfersRequest) -> ListTransfersResponse;
    release_customer_relationship(ReleaseCustomerRelationshipRequest) -> ReleaseCustomerRelationshipResponse;
    settle_subscriptions(SettleSubscriptionsRequest) -> SettleSubscriptionsResponse;
}

impl Transport {
    pub(crate) fn new(store: Store, relationship: Relationship, clock: Clock) -> Self {
        telemetry::init_counters();
        Self { store, relationship, clock }
    }

    fn mutation_context<R: Message>(
        &self,
        method: &str,
        request: Request<R>,
        mutation: Mutation,
    ) -> MutationContext {
        let content = request.get_ref().encode_to_vec();
        let actor = actor(request.metadata());
        MutationContext::new(method, mutation, &content, actor, self.clock.now())
            .with_parts(contracts::parts(SERVICE, method, &content))
    }
}
