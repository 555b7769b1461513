//! What a refusal advises: each step is one that the services accept, and that removes a reason.

use cluster::scenario_client::{Answer, Partner, ScenarioClient, enrollment, new_id};
use contracts::{
    onboarding::{
        AgreementKind, EnrollPartnerRequest, Evidence, RecordEvidenceRequest,
        RecordVettingResultRequest, Requirement, Role, SubmitEnrollmentRequest, VettingCheck,
        VettingResult,
    },
    relationship::{
        ListCustomerRelationshipsRequest, RemoveCustomerRelationshipRequest, RuleOutcome,
    },
    time::to_wire,
};
use tests::{failed, purchase, scenarios};

/// What fails of a sale: rule, explanation, next step.
async fn failing(
    cast: &ScenarioClient,
    seller: &Partner,
    reseller: Option<&Partner>,
    customer: &str,
) -> Answer<Vec<RuleOutcome>> {
    let outcomes = cast.check(purchase(seller, reseller, customer)).await?.outcomes;
    Ok(outcomes.into_iter().filter(|it| !it.reason.is_empty()).collect())
}

fn of<'a>(outcomes: &'a [RuleOutcome], rule: &str) -> &'a RuleOutcome {
    outcomes.iter().find(|it| it.rule_id == rule).unwrap()
}

/// The calls that a next step names, in its order.
fn calls(outcome: &RuleOutcome) -> Vec<&str> {
    let words = outcome.next_step.split(|it: char| !it.is_ascii_alphanumeric());
    let call = |it: &&str| it.chars().skip(1).any(|it| it.is_ascii_uppercase()) && it.len() > 8;
    words.filter(call).filter(|it| !it.starts_with("Assess")).collect()
}

/// Enrolls as direct-bill partner with no more than the evidence that an application takes.
async fn apply(
    cast: &ScenarioClient,
    partner: &Partner,
    now: prost_types::Timestamp,
) -> Answer<()> {
    let (role, mut onboarding) = (Role::DirectBill, cast.onboarding.clone());
    let enroll = EnrollPartnerRequest {
        parent: partner.name.clone(),
        role: role.into(),
        contact_email: "ada@contoso.com".to_owned(),
        ..EnrollPartnerRequest::default()
    };
    onboarding.enroll_partner(enroll).await?;
    let name = enrollment(partner, role);
    let asked = [
        (Requirement::Revenue, 100_000_000),
        (Requirement::ResellerMonths, 12),
        (Requirement::SolutionsPartner, 1),
    ];
    let evidence = asked.map(|(requirement, figure)| Evidence {
        requirement: requirement.into(),
        figure,
        observed_time: Some(now),
        attested_by: "Ada Byron".to_owned(),
        reference: "report 7".to_owned(),
    });
    let record = RecordEvidenceRequest {
        name: name.clone(),
        evidence: evidence.to_vec(),
        ..RecordEvidenceRequest::default()
    };
    onboarding.record_evidence(record).await?;
    onboarding.submit_enrollment(SubmitEnrollmentRequest { name, ..Default::default() }).await?;
    cast.vet(partner, role).await
}

