//! Next steps of refusals: each is possible, and removes a reason.

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

/// The failed rules of a sale.
async fn failed_rules(
    client: &ScenarioClient,
    seller: &Partner,
    reseller: Option<&Partner>,
    customer: &str,
) -> Answer<Vec<RuleOutcome>> {
    let outcomes = client.check(purchase(seller, reseller, customer)).await?.outcomes;
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

/// Enrolls as direct-bill partner with only the evidence that submission requires.
async fn apply(
    client: &ScenarioClient,
    partner: &Partner,
    now: prost_types::Timestamp,
) -> Answer<()> {
    let (role, mut onboarding) = (Role::DirectBill, client.onboarding.clone());
    let enroll = EnrollPartnerRequest {
        parent: partner.name.clone(),
        role: role.into(),
        contact_email: "ada@contoso.com".to_owned(),
        ..EnrollPartnerRequest::default()
    };
    onboarding.enroll_partner(enroll).await?;
    let name = enrollment(partner, role);
    let required = [
        (Requirement::Revenue, 100_000_000),
        (Requirement::ResellerMonths, 12),
        (Requirement::SolutionsPartner, 1),
    ];
    let evidence = required.map(|(requirement, figure)| Evidence {
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
    client.vet(partner, role).await
}

scenarios! {
    /// ON-1 and MPA-3.
    async fn the_next_steps_of_a_seller_are_what_its_enrollment_lacks(world) {
        let client = &world.client;
        let customer = client.customer("BE").await?;
        let company = client.company("Contoso Direct", "BE").await?;
        let mut direct = client.join(&company, "BE").await?;
        apply(client, &direct, to_wire(world.clock.now())).await?;
        let failed = failed_rules(client, &direct, None, &customer).await?;
        let all = ["AssociateLocation", "AcceptAgreement"];
        assert_eq!(calls(of(&failed, "ON-1")), [&["RecordEvidence"][..], &all].concat());
        assert_eq!(calls(of(&failed, "MPA-3")), calls(of(&failed, "ON-1")));
        client.associate_location(&mut direct, "BE").await?;
        client.accept_mpa(&direct, AgreementKind::DirectBill).await?;
        let failed = failed_rules(client, &direct, None, &customer).await?;
        assert_eq!(calls(of(&failed, "ON-1")), ["RecordEvidence"]);
        assert!(failed.iter().all(|it| it.rule_id != "MPA-3"));
        client.record_evidence(&direct, Role::DirectBill, world.clock.now()).await?;
        let failed = failed_rules(client, &direct, None, &customer).await?;
        assert!(failed.iter().all(|it| it.rule_id != "ON-1"));

        let provider = client.join(&client.company("Fabrikam", "BE").await?, "BE").await?;
        client.enroll(&provider, Role::IndirectProvider).await?;
        client.vet(&provider, Role::IndirectProvider).await?;
        let failed = failed_rules(client, &provider, None, &customer).await?;
        assert_eq!(calls(of(&failed, "ON-1")), all);
    }

    /// ON-1.
    async fn the_next_step_of_a_rejected_enrollment_is_to_resubmit(world) {
        let client = &world.client;
        let customer = client.customer("BE").await?;
        let provider = client.join(&client.company("Fabrikam", "BE").await?, "BE").await?;
        let failed = failed_rules(client, &provider, None, &customer).await?;
        let of_no_role = of(&failed, "PT-1");
        assert_eq!(
            of_no_role.next_step,
            "name an indirect provider or a direct-bill partner as the seller"
        );
        client.enroll(&provider, Role::IndirectProvider).await?;
        let reject = RecordVettingResultRequest {
            name: enrollment(&provider, Role::IndirectProvider),
            check: VettingCheck::EmailOwnership.into(),
            result: VettingResult::Rejected.into(),
            detail: "no reply".to_owned(),
            request_id: new_id(),
            ..Default::default()
        };
        client.onboarding.clone().record_vetting_result(reject).await?;
        let failed = failed_rules(client, &provider, None, &customer).await?;
        let calls = calls(of(&failed, "ON-1"));
        assert_eq!(calls[..2], ["ResubmitEnrollment", "RecordVettingResult"], "{calls:?}");
    }

    /// REL-1 and REL-4 together with REL-2 and REL-3.
    async fn no_next_step_crosses_regions(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("BE").await?, client.reseller("US").await?);
        let customer = client.customer("BE").await?;
        let failed = failed_rules(client, &provider, Some(&reseller), &customer).await?;
        let of_reseller = failed.iter().filter(|it| match it.rule_id.as_str() {
            "REL-4" => it.explanation.contains(&reseller.name),
            rule => rule.starts_with("REL-"),
        });
        let steps: Vec<_> = of_reseller.map(|it| (&*it.rule_id, &*it.next_step)).collect();
        let step = "use a CSP tenant of the reseller in region europe";
        assert_eq!(steps, ["REL-1", "REL-2", "REL-4", "REL-3"].map(|rule| (rule, step)));
    }

    /// PT-1.
    async fn swapped_seller_and_reseller_are_reported(world) {
        let client = &world.client;
        let channel = world.channel("BE").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let failed = failed_rules(client, reseller, Some(provider), &channel.customer).await?;
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
        let failed = failed_rules(client, provider, Some(reseller), &channel.customer).await?;
        assert!(failed.is_empty());
    }

    /// REL-6.
    async fn a_removal_without_the_statement_names_the_method_that_checks(world) {
        let channel = world.channel("BE").await?;
        let mut relationship = world.client.relationship.clone();
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
        let mut refusals = refusals.iter();
        let refusal = refusals.find(|it| it.reason == "SUBSCRIPTIONS_NOT_RULED_OUT").unwrap();
        assert!(refusal.next_step.starts_with("call ReleaseCustomerRelationship of ordering"));
    }
}
