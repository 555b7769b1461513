//! Companies, partners and partnerships.

use contracts::{onboarding as ob, relationship as rl};

use super::{Conflict, Context, Step, conflict, failed, found};
use crate::{
    alias,
    file::{Organization, Partner},
};

impl Context<'_> {
    pub(super) async fn organization(
        &self,
        key: &str,
        name: &str,
        country: &str,
        changes: &mut Vec<String>,
    ) -> Step {
        let mut onboarding = self.services.onboarding.clone();
        let id = alias::organization(key);
        let get = ob::GetOrganizationRequest { name: id.to_string() };
        let existing = found(onboarding.get_organization(get).await);
        let existing = existing.map_err(failed(key, "GetOrganization"))?;
        let Some(existing) = existing.and_then(|it| it.organization) else {
            let organization = ob::Organization {
                display_name: name.to_owned(),
                country_code: country.to_owned(),
                ..Default::default()
            };
            let create = ob::CreateOrganizationRequest {
                organization_id: id.id().to_string(),
                organization: Some(organization),
                ..Default::default()
            };
            let created = onboarding.create_organization(create).await;
            created.map_err(failed(key, "CreateOrganization"))?;
            changes.push(format!("{key}: created the company {name}"));
            return Ok(());
        };
        let recorded = (existing.display_name.as_str(), existing.country_code.as_str());
        if recorded == (name, country) {
            return Ok(());
        }
        Err(conflict(
            key,
            format!(
                "its company is recorded as {} in {}; use another alias, or change the legal profile with \
             UpdateOrganization, which restarts vetting",
                recorded.0, recorded.1
            ),
        ))
    }

    /// Records owners. Ownership that the file does not have is left to people, because it has an end time.
    pub(super) async fn owners(
        &self,
        key: &str,
        organization: &Organization,
        changes: &mut Vec<String>,
    ) -> Step {
        let mut onboarding = self.services.onboarding.clone();
        let name = alias::organization(key).to_string();
        let get = ob::GetOrganizationRequest { name: name.clone() };
        let existing = onboarding.get_organization(get).await;
        let existing = existing.map_err(failed(key, "GetOrganization"))?.into_inner();
        let owners = existing.organization.unwrap_or_default().owners;
        let mut current: Vec<_> = owners.into_iter().filter(|it| it.end_time.is_none()).collect();
        for (owner_key, ownership) in &organization.owners {
            let owner = alias::organization(owner_key).to_string();
            let recorded = current.iter().position(|it| it.organization == owner);
            match recorded.map(|at| current.swap_remove(at)) {
                Some(it)
                    if (it.share_basis_points, it.management_control)
                        == (ownership.share, ownership.control) => {}
                Some(_) => {
                    return Err(conflict(
                        key,
                        format!(
                            "{} is recorded with another share; end that ownership with EndOwnership of {name}, and apply the file again",
                            **owner_key
                        ),
                    ));
                }
                None => {
                    let owner = ob::Owner {
                        organization: owner,
                        share_basis_points: ownership.share,
                        management_control: ownership.control,
                        ..Default::default()
                    };
                    let record = ob::RecordOwnershipRequest {
                        name: name.clone(),
                        owner: Some(owner),
                        ..Default::default()
                    };
                    let recorded = onboarding.record_ownership(record).await;
                    recorded.map_err(failed(key, "RecordOwnership"))?;
                    changes.push(format!("{key}: recorded {} as owner", **owner_key));
                }
            }
        }
        match current.first() {
            None => Ok(()),
            Some(extra) => Err(conflict(
                key,
                format!(
                    "{} is recorded as an owner, and the file does not have it; end the ownership with EndOwnership of {name}",
                    extra.organization
                ),
            )),
        }
    }

    pub(super) async fn partner(
        &self,
        key: &str,
        partner: &Partner,
        changes: &mut Vec<String>,
    ) -> Step {
        let mut onboarding = self.services.onboarding.clone();
        let id = alias::partner(key);
        let company = partner.company.as_deref().map_or(key, |it| it.as_str());
        let wanted = ob::Partner {
            organization: alias::organization(company).to_string(),
            country_code: partner.country.0.to_string(),
            ..Default::default()
        };
        let get = ob::GetPartnerRequest { name: id.to_string() };
        let existing =
            found(onboarding.get_partner(get).await).map_err(failed(key, "GetPartner"))?;
        let Some(existing) = existing.and_then(|it| it.partner) else {
            let create = ob::CreatePartnerRequest {
                partner_id: id.id().to_string(),
                partner: Some(wanted),
                ..Default::default()
            };
            onboarding.create_partner(create).await.map_err(failed(key, "CreatePartner"))?;
            changes.push(format!("{key}: created the partner {id}"));
            return Ok(());
        };
        let location = existing.location_account_id.as_str();
        if existing.country_code != wanted.country_code {
            return Err(immutable(key, "country", &existing.country_code, &wanted.country_code));
        }
        if existing.organization != wanted.organization {
            return Err(immutable(key, "company", &existing.organization, company));
        }
        if !location.is_empty() && location != self.world.partner_id(key) {
            return Err(immutable(key, "location", location, &self.world.partner_id(key)));
        }
        Ok(())
    }

    pub(super) async fn partnership(
        &self,
        provider: &str,
        reseller: &str,
        changes: &mut Vec<String>,
    ) -> Step {
        use rl::PartnershipState::{Active, Invited};
        let mut relationship = self.services.relationship.clone();
        let parties = (alias::partner(provider), alias::partner(reseller));
        let id = alias::partnership(parties.0, parties.1);
        let get = rl::GetPartnershipRequest { name: id.to_string() };
        let existing = found(relationship.get_partnership(get).await);
        let existing = existing.map_err(failed(reseller, "GetPartnership"))?;
        let state = existing.and_then(|it| it.partnership).map(|it| it.state());
        if state == Some(Active) {
            return Ok(());
        }
        if state.is_none() {
            let invite = rl::InvitePartnershipRequest {
                provider: parties.0.to_string(),
                reseller: parties.1.to_string(),
                partnership_id: id.id().to_string(),
                ..Default::default()
            };
            let invited = relationship.invite_partnership(invite).await;
            invited.map_err(failed(reseller, "InvitePartnership"))?;
        } else if state != Some(Invited) {
            return Err(conflict(
                reseller,
                format!(
                    "its partnership {id} with {provider} has ended, which is final; use InvitePartnership for a new one"
                ),
            ));
        }
        let accept = rl::AcceptPartnershipRequest { name: id.to_string(), ..Default::default() };
        let accepted = relationship.accept_partnership(accept).await;
        accepted.map_err(failed(reseller, "AcceptPartnership"))?;
        changes.push(format!("{reseller}: established the partnership with {provider}"));
        Ok(())
    }
}

/// A field that cannot be changed.
pub(super) fn immutable(key: &str, field: &str, recorded: &str, wanted: &str) -> Conflict {
    conflict(
        key,
        format!(
            "{field} is recorded as {recorded} and cannot be changed to {wanted}; use another alias, or change the file back"
        ),
    )
}