scenarios! {
    /// ON-1, MPA-3: location, MPA and evidence are advised where they are what is missing.
    async fn a_seller_is_told_what_its_enrollment_lacks(world) {
        let cast = &world.cast;
        let customer = cast.customer("BE").await?;
        let company = cast.company("Contoso Direct", "BE").await?;
        let mut direct = cast.join(&company, "BE").await?;
        apply(cast, &direct, to_wire(world.clock.now())).await?;
        let failed = failing(cast, &direct, None, &customer).await?;
        let all = ["AssociateLocation", "AcceptAgreement"];
        assert_eq!(calls(of(&failed, "ON-1")), [&["RecordEvidence"][..], &all].concat());
        assert_eq!(calls(of(&failed, "MPA-3")), calls(of(&failed, "ON-1")));
        cast.associate_location(&mut direct, "BE").await?;
        cast.accept_mpa(&direct, AgreementKind::DirectBill).await?;
        let failed = failing(cast, &direct, None, &customer).await?;
        assert_eq!(calls(of(&failed, "ON-1")), ["RecordEvidence"]);
        assert!(failed.iter().all(|it| it.rule_id != "MPA-3"));
        cast.record_evidence(&direct, Role::DirectBill, world.clock.now()).await?;
        let failed = failing(cast, &direct, None, &customer).await?;
        assert!(failed.iter().all(|it| it.rule_id != "ON-1"));

        let provider = cast.join(&cast.company("Fabrikam", "BE").await?, "BE").await?;
        cast.enroll(&provider, Role::IndirectProvider).await?;
        cast.vet(&provider, Role::IndirectProvider).await?;
        let failed = failing(cast, &provider, None, &customer).await?;
        assert_eq!(calls(of(&failed, "ON-1")), all);
    }

    /// ON-1: a rejected enrollment is submitted again, a first one is made.
    async fn a_rejected_enrollment_is_advised_to_be_resubmitted(world) {
        let cast = &world.cast;
        let customer = cast.customer("BE").await?;
        let provider = cast.join(&cast.company("Fabrikam", "BE").await?, "BE").await?;
        let failed = failing(cast, &provider, None, &customer).await?;
        let of_no_role = of(&failed, "PT-1");
        assert_eq!(
            of_no_role.next_step,
            "name an indirect provider or a direct-bill partner as the seller"
        );
        cast.enroll(&provider, Role::IndirectProvider).await?;
        let reject = RecordVettingResultRequest {
            name: enrollment(&provider, Role::IndirectProvider),
            check: VettingCheck::EmailOwnership.into(),
            result: VettingResult::Rejected.into(),
            detail: "nobody answers".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        cast.onboarding.clone().record_vetting_result(reject).await?;
        let failed = failing(cast, &provider, None, &customer).await?;
        let calls = calls(of(&failed, "ON-1"));
        assert_eq!(calls[..2], ["ResubmitEnrollment", "RecordVettingResult"], "{calls:?}");
    }

    /// REL-1 and REL-4 beside REL-2 and REL-3.
    async fn nothing_is_advised_that_the_regions_forbid(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("BE").await?, cast.reseller("US").await?);
        let customer = cast.customer("BE").await?;
        let failed = failing(cast, &provider, Some(&reseller), &customer).await?;
        let of_reseller = failed.iter().filter(|it| match it.rule_id.as_str() {
            "REL-4" => it.explanation.contains(&reseller.name),
            rule => rule.starts_with("REL-"),
        });
        let said: Vec<_> = of_reseller.map(|it| (&*it.rule_id, &*it.next_step)).collect();
        let step = "use a CSP tenant of the reseller in region europe";
        assert_eq!(said, ["REL-1", "REL-2", "REL-4", "REL-3"].map(|rule| (rule, step)));
    }

    /// PT-1.
    async fn a_seller_and_a_reseller_that_look_swapped_are_said_to(world) {
        let cast = &world.cast;
        let channel = world.channel("BE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let failed = failing(cast, reseller, Some(provider), &channel.customer).await?;
        let pt_1 = of(&failed, "PT-1");
        assert!(pt_1.explanation.ends_with("; seller and reseller look swapped"), "{pt_1:?}");
        let swap = format!(
            "name {} as the seller and {} as the reseller",
            provider.name, reseller.name
        );
        for it in &failed {
            let own = it.rule_id.starts_with("ORD-2");
            assert!(own || it.next_step.starts_with(&swap), "{it:?}");
        }
        assert!(failing(cast, provider, Some(reseller), &channel.customer).await?.is_empty());
    }

    /// REL-6.
    async fn a_removal_that_states_nothing_is_told_which_call_checks(world) {
        let channel = world.channel("BE").await?;
        let mut relationship = world.cast.relationship.clone();
        let parent = channel.customer.clone();
        let list = ListCustomerRelationshipsRequest { parent, ..Default::default() };
        let all = relationship.list_customer_relationships(list).await?.into_inner().relationships;
        let own = all.iter().find(|it| it.partner == channel.provider.name).unwrap();
        let remove = RemoveCustomerRelationshipRequest {
            name: own.name.clone(),
            removed_by: channel.provider.name.clone(),
            detail: "leaves".to_owned(),
            ..Default::default()
        };
        let removed = relationship.remove_customer_relationship(remove).await;
        let refusals = client::refusal(&failed(removed)).violations;
        let told = refusals.iter().find(|it| it.reason == "SUBSCRIPTIONS_NOT_RULED_OUT").unwrap();
        assert!(told.next_step.starts_with("call ReleaseCustomerRelationship of ordering"));
    }
}
