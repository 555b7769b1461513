//! The customers, resellers and offers that calls use. One of each is created through the API; the
//! others are copies of its rows.

use std::collections::BTreeSet;

use cluster::{
    ScenarioClient,
    scenario_client::{self, Answer, Partner},
};
use contracts::{
    onboarding::Role,
    ordering::Order,
    relationship::{CustomerRelationshipKind, ProductFamily, Transaction},
};
use sea_orm::{DatabaseBackend, DatabaseConnection};
use tests::purchase;

use crate::{
    rows,
    template::{Template, ids},
};

/// The services whose databases hold customers and partners.
const SERVICES: [&str; 2] = ["onboarding", "relationship"];
const COUNTRY: &str = "FR";
const OFFERS: usize = 5;
/// Customers of one reseller.
const CUSTOMERS_PER_RESELLER: u64 = 10;

/// A provider, its resellers with their customers, and a direct-bill partner with a customer.
#[derive(Debug)]
pub struct World {
    /// Number of customers.
    pub customers: u64,
    /// Number of resellers.
    pub resellers: u64,
    provider: Partner,
    reseller: Partner,
    customer: String,
    offers: Vec<String>,
    reseller_template: Template,
    customer_template: Template,
}

/// Everything that the templates do not own.
struct Shared {
    provider: Partner,
    offers: Vec<String>,
}

impl World {
    /// Creates a world with one customer and one reseller.
    pub async fn create(client: &ScenarioClient, url: impl Fn(&str) -> String) -> Self {
        let databases = Databases::open(&url).await;
        let shared = shared(client).await.expect("no rule blocks the partners");
        let before = databases.ids().await;
        let reseller = reseller(client, &shared.provider).await.expect("no rule blocks it");
        let with_reseller = databases.ids().await;
        let customer = customer(client, &shared.provider, &reseller).await;
        let customer = customer.expect("no rule blocks the customer");
        let with_customer = databases.ids().await;
        Self {
            customers: 1,
            resellers: 1,
            provider: shared.provider,
            reseller,
            customer,
            offers: shared.offers,
            reseller_template: Template::new(with_reseller.difference(&before).cloned()),
            customer_template: Template::new(with_customer.difference(&with_reseller).cloned()),
        }
    }

    /// Copies reseller and customer until there are so many customers.
    pub async fn grow(&mut self, customers: u64, url: impl Fn(&str) -> String) {
        self.customers = customers.max(1);
        self.resellers = (self.customers / CUSTOMERS_PER_RESELLER).max(1);
        for database in &Databases::open(&url).await.0 {
            begin(database).await;
            self.copy_rows(database).await;
            end(database).await;
        }
    }

    async fn copy_rows(&self, database: &DatabaseConnection) {
        let backend = database.get_database_backend();
        let resellers = self.reseller_template.of_copies("n.i", backend);
        let of_customer = format!("(n.i % {})", self.resellers);
        let mut customers = self.reseller_template.of_copies(&of_customer, backend);
        customers.extend(self.customer_template.of_copies("n.i", backend));
        for row in rows::all(database).await {
            let (count, replaced) = if self.customer_template.is_in(&row) {
                (self.customers, &customers)
            } else if self.reseller_template.is_in(&row) {
                (self.resellers, &resellers)
            } else {
                continue;
            };
            if count > 1 {
                let (insert, values) = (row.insert_into(), row.values(replaced));
                let sql = format!(
                    "{insert} WITH RECURSIVE n(i) AS \
                     (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT {values} FROM n",
                    count - 1
                );
                rows::execute(database, &sql).await;
            }
        }
    }

    /// A valid order of a customer through its reseller, of one line.
    pub fn order(&self, number: u64) -> Order {
        let (customer, reseller) = self.customer(number);
        let offer = &self.offers[number as usize % self.offers.len()];
        scenario_client::order(&self.provider, Some(&reseller), &customer, offer)
    }

    /// The purchase of a customer through its reseller, of one line.
    pub fn transaction(&self, number: u64) -> Transaction {
        let (customer, reseller) = self.customer(number);
        purchase(&self.provider, Some(&reseller), &customer)
    }

    /// A customer and its reseller, for any number.
    fn customer(&self, number: u64) -> (String, Partner) {
        let at = number % self.customers;
        let template = &self.reseller_template;
        let copy = |name: &str| template.name_of(name, at % self.resellers);
        let reseller = Partner {
            name: copy(&self.reseller.name),
            organization: copy(&self.reseller.organization),
            location: copy(&self.reseller.location),
            country: self.reseller.country.clone(),
        };
        (self.customer_template.name_of(&self.customer, at), reseller)
    }
}

async fn shared(client: &ScenarioClient) -> Answer<Shared> {
    let provider = client.provider(COUNTRY).await?;
    let direct = client.direct_bill(COUNTRY).await?;
    let customer = client.customer(COUNTRY).await?;
    client.onboard_customer(&customer, &[&direct]).await?;
    let mut offers = Vec::new();
    while offers.len() < OFFERS {
        offers.push(client.offer(ProductFamily::Microsoft365).await?);
    }
    Ok(Shared { provider, offers })
}

async fn reseller(client: &ScenarioClient, provider: &Partner) -> Answer<Partner> {
    let reseller = client.reseller(COUNTRY).await?;
    client.partner_up(provider, &reseller).await?;
    Ok(reseller)
}

async fn customer(
    client: &ScenarioClient,
    provider: &Partner,
    reseller: &Partner,
) -> Answer<String> {
    let customer = client.customer(COUNTRY).await?;
    client.onboard_customer(&customer, &[provider]).await?;
    let (kind, role) = (CustomerRelationshipKind::Resale, Role::IndirectReseller);
    let requested = client.request_relationship_as(&customer, reseller, kind, role).await?;
    client.accept(&requested).await?;
    Ok(customer)
}

/// Connections to the databases of [`SERVICES`].
struct Databases(Vec<DatabaseConnection>);

impl Databases {
    async fn open(url: impl Fn(&str) -> String) -> Self {
        let mut databases = Vec::new();
        for service in SERVICES {
            databases.push(rows::connect(&url(service)).await);
        }
        Self(databases)
    }

    async fn ids(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for database in &self.0 {
            found.extend(ids(&rows::all(database).await));
        }
        found
    }
}

/// Switches the checks of foreign keys off: the copies refer to each other like the templates.
async fn begin(database: &DatabaseConnection) {
    match database.get_database_backend() {
        DatabaseBackend::Postgres => {
            rows::execute(database, "SET session_replication_role = replica").await;
        }
        _ => {
            let settings = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; BEGIN IMMEDIATE";
            rows::execute(database, settings).await;
        }
    }
}

/// Updates the statistics of the planner, and writes all pages to the disk.
async fn end(database: &DatabaseConnection) {
    match database.get_database_backend() {
        DatabaseBackend::Postgres => {
            rows::execute(database, "VACUUM ANALYZE").await;
            rows::execute(database, "CHECKPOINT").await;
        }
        _ => {
            rows::execute(database, "COMMIT; ANALYZE; PRAGMA synchronous = FULL").await;
            rows::execute(database, "PRAGMA wal_checkpoint(TRUNCATE)").await;
            let wrong = "SELECT count(*) FROM pragma_foreign_key_check";
            assert_eq!(rows::number(database, wrong).await, 0, "a copy refers to no row");
        }
    }
}
