//! A console in front of a cluster, with a channel of which one chain is blocked.

use std::time::Duration;

use cluster::scenario_client::{Answer, Partner, new_id, order};
use contracts::{
    onboarding::Role,
    ordering::{AddQuantityRequest, Order},
    relationship::{
        CreateCustomerRequest, Customer, CustomerKind, CustomerRelationshipKind, ProductFamily,
    },
};
use rpc_client::Urls;
use runtime::config::Variables;
use tests::{
    Engine, World,
    http::{self, Response},
};

/// Display names that would run in a page that does not escape them.
pub const INJECTION: &str = "<script>document.title='injected'</script>";
pub const RESELLER: &str = "Fabrikam <script>document.title='injected'</script>";

/// A running console.
pub struct Site {
    pub world: World,
    /// Host and port.
    pub address: String,
    running: console::Running,
}

impl Site {
    /// Starts a cluster and a console.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// Starts a cluster and a console with changed settings.
    pub async fn with(change: impl FnOnce(&mut console::Settings)) -> Self {
        let world = World::on(Engine::Sqlite).await;
        let cluster::Cluster { onboarding, relationship, ordering } = &world.cluster;
        let variables = Variables::Only([].into());
        let mut settings = console::Settings::load(variables).expect("the defaults are usable");
        settings.listen = ([127, 0, 0, 1], 0).into();
        settings.services = [onboarding, relationship, ordering].map(|it| Urls::from(it.address));
        // Many tests share a machine; a slow page is no failure here.
        settings.page_timeout = Duration::from_secs(30);
        change(&mut settings);
        let running = console::start(settings, world.clock.clone()).await.unwrap();
        Self { world, address: running.address.to_string(), running }
    }

    /// Gets a page.
    pub async fn get(&self, path: &str) -> Response {
        self.request("GET", path).await
    }

    /// Sends a request without a body.
    pub async fn request(&self, method: &str, path: &str) -> Response {
        let (address, method, path) = (self.address.clone(), method.to_owned(), path.to_owned());
        let sent = move || http::request(&address, &method, &path);
        tokio::task::spawn_blocking(sent).await.unwrap().expect("the console answers")
    }

    /// Stops the console, then one service.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    async fn customer(&self, name: &str, country: &str) -> Answer<String> {
        let client = &self.world.client;
        let customer = Customer {
            display_name: name.to_owned(),
            organization: client.company(name, country).await?,
            country_code: country.to_owned(),
            kind: CustomerKind::Company.into(),
            ..Customer::default()
        };
        let request = CreateCustomerRequest {
            customer_id: new_id(),
            customer: Some(customer),
            request_id: new_id(),
            ..CreateCustomerRequest::default()
        };
        let answer = client.relationship.clone().create_customer(request).await?.into_inner();
        Ok(answer.customer.unwrap_or_default().name)
    }
}

/// What [`channel`] creates.
pub struct Channel {
    pub provider: Partner,
    /// Has not accepted the MPA.
    pub blocked: Partner,
    pub direct: Partner,
    /// A customer of all of them.
    pub customer: String,
    /// A customer of the provider and its resellers.
    pub second: String,
    pub order: Order,
}

/// A provider with two resellers, one of them without the MPA, a direct-bill partner, and their customer with
/// an order.
pub async fn channel(site: &Site) -> Answer<Channel> {
    channel_with(site, "Fabrikam Resale", "Adatum Labs").await
}

/// A channel whose blocked reseller and second customer have display names that would run in a page that
/// does not escape them.
pub async fn injected_channel(site: &Site) -> Answer<Channel> {
    channel_with(site, RESELLER, INJECTION).await
}

async fn channel_with(site: &Site, blocked: &str, second: &str) -> Answer<Channel> {
    let client = &site.world.client;
    let company = client.company("Northwind Distribution", "FR").await?;
    let provider = client.active(&company, "FR", Role::IndirectProvider).await?;
    let company = client.company(blocked, "FR").await?;
    let blocked = client.qualified(&company, "FR", Role::IndirectReseller).await?;
    let company = client.company("Alpine Cloud Services", "FR").await?;
    let open = client.active(&company, "FR", Role::IndirectReseller).await?;
    let company = client.company("Contoso Direct", "FR").await?;
    let direct = client.active(&company, "FR", Role::DirectBill).await?;
    let customer = site.customer("Litware Instruments", "FR").await?;
    let second = site.customer(second, "FR").await?;
    client.onboard_customer(&customer, &[&provider, &direct]).await?;
    client.onboard_customer(&second, &[&provider]).await?;
    for reseller in [&blocked, &open] {
        client.partner_up(&provider, reseller).await?;
        for customer in [&customer, &second] {
            sell(site, customer, reseller).await?;
        }
    }
    let offer = client.offer(ProductFamily::Microsoft365).await?;
    let order = client.place(order(&provider, Some(&open), &customer, &offer)).await?;
    site.world.clock.advance(Duration::from_secs(3600));
    let request = AddQuantityRequest {
        name: order.lines[0].subscription.clone(),
        quantity: 3,
        partner_attestation_accepted: true,
        request_id: new_id(),
        ..AddQuantityRequest::default()
    };
    client.ordering.clone().add_quantity(request).await?;
    Ok(Channel { provider, blocked, direct, customer, second, order })
}

/// A customer of a provider, and the provider's reseller, which has no relationship with the customer.
pub async fn unprepared(site: &Site) -> Answer<(String, Partner)> {
    let client = &site.world.client;
    let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
    client.partner_up(&provider, &reseller).await?;
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&provider]).await?;
    Ok((customer, reseller))
}

/// Establishes the relationship of a reseller with a customer.
pub async fn sell(site: &Site, customer: &str, reseller: &Partner) -> Answer<()> {
    let client = &site.world.client;
    let (kind, role) = (CustomerRelationshipKind::Resale, Role::IndirectReseller);
    let requested = client.request_relationship_as(customer, reseller, kind, role).await?;
    client.accept(&requested).await
}
