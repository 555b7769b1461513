//! Moves of an enrollment. Each move changes the whole partner under one revision.

use rules::{Denial, Reason, Responsible, Role, refuse};
use types::{ResourceVersion, Timestamp, WorkEmail};

use super::{
    Approved, Enrollment, EnrollmentName, EnrollmentState, Gate, Partner, SuspensionCause,
    VettingCheck, VettingResult, lifecycle::LIFECYCLE, review::require_passed_review,
};

impl Partner {
    /// The enrollment in a role.
    pub fn enrollment(&self, role: Role) -> Result<&Enrollment, Denial> {
        let found = self.enrollments.iter().find(|enrollment| enrollment.role == role);
        found.ok_or_else(|| Denial::Missing(self.enrollment_name(role).to_string()))
    }

    /// Enrolls in a role, or enrolls again after a revocation and the waiting time.
    pub fn enroll(
        self,
        role: Role,
        contact_email: WorkEmail,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.change("PartnerEnrolled", now, |partner| {
            let name = partner.enrollment_name(role);
            let draft = Enrollment::draft(role, contact_email, now);
            let application = match partner.enrollment(role) {
                Err(_) => draft,
                Ok(old) if old.state == EnrollmentState::Revoked => {
                    check_reapply_time(name, old, now)?;
                    let (application, evidence) = (old.application + 1, old.evidence.clone());
                    Enrollment { application, evidence, ..draft }
                }
                Ok(_) => return Err(Denial::Exists(name.to_string())),
            };
            partner.check_tenant(role)?;
            partner.put(application);
            Ok(())
        })
    }

    /// Submits a draft if it meets the requirements for an application (rule REQ-1).
    pub fn submit(self, role: Role, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let (name, tenant) = (self.enrollment_name(role), self.check_tenant(role));
        self.make_move("SubmitEnrollment", "EnrollmentSubmitted", role, now, |it| {
            tenant?;
            let unmet = it.unmet(name, now, |each| each.gate == Gate::Application);
            if unmet.is_empty() { Ok(it.in_vetting(now)) } else { Err(Denial::Refused(unmet)) }
        })
    }

    /// Records the outcome of the open vetting check.
    pub fn record_vetting(
        self,
        role: Role,
        check: VettingCheck,
        result: VettingResult,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        let name = self.enrollment_name(role);
        self.make_move("RecordVettingResult", "VettingResultRecorded", role, now, |it| {
            if it.open_check != Some(check) {
                return Err(not_open(name, &it, check));
            }
            Ok(match (result, check.next()) {
                (VettingResult::Rejected(reason), _) => Enrollment {
                    state_reason: reason,
                    ..it.entering(EnrollmentState::Rejected, now)
                },
                (VettingResult::Authorized, Some(next)) => {
                    Enrollment { open_check: Some(next), ..it }
                }
                (VettingResult::Authorized, None) => {
                    Enrollment { open_check: None, ..it.entering(EnrollmentState::Qualified, now) }
                }
            })
        })
    }

    /// Submits a rejected enrollment again, with another contact if one is given.
    pub fn resubmit(
        self,
        role: Role,
        contact_email: Option<WorkEmail>,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.make_move("ResubmitEnrollment", "EnrollmentResubmitted", role, now, |it| {
            let it = it.in_vetting(now);
            Ok(Enrollment { contact_email: contact_email.unwrap_or(it.contact_email), ..it })
        })
    }

    /// Suspends a vetted enrollment.
    pub fn suspend(
        self,
        role: Role,
        cause: SuspensionCause,
        reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.make_move("SuspendEnrollment", "EnrollmentSuspended", role, now, |it| {
            Ok(it.suspended(cause, reason, now))
        })
    }

    /// Ends a suspension. Vetting starts with the first check if it has not passed.
    pub fn reinstate(self, role: Role, now: Timestamp) -> Result<Approved<Self>, Denial> {
        let name = self.enrollment_name(role);
        self.make_move("ReinstateEnrollment", "EnrollmentReinstated", role, now, |it| {
            require_passed_review(name, &it)?;
            Ok(it.resumed(now))
        })
    }

    /// Ends a suspended enrollment. The partner can apply again after 12 months.
    pub fn revoke(
        self,
        role: Role,
        reason: String,
        now: Timestamp,
    ) -> Result<Approved<Self>, Denial> {
        self.make_move("RevokeEnrollment", "EnrollmentRevoked", role, now, |it| {
            Ok(it.revoked(reason, now))
        })
    }

    /// Restarts vetting after a change of the legal profile, for enrollments in or past vetting.
    /// `None` if no enrollment changes.
    pub fn restart_vetting(self, now: Timestamp) -> Result<Option<Approved<Self>>, Denial> {
        let effective = self.clone().effective_at(now);
        let restarted = effective.enrollments.iter().filter_map(|it| vetting_restarted(it, now));
        let changed: Vec<_> = restarted.filter(|it| !effective.enrollments.contains(it)).collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let approved = self.change("VettingRestarted", now, |partner| {
            changed.into_iter().for_each(|enrollment| partner.put(enrollment));
            Ok(())
        });
        approved.map(Some)
    }

