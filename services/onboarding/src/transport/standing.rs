use contracts::onboarding as pb;
use failure::Failure;
use kernel::PartnerName;
use tonic::Request;

use super::{Transport, convert, render};

impl Transport {
    pub(super) async fn batch_get_partner_standings(
        &self,
        request: Request<pb::BatchGetPartnerStandingsRequest>,
    ) -> Result<pb::BatchGetPartnerStandingsResponse, Failure> {
        let (names, buyer) = convert::batch_get_standings(request.get_ref())?;
        let now = self.clock.now();
        let (standings, found) = self.store.standings(&names, buyer, now).await?;
        let known = |name: &PartnerName| standings.iter().any(|it| it.partner.name == *name);
        if let Some(name) = names.iter().find(|name| !known(name)) {
            return Err(Failure::missing(name));
        }
        if let (Some(buyer), None) = (buyer, &found) {
            return Err(Failure::missing(buyer.organization));
        }
        Ok(pb::BatchGetPartnerStandingsResponse {
            standings: standings.into_iter().map(|it| render::standing(it, now)).collect(),
            buyer: found.map(|buyer| render::buyer(&buyer)),
        })
    }
}
