//! How partnerships and customer relationships begin and end, and what time does to them.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, ScenarioClient, new_id, order};
use contracts::relationship::{
    AcceptCustomerRelationshipRequest, AcceptPartnershipRequest, CustomerRelationship,
    CustomerRelationshipKind as Kind, CustomerRelationshipState as Tied, EndPartnershipRequest,
    GetCustomerRelationshipRequest, GetPartnershipRequest, InvitePartnershipRequest,
    ListPartnershipsRequest, Partnership, PartnershipSide as Side, PartnershipState as State,
    ProductFamily, RefuseCustomerRelationshipRequest, RemoveCustomerRelationshipRequest,
    RequestCustomerRelationshipRequest, WithdrawPartnershipRequest,
};
use tests::{failed, refused, scenarios};
use tonic::Code;

/// How long an invitation or a request may be answered.
const WAIT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

async fn partnership(cast: &ScenarioClient, name: &str) -> Answer<Partnership> {
    let get = GetPartnershipRequest { name: name.to_owned() };
    let answer = cast.relationship.clone().get_partnership(get).await?.into_inner();
    Ok(answer.partnership.unwrap())
}

async fn accept(cast: &ScenarioClient, name: &str) -> Answer<Partnership> {
    let accept = AcceptPartnershipRequest {
        name: name.to_owned(),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = cast.relationship.clone().accept_partnership(accept).await?.into_inner();
    Ok(answer.partnership.unwrap())
}

async fn relationship(cast: &ScenarioClient, name: &str) -> Answer<CustomerRelationship> {
    let get = GetCustomerRelationshipRequest { name: name.to_owned() };
    let answer = cast.relationship.clone().get_customer_relationship(get).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

async fn accept_tie(cast: &ScenarioClient, name: &str) -> Answer<CustomerRelationship> {
    let accept = AcceptCustomerRelationshipRequest { name: name.to_owned(), ..Default::default() };
    let answer = cast.relationship.clone().accept_customer_relationship(accept).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

async fn refuse(cast: &ScenarioClient, name: &str) -> Answer<CustomerRelationship> {
    let refuse = RefuseCustomerRelationshipRequest {
        name: name.to_owned(),
        detail: "we have a partner".to_owned(),
        request_id: new_id(),
        ..Default::default()
    };
    let answer = cast.relationship.clone().refuse_customer_relationship(refuse).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

/// A partner removes a relationship, and says whether nothing is active on it.
async fn remove(cast: &ScenarioClient, name: &str, by: &Partner, nothing: bool) -> Answer<Tied> {
    let remove = RemoveCustomerRelationshipRequest {
        name: name.to_owned(),
        detail: "the customer leaves".to_owned(),
        removed_by: by.name.clone(),
        no_active_subscriptions: nothing,
        ..Default::default()
    };
    let answer = cast.relationship.clone().remove_customer_relationship(remove).await?.into_inner();
    Ok(answer.relationship.unwrap().state())
}

/// A reseller asks a customer for itself and for its provider.
pub async fn ask_along(
    cast: &ScenarioClient,
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
    let answer = cast.relationship.clone().request_customer_relationship(ask).await?.into_inner();
    Ok(answer.relationship.unwrap())
}

scenarios! {
    /// REL-1: an invitation that nobody answers.
    async fn an_invitation_expires_at_its_second_and_another_one_follows_it(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let first = cast.invite(&provider, &reseller).await?;
        world.clock.advance(WAIT - SECOND);
        assert_eq!(partnership(cast, &first).await?.state(), State::Invited);
        assert_eq!(failed(cast.invite(&provider, &reseller).await).code(), Code::AlreadyExists);

        world.clock.advance(SECOND);
        let expired = partnership(cast, &first).await?;
        assert_eq!((expired.state(), expired.revision), (State::Expired, 1));
        assert_eq!((expired.end_time, expired.ended_by()), (expired.expire_time, Side::Unspecified));
        assert_eq!(refused(accept(cast, &first).await), ["STATE PARTNERSHIP_STATE_CONFLICT"]);
        let second = cast.invite(&provider, &reseller).await?;
        let settled = partnership(cast, &first).await?;
        assert_eq!(settled.revision, 2, "it is recorded with the next invitation");
        let expired = Partnership {
            revision: 2,
            etag: settled.etag.clone(),
            update_time: settled.update_time,
            ..expired
        };
        assert_eq!(settled, expired);
        assert_eq!(partnership(cast, &second).await?.predecessor, first);
        let accepted = accept(cast, &second).await?;
        world.clock.advance(WAIT);
        assert_eq!(partnership(cast, &second).await?, accepted, "what was answered stays");
    }

    /// Lifecycle of a partnership: who ended it, when and why.
    async fn the_end_of_a_partnership_says_who_ended_it_when_and_why(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let first = cast.invite(&provider, &reseller).await?;
        world.clock.advance(SECOND);
        let detail = "the wrong reseller".to_owned();
        let withdraw = WithdrawPartnershipRequest {
            name: first.clone(),
            detail,
            request_id: new_id(),
            ..Default::default()
        };
        let answer = cast.relationship.clone().withdraw_partnership(withdraw).await?.into_inner();
        let withdrawn = answer.partnership.unwrap();
        assert_eq!((withdrawn.state(), withdrawn.ended_by()), (State::Withdrawn, Side::Provider));
        assert_eq!(withdrawn.state_reason, "the wrong reseller");
        assert_eq!(withdrawn.end_time, withdrawn.update_time);
        assert_eq!(refused(accept(cast, &first).await), ["STATE PARTNERSHIP_STATE_CONFLICT"]);

        let second = cast.partner_up(&provider, &reseller).await?;
        let end = EndPartnershipRequest {
            name: second.clone(),
            detail: "the contract ends".to_owned(),
            ended_by: Side::Reseller.into(),
            request_id: new_id(),
            ..Default::default()
        };
        let answer = cast.relationship.clone().end_partnership(end).await?.into_inner();
        let ended = answer.partnership.unwrap();
        assert_eq!((ended.state(), ended.ended_by()), (State::Ended, Side::Reseller));
        assert_eq!((ended.predecessor.as_str(), ended.accept_time.is_some()), (&*first, true));
        let third = cast.partner_up(&provider, &reseller).await?;
        assert_eq!(partnership(cast, &third).await?.predecessor, second);
    }

    /// `validate_only` (REL-2): what would be answered, and nothing written.
    async fn a_trial_is_answered_as_the_call_would_be_and_writes_nothing(world) {
        let cast = &world.cast;
        let provider = cast.provider("FR").await?;
        let (here, there) = (cast.reseller("FR").await?, cast.reseller("US").await?);
        let trial = |reseller: &Partner| InvitePartnershipRequest {
            provider: provider.name.clone(),
            reseller: reseller.name.clone(),
            request_id: new_id(),
            validate_only: true,
            ..Default::default()
        };
        let tried = cast.relationship.clone().invite_partnership(trial(&there)).await;
        assert_eq!(refused(tried), ["REL-2 PARTNERS_IN_DIFFERENT_REGIONS"]);
        let tried = cast.relationship.clone().invite_partnership(trial(&here)).await?.into_inner();
        assert_eq!(tried.partnership.unwrap().state(), State::Invited);
        let list = ListPartnershipsRequest::default();
        let listed = cast.relationship.clone().list_partnerships(list).await?.into_inner();
        assert!(listed.partnerships.is_empty());
        cast.invite(&provider, &here).await?;
    }

    /// REL-4: a reseller's own invitation ties its provider too.
    async fn a_reseller_asks_for_its_provider_along_and_the_customer_answers_both_at_once(world) {
        let cast = &world.cast;
        let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("FR").await?);
        let customer = cast.customer("FR").await?;
        let asked = ask_along(cast, &customer, &reseller, &provider).await;
        assert_eq!(refused(asked), ["REL-1 PARTNERSHIP_NOT_ACTIVE"], "they do not partner yet");
        cast.partner_up(&provider, &reseller).await?;
        let first = ask_along(cast, &customer, &reseller, &provider).await?;
        assert_eq!(refuse(cast, &first.name).await?.state(), Tied::Refused);
        assert_eq!(relationship(cast, &first.companion).await?.state(), Tied::Refused);

        let second = ask_along(cast, &customer, &reseller, &provider).await?;
        cast.accept_mca(&customer).await?;
        let offer = cast.offer(ProductFamily::Microsoft365).await?;
        let wanted = || order(&provider, Some(&reseller), &customer, &offer);
        let missing = "REL-4 CUSTOMER_RELATIONSHIP_MISSING";
        assert_eq!(refused(cast.place(wanted()).await), [missing, missing]);
        accept_tie(cast, &second.name).await?;
        assert_eq!(relationship(cast, &second.companion).await?.state(), Tied::Active);
        cast.place(wanted()).await?;
    }

    /// REL-4: a request that nobody answers.
    async fn a_request_expires_at_its_second_and_may_be_made_again(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        let first = cast.request_relationship(&customer, &direct, Kind::Resale).await?;
        world.clock.advance(WAIT - SECOND);
        let again = failed(cast.request_relationship(&customer, &direct, Kind::Resale).await);
        assert_eq!(again.code(), Code::AlreadyExists);
        world.clock.advance(SECOND);
        assert_eq!(relationship(cast, &first).await?.state(), Tied::Expired);
        let conflict = ["STATE CUSTOMER_RELATIONSHIP_STATE_CONFLICT"];
        assert_eq!(refused(accept_tie(cast, &first).await), conflict);
        let second = cast.request_relationship(&customer, &direct, Kind::Resale).await?;
        assert_eq!(relationship(cast, &first).await?.revision, 2);
        assert_eq!(accept_tie(cast, &second).await?.state(), Tied::Active);
    }

    /// REL-6: who removes what was sold on, and when.
    async fn a_reseller_does_not_remove_a_relationship_and_its_provider_does(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let (provider, reseller) = (&channel.provider, &channel.reseller);
        let stranger = cast.direct_bill("FR").await?;
        let customer = cast.customer("FR").await?;
        let tie = cast.establish_relationship(&customer, reseller, Kind::Resale).await?;
        for (by, nothing, refusal) in [
            (reseller, true, "REL-6 REMOVAL_BY_RESELLER"),
            (&stranger, true, "REL-6 REMOVAL_BY_STRANGER"),
            (provider, false, "REL-6 SUBSCRIPTIONS_NOT_RULED_OUT"),
        ] {
            assert_eq!(refused(remove(cast, &tie, by, nothing).await), [refusal]);
        }
        assert_eq!(remove(cast, &tie, provider, true).await?, Tied::Removed);
        let removed = relationship(cast, &tie).await?;
        assert_eq!(removed.removed_by, provider.name);
        assert_eq!(removed.state_reason, "the customer leaves");
        let request = cast.request_relationship(&customer, reseller, Kind::Resale).await?;
        assert_eq!(remove(cast, &request, reseller, false).await?, Tied::Removed, "withdrawn");
        let manages = cast.establish_relationship(&customer, reseller, Kind::Management).await?;
        assert_eq!(remove(cast, &manages, reseller, false).await?, Tied::Removed);
    }
}
