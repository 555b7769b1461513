//! What the tour plays. Each scenario stands alone, with partners and customers of its own.

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
pub(super) async fn play(cast: &ScenarioClient) -> Answer<Vec<Scenario>> {
    Ok(vec![
        served_end_to_end(cast).await?,
        several_partners(cast).await?,
        managed_by_another(cast).await?,
        own_use(cast).await?,
        self_sale(cast).await?,
        regions_of_customers(cast).await?,
        regions_of_partners(cast).await?,
        agreement_gates(cast).await?,
    ])
}

async fn served_end_to_end(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("A customer served end to end");
    let (direct, provider) = (cast.direct_bill("FR").await?, cast.provider("FR").await?);
    let reseller = cast.reseller("DE").await?;
    cast.partner_up(&provider, &reseller).await?;
    let (customer, offer) = (cast.customer("BE").await?, cast.offer(Family::Microsoft365).await?);
    cast.onboard_customer(&customer, &[&direct, &provider, &reseller]).await?;
    let placed = cast.place(order(&direct, None, &customer, &offer)).await;
    scenario.ordered("a direct-bill partner orders", None, placed);
    let placed = cast.place(order(&provider, Some(&reseller), &customer, &offer)).await;
    scenario.ordered("a provider orders for its reseller", None, placed);
    let placed = cast.place(order(&reseller, None, &customer, &offer)).await;
    scenario.ordered("the reseller orders at Microsoft itself", Some("PT-1"), placed);
    Ok(scenario)
}

async fn several_partners(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Multi-partner: different services from different partners");
    let (one, other) = (cast.direct_bill("FR").await?, cast.direct_bill("NL").await?);
    let customer = cast.customer("FR").await?;
    cast.onboard_customer(&customer, &[&one]).await?;
    let offer = cast.offer(Family::Microsoft365).await?;
    let placed = cast.place(order(&one, None, &customer, &offer)).await;
    scenario.ordered("Microsoft 365 from the first partner", None, placed);
    let offer = cast.offer(Family::Dynamics365).await?;
    let placed = cast.place(order(&other, None, &customer, &offer)).await;
    scenario.ordered("Dynamics 365 from a second, not yet tied", Some("REL-4"), placed);
    cast.onboard_customer(&customer, &[&other]).await?;
    let placed = cast.place(order(&other, None, &customer, &offer)).await;
    scenario.ordered("Dynamics 365 from the second, now tied", None, placed);
    Ok(scenario)
}

async fn managed_by_another(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Multi-channel: a second partner manages and does not sell");
    let manager = cast.direct_bill("FR").await?;
    let customer = cast.customer("FR").await?;
    cast.accept_mca(&customer).await?;
    cast.establish_relationship(&customer, &manager, Kind::Management).await?;
    let manage = Transaction {
        seller: manager.name.clone(),
        customer: customer.clone(),
        purpose: Purpose::Manage.into(),
        ..Transaction::default()
    };
    let decision = cast.check(manage).await?;
    let answer = match decision.verdict() {
        Verdict::Allowed => Ok("by its MANAGEMENT relationship".to_owned()),
        verdict => Err(Status::aborted(verdict.as_str_name())),
    };
    scenario.asked("it manages the customer's subscriptions", None, answer);
    let offer = cast.offer(Family::Microsoft365).await?;
    let placed = cast.place(order(&manager, None, &customer, &offer)).await;
    scenario.ordered("it sells on that relationship", Some("REL-4"), placed);
    Ok(scenario)
}

