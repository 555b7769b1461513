use contracts::onboarding as pb;
use convert::AgreementStatusQuery;
use errors::Failure;
use status::Request;

use super::{Transport, convert, render};
use crate::domain::{AgreementName, Partner, resellers_accepted};

impl Transport {
    pub(super) async fn accept_agreement(
        &self,
        request: Request<pb::AcceptAgreementRequest>,
    ) -> Result<pb::AcceptAgreementResponse, Failure> {
        let now = self.clock.now();
        let (options, name, new) = convert::agreement::accept(request.get_ref(), now)?;
        let call = self.call_at(now, "AcceptAgreement", request, options);
        let uid = self.clock.new_uid();
        let accept = |it: Partner| it.accept_agreement(new.clone(), uid, now);
        let partner = self.change_partner(&call, name, accept).await?;
        let recorded = partner.recorded(&new);
        let recorded =
            recorded.ok_or_else(|| Failure::bug("the partner lacks the recorded acceptance"))?;
        let mut agreement =
            render::agreement(&partner, recorded, recorded.resource_version.create_time);
        if call.is_dry_run() {
            agreement.name.clear();
        }
        Ok(pb::AcceptAgreementResponse { agreement: Some(agreement) })
    }

    pub(super) async fn get_agreement(
        &self,
        request: Request<pb::GetAgreementRequest>,
    ) -> Result<pb::GetAgreementResponse, Failure> {
        let now = self.clock.now();
        let name: AgreementName = errors::one("name", &request.get_ref().name)?;
        let partner = self.stored_partner_of(name.partner, name, request.caller()).await?;
        let partner = partner.effective_at(now);
        let agreement = partner.agreements.iter().find(|agreement| agreement.uid == name.uid);
        let agreement = agreement.map(|agreement| render::agreement(&partner, agreement, now));
        let agreement = agreement.ok_or_else(|| Failure::missing(name))?;
        Ok(pb::GetAgreementResponse { agreement: Some(agreement) })
    }

    pub(super) async fn list_agreements(
        &self,
        request: Request<pb::ListAgreementsRequest>,
    ) -> Result<pb::ListAgreementsResponse, Failure> {
        let now = self.clock.now();
        let name = errors::one("parent", &request.get_ref().parent)?;
        let partner = self.stored_partner(name, request.caller()).await?.effective_at(now);
        let all = partner.agreements.iter().map(|each| render::agreement(&partner, each, now));
        Ok(pb::ListAgreementsResponse { agreements: all.collect() })
    }

    pub(super) async fn get_agreement_status(
        &self,
        request: Request<pb::GetAgreementStatusRequest>,
    ) -> Result<pb::GetAgreementStatusResponse, Failure> {
        let (query, region) = convert::agreement_status(request.get_ref())?;
        let caller = request.caller();
        let accounts = match query {
            AgreementStatusQuery::Tenant(name) => vec![self.stored_partner(name, caller).await?],
            AgreementStatusQuery::PartnerId { location, global } => {
                let found = match self.store.partner_by_location(&location).await? {
                    Some(partner) => vec![partner],
                    None => match self.store.organization_by_global_account(&global).await? {
                        Some(organization) => self.store.partners_of(organization).await?,
                        None => return Err(Failure::no_partner_at(&location)),
                    },
                };
                // All of them count, also for a caller that sees only some.
                let bound = caller.scope().partners().is_some();
                if bound && !found.iter().any(|it| caller.scope().includes(it)) {
                    return Err(Failure::no_partner_at(&location));
                }
                found
            }
        };
        let agreement_accepted = resellers_accepted(accounts, region, self.clock.now());
        Ok(pb::GetAgreementStatusResponse { agreement_accepted })
    }
}
