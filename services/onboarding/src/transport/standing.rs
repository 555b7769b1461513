use contracts::onboarding as pb;
use errors::Failure;
use status::Request;
use types::PartnerName;

use super::{Transport, convert, render};
use crate::{domain::Standing, store::Wanted};

impl Transport {
    pub(super) async fn batch_get_partner_standings(
        &self,
        request: Request<pb::BatchGetPartnerStandingsRequest>,
    ) -> Result<pb::BatchGetPartnerStandingsResponse, Failure> {
        let (names, accounts, buyer) = convert::batch_get_standings(&request.into_parts().0)?;
        let wanted = Wanted { names: &names, accounts: &accounts, buyer };
        let ((standings, found), now) = self.store.standings(wanted, &self.clock).await?;
        let exists = |name: &PartnerName| standings.iter().any(|it| it.partner.name == *name);
        if let Some(name) = names.iter().find(|name| !exists(name)) {
            return Err(Failure::missing(name));
        }
        if let (Some(buyer), None) = (buyer, &found) {
            return Err(Failure::missing(buyer.organization));
        }
        let named = |it: &&Standing| names.contains(&it.partner.name);
        let located = |it: &&Standing| {
            it.partner.location.as_ref().is_some_and(|it| accounts.contains(&it.account))
        };
        let rendered = |it: &Standing| render::standing(it.clone(), now);
        Ok(pb::BatchGetPartnerStandingsResponse {
            standings: standings.iter().filter(named).map(rendered).collect(),
            buyer: found.map(|buyer| render::buyer(&buyer)),
            location_standings: standings.iter().filter(located).map(rendered).collect(),
        })
    }
}