async fn own_use(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Own use: shared services, or a separate tenant");
    let (direct, provider) = (cast.direct_bill("FR").await?, cast.provider("FR").await?);
    let shared = cast.customer_of(&direct.organization, "FR", CustomerKind::SharedServices).await?;
    cast.onboard_customer(&shared, &[&direct]).await?;
    let azure = cast.offer(Family::AzureSharedServices).await?;
    let office = cast.offer(Family::Microsoft365).await?;
    let placed = cast.place(order(&direct, None, &shared, &azure)).await;
    scenario.ordered("Azure into the partner's shared services tenant", None, placed);
    let placed = cast.place(order(&direct, None, &shared, &office)).await;
    scenario.ordered("Microsoft 365 into it", Some("OWN-3"), placed);
    let reseller = cast.reseller("FR").await?;
    cast.partner_up(&provider, &reseller).await?;
    let separate = cast.customer_of(&direct.organization, "FR", CustomerKind::Company).await?;
    cast.onboard_customer(&separate, &[&provider, &reseller]).await?;
    let placed = cast.place(order(&provider, Some(&reseller), &separate, &office)).await;
    scenario.ordered("a separate tenant of the partner buys from a reseller", None, placed);
    let placed = cast.place(order(&provider, None, &separate, &office)).await;
    scenario.ordered("it buys from a provider without a reseller", Some("OWN-3"), placed);
    Ok(scenario)
}

async fn self_sale(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Self-sale: not to oneself, not to an affiliate");
    let offer = cast.offer(Family::Microsoft365).await?;
    let direct = cast.direct_bill("FR").await?;
    let holding = direct.organization.clone();
    let middle = cast.company_of("Middle", "FR", &[(&holding, 6000, false)]).await?;
    let daughter = cast.company_of("Daughter", "FR", &[(&middle, 6000, false)]).await?;
    let half = cast.company_of("Half", "FR", &[(&holding, 5000, false)]).await?;
    for (company, asked, rule) in [
        (&holding, "a partner sells to its own company", Some("OWN-1")),
        (&daughter, "60 % of 60 %: to a company that it controls through another", Some("OWN-1")),
        (&half, "to a company of which it owns exactly 50 %", None),
    ] {
        let customer = cast.customer_of(company, "FR", CustomerKind::Company).await?;
        cast.onboard_customer(&customer, &[&direct]).await?;
        scenario.ordered(asked, rule, cast.place(order(&direct, None, &customer, &offer)).await);
    }
    Ok(scenario)
}

async fn regions_of_customers(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Partner and customer in one CSP region");
    for (seller, buyer) in [("FR", "DE"), ("US", "PR"), ("AU", "NZ"), ("FR", "RE")] {
        let (direct, customer) = (cast.direct_bill(seller).await?, cast.customer(buyer).await?);
        let rule = if buyer == "DE" { None } else { Some("REL-3") };
        let asked = cast.ask(&customer, &direct, Kind::Resale).await;
        let asked = asked.map(|_| "relationship requested".to_owned());
        scenario.asked(&format!("a partner in {seller}, a customer in {buyer}"), rule, asked);
    }
    Ok(scenario)
}

async fn regions_of_partners(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("Provider and reseller in one CSP region");
    let provider = cast.provider("GB").await?;
    for (country, rule) in [("CH", None), ("US", Some("REL-2"))] {
        let reseller = cast.reseller(country).await?;
        let invited = cast.invite(&provider, &reseller).await.map(|_| "invited".to_owned());
        let asked = format!("a provider in GB invites a reseller in {country}");
        scenario.asked(&asked, rule, invited);
    }
    Ok(scenario)
}

async fn agreement_gates(cast: &ScenarioClient) -> Answer<Scenario> {
    let mut scenario = Scenario::new("The Microsoft Partner Agreement opens the gate");
    let provider = cast.provider("FR").await?;
    let company = cast.company("Fabrikam Resale", "FR").await?;
    let reseller = cast.qualified(&company, "FR", Role::IndirectReseller).await?;
    cast.partner_up(&provider, &reseller).await?;
    let (customer, offer) = (cast.customer("FR").await?, cast.offer(Family::Microsoft365).await?);
    cast.onboard_customer(&customer, &[&provider, &reseller]).await?;
    let before = cast.place(order(&provider, Some(&reseller), &customer, &offer)).await;
    scenario.ordered("an order before the reseller accepted it", Some("MPA-"), before);
    cast.accept_mpa(&reseller, AgreementKind::IndirectReseller).await?;
    let after = cast.place(order(&provider, Some(&reseller), &customer, &offer)).await;
    scenario.ordered("the same order right after", None, after);
    Ok(scenario)
}
