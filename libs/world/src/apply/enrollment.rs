//! The enrollment of a partner. Onboarding reports the next steps, and this takes them as far as the file says.

use contracts::{onboarding as ob, time::to_wire};
use ob::{EnrollmentState as State, EnrollmentStep as Next};

use super::{Conflict, Context, Step, conflict, failed};
use crate::{
    alias,
    file::{Partner, Role, Stage},
};

/// Most steps of an enrollment: a guard against steps that change nothing.
const MOST_STEPS: usize = 20;

impl Context<'_> {
    /// Takes the steps to an active enrollment, or those before it. What a person decided since, such as a
    /// suspension, stays as it is.
    pub(super) async fn enroll(
        &self,
        key: &str,
        partner: &Partner,
        changes: &mut Vec<String>,
    ) -> Step {
        let wanted = partner.reached.min(Stage::Active);
        for _ in 0..MOST_STEPS {
            let (stage, steps) = self.standing(key, partner).await?;
            if stage > Stage::Active && stage <= partner.reached {
                return Ok(());
            }
            if stage > wanted && wanted < Stage::Active {
                return Err(too_far(key, stage, partner.reached));
            }
            if stage >= Stage::Active {
                let Some(step) = steps.first() else { return Ok(()) };
                return Err(left_to_people(key, *step));
            }
            let Some(step) = steps.iter().find(|step| stage_of(**step, stage) <= wanted) else {
                return Ok(());
            };
            let change = self.take(*step, key, partner).await?;
            changes.push(format!("{key}: {change}"));
        }
        Err(conflict(key, "its enrollment makes no progress; see GetEnrollment"))
    }

    /// Suspends and revokes the enrollment if the file says so.
    pub(super) async fn end_enrollment(
        &self,
        key: &str,
        partner: &Partner,
        changes: &mut Vec<String>,
    ) -> Step {
        if partner.reached < Stage::Suspended {
            return Ok(());
        }
        let mut onboarding = self.services.onboarding.clone();
        let (stage, _) = self.standing(key, partner).await?;
        let (name, detail) = (enrollment(key, partner.role), "as the world file says".to_owned());
        if stage < Stage::Suspended {
            let suspend = ob::SuspendEnrollmentRequest {
                name: name.clone(),
                cause: ob::SuspensionCause::InvoiceOverdue.into(),
                detail: detail.clone(),
                ..Default::default()
            };
            let suspended = onboarding.suspend_enrollment(suspend).await;
            suspended.map_err(failed(key, "SuspendEnrollment"))?;
            changes.push(format!("{key}: suspended the enrollment"));
        }
        if partner.reached == Stage::Revoked && stage < Stage::Revoked {
            let revoke = ob::RevokeEnrollmentRequest { name, detail, ..Default::default() };
            let revoked = onboarding.revoke_enrollment(revoke).await;
            revoked.map_err(failed(key, "RevokeEnrollment"))?;
            changes.push(format!("{key}: revoked the enrollment"));
        }
        Ok(())
    }

    /// How far the enrollment is, and the steps that remain.
    async fn standing(&self, key: &str, partner: &Partner) -> Result<(Stage, Vec<Next>), Conflict> {
        let mut onboarding = self.services.onboarding.clone();
        let get = ob::BatchGetPartnerStandingsRequest {
            names: vec![alias::partner(key).to_string()],
            ..Default::default()
        };
        let answer = onboarding.batch_get_partner_standings(get).await;
        let answer = answer.map_err(failed(key, "BatchGetPartnerStandings"))?.into_inner();
        let standing = answer.standings.into_iter().next().unwrap_or_default();
        let role = standing.roles.iter().find(|it| it.role() == partner.role.wire());
        let Some(role) = role else {
            return match standing.roles.first() {
                None => Ok((Stage::Created, vec![Next::Enroll])),
                Some(other) => Err(conflict(
                    key,
                    format!(
                        "it is enrolled as {}, and a partner of a file has one role; use another alias",
                        other.role().as_str_name()
                    ),
                )),
            };
        };
        let stage = match role.state() {
            State::Draft | State::Unspecified => Stage::Enrolled,
            State::Vetting | State::Rejected => Stage::Submitted,
            State::Qualified if standing.location_account_id.is_empty() => Stage::Vetted,
            State::Qualified => Stage::Located,
            State::Active | State::Restricted => Stage::Active,
            State::Suspended => Stage::Suspended,
            State::Revoked => Stage::Revoked,
        };
        Ok((stage, role.next_steps().collect()))
    }

    /// Takes a step. Returns what it did.
    async fn take(
        &self,
        step: Next,
        key: &str,
        partner: &Partner,
    ) -> Result<&'static str, Conflict> {
        let mut onboarding = self.services.onboarding.clone();
        let parent = alias::partner(key).to_string();
        let name = enrollment(key, partner.role);
        let contact_email = format!("admin@{key}.example.com");
        let (outcome, method, change) = match step {
            Next::Enroll => {
                let role = partner.role.wire().into();
                let enroll =
                    ob::EnrollPartnerRequest { parent, role, contact_email, ..Default::default() };
                let outcome = onboarding.enroll_partner(enroll).await.map(drop);
                (outcome, "EnrollPartner", "recorded the enrollment")
            }
            Next::RecordEvidence => return self.record_evidence(key, name).await,
            Next::Submit => {
                let submit = ob::SubmitEnrollmentRequest { name, ..Default::default() };
                let outcome = onboarding.submit_enrollment(submit).await.map(drop);
                (outcome, "SubmitEnrollment", "submitted the enrollment")
            }
            Next::RecordVetting => return self.record_vetting(key, name).await,
            Next::AssociateLocation => {
                let associate = ob::AssociateLocationRequest {
                    name: parent,
                    location_account_id: self.world.partner_id(key),
                    location_country_code: partner.country.0.to_string(),
                    ..Default::default()
                };
                let outcome = onboarding.associate_location(associate).await.map(drop);
                (outcome, "AssociateLocation", "associated the location")
            }
            Next::AcceptAgreement => {
                let agreement = Some(self.agreement(key, partner));
                let accept = ob::AcceptAgreementRequest { parent, agreement, ..Default::default() };
                let outcome = onboarding.accept_agreement(accept).await.map(drop);
                (outcome, "AcceptAgreement", "recorded the acceptance of the MPA")
            }
            Next::EnrollAgain
            | Next::Resubmit
            | Next::Review
            | Next::Reinstate
            | Next::EnrollOtherTenant
            | Next::Unspecified => return Err(left_to_people(key, step)),
        };
        outcome.map(|()| change).map_err(failed(key, method))
    }

    /// Records a figure that meets each requirement.
    async fn record_evidence(&self, key: &str, name: String) -> Result<&'static str, Conflict> {
        let mut onboarding = self.services.onboarding.clone();
        let assess = ob::AssessEnrollmentRequest { name: name.clone() };
        let answer = onboarding.assess_enrollment(assess).await;
        let answer = answer.map_err(failed(key, "AssessEnrollment"))?.into_inner();
        let unmet = answer.assessments.iter().filter(|it| !it.met);
        let evidence = unmet.map(|it| ob::Evidence {
            requirement: it.requirement,
            figure: it.wanted_figure,
            observed_time: Some(to_wire(self.day_before())),
            attested_by: "world file".to_owned(),
            reference: "world file".to_owned(),
        });
        let record =
            ob::RecordEvidenceRequest { name, evidence: evidence.collect(), ..Default::default() };
        onboarding.record_evidence(record).await.map_err(failed(key, "RecordEvidence"))?;
        Ok("recorded evidence for the requirements")
    }

    /// Passes the open vetting check.
    async fn record_vetting(&self, key: &str, name: String) -> Result<&'static str, Conflict> {
        let mut onboarding = self.services.onboarding.clone();
        let get = ob::GetEnrollmentRequest { name: name.clone() };
        let enrollment = onboarding.get_enrollment(get).await;
        let enrollment = enrollment.map_err(failed(key, "GetEnrollment"))?.into_inner();
        let record = ob::RecordVettingResultRequest {
            name,
            check: enrollment.enrollment.unwrap_or_default().open_check,
            result: ob::VettingResult::Authorized.into(),
            ..Default::default()
        };
        let recorded = onboarding.record_vetting_result(record).await;
        recorded.map_err(failed(key, "RecordVettingResult"))?;
        Ok("passed a vetting check")
    }

    fn agreement(&self, key: &str, partner: &Partner) -> ob::Agreement {
        use ob::AgreementKind::{DirectBill, IndirectProvider, IndirectReseller};
        let kind = match partner.role {
            Role::Provider => IndirectProvider,
            Role::Reseller => IndirectReseller,
            Role::DirectBill => DirectBill,
        };
        let accept_time = partner.mpa.map_or_else(|| self.day_before(), |it| it.0);
        ob::Agreement {
            kind: kind.into(),
            signatory: Some(ob::Signatory {
                first_name: "Ada".to_owned(),
                last_name: "Byron".to_owned(),
                email: format!("admin@{key}.example.com"),
                role: ob::SignatoryRole::GlobalAdmin.into(),
            }),
            accept_time: Some(to_wire(accept_time)),
            ..Default::default()
        }
    }
}

