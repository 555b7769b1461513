//! The command line against a cluster: what it prints, and how it ends.

mod accept_mpa;
mod console;
mod files;
mod sample;

use console::Console;
use sample::Sample;
use serde_json::Value;
use tests::process;

const CHAIN: &str = "--seller northwind --reseller fabrikam --customer litware";

#[tokio::test(flavor = "multi_thread")]
async fn questions_and_orders_are_answered_readably() {
    let sample = Sample::start().await;
    let mut console = Console::of(&sample);
    console.run(&format!("check {CHAIN} --offer m365-business"), 2);
    console.run(&format!("order {CHAIN} --offer m365-business --quantity 5"), 2);
    console.run("paths litware", 0);
    console.run("paths --blocked", 0);
    sample.accept_mpa().await;
    console.run(&format!("check {CHAIN} --offer m365-business"), 0);
    console.run(&format!("explain {CHAIN} --family azure"), 0);
    console.run(&format!("order {CHAIN} --offer m365-business --dry-run"), 0);
    console.run(&format!("order {CHAIN} --offer m365-business --quantity 5"), 0);
    console.run("check --seller northwind --customer litware --family software", 0);
    console.run(
        "check --seller northwind --customer litware --offer m365-business --purpose renew",
        0,
    );
    sample.add_offer_of("DE").await;
    console.run("check --seller northwind --customer litware --offer german", 2);
    console.run("check --seller northwind --customer litware --offer german --term P3Y", 1);
    console.run("explain --seller northwind --customer litware --offer german", 2);
    console.run("order --seller northwind --customer litware --offer m365-business", 0);
    console.run("check --seller fabrikam --customer litware --family software", 2);
    console.run("paths litware", 0);
    console.run("paths customers/- --blocked", 0);
    console.compare("questions");
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_are_listed_and_shown_with_their_companies() {
    let sample = Sample::start().await;
    let mut console = Console::of(&sample);
    sample.accept_mpa().await;
    console.run(&format!("order {CHAIN} --offer m365-business --quantity 5"), 0);
    for list in [
        "organizations",
        "partners",
        "enrollments --parent fabrikam",
        "agreements --parent fabrikam",
        "customers",
        "relationships --parent litware",
        "partnerships",
        "offers",
        "orders",
        "subscriptions",
        "transfers",
    ] {
        console.run(&format!("list {list}"), 0);
    }
    console.run("list partners --limit 1 --order-by create_time", 0);
    console.run("list customers --filter country_code=DE", 0);
    console.run("list relationships --filter partner=partners/northwind", 0);
    console.run("get fabrikam", 0);
    console.run("get Northwind* -o json", 0);
    console.run(&format!("get {} customer/litware", sample.location()), 0);
    console.run("rules mpa-2", 0);
    console.compare("resources");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_sentences_that_say_what_to_do() {
    let sample = Sample::start().await;
    let mut console = Console::of(&sample);
    console.run(&format!("check {CHAIN}"), 1);
    console.run("check --seller fabrikan --customer litware --family azure", 1);
    console.run("check --seller customers/litware --customer litware --family azure", 1);
    console.run("check --seller *rikam --customer litware --family azure", 1);
    sample.add_partner_of("fabrikam").await;
    console.run("check --seller fabrikam* --customer litware --family azure", 1);
    sample.add_companies("Fabrikam Resale", 6).await;
    console.run("get Fabrikam*", 1);
    console.run("check --seller northwind* --customer litware --family azure", 0);
    console.run("order --seller northwind* --customer litware --offer m365-business", 1);
    console.run("get nosuch", 1);
    console.run("get 00000000-0000-4000-8000-000000000000", 1);
    console.run("list partners --filter city=Paris", 1);
    console.run("list enrollments", 1);
    console.run("list offers --parent litware", 1);
    console.run("list agreements --parent northwind --filter x=y", 1);
    console.run("order --seller northwind --customer litware --offer m365-business --term P3Y", 1);
    console.run("rules MPA-9", 1);
    console.run("context use nowhere", 1);
    console.run("rules --context nowhere", 1);
    console.run("rules --relationship ftp://127.0.0.1:1", 1);
    console.run("rules --relationship 127.0.0.1:1", 1);
    console.run("rules --timeout 0", 1);
    console.run("rules --output xml", 1);
    console.compare("errors");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_at_the_address_of_another_is_reported() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    let [onboarding, ..] = sample.addresses();
    let output = console.output(&format!("rules --relationship {onboarding}"));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains("call relationship, which listens on port 50052"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn contexts_are_kept_in_the_configuration_file() {
    let sample = Sample::start().await;
    let mut console = Console::of(&sample);
    console.forget_addresses();
    let [onboarding, relationship, ordering] = sample.addresses();
    let output = console.output(&format!(
        "context set here --onboarding {onboarding} --relationship {relationship} --ordering {ordering}"
    ));
    assert!(output.status.success(), "{output:?}");
    assert!(console.output("list offers").status.success(), "the first context is current");
    assert_eq!(console.output("context set empty").status.code(), Some(1), "it has no address");
    let partial = console.output("context set elsewhere --ordering 127.0.0.1:1");
    assert_eq!(partial.status.code(), Some(1));
    let error = String::from_utf8(partial.stderr).unwrap();
    assert!(
        error.ends_with("needs three addresses; add --onboarding, --relationship\n"),
        "{error}"
    );
    let elsewhere = "context set elsewhere --onboarding 127.0.0.1:1 --relationship 127.0.0.1:1 \
                     --ordering 127.0.0.1:2";
    assert!(console.output(elsewhere).status.success());
    assert!(console.output("context set elsewhere --ordering 127.0.0.1:1").status.success());
    assert!(console.output("list offers").status.success());
    assert!(!console.output("list offers --context elsewhere").status.success());
    assert!(console.output("context use elsewhere").status.success());
    assert!(!console.output("list offers").status.success());
    assert!(console.output(&format!("list offers --ordering {ordering}")).status.success());
    let list = String::from_utf8(console.output("context list").stdout).unwrap();
    let current = list.lines().find(|it| it.starts_with('*')).unwrap();
    assert_eq!(
        current.split_whitespace().collect::<Vec<_>>(),
        ["*", "elsewhere", "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:1"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_in_the_environment_are_no_part_of_a_context() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    let [onboarding, relationship, ordering] = sample.addresses();
    let missing = console.output("context set here");
    assert_eq!(missing.status.code(), Some(1), "{missing:?}");
    let nowhere = "context set nowhere --onboarding 127.0.0.1:1 --relationship 127.0.0.1:1 \
                   --ordering 127.0.0.1:1";
    assert!(console.output(nowhere).status.success());
    assert!(console.output("list offers").status.success(), "variables precede the current one");
    let typed = console.output("list offers --context nowhere");
    assert_eq!(typed.status.code(), Some(1), "a typed context precedes variables: {typed:?}");
    let all =
        format!("--onboarding {onboarding} --relationship {relationship} --ordering {ordering}");
    assert!(console.output(&format!("list offers --context nowhere {all}")).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_shown_also_if_company_names_cannot_be_read() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    for command in ["paths litware", "list relationships", "get customer/litware"] {
        let output = console.output(&format!("{command} --onboarding 127.0.0.1:1 --timeout 1"));
        assert!(output.status.success(), "{command}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("partners/") || text.contains("organizations/"), "{command}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn json_and_yaml_are_the_responses() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    for (command, pointer, expected) in [
        ("get litware", "/displayName", "Litware"),
        ("get litware fabrikam", "/1/countryCode", "FR"),
        ("list offers", "/0/name", "offers/m365-business"),
        ("rules MPA-2", "/id", "MPA-2"),
        ("paths litware", "/paths/0/verdict", "VERDICT_UNDETERMINED"),
        (&format!("check {CHAIN} --family azure"), "/verdict", "VERDICT_REFUSED"),
        (&format!("explain {CHAIN} --family azure"), "/outcomes/0/ruleId", "PT-1"),
        (&format!("order {CHAIN} --offer m365-business"), "/verdict", "VERDICT_REFUSED"),
        ("context list", "/contexts", ""),
    ] {
        let json = console.output(&format!("{command} -o json"));
        let json: Value = serde_json::from_slice(&json.stdout).expect(command);
        let yaml = console.output(&format!("{command} -o yaml"));
        let yaml = String::from_utf8(yaml.stdout).unwrap();
        let yaml: Value = serde_saphyr::from_str(&yaml).expect(command);
        // A check has its own time of decision.
        let found = |it: &Value| it.pointer(pointer).cloned();
        assert_eq!(found(&json), found(&yaml), "{command}");
        let found = found(&json).unwrap_or_else(|| panic!("{command}: {json}"));
        assert_eq!(found.as_str().unwrap_or_default(), expected, "{command}");
    }
}

/// The examples that create what the others use, in their order.
const FIRST: [&str; 2] = ["csp apply ", "csp accept-mpa "];

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_the_help_runs_with_the_sample_distributor() {
    let sample = Sample::empty().await;
    let console = Console::of(&sample);
    let page = include_str!("../../docs/cli.md");
    let indented = page.lines().filter_map(|it| it.strip_prefix("    "));
    let examples: Vec<_> = indented.filter(|it| !it.contains('[')).collect();
    let first = |example: &&str| FIRST.iter().position(|it| example.starts_with(it));
    let (mut setup, others): (Vec<_>, Vec<_>) =
        examples.into_iter().partition(|it| first(it).is_some());
    setup.sort_by_key(first);
    assert!(setup.len() == FIRST.len() && others.len() > 14, "{setup:?} {others:?}");
    for example in setup.into_iter().chain(others) {
        let output = console.shell(example);
        assert!(output.status.success(), "{example}: {output:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stops_early_is_no_error() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    for command in ["rules -o json", "list partners", "tour"] {
        let output = console.shell(&format!("set -o pipefail; csp {command} | true"));
        assert!(output.status.success() && output.stderr.is_empty(), "{command}: {output:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn colour_is_used_only_if_it_is_asked_for() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    let check = format!("check {CHAIN} --family azure");
    let escaped = |command: &str| console.output(command).stdout.contains(&0x1b);
    assert!(!escaped(&check), "the output is no terminal");
    assert!(escaped(&format!("{check} --color always")));
    assert!(!escaped(&format!("{check} --color never")));
}

#[test]
fn the_version_is_that_of_the_build() {
    let output = process::run("csp", &["--version"], &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim(), format!("csp {}", version::BUILD));
}
