//! A caller that is bound to a tenant sees and changes what involves the tenant, and nothing else.

use std::{fmt::Write, time::Duration};

use cluster::scenario_client::{Answer, Partner, order};
use contracts::relationship::ProductFamily;
use serde_json::{Value, json};
use tests::issuer::Binding;

use super::{Method, OPERATOR, World, bindings, methods, reason};
use crate::proto::{self, SERVICES};

/// A partner in a role, with what is about it alone.
#[derive(Debug)]
struct Party {
    partner: Partner,
    role: &'static str,
    agreement: String,
    relationship: String,
}

/// A provider, its reseller, their customer, what they bought, and the target of a transfer of it.
#[derive(Debug)]
struct Side {
    provider: Party,
    reseller: Party,
    target: Party,
    partnership: String,
    customer: String,
    order: String,
    subscription: String,
    transfer: String,
}

/// A partner of neither side.
const STRANGER: &str = "partners/40000000-0000-4000-8000-0000000000ff";

/// Roles that together may call every method.
const ROLES: [&str; 2] = ["operator", "service"];

/// Longer than the services take to read changed bindings.
const RELOADED: Duration = Duration::from_secs(6);

async fn side(world: &World) -> Answer<Side> {
    let client = &world.fixture.client;
    let (provider, reseller) = (client.provider("FR").await?, client.reseller("FR").await?);
    let partnership = client.partner_up(&provider, &reseller).await?;
    let customer = client.customer("FR").await?;
    client.onboard_customer(&customer, &[&provider, &reseller]).await?;
    let offer = client.offer(ProductFamily::Microsoft365).await?;
    let placed = client.place(order(&provider, Some(&reseller), &customer, &offer)).await?;
    let subscription = placed.lines[0].subscription.clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let call = async |service: &str, method: &str, request: Value| {
        let channel = world.fixture.channel(service).await;
        world.call(OPERATOR, &channel, service, method, &request).await
    };
    let party = async |partner: &Partner, role| {
        let parent = json!({ "parent": customer, "filter": format!("partner = {}", partner.name) });
        let relationships = call("relationship", "ListCustomerRelationships", parent).await?;
        let parent = json!({ "parent": partner.name });
        let agreements = call("onboarding", "ListAgreements", parent).await?;
        Answer::Ok(Party {
            agreement: text(&agreements["agreements"][0]["name"]),
            relationship: text(&relationships["relationships"][0]["name"]),
            partner: partner.clone(),
            role,
        })
    };
    let target = client.direct_bill("FR").await?;
    client.onboard_customer(&customer, &[&target]).await?;
    let parties = (
        party(&provider, "indirect-provider").await?,
        party(&reseller, "indirect-reseller").await?,
        party(&target, "direct-bill").await?,
    );
    let transfer = json!({
        "request_id": uuid(),
        "transfer": {
            "source": provider.name, "target": target.name, "customer": customer,
            "items": [{ "subscription": subscription, "acting_as_direct_partner": true }], "partner_attestation_accepted": true,
        },
    });
    let transfer = call("ordering", "CreateTransfer", transfer).await?;
    Ok(Side {
        transfer: text(&transfer["transfer"]["name"]),
        order: placed.name,
        provider: parties.0,
        reseller: parties.1,
        target: parties.2,
        partnership,
        customer,
        subscription,
    })
}

fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

impl Side {
    /// The valid request of a method with the names of this side; a dry run if the method has one.
    fn request(&self, of: &Method, party: &Party) -> Value {
        let mut request = self.rewrite(&of.valid, "", party);
        if takes(&of.name, "validate_only") {
            request["validate_only"] = json!(true);
        }
        match of.name.as_str() {
            "GetAgreementStatus" => {
                request["tenant_id"] = json!("");
                request["partner_id"] = json!(party.partner.location);
            }
            "ListSalesPaths" => request = json!({ "customer": self.customer }),
            "CreateTransfer" => {
                request["transfer"]["source"] = json!(STRANGER);
                request["transfer"]["target"] = json!(self.provider.partner.name);
                request["transfer"]["target_reseller"] = json!(self.reseller.partner.name);
            }
            _ => {}
        }
        request
    }

