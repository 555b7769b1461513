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
            let buyer = self.onboarding.buyer(buyer).await?;
            let taken = self.store.customer(new.name).await?.is_some();
            Customer::create(new, taken, &buyer, call.now).map_err(denied)
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
        let call = self.call("RecordCustomerAgreement", &request, request_id);
        let record = async {
            let customer = self.find_customer(name).await?;
            self.standing(agreement.attested_by).await?;
            Ok(customer.record_agreement(agreement, call.now))
        };
        let customer = self.answer(&call, request.get_ref().validate_only, record).await?;
        Ok(pb::RecordCustomerAgreementResponse { customer: Some(render::customer(customer)) })
    }
}
