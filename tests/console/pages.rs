//! Pages over HTTP: status, headers, escaping, limits.

use std::time::Duration;

use contracts::ordering::order_line::SellerRole;
use rpc_client::Urls;
use tests::{
    http::{self, Response},
    process::free_address,
};
use tonic::Status;

use crate::site::{self, INJECTION, RESELLER, Site};

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let line = response.headers.lines().find_map(|it| it.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_has_the_headers_of_security_and_escapes_names() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::injected_channel(&site).await?;
    let paths = [
        "/".to_owned(),
        format!("/{}", channel.customer),
        format!("/{}", channel.second),
        format!("/{}", channel.blocked.name),
        format!("/{}", channel.provider.name),
        format!("/{}", channel.order.name),
        "/rules".to_owned(),
        "/rules/MPA-2".to_owned(),
        "/markets".to_owned(),
        "/search?q=".to_owned(),
        "/missing".to_owned(),
    ];
    for path in &paths {
        let response = site.get(path).await;
        let status = if path == "/missing" { 404 } else { 200 };
        assert_eq!(response.status, status, "{path}: {}", response.body);
        let policy = header(&response, "content-security-policy");
        for part in [
            "default-src 'self'",
            "script-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&response, "referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
        assert!(!response.body.contains("<script") && !response.body.contains("style="), "{path}");
    }
    let customer = site.get(&format!("/{}", channel.second)).await.body;
    let escaped = |text: &str| text.replace('<', "&lt;").replace('>', "&gt;");
    assert!(customer.contains(&escaped(INJECTION)), "{customer}");
    assert!(customer.contains(&escaped(RESELLER)), "{customer}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_customer_says_what_blocks_a_chain_and_who_must_act() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let page = site.get(&format!("/{}", channel.customer)).await.body;
    for text in [
        "<svg class=\"picture\"",
        "4 chains: 3 open, 1 blocked.",
        "href=\"/rules/MPA-2\"",
        "<small>reseller</small>",
        "Alpine Cloud Services",
        "add quantity",
        "grpcurl -plaintext",
        "csp paths customers/",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let question =
        |seller: &str, more: &str| format!("/{}?seller={seller}{more}", channel.customer);
    let reseller = format!("&reseller={}&family=MICROSOFT_365&attested=yes", channel.blocked.name);
    let refused = site.get(&question(&channel.provider.name, &reseller)).await;
    assert_eq!(refused.status, 200);
    for text in ["✕", "refused", "/rules/MPA-2", "All rules with the facts", "csp check --seller"]
    {
        assert!(text == "✕" || refused.body.contains(text), "{text} is not in {}", refused.body);
    }
    for (path, status, text) in [
        (question("nowhere", ""), 400, "is not a GUID"),
        (question(&channel.provider.name, "&purpose=STEAL"), 400, "`STEAL` is not a purpose"),
        (question("00000000-0000-4000-8000-000000000000", ""), 404, "does not exist"),
    ] {
        let response = site.get(&path).await;
        assert_eq!(response.status, status, "{path}: {}", response.body);
        assert!(response.body.contains(text), "{text} is not in {}", response.body);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_has_the_partner_id_of_the_reseller_and_the_attestation() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let asked = |reseller: &str, more: &str| {
        let (customer, seller) = (&channel.customer, &channel.provider.name);
        format!("/{customer}?seller={seller}&reseller={reseller}&family=MICROSOFT_365{more}")
    };
    let reseller = &channel.order.reseller;
    let page = site.get(&asked(reseller, "")).await.body;
    let line = channel.order.lines[0].clone().seller_role;
    let Some(SellerRole::PartnerIdOnRecord(id)) = line else { panic!("{line:?}") };
    for text in [
        "<span class=\"badge good\">allowed</span>",
        &format!("used: <code>{id}</code>"),
        " checked",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    let page = site.get(&asked(reseller, "&sent=yes")).await.body;
    assert!(page.contains("/rules/ORD-2") && !page.contains(" checked"), "{page}");
    let page = site.get(&asked("00000000-0000-4000-8000-000000000000", "")).await;
    assert_eq!(page.status, 404, "{}", page.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_partner_and_order_show_progress_and_decision() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let partner = site.get(&format!("/{}", channel.blocked.name)).await.body;
    for text in
        ["accept the MPA, as a Global admin", "Northwind Distribution", &channel.blocked.location]
    {
        assert!(partner.contains(text), "{text} is not in {partner}");
    }
    let order = site.get(&format!("/{}", channel.order.name)).await.body;
    for text in [
        channel.order.decision_sha256.as_str(),
        "/rules/OWN-1",
        "Microsoft",
        "Litware Instruments",
        "8 units",
        "add quantity",
        "ORDER_VIEW_FULL",
    ] {
        assert!(order.contains(text), "{text} is not in {order}");
    }
    let far = site.get(&format!("/{}?lines=18446744073709551615", channel.order.name)).await;
    assert_eq!(far.status, 200, "{}", far.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_page_and_an_invalid_value_have_the_search_field() {
    let site = Site::start().await;
    let guid = "00000000-0000-4000-8000-000000000000";
    for (path, status) in [
        ("/nowhere".to_owned(), 404),
        (format!("/customers/{guid}"), 404),
        (format!("/partners/{guid}"), 404),
        (format!("/orders/{guid}"), 404),
        ("/rules/NONE-1".to_owned(), 404),
        (format!("/search?q={guid}"), 404),
        ("/customers/1234567".to_owned(), 400),
        ("/orders/1".to_owned(), 400),
        (format!("/customers/{guid}?orders=token"), 400),
    ] {
        let response = site.get(&path).await;
        let expected = if path.contains("token") { [400, 404] } else { [status, status] };
        assert!(expected.contains(&response.status), "{path}: {}", response.status);
        assert!(response.body.contains("type=\"search\""), "{path}: {}", response.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_host_cannot_read_pages() {
    let site = Site::start().await;
    let address = site.address.clone();
    let sent = move || http::get_from(&address, "evil.example.com", "/rules");
    let response = tokio::task::spawn_blocking(sent).await.unwrap().unwrap();
    assert_eq!(response.status, 421, "{}", response.body);
    assert!(response.body.contains("evil.example.com"), "{}", response.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_reads_are_answered() {
    let site = Site::start().await;
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let response = site.request(method, "/rules").await;
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(header(&response, "allow"), "get, head", "{method}");
    }
    let head = site.request("HEAD", "/rules").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(header(&head, "content-type"), "text/html; charset=utf-8");
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_by_id_and_redirects_to_a_unique_page() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let id = |name: &str| name.rsplit('/').next().unwrap().to_owned();
    for (text, page) in [
        (id(&channel.customer), &channel.customer),
        (id(&channel.customer).to_uppercase(), &channel.customer),
        (id(&channel.provider.name), &channel.provider.name),
        (channel.provider.location.clone(), &channel.provider.name),
        (id(&channel.order.name), &channel.order.name),
        (channel.order.lines[0].subscription.clone(), &channel.order.name),
        (id(&channel.order.lines[0].subscription), &channel.order.name),
        (format!("{}/relationships/x", channel.customer), &channel.customer),
        ("rel-3".to_owned(), &"rules/rel-3".to_owned()),
    ] {
        let response = site.get(&format!("/search?q={text}")).await;
        assert_eq!(response.status, 303, "{text}: {}", response.body);
        assert_eq!(header(&response, "location"), format!("/{page}").to_lowercase(), "{text}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_by_the_start_of_a_name() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    for (text, page) in [
        ("northwind", &channel.provider.name),
        ("Contoso", &channel.direct.name),
        ("Litware", &channel.customer),
        ("adatum%20l", &channel.second),
    ] {
        let response = site.get(&format!("/search?q={text}")).await;
        assert_eq!(response.status, 303, "{text}: {}", response.body);
        assert_eq!(header(&response, "location"), format!("/{page}"), "{text}");
    }
    let nothing = site.get("/search?q=%22+OR+%2A").await;
    assert_eq!(nothing.status, 404, "{}", nothing.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_shows_what_is_blocked_by_customer() -> Result<(), Status> {
    let site = Site::start().await;
    assert!(site.get("/").await.body.contains("No sales chain is blocked."));
    let channel = site::channel(&site).await?;
    let page = site.get("/").await.body;
    for text in [
        "2 sales chains of 2 customers are blocked.",
        &format!("href=\"/{}\"", channel.customer),
        "href=\"/rules/MPA-2\"",
        "refused_only",
    ] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    assert!(!page.contains("Alpine Cloud Services"), "open chains are not shown: {page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_lists_a_reseller_whose_provider_has_no_relationship() -> Result<(), Status> {
    let site = Site::start().await;
    let client = &site.world.client;
    let (_, reseller) = site::unprepared(&site).await?;
    let unlisted = site.get("/").await.body;
    assert!(
        unlisted.contains("No sales chain is blocked. Chains whose last partner"),
        "{unlisted}"
    );
    let half_finished = client.customer("FR").await?;
    client.accept_mca(&half_finished).await?;
    site::sell(&site, &half_finished, &reseller).await?;
    let page = site.get("/").await.body;
    assert!(page.contains("1 sales chain of 1 customer is blocked."), "{page}");
    assert!(page.contains(&half_finished) && page.contains("/rules/REL-4"), "{page}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_over_the_capacity_or_without_its_service_is_503() {
    let nowhere = free_address();
    let unreachable = Urls::from(nowhere.parse::<std::net::SocketAddr>().unwrap());
    let site = Site::with(|settings| {
        settings.services[2] = unreachable;
        settings.page_timeout = Duration::from_secs(3);
    })
    .await;
    let guid = "00000000-0000-4000-8000-000000000000";
    let response = site.get(&format!("/orders/{guid}")).await;
    assert_eq!(response.status, 503, "{}", response.body);
    assert!(response.body.contains("<strong>ordering</strong>"), "{}", response.body);
    assert!(response.body.contains("services.ordering"), "{}", response.body);
    assert_eq!(header(&response, "retry-after"), "1");
    assert_eq!(site.get("/rules").await.status, 200, "pages without ordering are served");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_over_the_capacity_are_refused_with_a_sentence() {
    // A service that accepts connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let site = Site::with(|settings| {
        settings.services[1] = Urls::from(address);
        settings.max_in_flight = 1;
        settings.page_timeout = Duration::from_secs(2);
    })
    .await;
    let (first, second) = tokio::join!(site.get("/rules"), site.get("/rules"));
    let bodies = [first, second].map(|it| {
        assert_eq!(it.status, 503, "{}", it.body);
        it.body
    });
    let count = |text: &str| bodies.iter().filter(|it| it.contains(text)).count();
    assert_eq!(count("too many pages in flight"), 1, "{bodies:?}");
    assert_eq!(count("relationship"), 1, "{bodies:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_request_is_refused() {
    let site = Site::start().await;
    let response = site.get(&format!("/search?q={}", "a".repeat(20_000))).await;
    assert!([414, 431].contains(&response.status), "{}", response.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_stops_and_closes_its_port() {
    let site = Site::start().await;
    let address = site.address.clone();
    site.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
