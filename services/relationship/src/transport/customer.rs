use authority::Scope;
use contracts::relationship as pb;
use errors::{Failure, mutation_options};
use prost::Message;
use status::Request;

use super::{Transport, convert, render};
use crate::{domain::Customer, peers::Buyer};

impl Transport {
    pub(super) async fn create_customer(
        &self,
        request: Request<pb::CreateCustomerRequest>,
    ) -> Result<pb::CreateCustomerResponse, Failure> {
        let (how, new) = convert::create_customer(request.get_ref())?;
        let call = self.call("CreateCustomer", request, how);
        let create = async {
            let buyer = Buyer { tenant: new.name.id(), organization: new.organization };
            let creator = new.created_by.as_slice();
            let (creator, buyer) = self.onboarding.standings_for(creator, buyer).await?;
            let name_taken =
                !self.store.visible_customers(&[new.name], &Scope::All).await?.is_empty();
            let shared = self.store.shared_services_of(new.organization).await?;
            Customer::create(new, name_taken, &shared, &buyer, creator.first(), call.now)
                .map_err(Failure::from)
        };
        let customer = self.mutate(&call, create).await?;
        Ok(pb::CreateCustomerResponse { customer: Some(render::customer(customer)) })
    }

    pub(super) async fn get_customer(
        &self,
        request: Request<pb::GetCustomerRequest>,
    ) -> Result<pb::GetCustomerResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let customer = self.find_visible_customer(name, request.caller().scope()).await?;
        let customer = Some(render::customer(customer));
        Ok(pb::GetCustomerResponse { customer })
    }

    pub(super) async fn list_customers(
        &self,
        request: Request<pb::ListCustomersRequest>,
    ) -> Result<pb::ListCustomersResponse, Failure> {
        let page = crate::store::CUSTOMERS.page(storage::list_options!(request))?;
        let read = |page| async move { self.store.customers(&page).await };
        let page = page.answer(read, render::customer, Message::encoded_len).await?;
        Ok(pb::ListCustomersResponse {
            customers: page.items,
            next_page_token: page.next_page_token,
        })
    }

    pub(super) async fn record_customer_agreement(
        &self,
        request: Request<pb::RecordCustomerAgreementRequest>,
    ) -> Result<pb::RecordCustomerAgreementResponse, Failure> {
        let (now, it) = (self.clock.now(), request.get_ref());
        let (how, name, agreement) =
            convert::record_agreement(mutation_options!(it), &it.name, it.agreement.as_ref(), now)?;
        let call = self.call_at("RecordCustomerAgreement", request, how, now);
        let record = async {
            let customer = self.find_customer(name).await?;
            self.store
                .database()
                .check_etag(&call, &customer.name, customer.resource_version)
                .await?;
            match customer.accept_agreement(agreement, now) {
                Some(change) => self.store.save(change, &call).await,
                None => Ok(customer),
            }
        };
        let customer = self.store.database().idempotent(&call, record).await?;
        Ok(pb::RecordCustomerAgreementResponse { customer: Some(render::customer(customer)) })
    }

    pub(super) async fn record_account_review(
        &self,
        request: Request<pb::RecordAccountReviewRequest>,
    ) -> Result<pb::RecordAccountReviewResponse, Failure> {
        let (how, name, state, detail) = convert::record_review(request.get_ref())?;
        let call = self.call("RecordAccountReview", request, how);
        let record = async {
            let customer = self.find_customer(name).await?;
            self.store
                .database()
                .check_etag(&call, &customer.name, customer.resource_version)
                .await?;
            Ok(customer.record_review(state, detail, call.now))
        };
        let customer = self.mutate(&call, record).await?;
        Ok(pb::RecordAccountReviewResponse { customer: Some(render::customer(customer)) })
    }
}
