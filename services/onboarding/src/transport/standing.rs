use contracts::onboarding as pb;
use failure::Failure;
use kernel::PartnerName;
use tonic::Request;

use super::{Transport, convert, render};
use crate::domain::Standing;

impl Transport {
    pub(super) async fn batch_get_partner_standings(
        &self,
        request: Request<pb::BatchGetPartnerStandingsRequest>,
    ) -> Result<pb::BatchGetPartnerStandingsResponse, Failure> {
        let (names, accounts, buyer) = convert::batch_get_standings(request.get_ref())?;
        let (found_all, found) = self.store.standings(&names, &accounts, buyer).await?;
        let at = |it: &Standing| {
            it.partner.location.as_ref().is_some_and(|it| accounts.contains(&it.account))
        };
        let located: Vec<_> = found_all.iter().filter(|it| at(it)).cloned().collect();
        let mut standings = found_all;
        standings.retain(|it| names.contains(&it.partner.name));
        let known = |name: &PartnerName| standings.iter().any(|it| it.partner.name == *name);
        if let Some(name) = names.iter().find(|name| !known(name)) {
            return Err(Failure::missing(name));
        }
        if let (Some(buyer), None) = (buyer, &found) {
            return Err(Failure::missing(buyer.organization));
        }
        Ok(pb::BatchGetPartnerStandingsResponse {
            standings: standings.into_iter().map(render::standing).collect(),
            buyer: found.map(|buyer| render::buyer(&buyer)),
            location_standings: located.into_iter().map(render::standing).collect(),
        })
    }
}
