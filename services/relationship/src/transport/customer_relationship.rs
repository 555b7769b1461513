use authority::Authorized;
use contracts::relationship as pb;
use errors::{Failure, mutation_options};
use prost::Message;
use status::Request;
use types::{CustomerRelationshipName, PartnerName};

use super::{
    Transport,
    convert::{self, RelationshipRequest},
    render,
};
use crate::{
    domain::{Applicant, CustomerRelationship, NewRelationship, Parties, Partnership, Removal},
    peers::Buyer,
};

impl Transport {
    pub(super) async fn request_customer_relationship(
        &self,
        request: Request<pb::RequestCustomerRelationshipRequest>,
    ) -> Result<pb::RequestCustomerRelationshipResponse, Failure> {
        let (how, requested) = convert::request_relationship(request.get_ref())?;
        let call = self.call("RequestCustomerRelationship", request, how);
        let parties: Vec<_> = requested.provider.into_iter().chain([requested.partner]).collect();
        call.caller().act_for(&parties)?;
        let request_relationship = async {
            let new = self.gather(&requested).await?;
            self.store
                .database()
                .check_etag(&call, &new.customer.name, new.customer.resource_version)
                .await?;
            CustomerRelationship::request(&new, self.expiry(&call)?, call.now)
                .map_err(Failure::from)
        };
        let relationship = self.mutate(&call, request_relationship).await?;
        let companion = relationship.companion;
        let mut relationship = render::relationship(relationship.effective_at(call.now));
        if call.is_dry_run() && requested.id.is_none() {
            relationship.name.clear();
        }
        if call.is_dry_run() && !self.exists(companion).await? {
            relationship.companion.clear();
        }
        Ok(pb::RequestCustomerRelationshipResponse { relationship: Some(relationship) })
    }

    pub(super) async fn attest_customer_agreement(
        &self,
        request: Request<pb::AttestCustomerAgreementRequest>,
    ) -> Result<pb::AttestCustomerAgreementResponse, Failure> {
        let (now, it) = (self.clock.now(), request.get_ref());
        let (how, name, agreement) =
            convert::record_agreement(mutation_options!(it), &it.name, it.agreement.as_ref(), now)?;
        let call = self.call_at("AttestCustomerAgreement", request, how, now);
        let attest = async {
            let relationship = self.find_relationship(name, call.caller()).await?;
            self.store.database().check_etag(&call, &name, relationship.resource_version).await?;
            let partner = self.standing(relationship.partner).await?;
            match relationship.attest_agreement(agreement, &partner, now)? {
                Some(change) => self.store.save(change, &call).await,
                None => Ok(relationship),
            }
        };
        let relationship = self.store.database().idempotent(&call, attest).await?;
        let relationship = Some(render::relationship(relationship.effective_at(now)));
        Ok(pb::AttestCustomerAgreementResponse { relationship })
    }

