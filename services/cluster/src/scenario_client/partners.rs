//! Organizations and partners: create, enroll, vet, accept the MPA.

use std::sync::atomic::Ordering;

use contracts::{onboarding as ob, time::to_wire};
use types::Timestamp;

use super::{Answer, Partner, ScenarioClient, agreement_of, enrollment, new_id};

/// Each method returns the answer of its call.
#[allow(clippy::missing_errors_doc, reason = "the error is always the status of the call")]
impl ScenarioClient {
    /// Creates an organization. Returns its name.
    pub async fn company(&self, name: &str, country: &str) -> Answer<String> {
        self.company_of(name, country, &[]).await
    }

    /// Creates an organization with owners: name, basis points, control. Returns its name.
    pub async fn company_of(
        &self,
        name: &str,
        country: &str,
        owners: &[(&str, i32, bool)],
    ) -> Answer<String> {
        let owners = owners.iter().map(|(organization, share, control)| ob::Owner {
            organization: (*organization).to_owned(),
            share_basis_points: *share,
            management_control: *control,
            ..ob::Owner::default()
        });
        let organization = ob::Organization {
            display_name: name.to_owned(),
            country_code: country.to_owned(),
            owners: owners.collect(),
            ..ob::Organization::default()
        };
        let request = ob::CreateOrganizationRequest {
            organization: Some(organization),
            request_id: new_id(),
            ..Default::default()
        };
        let answer = self.onboarding.clone().create_organization(request).await?.into_inner();
        Ok(answer.organization.unwrap_or_default().name)
    }

    /// Step 1: creates a partner with a new CSP tenant.
    pub async fn join(&self, organization: &str, country: &str) -> Answer<Partner> {
        let partner = ob::Partner {
            organization: organization.to_owned(),
            country_code: country.to_owned(),
            ..ob::Partner::default()
        };
        let request = ob::CreatePartnerRequest {
            partner_id: new_id(),
            partner: Some(partner),
            request_id: new_id(),
            ..Default::default()
        };
        let answer = self.onboarding.clone().create_partner(request).await?.into_inner();
        let name = answer.partner.unwrap_or_default().name;
        let (organization, country) = (organization.to_owned(), country.to_owned());
        Ok(Partner { name, organization, location: String::new(), country })
    }

