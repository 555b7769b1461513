//! Errors as they really come, a good sample of them.

use cluster::scenario_client::{Partner, new_id, order};
use contracts::{
    onboarding::{AgreementKind, Role},
    relationship::{CustomerKind, CustomerRelationshipKind, ProductFamily, Purpose, Transaction},
};
use serde_json::{Value, json};
use tonic::Status;

use super::NOWHERE;
use crate::{Stage, client::call, proto};

/// An error and who sent it.
pub struct Seen {
    /// Which service.
    pub service: &'static str,
    /// What it answered.
    pub status: Status,
}

/// Notes errors.
struct Log(Vec<Seen>);

impl Log {
    fn note<T>(&mut self, service: &'static str, what: &str, answer: Result<T, Status>) {
        match answer {
            Ok(_) => panic!("{service} lets this happen: {what}"),
            Err(status) => self.0.push(Seen { service, status }),
        }
    }

    async fn call(&mut self, stage: &Stage, service: &'static str, method: &str, json: Value) {
        let channel = stage.channel(service).await;
        let answer = call(&channel, &proto::method(service, method), &json).await;
        self.note(service, method, answer);
    }
}

/// Errors of every kind that can be had from services that work.
pub async fn all(stage: &Stage) -> Vec<Seen> {
    let mut log = Log(Vec::new());
    of_onboarding(&mut log, stage).await.expect("onboarding can be set up");
    of_relationship(&mut log, stage).await.expect("relationship can be set up");
    of_ordering(&mut log, stage).await.expect("ordering can be set up");
    for (service, method) in LOOKUPS {
        let collection = collection(method);
        log.call(stage, service, method, json!({ "name": format!("{collection}/{NOWHERE}") }))
            .await;
        log.call(stage, service, method, json!({ "name": "x" })).await;
    }
    log.0
}

/// Lookups by name, and the collection that each looks in.
const LOOKUPS: [(&str, &str); 9] = [
    ("onboarding", "GetOrganization"),
    ("onboarding", "GetPartner"),
    ("relationship", "GetPartnership"),
    ("relationship", "GetCustomer"),
    ("ordering", "GetOffer"),
    ("ordering", "GetOrder"),
    ("ordering", "GetSubscription"),
    ("ordering", "GetTransfer"),
    ("onboarding", "GetAgreement"),
];

fn collection(method: &str) -> String {
    match method {
        "GetAgreement" => format!("partners/{NOWHERE}/agreements"),
        other => format!("{}s", other.trim_start_matches("Get").to_lowercase()),
    }
}

async fn of_onboarding(log: &mut Log, stage: &Stage) -> Result<(), Status> {
    const ON: &str = "onboarding";
    let cast = &stage.cast;
    let company = cast.company("Contoso", "FR").await?;
    let mut partner = cast.join(&company, "FR").await?;
    let role = Role::IndirectReseller;
    let kind = AgreementKind::IndirectReseller;
    log.note(ON, "an MPA without enrollment", cast.accept_mpa(&partner, kind).await);
    cast.enroll(&partner, role).await?;
    log.note(ON, "an enrollment twice", cast.enroll(&partner, role).await);
    log.note(ON, "an MPA without vetting", cast.accept_mpa(&partner, kind).await);
    cast.vet(&partner, role).await?;
    log.note(ON, "vetting twice", cast.vet(&partner, role).await);
    log.note(ON, "a location abroad", cast.associate_location(&mut partner, "DE").await);
    cast.associate_location(&mut partner, "FR").await?;
    log.note(ON, "a second location", cast.associate_location(&mut partner.clone(), "FR").await);
    let nobody = Partner { name: format!("partners/{NOWHERE}"), ..Partner::default() };
    log.note(ON, "a partner nobody knows", cast.enroll(&nobody, role).await);
    let taken = json!({
        "display_name": "Fabrikam", "country_code": "FR", "global_account_id": partner.location,
    });
    log.call(stage, ON, "CreateOrganization", json!({ "organization": taken })).await;
    let new = |name| json!({ "display_name": name, "country_code": "FR" });
    let again = |name| json!({ "organization": new(name), "request_id": NOWHERE });
    cast_call(stage, ON, "CreateOrganization", again("One")).await?;
    log.call(stage, ON, "CreateOrganization", again("Two")).await;
    Ok(())
}

async fn cast_call(
    stage: &Stage,
    service: &str,
    method: &str,
    json: Value,
) -> Result<Value, Status> {
    call(&stage.channel(service).await, &proto::method(service, method), &json).await
}

