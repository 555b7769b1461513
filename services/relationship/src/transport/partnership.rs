use authority::Authorized;
use contracts::relationship as pb;
use errors::{Failure, mutation_options};
use prost::Message;
use rules::Denial;
use status::Request;
use storage::MutationContext;
use types::{PartnerName, PartnershipName};

use super::{Transport, convert, render};
use crate::domain::{Approved, Partners, Partnership, PartnershipSide, Standing};

impl Transport {
    pub(super) async fn invite_partnership(
        &self,
        request: Request<pb::InvitePartnershipRequest>,
    ) -> Result<pb::InvitePartnershipResponse, Failure> {
        let (how, id, provider, reseller) = convert::invite(request.get_ref())?;
        let call = self.call("InvitePartnership", request, how);
        call.caller().act_for(&[provider])?;
        let invite = async {
            let history = self.store.partnerships_of(provider, reseller).await?;
            let (provider, reseller) = self.pair_standings(provider, reseller).await?;
            let name = PartnershipName::new(id.unwrap_or_else(|| self.clock.new_uid()));
            let name_taken = self.store.partnership(name).await?.is_some();
            let partners = Partners { provider, reseller, history, name_taken };
            Partnership::invite(name, &partners, self.expiry(&call)?, call.now)
                .map_err(Failure::from)
        };
        let partnership = self.mutate(&call, invite).await?;
        let mut partnership = render::partnership(partnership.effective_at(call.now));
        if call.is_dry_run() && id.is_none() {
            partnership.name.clear();
        }
        Ok(pb::InvitePartnershipResponse { partnership: Some(partnership) })
    }

    pub(super) async fn accept_partnership(
        &self,
        request: Request<pb::AcceptPartnershipRequest>,
    ) -> Result<pb::AcceptPartnershipResponse, Failure> {
        let it = request.get_ref();
        let (how, name) = convert::act(mutation_options!(it), &it.name)?;
        let call = self.call("AcceptPartnership", request, how);
        let accept = async {
            let partnership = self.find_partnership(name, call.caller()).await?;
            call.caller().act_for(&[partnership.reseller])?;
            self.store.database().check_etag(&call, &name, partnership.resource_version).await?;
            let (provider, reseller) =
                self.pair_standings(partnership.provider, partnership.reseller).await?;
            partnership.accept(&provider, &reseller, call.now).map_err(Failure::from)
        };
        let accepted = self.mutate(&call, accept).await?;
        let partnership = Some(render::partnership(accepted.effective_at(call.now)));
        Ok(pb::AcceptPartnershipResponse { partnership })
    }

    pub(super) async fn decline_partnership(
        &self,
        request: Request<pb::DeclinePartnershipRequest>,
    ) -> Result<pb::DeclinePartnershipResponse, Failure> {
        let it = request.get_ref();
        let (how, name, detail) =
            convert::act_with_detail(mutation_options!(it), &it.name, &it.detail)?;
        let call = self.call("DeclinePartnership", request, how);
        let decline = |partnership: Partnership| partnership.decline(detail, call.now);
        let by = PartnershipSide::Reseller;
        let partnership = Some(self.change_partnership(&call, name, by, decline).await?);
        Ok(pb::DeclinePartnershipResponse { partnership })
    }

    pub(super) async fn withdraw_partnership(
        &self,
        request: Request<pb::WithdrawPartnershipRequest>,
    ) -> Result<pb::WithdrawPartnershipResponse, Failure> {
        let it = request.get_ref();
        let (how, name, detail) =
            convert::act_with_detail(mutation_options!(it), &it.name, &it.detail)?;
        let call = self.call("WithdrawPartnership", request, how);
        let withdraw = |partnership: Partnership| partnership.withdraw(detail, call.now);
        let by = PartnershipSide::Provider;
        let partnership = Some(self.change_partnership(&call, name, by, withdraw).await?);
        Ok(pb::WithdrawPartnershipResponse { partnership })
    }

    pub(super) async fn end_partnership(
        &self,
        request: Request<pb::EndPartnershipRequest>,
    ) -> Result<pb::EndPartnershipResponse, Failure> {
        let (how, name, by, detail) = convert::end_partnership(request.get_ref())?;
        let call = self.call("EndPartnership", request, how);
        let end = |partnership: Partnership| partnership.end(by, detail, call.now);
        let partnership = Some(self.change_partnership(&call, name, by, end).await?);
        Ok(pb::EndPartnershipResponse { partnership })
    }

    pub(super) async fn get_partnership(
        &self,
        request: Request<pb::GetPartnershipRequest>,
    ) -> Result<pb::GetPartnershipResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let partnership = self.find_partnership(name, request.caller()).await?;
        let partnership = partnership.effective_at(self.clock.now());
        let partnership = Some(render::partnership(partnership));
        Ok(pb::GetPartnershipResponse { partnership })
    }

    pub(super) async fn list_partnerships(
        &self,
        request: Request<pb::ListPartnershipsRequest>,
    ) -> Result<pb::ListPartnershipsResponse, Failure> {
        let now = self.clock.now();
        let page =
            crate::store::PARTNERSHIPS.page(storage::list_options!(request))?.with_states_at(now);
        let read = |page| async move { self.store.partnerships(&page).await };
        let render = |it: Partnership| render::partnership(it.effective_at(now));
        let page = page.answer(read, render, Message::encoded_len).await?;
        Ok(pb::ListPartnershipsResponse {
            partnerships: page.items,
            next_page_token: page.next_page_token,
        })
    }

    async fn change_partnership(
        &self,
        call: &MutationContext,
        name: PartnershipName,
        by: PartnershipSide,
        decide: impl FnOnce(Partnership) -> Result<Approved<Partnership>, Denial> + Send,
    ) -> Result<pb::Partnership, Failure> {
        let change = async {
            let partnership = self.find_partnership(name, call.caller()).await?;
            call.caller().act_for(&[partnership.partner_on(by)])?;
            self.store.database().check_etag(call, &name, partnership.resource_version).await?;
            decide(partnership).map_err(Failure::from)
        };
        let changed = self.mutate(call, change).await?;
        Ok(render::partnership(changed.effective_at(call.now)))
    }

    /// Standings of provider and reseller, from one snapshot.
    async fn pair_standings(
        &self,
        provider: PartnerName,
        reseller: PartnerName,
    ) -> Result<(Standing, Standing), Failure> {
        let standings = self.onboarding.standings(&[provider, reseller]).await?;
        let pair: Result<[Standing; 2], _> = standings.try_into();
        let [provider, reseller] =
            pair.map_err(|_| Failure::bug("onboarding did not return two standings"))?;
        Ok((provider, reseller))
    }

    async fn find_partnership(
        &self,
        name: PartnershipName,
        caller: &Authorized,
    ) -> Result<Partnership, Failure> {
        let partnership = caller.visible(self.store.partnership(name).await?);
        partnership.ok_or_else(|| Failure::missing(name))
    }
}
