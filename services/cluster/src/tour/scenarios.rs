//! The scenarios of the tour. Each has its own partners and customers.

use contracts::{
    onboarding::{AgreementKind, Role},
    relationship::{
        CustomerKind, CustomerRelationshipKind as Kind, ProductFamily as Family, Purpose,
        Transaction, Verdict,
    },
};
use tonic::Status;

use super::Scenario;
use crate::scenario_client::{Answer, ScenarioClient, order};

/// Plays them all, in the order of the programme.
pub(super) async fn play(client: &ScenarioClient) -> Answer<Vec<Scenario>> {
    Ok(vec![
        served_end_to_end(client).await?,
        several_partners(client).await?,
        managed_by_another(client).await?,
        own_use(client).await?,
        self_sale(client).await?,
        regions_of_customers(client).await?,
        regions_of_partners(client).await?,
        agreement_gates(client).await?,
    ])
}

async fn served_end_to_end(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("A customer served end to end");
    let (direct, provider) = (client.direct_bill("FR").await?, client.provider("FR").await?);
    let reseller = client.reseller("DE").await?;
    client.partner_up(&provider, &reseller).await?;
    let (customer, offer) =
        (client.customer("BE").await?, client.offer(Family::Microsoft365).await?);
    client.onboard_customer(&customer, &[&direct, &provider, &reseller]).await?;
    let placed = client.place(order(&direct, None, &customer, &offer)).await;
    scenario.order("a direct-bill partner orders", None, placed);
    let placed = client.place(order(&provider, Some(&reseller), &customer, &offer)).await;
    scenario.order("a provider orders for its reseller", None, placed);
    let placed = client.place(order(&reseller, None, &customer, &offer)).await;
    scenario.order("the reseller orders from Microsoft itself", Some("PT-1"), placed);
    Ok(scenario)
}

async fn several_partners(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Multi-partner: different services from different partners");
    let (one, other) = (client.direct_bill("FR").await?, client.direct_bill("NL").await?);
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&one]).await?;
    let offer = client.offer(Family::Microsoft365).await?;
    let placed = client.place(order(&one, None, &customer, &offer)).await;
    scenario.order("Microsoft 365 from the first partner", None, placed);
    let offer = client.offer(Family::Dynamics365).await?;
    let placed = client.place(order(&other, None, &customer, &offer)).await;
    scenario.order("Dynamics 365 from a second, without a relationship", Some("REL-4"), placed);
    client.onboard_customer(&customer, &[&other]).await?;
    let placed = client.place(order(&other, None, &customer, &offer)).await;
    scenario.order("Dynamics 365 from the second, with a relationship", None, placed);
    Ok(scenario)
}

async fn managed_by_another(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Multi-channel: a second partner manages and does not sell");
    let manager = client.direct_bill("FR").await?;
    let customer = client.customer("FR").await?;
    client.accept_mca(&customer).await?;
    client.establish_relationship(&customer, &manager, Kind::Management).await?;
    let manage = Transaction {
        seller: manager.name.clone(),
        customer: customer.clone(),
        purpose: Purpose::Manage.into(),
        ..Transaction::default()
    };
    let decision = client.check(manage).await?;
    let answer = match decision.verdict() {
        Verdict::Allowed => Ok("by its MANAGEMENT relationship".to_owned()),
        verdict => Err(Status::aborted(verdict.as_str_name())),
    };
    scenario.question("it manages the customer's subscriptions", None, answer);
    let offer = client.offer(Family::Microsoft365).await?;
    let placed = client.place(order(&manager, None, &customer, &offer)).await;
    scenario.order("it sells on that relationship", Some("REL-4"), placed);
    Ok(scenario)
}

