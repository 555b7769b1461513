//! The programs `cluster` and `console`, and the commands that pages state.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
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
    let asked = format!(
        "/{}?seller={}&reseller={}&family=AZURE&partner_id={}&attested=yes",
        channel.customer, channel.provider.name, channel.blocked.name, channel.blocked.location
    );
    let mut count = 0;
    for path in [
        "/".to_owned(),
        asked,
        format!("/{}", channel.provider.name),
        format!("/{}", channel.order.name),
        "/rules/MPA-2".to_owned(),
        "/markets".to_owned(),
        "/search?q=a".to_owned(),
    ] {
        let page = site.get(&path).await.body;
        for command in commands(&page, "grpcurl") {
            count += 1;
            let script = format!("{STAND_IN}{command}");
            let mut shell = Command::new("timeout");
            shell.args(["60", "bash", "-c", &script]).current_dir(ROOT);
            let output =
                tokio::task::spawn_blocking(move || shell.output()).await.unwrap().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{path}: {command}\n{stderr}");
            assert!(output.stdout.starts_with(b"{"), "{path}: {command}");
        }
    }
    assert!(count > 12, "only {count} commands are found");
    Ok(())
}