    fn rewrite(&self, request: &Value, field: &str, party: &Party) -> Value {
        let optional = ["etag", "page_token", "filter"];
        match request {
            Value::Object(fields) => fields
                .iter()
                .filter(|(key, _)| !optional.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), self.rewrite(value, key, party)))
                .collect(),
            Value::Array(all) => {
                let mut all: Vec<_> =
                    all.iter().map(|value| self.rewrite(value, field, party)).collect();
                all.dedup();
                Value::Array(all)
            }
            Value::String(text) => Value::String(self.name(text, field, party)),
            other => other.clone(),
        }
    }

    /// The name of this side in a field, instead of a name of the same collection.
    fn name(&self, text: &str, field: &str, party: &Party) -> String {
        let parts: Vec<_> = text.split('/').collect();
        let name = match (parts[0], parts.get(2).copied()) {
            ("partners", Some("enrollments")) => {
                return format!("{}/enrollments/{}", party.partner.name, party.role);
            }
            ("partners", Some("agreements")) => &party.agreement,
            ("partners", None) if matches!(field, "provider" | "seller" | "source") => {
                &self.provider.partner.name
            }
            ("partners", None) if field == "reseller" => &self.reseller.partner.name,
            ("partners", None) => &party.partner.name,
            ("organizations", None) => &party.partner.organization,
            ("partnerships", None) => &self.partnership,
            ("customers", None) if text != "customers/-" => &self.customer,
            ("customers", Some(_)) => &party.relationship,
            ("orders", None) => &self.order,
            ("subscriptions", None) => &self.subscription,
            ("transfers", None) => &self.transfer,
            _ if field == "request_id" => return uuid(),
            _ => return text.to_owned(),
        };
        name.clone()
    }

    /// What names this side and no other.
    fn marks(&self) -> [&str; 8] {
        [
            &self.provider.partner.name,
            &self.reseller.partner.name,
            &self.reseller.partner.organization,
            &self.partnership,
            &self.customer,
            &self.order,
            &self.subscription,
            &self.transfer,
        ]
    }
}

/// Whether the request of a method has a field.
fn takes(method: &str, field: &str) -> bool {
    SERVICES.iter().any(|service| {
        let found = proto::service(service).methods().find(|it| it.name() == method);
        found.is_some_and(|it| it.input().get_field_by_name(field).is_some())
    })
}

#[tokio::test]
async fn a_bound_caller_sees_and_changes_only_what_involves_its_tenant() {
    let world = World::start().await;
    let (own, foreign) = (side(&world).await.unwrap(), side(&world).await.unwrap());
    let callers = [
        ("provider", &own.provider, &foreign.provider),
        ("reseller", &own.reseller, &foreign.reseller),
        ("target", &own.target, &foreign.target),
    ];
    let bound = callers.iter().flat_map(|(caller, party, _)| {
        ROLES.map(|role| Binding::new(caller, role, &[&party.partner.name]))
    });
    world.issuer.bind(&bindings().into_iter().chain(bound).collect::<Vec<_>>());
    tokio::time::sleep(RELOADED).await;
    let mut table = String::from(
        "What a caller that is bound to one tenant gets for its own resources and for those of others.\n",
    );
    for (caller, party, other) in callers {
        let _ = writeln!(table, "\n{:<38}{:<56}foreign", format!("bound to a {caller}"), "own");
        for service in SERVICES {
            let channel = world.fixture.channel(service).await;
            for of in methods(service, &world.plain).await {
                let answer = async |side: &Side, party: &Party| {
                    let request = side.request(&of, party);
                    let answer = world.call(caller, &channel, service, &of.name, &request).await;
                    outcome(&of, &request, answer, &foreign)
                };
                let (mine, theirs) = (answer(&own, party).await, answer(&foreign, other).await);
                let _ = writeln!(table, "{:<38}{mine:<56}{theirs}", of.name);
            }
        }
    }
    let lines = table.lines().map(str::trim_end);
    testbed::golden("tenants.txt", &format!("{}\n", lines.collect::<Vec<_>>().join("\n")));
}

/// The outcome of a call. Its answer must name nothing of the foreign side that the request does not.
fn outcome(of: &Method, request: &Value, answer: Answer<Value>, foreign: &Side) -> String {
    let answer = match answer {
        Err(status) => return format!("{:?} {}", status.code(), reason(&status)),
        Ok(answer) => answer,
    };
    let (asked, text) = (request.to_string(), answer.to_string());
    let leaked = foreign.marks().into_iter().find(|it| text.contains(it) && !asked.contains(it));
    if let Some(leaked) = leaked {
        return format!("LEAK of {}", leaked.split('/').next().unwrap_or_default());
    }
    let mut lists = answer.as_object().into_iter().flatten().filter_map(|(_, it)| it.as_array());
    match (of.name.starts_with("List"), lists.any(|it| !it.is_empty())) {
        (false, _) => "OK".to_owned(),
        (true, true) => "OK, some".to_owned(),
        (true, false) => "OK, none".to_owned(),
    }
}

#[tokio::test]
async fn request_ids_of_callers_are_independent() {
    let world = World::start().await;
    let channel = world.fixture.channel("onboarding").await;
    let create = async |caller: &str, name: &str, request_id: &str| {
        let organization = json!({ "display_name": name, "country_code": "FR" });
        let request = json!({ "organization": organization, "request_id": request_id });
        world.call(caller, &channel, "onboarding", "CreateOrganization", &request).await
    };
    let id = uuid();
    let first = create("operator-all", "Contoso", &id).await.unwrap();
    let other = create("onboarding-all", "Fabrikam", &id).await.unwrap();
    assert_ne!(first["organization"]["name"], other["organization"]["name"]);
    assert_eq!(create("operator-all", "Contoso", &id).await.unwrap(), first);
    let reused = create("operator-all", "Fabrikam", &id).await.unwrap_err();
    assert_eq!(reason(&reused), "REQUEST_ID_REUSED");
}
