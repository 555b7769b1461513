//! What a person sees in a real browser. Needs Chromium and the packages of `tests/setup`.

use std::{fs, path::PathBuf, process::Command};

use contracts::onboarding::AgreementKind;
use serde_json::{Value, json};
use tonic::Status;

use crate::site::{self, INJECTION, RESELLER, Site};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Where the screenshots go.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("console").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Wide and narrow, light and dark.
fn views(script: bool) -> Vec<Value> {
    let view = |width, scheme| json!({"width": width, "scheme": scheme, "script": script});
    [1280, 390].into_iter().flat_map(|width| ["light", "dark"].map(|it| view(width, it))).collect()
}

/// Opens pages in Chromium. Fails if it is not installed.
async fn look(site: &Site, name: &str, pages: &Value, views: &[Value], tabs: u32) -> Vec<Value> {
    let plan = json!({
        "origin": format!("http://{}", site.address),
        "folder": folder(name),
        "pages": pages,
        "views": views,
        "tabs": tabs,
    });
    let mut command = Command::new("timeout");
    command.args(["300", "node", "tests/console/browser.mjs", &plan.to_string()]).current_dir(ROOT);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "run tests/setup, which installs Chromium:\n{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What every page must meet in every view.
fn assert_well_made(seen: &[Value]) {
    for it in seen {
        let at = format!("{} {}", it["page"], it["view"]);
        assert_eq!(it["status"], 200, "{at}");
        assert_eq!(it["violations"], json!([]), "{at}: axe-core reports violations");
        assert_eq!(it["errors"], json!([]), "{at}: the browser reports errors");
        assert_eq!(it["scripts"], 0, "{at}: the page has a script");
        assert_eq!(it["sideways"], 0, "{at}: the page scrolls sideways");
        let title = it["title"].as_str().unwrap();
        assert!(title.ends_with(" · CSP channel"), "{at}: {title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_and_fits() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let path = |name: &str| format!("/{name}");
    let question = format!(
        "/{}?seller={}&reseller={}&family=MICROSOFT_365#question",
        channel.customer, channel.provider.name, channel.blocked.name
    );
    let with_script = json!({
        "start": "/",
        "customer": path(&channel.customer),
        "question": question,
        "partner": path(&channel.blocked.name),
        "provider": path(&channel.provider.name),
        "direct": path(&channel.direct.name),
        "order": path(&channel.order.name),
        "rules": "/rules",
        "rule": "/rules/REL-3",
        "markets": "/markets",
        "search": "/search?q=a",
    });
    let seen = look(&site, "pages", &with_script, &views(true), 0).await;
    assert_eq!(seen.len(), 11 * 4);
    assert_well_made(&seen);
    let without = json!({"start": "/", "customer": path(&channel.customer), "question": question});
    let seen = look(&site, "pages", &without, &views(false), 0).await;
    assert_eq!(seen.len(), 3 * 4);
    assert_well_made(&seen);
    let paper = [json!({"width": 900, "scheme": "light", "script": true, "media": "print"})];
    assert_well_made(&look(&site, "pages", &without, &paper, 0).await);
    for it in seen.iter().filter(|it| it["page"] == "customer") {
        assert_eq!((&it["blocked"], &it["open"]), (&json!(["ON-1", "MPA-2"]), &json!(6)), "{it}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_a_display_name_does_not_run() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::injected_channel(&site).await?;
    let pages = json!({
        "customer": format!("/{}", channel.second),
        "partner": format!("/{}", channel.blocked.name),
    });
    let view = [json!({"width": 390, "scheme": "light", "script": true})];
    let seen = look(&site, "injected", &pages, &view, 0).await;
    assert_well_made(&seen);
    let headings: Vec<_> = seen.iter().map(|it| &it["heading"]).collect();
    assert_eq!(headings, [INJECTION, RESELLER]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tab_key_reaches_search_and_links_in_order() -> Result<(), Status> {
    let site = Site::start().await;
    let view = [json!({"width": 1280, "scheme": "light", "script": true})];
    let seen = look(&site, "keyboard", &json!({"rules": "/rules"}), &view, 9).await;
    assert_eq!(
        seen[0]["tabs"],
        json!([
            "Skip to the content",
            "CSP channel",
            "Blocked now",
            "Rules",
            "Markets",
            "search",
            "Search",
            "Rules",
            "PT-1"
        ])
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_chain_is_open_after_the_acceptance_is_recorded() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let pages = json!({"customer": format!("/{}", channel.customer)});
    let view = [
        json!({"width": 1280, "scheme": "light", "script": true}),
        json!({"width": 1280, "scheme": "dark", "script": false}),
    ];
    for it in look(&site, "before", &pages, &view, 0).await {
        assert_eq!(it["blocked"], json!(["ON-1", "MPA-2"]), "{it}");
    }
    let kind = AgreementKind::IndirectReseller;
    site.world.client.accept_mpa(&channel.blocked, kind).await?;
    for it in look(&site, "after", &pages, &view, 0).await {
        assert_eq!(it["blocked"], json!([]), "{it}");
        // From Microsoft to two sellers, to two resellers, and four to the customer.
        assert_eq!(it["open"], 8, "{it}");
    }
    Ok(())
}