    pub(super) async fn accept_customer_relationship(
        &self,
        request: Request<pb::AcceptCustomerRelationshipRequest>,
    ) -> Result<pb::AcceptCustomerRelationshipResponse, Failure> {
        let it = request.get_ref();
        let (how, name) = convert::act(mutation_options!(it), &it.name)?;
        let call = self.call("AcceptCustomerRelationship", request, how);
        let accept = async {
            let (relationship, companion) = self.find_with_companion(name, call.caller()).await?;
            self.store.database().check_etag(&call, &name, relationship.resource_version).await?;
            let customer = self.find_customer(relationship.customer()).await?;
            let buyer = Buyer { tenant: customer.name.id(), organization: customer.organization };
            let partners = [Some(relationship.partner), companion.as_ref().map(|it| it.partner)];
            let partners: Vec<_> = partners.into_iter().flatten().collect();
            let (standings, buyer) = self.onboarding.standings_for(&partners, buyer).await?;
            let (partner, provider) = match standings.as_slice() {
                [partner] => (partner, None),
                [partner, provider] => (partner, Some(provider)),
                _ => {
                    return Err(Failure::bug(
                        "onboarding returned standings of other partners than requested",
                    ));
                }
            };
            let partnership = match provider {
                None => None,
                Some(provider) => self.open_partnership(provider.partner, partner.partner).await?,
            };
            let provider = provider.map(|it| (it, partnership.as_ref()));
            let parties = Parties { customer: &customer, buyer: &buyer, partner, provider };
            relationship.accept(companion, parties, call.now).map_err(Failure::from)
        };
        let relationship = self.mutate(&call, accept).await?;
        let relationship = Some(render::relationship(relationship.effective_at(call.now)));
        Ok(pb::AcceptCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn refuse_customer_relationship(
        &self,
        request: Request<pb::RefuseCustomerRelationshipRequest>,
    ) -> Result<pb::RefuseCustomerRelationshipResponse, Failure> {
        let it = request.get_ref();
        let (how, name, detail) =
            convert::act_with_detail(mutation_options!(it), &it.name, &it.detail)?;
        let call = self.call("RefuseCustomerRelationship", request, how);
        let refuse = async {
            let (relationship, companion) = self.find_with_companion(name, call.caller()).await?;
            self.store.database().check_etag(&call, &name, relationship.resource_version).await?;
            relationship.refuse(&detail, companion, call.now).map_err(Failure::from)
        };
        let relationship = self.mutate(&call, refuse).await?;
        let relationship = Some(render::relationship(relationship.effective_at(call.now)));
        Ok(pb::RefuseCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn remove_customer_relationship(
        &self,
        request: Request<pb::RemoveCustomerRelationshipRequest>,
    ) -> Result<pb::RemoveCustomerRelationshipResponse, Failure> {
        let (how, name, by, detail) = convert::remove_relationship(request.get_ref())?;
        let no_active_subscriptions = request.get_ref().no_active_subscriptions;
        let call = self.call("RemoveCustomerRelationship", request, how);
        let remove = async {
            let relationship = self.find_relationship(name, call.caller()).await?;
            self.store.database().check_etag(&call, &name, relationship.resource_version).await?;
            let partnerships = self.store.partnerships_of(by, relationship.partner).await?;
            let by = self.standing(by).await?;
            let removal = Removal { by, partnerships, no_active_subscriptions, detail };
            relationship.remove(&removal, call.now).map_err(Failure::from)
        };
        let relationship = self.mutate(&call, remove).await?;
        let relationship = Some(render::relationship(relationship.effective_at(call.now)));
        Ok(pb::RemoveCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn get_customer_relationship(
        &self,
        request: Request<pb::GetCustomerRelationshipRequest>,
    ) -> Result<pb::GetCustomerRelationshipResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let relationship = self.find_relationship(name, request.caller()).await?;
        let relationship = relationship.effective_at(self.clock.now());
        let relationship = Some(render::relationship(relationship));
        Ok(pb::GetCustomerRelationshipResponse { relationship })
    }

    pub(super) async fn list_customer_relationships(
        &self,
        request: Request<pb::ListCustomerRelationshipsRequest>,
    ) -> Result<pb::ListCustomerRelationshipsResponse, Failure> {
        let (customer, page) = convert::list_relationships(&request)?;
        if let Some(customer) = customer {
            self.find_visible_customer(customer, request.caller().scope()).await?;
        }
        let now = self.clock.now();
        let read = |page| async move { self.store.relationships(customer, &page).await };
        let render = |it: CustomerRelationship| render::relationship(it.effective_at(now));
        let page = page.with_states_at(now).answer(read, render, Message::encoded_len).await?;
        Ok(pb::ListCustomerRelationshipsResponse {
            relationships: page.items,
            next_page_token: page.next_page_token,
        })
    }

    /// Gathers the facts for a customer relationship request.
    async fn gather(&self, requested: &RelationshipRequest) -> Result<NewRelationship, Failure> {
        let RelationshipRequest { id, partner, provider, kind, role, .. } = *requested;
        let customer = self.find_customer(requested.customer).await?;
        let buyer = Buyer { tenant: customer.name.id(), organization: customer.organization };
        let names: Vec<_> = [Some(partner), provider].into_iter().flatten().collect();
        let (standings, buyer) = self.onboarding.standings_for(&names, buyer).await?;
        let mut applicants = Vec::new();
        for standing in standings {
            let chosen = id.filter(|_| standing.partner == partner);
            let uid = chosen.unwrap_or_else(|| self.clock.new_uid());
            let name = CustomerRelationshipName { customer: customer.name, uid };
            let open = self.store.open_relationships(customer.name, standing.partner).await?;
            applicants.push(Applicant { name, standing, open });
        }
        let mut applicants = applicants.into_iter();
        let partner =
            applicants.next().ok_or_else(|| Failure::bug("onboarding returned no standing"))?;
        let name_taken = self.store.relationship(partner.name).await?.map(|it| it.name);
        let provider = match applicants.next() {
            None => None,
            Some(provider) => {
                let (from, to) = (provider.standing.partner, partner.standing.partner);
                Some((provider, self.open_partnership(from, to).await?))
            }
        };
        Ok(NewRelationship { kind, role, customer, buyer, partner, provider, name_taken })
    }

    async fn open_partnership(
        &self,
        provider: PartnerName,
        reseller: PartnerName,
    ) -> Result<Option<Partnership>, Failure> {
        Ok(self.store.open_partnerships(provider, &[reseller]).await?.pop())
    }

    async fn find_with_companion(
        &self,
        name: CustomerRelationshipName,
        caller: &Authorized,
    ) -> Result<(CustomerRelationship, Option<CustomerRelationship>), Failure> {
        let relationship = self.find_relationship(name, caller).await?;
        let companion = match relationship.companion {
            None => None,
            Some(companion) => Some(self.find_relationship(companion, caller).await?),
        };
        Ok((relationship, companion))
    }

    async fn exists(&self, name: Option<CustomerRelationshipName>) -> Result<bool, Failure> {
        match name {
            None => Ok(false),
            Some(name) => Ok(self.store.relationship(name).await?.is_some()),
        }
    }

    async fn find_relationship(
        &self,
        name: CustomerRelationshipName,
        caller: &Authorized,
    ) -> Result<CustomerRelationship, Failure> {
        let relationship = caller.visible(self.store.relationship(name).await?);
        relationship.ok_or_else(|| Failure::missing(name))
    }
}