    /// Step 2: enrolls a partner and submits the enrollment, for direct bill with the required evidence.
    /// Vetting has not run then.
    pub async fn enroll(&self, partner: &Partner, role: ob::Role) -> Answer<()> {
        let request = ob::EnrollPartnerRequest {
            parent: partner.name.clone(),
            role: role.into(),
            contact_email: "ada@contoso.com".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        self.onboarding.clone().enroll_partner(request).await?;
        if role == ob::Role::DirectBill {
            self.record_evidence(partner, role, self.clock.now()).await?;
        }
        let name = enrollment(partner, role);
        let request = ob::SubmitEnrollmentRequest { name, ..Default::default() };
        self.onboarding.clone().submit_enrollment(request).await.map(drop)
    }

    /// Records evidence that meets the requirements of a role by a wide margin, observed at a time.
    pub async fn record_evidence(
        &self,
        partner: &Partner,
        role: ob::Role,
        at: Timestamp,
    ) -> Answer<()> {
        let evidence = requirements_of(role).iter().map(|(requirement, figure)| ob::Evidence {
            requirement: (*requirement).into(),
            figure: *figure,
            observed_time: Some(to_wire(at)),
            attested_by: "Ada Byron".to_owned(),
            reference: "operational assessment".to_owned(),
        });
        let request = ob::RecordEvidenceRequest {
            name: enrollment(partner, role),
            evidence: evidence.collect(),
            request_id: new_id(),
            ..Default::default()
        };
        self.onboarding.clone().record_evidence(request).await.map(drop)
    }

    /// Records the required evidence and passes the yearly review.
    pub async fn pass_review(
        &self,
        partner: &Partner,
        role: ob::Role,
        at: Timestamp,
    ) -> Answer<()> {
        self.record_evidence(partner, role, at).await?;
        let name = enrollment(partner, role);
        let request = ob::ReviewEnrollmentRequest { name, ..Default::default() };
        self.onboarding.clone().review_enrollment(request).await.map(drop)
    }

    /// Records that every vetting check passed.
    pub async fn vet(&self, partner: &Partner, role: ob::Role) -> Answer<()> {
        use ob::VettingCheck::{Business, EmailOwnership, Employment};
        for check in [EmailOwnership, Employment, Business] {
            let request = ob::RecordVettingResultRequest {
                name: enrollment(partner, role),
                check: check.into(),
                result: ob::VettingResult::Authorized.into(),
                request_id: new_id(),
                ..Default::default()
            };
            self.onboarding.clone().record_vetting_result(request).await?;
        }
        Ok(())
    }

    /// Associates a new location account with the partner.
    pub async fn associate_location(&self, partner: &mut Partner, country: &str) -> Answer<()> {
        let location = self.next_partner_id.fetch_add(1, Ordering::Relaxed).to_string();
        let request = ob::AssociateLocationRequest {
            name: partner.name.clone(),
            location_account_id: location.clone(),
            location_country_code: country.to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        self.onboarding.clone().associate_location(request).await?;
        partner.location = location;
        Ok(())
    }

    /// Step 3: a partner accepts the MPA.
    pub async fn accept_mpa(&self, partner: &Partner, kind: ob::AgreementKind) -> Answer<()> {
        self.accept_mpa_at(partner, kind, self.clock.now()).await
    }

    /// A partner accepts the MPA at a time, possibly in the past.
    pub async fn accept_mpa_at(
        &self,
        partner: &Partner,
        kind: ob::AgreementKind,
        at: Timestamp,
    ) -> Answer<()> {
        let agreement = ob::Agreement {
            kind: kind.into(),
            version: version_of(at).to_owned(),
            signatory: Some(ob::Signatory {
                first_name: "Ada".to_owned(),
                last_name: "Byron".to_owned(),
                email: "ada@contoso.com".to_owned(),
                role: ob::SignatoryRole::GlobalAdmin.into(),
            }),
            accept_time: Some(to_wire(at)),
            ..ob::Agreement::default()
        };
        let request = ob::AcceptAgreementRequest {
            parent: partner.name.clone(),
            agreement: Some(agreement),
            request_id: new_id(),
            ..Default::default()
        };
        self.onboarding.clone().accept_agreement(request).await.map(drop)
    }

    /// Creates a partner that is enrolled, vetted and has a location; the MPA is not accepted.
    pub async fn qualified(
        &self,
        organization: &str,
        country: &str,
        role: ob::Role,
    ) -> Answer<Partner> {
        let mut partner = self.join(organization, country).await?;
        self.enroll(&partner, role).await?;
        self.vet(&partner, role).await?;
        self.associate_location(&mut partner, country).await?;
        Ok(partner)
    }

    /// Creates a partner that can transact.
    pub async fn active(
        &self,
        organization: &str,
        country: &str,
        role: ob::Role,
    ) -> Answer<Partner> {
        let partner = self.qualified(organization, country, role).await?;
        self.accept_mpa(&partner, agreement_of(role)).await?;
        Ok(partner)
    }

    /// Creates an active indirect provider with its own organization.
    pub async fn provider(&self, country: &str) -> Answer<Partner> {
        let company = self.company("Northwind Distribution", country).await?;
        self.active(&company, country, ob::Role::IndirectProvider).await
    }

    /// Creates an active indirect reseller with its own organization.
    pub async fn reseller(&self, country: &str) -> Answer<Partner> {
        let company = self.company("Fabrikam Resale", country).await?;
        self.active(&company, country, ob::Role::IndirectReseller).await
    }

    /// Creates an active direct-bill partner with its own organization.
    pub async fn direct_bill(&self, country: &str) -> Answer<Partner> {
        let company = self.company("Contoso Direct", country).await?;
        self.active(&company, country, ob::Role::DirectBill).await
    }
}

/// The MPA version at a time.
fn version_of(time: Timestamp) -> &'static str {
    const SINCE: &str = "2026-12-01";
    if time.to_string().as_str() < SINCE { "2019-09" } else { "2026-12" }
}

/// The requirements of a role, each with a figure that meets it.
fn requirements_of(role: ob::Role) -> &'static [(ob::Requirement, i64)] {
    use ob::Requirement::{
        AlertHours, ApiIntegration, BillingAndSupport, CreditCheck, ManagedServices, Mfa,
        ResellerMonths, Revenue, SecurityContact, SolutionsPartner, SupportPlan,
    };
    match role {
        ob::Role::DirectBill => &[
            (Revenue, 250_000_000),
            (ResellerMonths, 36),
            (SolutionsPartner, 2),
            (CreditCheck, 1),
            (SupportPlan, 1),
            (ApiIntegration, 1),
            (BillingAndSupport, 1),
            (ManagedServices, 3),
            (Mfa, 1),
            (SecurityContact, 1),
            (AlertHours, 4),
        ],
        ob::Role::IndirectReseller => &[(Revenue, 500_000), (Mfa, 1), (SecurityContact, 1)],
        ob::Role::IndirectProvider | ob::Role::Unspecified => &[],
    }
}
