use contracts::onboarding as pb;
use failure::Failure;
use tonic::Request;

use super::{
    Transport, convert, render,
    status::{ORGANIZATION, PARTNER},
};

impl Transport {
    pub(super) async fn batch_get_partner_standings(
        &self,
        request: Request<pb::BatchGetPartnerStandingsRequest>,
    ) -> Result<pb::BatchGetPartnerStandingsResponse, Failure> {
        let (names, buyer) = convert::batch_get_standings(request.get_ref())?;
        let (standings, buyer) = self.store.standings(&names, buyer).await?.map_err(|name| {
            let kind = if name.starts_with("partners/") { PARTNER } else { ORGANIZATION };
            Failure::missing(kind, name)
        })?;
        Ok(pb::BatchGetPartnerStandingsResponse {
            standings: standings.into_iter().map(render::standing).collect(),
            buyer: buyer.map(|buyer| render::buyer(&buyer)),
        })
    }
}