    /// Refuses direct bill in a tenant that is enrolled as indirect reseller (rule ON-5).
    pub(super) fn check_tenant(&self, role: Role) -> Result<(), Denial> {
        let reseller = self.enrollment(Role::IndirectReseller).ok();
        match reseller.filter(|it| role == Role::DirectBill && it.in_programme()) {
            None => Ok(()),
            Some(reseller) => Err(Reason::TenantIsReseller.violation(
                self.enrollment_name(role),
                Responsible::Partner,
                format!(
                    "{} is enrolled as {}; the same tenant cannot enroll as direct bill",
                    self.name, reseller.role
                ),
                "create a partner for another CSP tenant of the company and enroll that partner \
                 as direct bill",
                vec![("resellerState", reseller.state.to_string())],
            )
            .into()),
        }
    }

    pub(super) fn enrollment_name(&self, role: Role) -> EnrollmentName {
        EnrollmentName { partner: self.name, role }
    }

    /// Inserts or replaces the enrollment in its role. Enrollments stay ordered by the text of the
    /// role.
    pub(super) fn put(&mut self, enrollment: Enrollment) {
        self.enrollments.retain(|each| each.role != enrollment.role);
        self.enrollments.push(enrollment);
        self.enrollments.sort_by_key(|each| each.role.as_str());
    }

    pub(super) fn make_move(
        self,
        call: &str,
        event: &'static str,
        role: Role,
        now: Timestamp,
        edit: impl FnOnce(Enrollment) -> Result<Enrollment, Denial>,
    ) -> Result<Approved<Self>, Denial> {
        self.change(event, now, |partner| {
            let enrollment = partner.enrollment(role)?.clone();
            let (name, since) = (partner.enrollment_name(role), enrollment.state_time);
            refuse([LIFECYCLE.check::<String>(name, enrollment.state, since, call)])?;
            partner.put(edit(enrollment)?);
            Ok(())
        })
    }

    /// Applies an edit to the partner as effective at `now` and activates enrollments that are
    /// ready. Everything that differs from the stored partner gets the new revision; if nothing
    /// differs, the revision stays.
    pub(super) fn change(
        self,
        event: &'static str,
        now: Timestamp,
        edit: impl FnOnce(&mut Self) -> Result<(), Denial>,
    ) -> Result<Approved<Self>, Denial> {
        let mut after = self.clone().effective_at(now);
        edit(&mut after)?;
        after.activate(now);
        let mut after = after.effective_at(now);
        if after == self {
            return Ok(Approved::changed(event, self.resource_version.revision, after).granting());
        }
        after.resource_version = self.resource_version.next(now);
        for each in &mut after.enrollments {
            let before = self.enrollment(each.role).ok();
            if before != Some(&*each) {
                let create_time = before.map_or(now, |before| before.resource_version.create_time);
                each.resource_version = ResourceVersion { create_time, ..after.resource_version };
            }
        }
        let only_grants = after.keeps_permissions(&self);
        let approved = Approved::changed(event, self.resource_version.revision, after);
        Ok(if only_grants { approved.granting() } else { approved })
    }
}

/// The enrollment after a change of the legal profile, or `None` if it does not change. A
/// suspension continues; vetting starts when the suspension ends.
fn vetting_restarted(it: &Enrollment, now: Timestamp) -> Option<Enrollment> {
    match it.state {
        EnrollmentState::Vetting
        | EnrollmentState::Qualified
        | EnrollmentState::Active
        | EnrollmentState::Restricted => Some(it.clone().in_vetting(now)),
        EnrollmentState::Suspended => {
            Some(Enrollment { open_check: Some(VettingCheck::FIRST), ..it.clone() })
        }
        EnrollmentState::Draft | EnrollmentState::Rejected | EnrollmentState::Revoked => None,
    }
}

fn check_reapply_time(
    name: EnrollmentName,
    old: &Enrollment,
    now: Timestamp,
) -> Result<(), Denial> {
    match old.reapply_time {
        Some(time) if time <= now => Ok(()),
        time => {
            let time = time.map_or_else(|| "unknown".to_owned(), |time| time.to_string());
            Err(Reason::ReappliedTooEarly
                .violation(
                    name,
                    Responsible::Partner,
                    format!("the enrollment was revoked; the partner can apply again from {time}"),
                    "call EnrollPartner at or after that time",
                    vec![("state", old.state.to_string()), ("reapplyTime", time)],
                )
                .into())
        }
    }
}

fn not_open(name: EnrollmentName, enrollment: &Enrollment, check: VettingCheck) -> Denial {
    let open = enrollment.open_check.map_or("none", VettingCheck::as_str);
    let passed = enrollment.open_check.is_none_or(|open| check < open);
    let (explanation, next_step) = if passed {
        (
            format!("{check} has passed"),
            format!("nothing to do for {check}; the open check is {open}"),
        )
    } else {
        let explanation = format!("the open check is {open}, not {check}; checks pass in order");
        (explanation, format!("record the outcome of {open} first"))
    };
    let violation = Reason::VettingCheckNotOpen.violation(
        name,
        Responsible::Partner,
        explanation,
        next_step,
        vec![("openCheck", open.to_owned()), ("check", check.to_string())],
    );
    violation.into()
}