async fn own_use(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Own use: shared services, or a separate tenant");
    let (direct, provider) = (client.direct_bill("FR").await?, client.provider("FR").await?);
    let shared =
        client.customer_of(&direct.organization, "FR", CustomerKind::SharedServices).await?;
    client.onboard_customer(&shared, &[&direct]).await?;
    let azure = client.offer(Family::AzureSharedServices).await?;
    let office = client.offer(Family::Microsoft365).await?;
    let placed = client.place(order(&direct, None, &shared, &azure)).await;
    scenario.order("Azure into the partner's shared services tenant", None, placed);
    let placed = client.place(order(&direct, None, &shared, &office)).await;
    scenario.order("Microsoft 365 into it", Some("OWN-3"), placed);
    let reseller = client.reseller("FR").await?;
    client.partner_up(&provider, &reseller).await?;
    let separate = client.customer_of(&direct.organization, "FR", CustomerKind::Company).await?;
    client.onboard_customer(&separate, &[&provider, &reseller]).await?;
    let placed = client.place(order(&provider, Some(&reseller), &separate, &office)).await;
    scenario.order("a separate tenant of the partner buys from a reseller", None, placed);
    let placed = client.place(order(&provider, None, &separate, &office)).await;
    scenario.order("it buys from a provider without a reseller", Some("OWN-3"), placed);
    Ok(scenario)
}

async fn self_sale(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Self-sale: not to the partner itself, not to an affiliate");
    let offer = client.offer(Family::Microsoft365).await?;
    let direct = client.direct_bill("FR").await?;
    let holding = direct.organization.clone();
    let middle = client.company_of("Middle", "FR", &[(&holding, 6000, false)]).await?;
    let daughter = client.company_of("Daughter", "FR", &[(&middle, 6000, false)]).await?;
    let half = client.company_of("Half", "FR", &[(&holding, 5000, false)]).await?;
    for (company, text, rule) in [
        (&holding, "a partner sells to its own company", Some("OWN-1")),
        (&daughter, "60 % of 60 %: to a company that it controls through another", Some("OWN-1")),
        (&half, "to a company of which it owns exactly 50 %", None),
    ] {
        let customer = client.customer_of(company, "FR", CustomerKind::Company).await?;
        client.onboard_customer(&customer, &[&direct]).await?;
        scenario.order(text, rule, client.place(order(&direct, None, &customer, &offer)).await);
    }
    Ok(scenario)
}

async fn regions_of_customers(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Partner and customer in one CSP region");
    for (seller, buyer) in [("FR", "DE"), ("US", "PR"), ("AU", "NZ"), ("FR", "RE")] {
        let (direct, customer) = (client.direct_bill(seller).await?, client.customer(buyer).await?);
        let rule = if buyer == "DE" { None } else { Some("REL-3") };
        let requested = client.request_relationship(&customer, &direct, Kind::Resale).await;
        let requested = requested.map(|_| "relationship requested".to_owned());
        scenario.question(
            &format!("a partner in {seller}, a customer in {buyer}"),
            rule,
            requested,
        );
    }
    Ok(scenario)
}

async fn regions_of_partners(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Provider and reseller in one CSP region");
    let provider = client.provider("GB").await?;
    for (country, rule) in [("CH", None), ("US", Some("REL-2"))] {
        let reseller = client.reseller(country).await?;
        let invited = client.invite(&provider, &reseller).await.map(|_| "invited".to_owned());
        let text = format!("a provider in GB invites a reseller in {country}");
        scenario.question(&text, rule, invited);
    }
    Ok(scenario)
}

async fn agreement_gates(client: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("No transaction without the Microsoft Partner Agreement");
    let provider = client.provider("FR").await?;
    let company = client.company("Fabrikam Resale", "FR").await?;
    let reseller = client.qualified(&company, "FR", Role::IndirectReseller).await?;
    client.partner_up(&provider, &reseller).await?;
    let (customer, offer) =
        (client.customer("FR").await?, client.offer(Family::Microsoft365).await?);
    client.onboard_customer(&customer, &[&provider, &reseller]).await?;
    let before = client.place(order(&provider, Some(&reseller), &customer, &offer)).await;
    scenario.order("an order before the reseller accepted the agreement", Some("MPA-"), before);
    client.accept_mpa(&reseller, AgreementKind::IndirectReseller).await?;
    let after = client.place(order(&provider, Some(&reseller), &customer, &offer)).await;
    scenario.order("the same order after the reseller accepted it", None, after);
    Ok(scenario)
}