/// The name of the enrollment of a partner in a role.
fn enrollment(key: &str, role: Role) -> String {
    let role = match role {
        Role::Provider => "indirect-provider",
        Role::Reseller => "indirect-reseller",
        Role::DirectBill => "direct-bill",
    };
    format!("{}/enrollments/{role}", alias::partner(key))
}

/// The stage that needs a step, for an enrollment in a stage.
fn stage_of(step: Next, now: Stage) -> Stage {
    match step {
        Next::Enroll | Next::EnrollAgain => Stage::Enrolled,
        Next::RecordEvidence if now < Stage::Submitted => Stage::Submitted,
        Next::Submit | Next::Resubmit => Stage::Submitted,
        Next::RecordVetting => Stage::Vetted,
        Next::AssociateLocation => Stage::Located,
        Next::RecordEvidence
        | Next::AcceptAgreement
        | Next::Review
        | Next::Reinstate
        | Next::EnrollOtherTenant
        | Next::Unspecified => Stage::Active,
    }
}

/// A step that is a decision of people, such as after a suspension.
fn left_to_people(key: &str, step: Next) -> Conflict {
    let advice = match step {
        Next::EnrollAgain => {
            "it was revoked; enroll it again with EnrollPartner after its reapply_time"
        }
        Next::EnrollOtherTenant => "this tenant cannot get the role (ON-5)",
        Next::Resubmit => "its vetting failed; correct the profile and call ResubmitEnrollment",
        Next::Reinstate => "it is suspended; fix the cause and call ReinstateEnrollment",
        Next::Review => "its yearly review is due; call ReviewEnrollment",
        Next::RecordEvidence => "evidence is missing; call RecordEvidence",
        Next::AcceptAgreement => "its acceptance of the MPA has lapsed; call AcceptAgreement",
        Next::Enroll
        | Next::Submit
        | Next::RecordVetting
        | Next::AssociateLocation
        | Next::Unspecified => "it cannot make new sales; see GetEnrollment",
    };
    conflict(key, format!("{advice}, or state in the file how far it got (`reached`)"))
}

fn too_far(key: &str, stage: Stage, wanted: Stage) -> Conflict {
    let word = |stage| match stage {
        Stage::Created => "created",
        Stage::Enrolled => "enrolled",
        Stage::Submitted => "submitted",
        Stage::Vetted => "vetted",
        Stage::Located => "located",
        Stage::Active => "active",
        Stage::Suspended => "suspended",
        Stage::Revoked => "revoked",
    };
    conflict(
        key,
        format!(
            "it is {} and cannot go back to {}; use another alias, or change `reached` in the file",
            word(stage),
            word(wanted)
        ),
    )
}
