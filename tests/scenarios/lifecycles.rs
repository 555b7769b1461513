//! States of partnerships and customer relationships, and their expiry.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, ScenarioClient, new_id, order};
use contracts::relationship::{
    AcceptCustomerRelationshipRequest, AcceptPartnershipRequest, CustomerRelationship,
    CustomerRelationshipKind as Kind, CustomerRelationshipState as RelationshipState,
    EndPartnershipRequest, GetCustomerRelationshipRequest, GetPartnershipRequest,
    InvitePartnershipRequest, ListPartnershipsRequest, Partnership, PartnershipSide as Side,
    PartnershipState as State, ProductFamily, RefuseCustomerRelationshipRequest,
    RemoveCustomerRelationshipRequest, RequestCustomerRelationshipRequest,
    WithdrawPartnershipRequest,
};
use tests::{failed, refused, scenarios};
use tonic::Code;

/// How long an invitation or a request stays open.
const OPEN_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

async fn partnership(client: &ScenarioClient, name: &str) -> Answer<Partnership> {
    let get = GetPartnershipRequest { name: name.to_owned() };
    let answer = client.relationship.clone().get_partnership(get).await?.into_inner();
    Ok(answer.partnership.unwrap())
}

async fn accept(client: &ScenarioClient, name: &str) -> Answer<Partnership> {
    let accept = AcceptPartnershipRequest {
        name: name.to_owned(),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = client.relationship.clone().accept_partnership(accept).await?.into_inner();
    Ok(answer.partnership.unwrap())
}

async fn relationship(client: &ScenarioClient, name: &str) -> Answer<CustomerRelationship> {
    let get = GetCustomerRelationshipRequest { name: name.to_owned() };
    let answer = client.relationship.clone().get_customer_relationship(get).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

async fn accept_relationship(client: &ScenarioClient, name: &str) -> Answer<CustomerRelationship> {
    let accept = AcceptCustomerRelationshipRequest { name: name.to_owned(), ..Default::default() };
    let answer =
        client.relationship.clone().accept_customer_relationship(accept).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

async fn refuse(client: &ScenarioClient, name: &str) -> Answer<CustomerRelationship> {
    let refuse = RefuseCustomerRelationshipRequest {
        name: name.to_owned(),
        detail: "we have a partner".to_owned(),
        request_id: new_id(),
        ..Default::default()
    };
    let answer =
        client.relationship.clone().refuse_customer_relationship(refuse).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

/// Removes a relationship, with or without the statement that no subscription is active.
async fn remove(
    client: &ScenarioClient,
    name: &str,
    by: &Partner,
    no_active_subscriptions: bool,
) -> Answer<RelationshipState> {
    let remove = RemoveCustomerRelationshipRequest {
        name: name.to_owned(),
        detail: "the customer leaves".to_owned(),
        removed_by: by.name.clone(),
        no_active_subscriptions,
        ..Default::default()
    };
    let answer =
        client.relationship.clone().remove_customer_relationship(remove).await?.into_inner();
    Ok(answer.relationship.unwrap().state())
}

/// Requests a relationship for a reseller and its provider.
pub async fn ask_with_provider(
    client: &ScenarioClient,
    customer: &str,
    reseller: &Partner,
    provider: &Partner,
) -> Answer<CustomerRelationship> {
    let ask = RequestCustomerRelationshipRequest {
        parent: customer.to_owned(),
        partner: reseller.name.clone(),
        provider: provider.name.clone(),
        kind: Kind::Resale.into(),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = client.relationship.clone().request_customer_relationship(ask).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

scenarios! {
    /// REL-1.
    async fn an_unanswered_invitation_expires_and_another_may_follow(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let first = client.invite(&provider, &reseller).await?;
        world.clock.advance(OPEN_TIME - SECOND);
        assert_eq!(partnership(client, &first).await?.state(), State::Invited);
        assert_eq!(failed(client.invite(&provider, &reseller).await).code(), Code::AlreadyExists);

        world.clock.advance(SECOND);
        let expired = partnership(client, &first).await?;
        assert_eq!((expired.state(), expired.revision), (State::Expired, 1));
        assert_eq!(expired.end_time, expired.expire_time);
        assert_eq!(expired.ended_by(), Side::Unspecified);
        assert_eq!(refused(accept(client, &first).await), ["STATE PARTNERSHIP_STATE_CONFLICT"]);
        let second = client.invite(&provider, &reseller).await?;
        let stored = partnership(client, &first).await?;
        assert_eq!(stored.revision, 2, "the next invitation stores the expiry");
        let expired = Partnership {
            revision: 2,
            etag: stored.etag.clone(),
            update_time: stored.update_time,
            ..expired
        };
        assert_eq!(stored, expired);
        assert_eq!(partnership(client, &second).await?.predecessor, first);
        let accepted = accept(client, &second).await?;
        world.clock.advance(OPEN_TIME);
        assert_eq!(partnership(client, &second).await?, accepted, "it stays active");
    }

    /// States of a partnership.
    async fn an_ended_partnership_has_the_side_the_time_and_the_reason(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let first = client.invite(&provider, &reseller).await?;
        world.clock.advance(SECOND);
        let detail = "the wrong reseller".to_owned();
        let withdraw = WithdrawPartnershipRequest {
            name: first.clone(),
            detail,
            request_id: new_id(),
            ..Default::default()
        };
        let answer = client.relationship.clone().withdraw_partnership(withdraw).await?.into_inner();
        let withdrawn = answer.partnership.unwrap();
        assert_eq!((withdrawn.state(), withdrawn.ended_by()), (State::Withdrawn, Side::Provider));
        assert_eq!(withdrawn.state_reason, "the wrong reseller");
        assert_eq!(withdrawn.end_time, withdrawn.update_time);
        assert_eq!(refused(accept(client, &first).await), ["STATE PARTNERSHIP_STATE_CONFLICT"]);

        let second = client.partner_up(&provider, &reseller).await?;
        let end = EndPartnershipRequest {
            name: second.clone(),
            detail: "the contract ends".to_owned(),
            ended_by: Side::Reseller.into(),
            request_id: new_id(),
            ..Default::default()
        };
        let answer = client.relationship.clone().end_partnership(end).await?.into_inner();
        let ended = answer.partnership.unwrap();
        assert_eq!((ended.state(), ended.ended_by()), (State::Ended, Side::Reseller));
        assert_eq!((ended.predecessor.as_str(), ended.accept_time.is_some()), (&*first, true));
        let third = client.partner_up(&provider, &reseller).await?;
        assert_eq!(partnership(client, &third).await?.predecessor, second);
    }

    /// `validate_only` (REL-2).
    async fn a_dry_run_of_an_invitation_returns_the_result_and_writes_nothing(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let (here, there) = (client.reseller("FR").await?, client.reseller("US").await?);
        let dry_run = |reseller: &Partner| InvitePartnershipRequest {
            provider: provider.name.clone(),
            reseller: reseller.name.clone(),
            request_id: new_id(),
            validate_only: true,
            ..Default::default()
        };
        let mut relationship = client.relationship.clone();
        let invited = relationship.invite_partnership(dry_run(&there)).await;
        assert_eq!(refused(invited), ["REL-2 PARTNERS_IN_DIFFERENT_REGIONS"]);
        let invited = relationship.invite_partnership(dry_run(&here)).await?.into_inner();
        assert_eq!(invited.partnership.unwrap().state(), State::Invited);
        let list = ListPartnershipsRequest::default();
        let listed = client.relationship.clone().list_partnerships(list).await?.into_inner();
        assert!(listed.partnerships.is_empty());
        client.invite(&provider, &here).await?;
    }

    /// REL-4.
    async fn a_reseller_requests_for_its_provider_too_and_one_answer_covers_both(world) {
        let client = &world.client;
        let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
        let customer = client.customer("FR").await?;
        let requested = ask_with_provider(client, &customer, &reseller, &provider).await;
        assert_eq!(refused(requested), ["REL-1 PARTNERSHIP_NOT_ACTIVE"]);
        client.partner_up(&provider, &reseller).await?;
        let first = ask_with_provider(client, &customer, &reseller, &provider).await?;
        assert_eq!(refuse(client, &first.name).await?.state(), RelationshipState::Refused);
        let companion = relationship(client, &first.companion).await?;
        assert_eq!(companion.state(), RelationshipState::Refused);

        let second = ask_with_provider(client, &customer, &reseller, &provider).await?;
        client.accept_mca(&customer).await?;
        let offer = client.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let missing = "REL-4 CUSTOMER_RELATIONSHIP_MISSING";
        assert_eq!(refused(client.place(wanted()).await), [missing, missing]);
        accept_relationship(client, &second.name).await?;
        let companion = relationship(client, &second.companion).await?;
        assert_eq!(companion.state(), RelationshipState::Active);
        client.place(wanted()).await?;
    }

    /// REL-4.
    async fn an_unanswered_request_expires_and_another_may_follow(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        let first = client.request_relationship(&customer, &direct, Kind::Resale).await?;
        world.clock.advance(OPEN_TIME - SECOND);
        let again = failed(client.request_relationship(&customer, &direct, Kind::Resale).await);
        assert_eq!(again.code(), Code::AlreadyExists);
        world.clock.advance(SECOND);
        assert_eq!(relationship(client, &first).await?.state(), RelationshipState::Expired);
        let conflict = ["STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT"];
        assert_eq!(refused(accept_relationship(client, &first).await), conflict);
        let second = client.request_relationship(&customer, &direct, Kind::Resale).await?;
        assert_eq!(relationship(client, &first).await?.revision, 2);
        assert_eq!(accept_relationship(client, &second).await?.state(), RelationshipState::Active);
    }

    /// REL-6.
    async fn a_relationship_of_a_reseller_is_removed_by_its_provider(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let other = client.direct_bill("FR").await?;
        let customer = client.customer("FR").await?;
        let resale = client.establish_relationship(&customer, reseller, Kind::Resale).await?;
        for (by, no_active_subscriptions, refusal) in [
            (reseller, true, "REL-6 REMOVAL_BY_RESELLER"),
            (&other, true, "REL-6 REMOVAL_BY_STRANGER"),
            (provider, false, "REL-6 SUBSCRIPTIONS_NOT_RULED_OUT"),
        ] {
            let removed = remove(client, &resale, by, no_active_subscriptions).await;
            assert_eq!(refused(removed), [refusal]);
        }
        let state = remove(client, &resale, provider, true).await?;
        assert_eq!(state, RelationshipState::Removed);
        let removed = relationship(client, &resale).await?;
        assert_eq!(removed.removed_by, provider.name);
        assert_eq!(removed.state_reason, "the customer leaves");
        let request = client.request_relationship(&customer, reseller, Kind::Resale).await?;
        let state = remove(client, &request, reseller, false).await?;
        assert_eq!(state, RelationshipState::Removed, "withdrawn");
        let manages = client.establish_relationship(&customer, reseller, Kind::Management).await?;
        let state = remove(client, &manages, reseller, false).await?;
        assert_eq!(state, RelationshipState::Removed);
    }
}
