use contracts::relationship as pb;
use failure::Failure;
use kernel::CustomerRelationshipName;
use storage::Call;
use tonic::Request;

use super::{Transport, convert, render, status::denied};
use crate::{
    domain::{Approved, CustomerRelationship, Denial, NewRelationship},
    peers::Buyer,
};

impl Transport {
    pub(super) async fn request_customer_relationship(
        &self,
        request: Request<pb::RequestCustomerRelationshipRequest>,
    ) -> Result<pb::RequestCustomerRelationshipResponse, Failure> {
        let (request_id, id, (customer, partner, kind)) =
            convert::request_relationship(request.get_ref())?;
        let call = self.call("RequestCustomerRelationship", &request, request_id);
        let ask = async {
            let uid = id.unwrap_or_else(|| self.clock.new_uid());
            let name = CustomerRelationshipName { customer, uid };
            let namesake = self.store.relationship(name).await?.map(|it| it.name);
            let open = self.store.open_relationship(customer, partner, kind).await?.or(namesake);
            let customer = self.find_customer(customer).await?;
            let buyer = Buyer { tenant: customer.name.id(), organization: customer.organization };
            let (mut standings, buyer) = self.onboarding.standings_for(&[partner], buyer).await?;
            let partner = standings.pop().ok_or_else(|| Failure::bug("no standing came back"))?;
            let new = NewRelationship { name, kind, partner, customer, buyer, open };
            let approved = CustomerRelationship::request(&new, call.now).map_err(denied)?;
            self.store.save_relationship(approved, &call).await
        };
        let relationship = self.store.database().once(&call, ask).await?;
        let relationship = Some(render::relationship(relationship));
        Ok(pb::RequestCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn accept_customer_relationship(
        &self,
        request: Request<pb::AcceptCustomerRelationshipRequest>,
    ) -> Result<pb::AcceptCustomerRelationshipResponse, Failure> {
        let pb::AcceptCustomerRelationshipRequest { name, request_id } = request.get_ref();
        let (request_id, name) = convert::act(request_id, name)?;
        let call = self.call("AcceptCustomerRelationship", &request, request_id);
        let accept = |relationship: CustomerRelationship| relationship.accept(call.now);
        let relationship = Some(self.change_relationship(&call, name, accept).await?);
        Ok(pb::AcceptCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn remove_customer_relationship(
        &self,
        request: Request<pb::RemoveCustomerRelationshipRequest>,
    ) -> Result<pb::RemoveCustomerRelationshipResponse, Failure> {
        let pb::RemoveCustomerRelationshipRequest { name, detail, request_id } = request.get_ref();
        let (request_id, name, detail) = convert::act_with_detail(request_id, name, detail)?;
        let call = self.call("RemoveCustomerRelationship", &request, request_id);
        let remove = |relationship: CustomerRelationship| relationship.remove(detail, call.now);
        let relationship = Some(self.change_relationship(&call, name, remove).await?);
        Ok(pb::RemoveCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn get_customer_relationship(
        &self,
        request: Request<pb::GetCustomerRelationshipRequest>,
    ) -> Result<pb::GetCustomerRelationshipResponse, Failure> {
        let name = failure::one("name", &request.get_ref().name)?;
        let relationship = Some(render::relationship(self.find_relationship(name).await?));
        Ok(pb::GetCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn list_customer_relationships(
        &self,
        request: Request<pb::ListCustomerRelationshipsRequest>,
    ) -> Result<pb::ListCustomerRelationshipsResponse, Failure> {
        let (customer, page) = convert::list_relationships(request.get_ref())?;
        let customer = self.find_customer(customer).await?;
        let page = self.store.relationships(customer.name, &page).await?;
        Ok(pb::ListCustomerRelationshipsResponse {
            relationships: page.items.into_iter().map(render::relationship).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn change_relationship(
        &self,
        call: &Call,
        name: CustomerRelationshipName,
        decide: impl FnOnce(CustomerRelationship) -> Result<Approved<CustomerRelationship>, Denial>
        + Send,
    ) -> Result<pb::CustomerRelationship, Failure> {
        let change = async {
            let relationship = self.find_relationship(name).await?;
            let approved = decide(relationship).map_err(denied)?;
            self.store.save_relationship(approved, call).await
        };
        self.store.database().once(call, change).await.map(render::relationship)
    }

    async fn find_relationship(
        &self,
        name: CustomerRelationshipName,
    ) -> Result<CustomerRelationship, Failure> {
        let relationship = self.store.relationship(name).await?;
        relationship.ok_or_else(|| Failure::missing(name))
    }
}
