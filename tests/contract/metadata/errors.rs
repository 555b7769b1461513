//! Provokes a sample of errors from running services.

use cluster::scenario_client::{Partner, new_id, order};
use contracts::{
    onboarding::{AgreementKind, Role},
    relationship::{CustomerKind, CustomerRelationshipKind, ProductFamily, Purpose, Transaction},
};
use serde_json::{Value, json};
use tonic::Status;

use super::UNKNOWN_ID;
use crate::{Fixture, client::call, proto};

/// An error with the method that returned it.
pub struct Seen {
    pub service: &'static str,
    pub method: String,
    pub status: Status,
}

/// Collects errors.
struct Log(Vec<Seen>);

impl Log {
    fn note<T>(
        &mut self,
        service: &'static str,
        method: &str,
        case: &str,
        result: Result<T, Status>,
    ) {
        match result {
            Ok(_) => panic!("{service} must refuse: {case}"),
            Err(status) => self.0.push(Seen { service, method: method.to_owned(), status }),
        }
    }

    async fn call(&mut self, fixture: &Fixture, service: &'static str, method: &str, json: Value) {
        let channel = fixture.channel(service).await;
        let result = call(&channel, &proto::method(service, method), &json).await;
        self.note(service, method, method, result);
    }
}

/// Errors of every reason that healthy services return.
pub async fn all(fixture: &Fixture) -> Vec<Seen> {
    let mut log = Log(Vec::new());
    of_onboarding(&mut log, fixture).await.expect("onboarding can be set up");
    of_relationship(&mut log, fixture).await.expect("relationship can be set up");
    of_ordering(&mut log, fixture).await.expect("ordering can be set up");
    for (service, method) in LOOKUPS {
        let collection = collection(method);
        log.call(fixture, service, method, json!({ "name": format!("{collection}/{UNKNOWN_ID}") }))
            .await;
        log.call(fixture, service, method, json!({ "name": "x" })).await;
    }
    log.0
}

/// Methods that get a resource by name.
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
        "GetAgreement" => format!("partners/{UNKNOWN_ID}/agreements"),
        other => format!("{}s", other.trim_start_matches("Get").to_lowercase()),
    }
}

async fn of_onboarding(log: &mut Log, fixture: &Fixture) -> Result<(), Status> {
    const ON: &str = "onboarding";
    let client = &fixture.client;
    let company = client.company("Contoso", "FR").await?;
    let mut partner = client.join(&company, "FR").await?;
    let role = Role::IndirectReseller;
    let kind = AgreementKind::IndirectReseller;
    log.note(
        ON,
        "AcceptAgreement",
        "an MPA without enrollment",
        client.accept_mpa(&partner, kind).await,
    );
    client.enroll(&partner, role).await?;
    log.note(ON, "EnrollPartner", "an enrollment twice", client.enroll(&partner, role).await);
    log.note(
        ON,
        "AcceptAgreement",
        "an MPA without vetting",
        client.accept_mpa(&partner, kind).await,
    );
    client.vet(&partner, role).await?;
    log.note(ON, "RecordVettingResult", "vetting twice", client.vet(&partner, role).await);
    log.note(
        ON,
        "AssociateLocation",
        "a location abroad",
        client.associate_location(&mut partner, "DE").await,
    );
    client.associate_location(&mut partner, "FR").await?;
    log.note(
        ON,
        "AssociateLocation",
        "a second location",
        client.associate_location(&mut partner.clone(), "FR").await,
    );
    let unknown = Partner { name: format!("partners/{UNKNOWN_ID}"), ..Partner::default() };
    log.note(ON, "EnrollPartner", "an unknown partner", client.enroll(&unknown, role).await);
    let taken = json!({
        "display_name": "Fabrikam", "country_code": "FR", "global_account_id": partner.location,
    });
    log.call(fixture, ON, "CreateOrganization", json!({ "organization": taken })).await;
    let new = |name| json!({ "display_name": name, "country_code": "FR" });
    let repeated = |name| json!({ "organization": new(name), "request_id": UNKNOWN_ID });
    call_method(fixture, ON, "CreateOrganization", repeated("One")).await?;
    log.call(fixture, ON, "CreateOrganization", repeated("Two")).await;
    Ok(())
}

async fn call_method(
    fixture: &Fixture,
    service: &str,
    method: &str,
    json: Value,
) -> Result<Value, Status> {
    call(&fixture.channel(service).await, &proto::method(service, method), &json).await
}