async fn of_relationship(log: &mut Log, stage: &Stage) -> Result<(), Status> {
    const REL: &str = "relationship";
    let cast = &stage.cast;
    let (provider, here) = (cast.provider("FR").await?, cast.reseller("FR").await?);
    let there = cast.reseller("US").await?;
    log.note(REL, "a partnership of two regions", cast.invite(&provider, &there).await);
    let name = cast.partner_up(&provider, &here).await?;
    log.note(REL, "a partnership twice", cast.invite(&provider, &here).await);
    log.call(stage, REL, "AcceptPartnership", json!({ "name": name })).await;
    let customer = cast.customer("FR").await?;
    let kind = CustomerRelationshipKind::Resale;
    log.note(REL, "resale from abroad", cast.request_relationship(&customer, &there, kind).await);
    let tie = cast.establish_relationship(&customer, &provider, kind).await?;
    log.note(
        REL,
        "a relationship twice",
        cast.request_relationship(&customer, &provider, kind).await,
    );
    log.call(stage, REL, "AcceptCustomerRelationship", json!({ "name": tie })).await;
    let shared = CustomerKind::SharedServices;
    let company = cast.company("Litware", "FR").await?;
    log.note(REL, "a shared services tenant", cast.customer_of(&company, "FR", shared).await);
    let lost = Transaction {
        seller: provider.name.clone(),
        customer: format!("customers/{NOWHERE}"),
        purpose: Purpose::NewSubscription.into(),
        ..Transaction::default()
    };
    log.note(REL, "a customer nobody knows", cast.check(lost.clone()).await);
    let seller = format!("partners/{NOWHERE}");
    log.note(
        REL,
        "a seller nobody knows",
        cast.check(Transaction { seller, customer, ..lost }).await,
    );
    let invite = |to: &Partner| {
        let provider = provider.name.as_str();
        json!({ "provider": provider, "reseller": to.name, "request_id": NOWHERE })
    };
    let third = cast.reseller("DE").await?;
    cast_call(stage, REL, "InvitePartnership", invite(&third)).await?;
    log.call(stage, REL, "InvitePartnership", invite(&here)).await;
    Ok(())
}

async fn of_ordering(log: &mut Log, stage: &Stage) -> Result<(), Status> {
    const OD: &str = "ordering";
    let cast = &stage.cast;
    let (provider, reseller) = (cast.provider("FR").await?, cast.reseller("US").await?);
    let (customer, offer) = (cast.customer("FR").await?, cast.offer(ProductFamily::Azure).await?);
    let all_wrong = order(&provider, Some(&reseller), &customer, &offer);
    log.note(OD, "an order against many rules", cast.place(all_wrong).await);
    let direct = cast.direct_bill("FR").await?;
    let daughter =
        cast.company_of("Daughter", "FR", &[(&direct.organization, 5001, false)]).await?;
    let daughter = cast.customer_of(&daughter, "FR", CustomerKind::Company).await?;
    cast.onboard_customer(&customer, &[&direct]).await?;
    cast.onboard_customer(&daughter, &[&direct]).await?;
    let sale = order(&direct, None, &daughter, &offer);
    log.note(OD, "a sale to an affiliate", cast.place(sale).await);
    let unheard = order(&direct, None, &customer, "offers/unheard-of");
    log.note(OD, "an offer nobody knows", cast.place(unheard).await);
    let placed = cast.place(order(&direct, None, &customer, &offer)).await?.name;
    let cancel = json!({ "name": placed, "detail": "a mistake", "request_id": NOWHERE });
    cast_call(stage, OD, "CancelOrder", cancel).await?;
    log.call(stage, OD, "CancelOrder", json!({ "name": placed, "detail": "again" })).await;
    let reused = json!({ "name": placed, "detail": "other", "request_id": NOWHERE });
    log.call(stage, OD, "CancelOrder", reused).await;
    let placed = cast.place(order(&direct, None, &customer, &offer)).await?;
    let name = &placed.lines[0].subscription;
    let resume = json!({ "name": name, "request_id": new_id() });
    log.call(stage, OD, "ResumeSubscription", resume).await;
    let id = offer.trim_start_matches("offers/");
    let price = json!({ "currency_code": "EUR", "minor_units": "1" });
    let plan = json!({ "term": 1, "billing_cycle": 1, "unit_price": price });
    let twin = json!({
        "display_name": "Twin", "product_family": 1, "min_quantity": 1, "max_quantity": 1,
        "every_market": true, "plans": [plan],
    });
    log.call(stage, OD, "CreateOffer", json!({ "offer_id": id, "offer": twin })).await;
    let stale = json!({ "name": offer, "detail": "replaced", "etag": "r99-1" });
    log.call(stage, OD, "RetireOffer", stale).await;
    let retire = json!({ "name": offer, "detail": "replaced" });
    cast_call(stage, OD, "RetireOffer", retire.clone()).await?;
    log.call(stage, OD, "RetireOffer", retire).await;
    Ok(())
}
