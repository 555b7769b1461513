use std::time::Duration;

use cluster::scenario_client::{Partner, agreement_of, offer_in_every_market};
use contracts::{
    onboarding::Role,
    ordering::{CreateOfferRequest, Offer},
};
use serde_json::{Value, json};
use tests::{Engine, World};
use types::Clock;

/// Ids of the customer's relationships, so that lists have one order.
const RELATIONSHIPS: [&str; 2] =
    ["80000000-0000-4000-8000-000000000001", "80000000-0000-4000-8000-000000000002"];

/// Another CSP tenant of the reseller's company.
const SECOND_TENANT: &str = "20000000-0000-4000-8000-000000000009";

/// A cluster with the provider `northwind`, its reseller `fabrikam` without an accepted MPA, their customer
/// `litware`, and the offer `m365-business`.
pub struct Sample {
    world: World,
    reseller: Partner,
}

/// How far the clock of an empty cluster is ahead of that of `csp`, so that nothing that `csp` records is in
/// its future.
const AHEAD: Duration = Duration::from_secs(3600);

impl Sample {
    /// A cluster without partners, of today.
    pub async fn empty() -> Self {
        let world = World::on(Engine::Sqlite).await;
        let late = Clock::system().now().duration_since(world.clock.now());
        world.clock.advance(Duration::try_from(late).unwrap() + AHEAD);
        Self { world, reseller: Partner::default() }
    }

    pub async fn start() -> Self {
        let world = World::on(Engine::Sqlite).await;
        let northwind = partner(&world, "northwind", "Northwind Distribution").await;
        let reseller = partner(&world, "fabrikam", "Fabrikam Resale").await;
        let client = &world.client;
        let provider = prepare(&world, northwind, Role::IndirectProvider).await;
        client.accept_mpa(&provider, agreement_of(Role::IndirectProvider)).await.unwrap();
        let reseller = prepare(&world, reseller, Role::IndirectReseller).await;
        client.partner_up(&provider, &reseller).await.unwrap();
        let company = organization(&world, "litware", "Litware").await;
        let customer = json!({
            "displayName": "Litware",
            "organization": company,
            "countryCode": "FR",
            "kind": "CUSTOMER_KIND_COMPANY",
        });
        let id = world::alias::customer("litware").id();
        call(&world, "CreateCustomer", json!({ "customerId": id, "customer": customer })).await;
        let customer = world::alias::customer("litware").to_string();
        client.accept_mca(&customer).await.unwrap();
        for (id, partner) in RELATIONSHIPS.into_iter().zip([&provider, &reseller]) {
            let request = json!({
                "parent": customer,
                "relationshipId": id,
                "partner": partner.name,
                "kind": "CUSTOMER_RELATIONSHIP_KIND_RESALE",
            });
            call(&world, "RequestCustomerRelationship", request).await;
            client.accept(&format!("{customer}/relationships/{id}")).await.unwrap();
        }
        let offer = CreateOfferRequest {
            offer_id: "m365-business".to_owned(),
            offer: Some(offer_in_every_market()),
            ..CreateOfferRequest::default()
        };
        client.ordering.clone().create_offer(offer).await.unwrap();
        Self { world, reseller }
    }

    /// The reseller accepts the MPA.
    pub async fn accept_mpa(&self) {
        let agreement = agreement_of(Role::IndirectReseller);
        self.world.client.accept_mpa(&self.reseller, agreement).await.unwrap();
    }

    /// The company of an alias gets another partner.
    pub async fn add_partner_of(&self, alias: &str) {
        let organization = world::alias::organization(alias).to_string();
        let partner = json!({ "organization": organization, "countryCode": "FR" });
        let request = json!({ "partnerId": SECOND_TENANT, "partner": partner });
        call(&self.world, "CreatePartner", request).await;
    }

    /// An offer `german` that is sold in one country.
    pub async fn add_offer_of(&self, country: &str) {
        let offer = Offer {
            every_market: false,
            country_codes: vec![country.to_owned()],
            ..offer_in_every_market()
        };
        let offer = CreateOfferRequest {
            offer_id: "german".to_owned(),
            offer: Some(offer),
            ..CreateOfferRequest::default()
        };
        self.world.client.ordering.clone().create_offer(offer).await.unwrap();
    }

    /// Companies of a name without partners. Their GUIDs are before those of other companies.
    pub async fn add_companies(&self, name: &str, count: u32) {
        for at in 0..count {
            let id = format!("00000000-0000-4000-9000-{at:012}");
            let organization = json!({ "displayName": name, "countryCode": "FR" });
            let request = json!({ "organizationId": id, "organization": organization });
            call(&self.world, "CreateOrganization", request).await;
        }
    }

    /// PartnerID of the reseller.
    pub fn location(&self) -> &str {
        &self.reseller.location
    }

    /// The addresses of onboarding, relationship and ordering.
    pub fn addresses(&self) -> [String; 3] {
        let cluster = &self.world.cluster;
        [&cluster.onboarding, &cluster.relationship, &cluster.ordering]
            .map(|it| it.address.to_string())
    }
}

async fn call(world: &World, method: &str, request: Value) {
    world.client.call(method, request).await.unwrap();
}

/// Creates the organization of an alias. Returns its name.
async fn organization(world: &World, alias: &str, name: &str) -> String {
    let organization = json!({ "displayName": name, "countryCode": "FR" });
    let id = world::alias::organization(alias).id();
    let request = json!({ "organizationId": id, "organization": organization });
    call(world, "CreateOrganization", request).await;
    world::alias::organization(alias).to_string()
}

/// Creates the partner of an alias with its company.
async fn partner(world: &World, alias: &str, company: &str) -> Partner {
    let organization = organization(world, alias, company).await;
    let partner = json!({ "organization": organization, "countryCode": "FR" });
    let id = world::alias::partner(alias).id();
    call(world, "CreatePartner", json!({ "partnerId": id, "partner": partner })).await;
    let name = world::alias::partner(alias).to_string();
    Partner { name, organization, country: "FR".to_owned(), ..Partner::default() }
}

/// Enrolls, vets and locates a partner.
async fn prepare(world: &World, mut partner: Partner, role: Role) -> Partner {
    world.client.enroll(&partner, role).await.unwrap();
    world.client.vet(&partner, role).await.unwrap();
    world.client.associate_location(&mut partner, "FR").await.unwrap();
    partner
}
