//! The programs `cluster` and `console`, and the commands that pages state.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use testbed::Folder;
use tests::{
    http,
    process::{Process, program, run},
};
use tonic::Status;

use crate::site::{self, Site};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Starts `cluster` on free ports with this setting of the console, and returns its greeting.
fn greeting(data: &Folder, console: &str) -> (Process, Vec<String>) {
    let mut command = Command::new(program("cluster"));
    for service in ["ONBOARDING", "RELATIONSHIP", "ORDERING"] {
        command.env(format!("CLUSTER__LISTEN__{service}"), "127.0.0.1:0");
    }
    command.env("CLUSTER__LISTEN__CONSOLE", console).env("CLUSTER__DATA", data.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let lines = lines.take_while(|line| !line.starts_with("Stop with")).collect();
    (Process::from(child), lines)
}

#[test]
fn cluster_serves_the_console_and_names_it_first() {
    let data = Folder::new();
    let (cluster, lines) = greeting(&data, "127.0.0.1:0");
    let address = lines[1].split("http://").nth(1).unwrap().split_whitespace().next().unwrap();
    let page = http::get(address, "/").unwrap();
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("No sales chain is blocked."), "{}", page.body);
    assert_eq!(cluster.listens_on().len(), 4);
    cluster.signal("TERM");
    assert!(cluster.exit_success());
}

#[test]
fn an_empty_address_turns_the_console_off() {
    let data = Folder::new();
    let (cluster, lines) = greeting(&data, "");
    assert!(lines.iter().all(|line| !line.contains("http://")), "{lines:?}");
    assert_eq!(cluster.listens_on().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_which_address_is_taken() {
    let site = Site::start().await;
    let output = run("console", &[], &[("CONSOLE__LISTEN".to_owned(), site.address.clone())]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let expected = format!("console: cannot listen on {}: ", site.address);
    assert!(stderr.contains(&expected), "{stderr}");
}

/// The commands of a page that start with this program.
fn commands(page: &str, program: &str) -> Vec<String> {
    let codes = page.split("<code>").skip(1).filter_map(|it| it.split("</code>").next());
    let commands = codes.filter(|it| it.starts_with(program));
    let plain = |it: &str| {
        let it = it.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
        it.replace("&amp;", "&")
    };
    commands.map(plain).collect()
}

/// Replaces grpcurl if it is not installed. Commands of pages have no other options.
const STAND_IN: &str = r#"
PATH=".tools/bin:$PATH"
command -v grpcurl >/dev/null || grpcurl() {
  [[ $1 == -plaintext && $2 == -d ]] || return 2
  .tools/node_modules/.bin/buf curl --protocol grpc --http2-prior-knowledge -d "$3" "http://$4/$5"
}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_a_page_run_as_they_are() -> Result<(), Status> {
    let site = Site::start().await;
    let channel = site::channel(&site).await?;
    let asked = |reseller: &str, more: &str| {
        let customer = &channel.customer;
        format!("/{customer}?seller={}&reseller={reseller}{more}", channel.provider.name)
    };
    let typed = format!("&family=AZURE&partner_id={}&attested=yes", channel.blocked.location);
    let cluster::Cluster { onboarding, relationship, ordering } = &site.world.cluster;
    let script = format!(
        "{STAND_IN}export CSP_ONBOARDING={} CSP_RELATIONSHIP={} CSP_ORDERING={}\nPATH={}:$PATH\n",
        onboarding.address,
        relationship.address,
        ordering.address,
        program("csp").parent().unwrap().display(),
    );
    let (mut calls, mut questions) = (0, 0);
    for path in [
        "/".to_owned(),
        asked(&channel.blocked.name, &typed),
        asked(&channel.blocked.name, "&family=AZURE"),
        asked(&channel.order.reseller, "&family=MICROSOFT_365&purpose=ADD_QUANTITY"),
        asked(&channel.order.reseller, ""),
        format!("/{}", channel.provider.name),
        format!("/{}", channel.order.name),
        "/rules".to_owned(),
        "/rules/MPA-2".to_owned(),
        "/markets".to_owned(),
        "/search?q=a".to_owned(),
    ] {
        let page = site.get(&path).await.body;
        for command in commands(&page, "grpcurl") {
            calls += 1;
            let output = shell(format!("{script}{command}")).await;
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{path}: {command}\n{stderr}");
            assert!(output.stdout.starts_with(b"{"), "{path}: {command}");
        }
        for command in commands(&page, "csp") {
            questions += 1;
            let output = shell(format!("{script}{command}")).await;
            let stderr = String::from_utf8_lossy(&output.stderr);
            // 2: the answer is that rules refuse it.
            let asks = command.starts_with("csp check") || command.starts_with("csp explain");
            let good: &[_] = if asks { &[Some(0), Some(2)] } else { &[Some(0)] };
            assert!(good.contains(&output.status.code()), "{path}: {command}\n{stderr}");
            assert!(!output.stdout.is_empty(), "{path}: {command}");
        }
    }
    assert!(calls > 12 && questions > 16, "only {calls} and {questions} commands are found");
    Ok(())
}

async fn shell(script: String) -> Output {
    let mut shell = Command::new("timeout");
    shell.args(["60", "bash", "-c", &script]).current_dir(ROOT);
    tokio::task::spawn_blocking(move || shell.output()).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_a_rule_has_a_test_that_it_refuses() {
    let site = Site::start().await;
    let page = site.get("/rules").await.body;
    let rules = page.split("href=\"/rules/").skip(1).filter_map(|it| it.split('"').next());
    let mut count = 0;
    for rule in rules {
        count += 1;
        let page = site.get(&format!("/rules/{rule}")).await.body;
        let command = commands(&page, "csp test ").pop().unwrap();
        let sample = PathBuf::from(ROOT).join(command.trim_start_matches("csp test "));
        let sample = fs::read_to_string(sample).unwrap();
        let refused = sample.lines().filter_map(|line| line.split("refused: [").nth(1));
        let mut refused = refused.flat_map(|it| it.split([',', ']', ' ']));
        assert!(refused.any(|it| it == rule), "{rule}: {command}");
    }
    assert!(count > 30, "only {count} rules are found");
}
