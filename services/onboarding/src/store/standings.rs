use errors::Failure;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use storage::Snapshot;
use types::{LocationAccountId, PartnerName, Timestamp};

use super::{Store, entity::partners, organization::ownership_graph, partner::read};
use crate::domain::{Buyer, BuyerStanding, Partner, Standing};

impl Store {
    /// Standings of the partners with these names or location accounts and of the buyer, if they
    /// exist. All are read from one snapshot. The named partners come first, in order.
    pub(crate) async fn standings(
        &self,
        names: &[PartnerName],
        accounts: &[LocationAccountId],
        buyer: Option<Buyer>,
        now: Timestamp,
    ) -> Result<(Vec<Standing>, Option<BuyerStanding>), Failure> {
        let snapshot = self.database.snapshot().await?;
        let named = partners::Column::Name.is_in(names.iter().map(ToString::to_string));
        let located = accounts.iter().map(LocationAccountId::as_str);
        let located = partners::Column::LocationAccount.is_in(located);
        let wanted = partners::Entity::find().filter(Condition::any().add(named).add(located));
        let mut found = read(&snapshot, wanted).await?;
        let position = |it: &Partner| names.iter().position(|name| *name == it.name);
        found.sort_by_key(|partner| position(partner).unwrap_or(names.len()));
        let companies = found.iter().map(|partner| partner.organization);
        let companies = companies.chain(buyer.map(|buyer| buyer.organization)).collect();
        let graph = ownership_graph(&snapshot, companies, now).await?;
        let revision =
            |name| graph.get(name).map_or(0, |company| company.resource_version.revision);
        let paths = buyer.map(|buyer| graph.paths_to(buyer.organization));
        let path = |company| paths.as_ref().map_or_else(Vec::new, |path| path(company));
        let standings = found.into_iter().map(|partner| Standing {
            organization_revision: revision(partner.organization),
            affiliation: path(partner.organization),
            partner,
        });
        let existing = buyer.filter(|buyer| graph.get(buyer.organization).is_some());
        let buyer = match existing {
            None => None,
            Some(buyer) => {
                let accounts = accounts_of(&snapshot, buyer).await?;
                Some(BuyerStanding::of(buyer, revision(buyer.organization), accounts, now))
            }
        };
        Ok((standings.collect(), buyer))
    }
}

/// The partner accounts of a buyer's tenant and of its company.
async fn accounts_of(snapshot: &Snapshot, buyer: Buyer) -> Result<Vec<Partner>, Failure> {
    let tenant = partners::Column::Name.eq(buyer.tenant.to_string());
    let company = partners::Column::Organization.eq(buyer.organization.to_string());
    let either = Condition::any().add(tenant).add(company);
    read(snapshot, partners::Entity::find().filter(either)).await
}