async fn of_relationship(log: &mut Log, fixture: &Fixture) -> Result<(), Status> {
    const REL: &str = "relationship";
    let client = &fixture.client;
    let (provider, here) = (client.provider("FR").await?, client.reseller("FR").await?);
    let there = client.reseller("US").await?;
    log.note(
        REL,
        "InvitePartnership",
        "a partnership of two regions",
        client.invite(&provider, &there).await,
    );
    let name = client.partner_up(&provider, &here).await?;
    log.note(
        REL,
        "InvitePartnership",
        "a partnership twice",
        client.invite(&provider, &here).await,
    );
    log.call(fixture, REL, "AcceptPartnership", json!({ "name": name })).await;
    let customer = client.customer("FR").await?;
    let kind = CustomerRelationshipKind::Resale;
    log.note(
        REL,
        "RequestCustomerRelationship",
        "resale from abroad",
        client.request_relationship(&customer, &there, kind).await,
    );
    let relationship = client.establish_relationship(&customer, &provider, kind).await?;
    log.note(
        REL,
        "RequestCustomerRelationship",
        "a relationship twice",
        client.request_relationship(&customer, &provider, kind).await,
    );
    log.call(fixture, REL, "AcceptCustomerRelationship", json!({ "name": relationship })).await;
    let shared = CustomerKind::SharedServices;
    let company = client.company("Litware", "FR").await?;
    log.note(
        REL,
        "CreateCustomer",
        "a shared services tenant",
        client.customer_of(&company, "FR", shared).await,
    );
    let unknown = Transaction {
        seller: provider.name.clone(),
        customer: format!("customers/{UNKNOWN_ID}"),
        purpose: Purpose::NewSubscription.into(),
        ..Transaction::default()
    };
    log.note(REL, "CheckTransaction", "an unknown customer", client.check(unknown.clone()).await);
    let seller = format!("partners/{UNKNOWN_ID}");
    log.note(
        REL,
        "CheckTransaction",
        "an unknown seller",
        client.check(Transaction { seller, customer, ..unknown }).await,
    );
    let invite = |to: &Partner| {
        let provider = provider.name.as_str();
        json!({ "provider": provider, "reseller": to.name, "request_id": UNKNOWN_ID })
    };
    let third = client.reseller("DE").await?;
    call_method(fixture, REL, "InvitePartnership", invite(&third)).await?;
    log.call(fixture, REL, "InvitePartnership", invite(&here)).await;
    Ok(())
}

async fn of_ordering(log: &mut Log, fixture: &Fixture) -> Result<(), Status> {
    const OD: &str = "ordering";
    let client = &fixture.client;
    let (provider, reseller) = (client.provider("FR").await?, client.reseller("US").await?);
    let (customer, offer) =
        (client.customer("FR").await?, client.offer(ProductFamily::Azure).await?);
    let all_wrong = order(&provider, Some(&reseller), &customer, &offer);
    log.note(OD, "PlaceOrder", "an order that violates many rules", client.place(all_wrong).await);
    let direct = client.direct_bill("FR").await?;
    let daughter =
        client.company_of("Daughter", "FR", &[(&direct.organization, 5001, false)]).await?;
    let daughter = client.customer_of(&daughter, "FR", CustomerKind::Company).await?;
    client.onboard_customer(&customer, &[&direct]).await?;
    client.onboard_customer(&daughter, &[&direct]).await?;
    let sale = order(&direct, None, &daughter, &offer);
    log.note(OD, "PlaceOrder", "a sale to an affiliate", client.place(sale).await);
    let unknown = order(&direct, None, &customer, "offers/unheard-of");
    log.note(OD, "PlaceOrder", "an unknown offer", client.place(unknown).await);
    let placed = client.place(order(&direct, None, &customer, &offer)).await?.name;
    let cancel = json!({ "name": placed, "detail": "a mistake", "request_id": UNKNOWN_ID });
    call_method(fixture, OD, "CancelOrder", cancel).await?;
    log.call(fixture, OD, "CancelOrder", json!({ "name": placed, "detail": "again" })).await;
    let reused = json!({ "name": placed, "detail": "other", "request_id": UNKNOWN_ID });
    log.call(fixture, OD, "CancelOrder", reused).await;
    let placed = client.place(order(&direct, None, &customer, &offer)).await?;
    let name = &placed.lines[0].subscription;
    let resume = json!({ "name": name, "request_id": new_id() });
    log.call(fixture, OD, "ResumeSubscription", resume).await;
    let id = offer.trim_start_matches("offers/");
    let price = json!({ "currency_code": "EUR", "minor_units": "1" });
    let plan = json!({ "term": 1, "billing_cycle": 1, "unit_price": price });
    let duplicate = json!({
        "display_name": "Duplicate", "product_family": 1, "min_quantity": 1, "max_quantity": 1,
        "every_market": true, "plans": [plan],
    });
    log.call(fixture, OD, "CreateOffer", json!({ "offer_id": id, "offer": duplicate })).await;
    let stale = json!({ "name": offer, "detail": "replaced", "etag": "r99-1" });
    log.call(fixture, OD, "RetireOffer", stale).await;
    let retire = json!({ "name": offer, "detail": "replaced" });
    call_method(fixture, OD, "RetireOffer", retire.clone()).await?;
    log.call(fixture, OD, "RetireOffer", retire).await;
    Ok(())
}
