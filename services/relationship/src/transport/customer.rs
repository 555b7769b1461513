use contracts::relationship as pb;
use failure::Failure;
use tonic::Request;

use super::{Transport, convert, render, status::denied};
use crate::{domain::Customer, peers::Buyer};

impl Transport {
    pub(super) async fn create_customer(
        &self,
        request: Request<pb::CreateCustomerRequest>,
    ) -> Result<pb::CreateCustomerResponse, Failure> {
        let (request_id, new) = convert::create_customer(request.get_ref())?;
        let call = self.call("CreateCustomer", &request, request_id);
        let create = async {
            let buyer = Buyer { tenant: new.name.id(), organization: new.organization };
            let creator = new.created_by.as_slice();
            let (creator, buyer) = self.onboarding.standings_for(creator, buyer).await?;
            let taken = self.store.customer(new.name).await?.is_some();
            Customer::create(new, taken, &buyer, creator.first(), call.now).map_err(denied)
        };
        let customer = self.answer(&call, request.get_ref().validate_only, create).await?;
        Ok(pb::CreateCustomerResponse { customer: Some(render::customer(customer)) })
    }

    pub(super) async fn get_customer(
        &self,
        request: Request<pb::GetCustomerRequest>,
    ) -> Result<pb::GetCustomerResponse, Failure> {
        let name = failure::one("name", &request.get_ref().name)?;
        let customer = Some(render::customer(self.find_customer(name).await?));
        Ok(pb::GetCustomerResponse { customer })
    }

    pub(super) async fn list_customers(
        &self,
        request: Request<pb::ListCustomersRequest>,
    ) -> Result<pb::ListCustomersResponse, Failure> {
        let page = crate::store::CUSTOMERS.page(storage::asked!(request.get_ref()))?;
        let page = self.store.customers(&page).await?;
        Ok(pb::ListCustomersResponse {
            customers: page.items.into_iter().map(render::customer).collect(),
            next_page_token: page.next_page_token,
        })
    }

    pub(super) async fn record_customer_agreement(
        &self,
        request: Request<pb::RecordCustomerAgreementRequest>,
    ) -> Result<pb::RecordCustomerAgreementResponse, Failure> {
        let now = self.clock.now();
        let (request_id, name, agreement) = convert::record_agreement(request.get_ref(), now)?;
        let call = self.call_at("RecordCustomerAgreement", &request, request_id, now);
        let record = async {
            let customer = self.find_customer(name).await?;
            let attestor = match agreement.attested_by {
                None => None,
                Some(partner) => Some(self.standing(partner).await?),
            };
            customer.record_agreement(agreement, attestor.as_ref(), now).map_err(denied)
        };
        let customer = self.answer(&call, request.get_ref().validate_only, record).await?;
        Ok(pb::RecordCustomerAgreementResponse { customer: Some(render::customer(customer)) })
    }

    pub(super) async fn record_account_review(
        &self,
        request: Request<pb::RecordAccountReviewRequest>,
    ) -> Result<pb::RecordAccountReviewResponse, Failure> {
        let (request_id, name, state, detail) = convert::record_review(request.get_ref())?;
        let call = self.call("RecordAccountReview", &request, request_id);
        let record =
            async { Ok(self.find_customer(name).await?.record_review(state, detail, call.now)) };
        let customer = self.answer(&call, false, record).await?;
        Ok(pb::RecordAccountReviewResponse { customer: Some(render::customer(customer)) })
    }
}
