//! The commands of the README, run word for word with a client that is not ours.

use std::process::{Command, Output};

use tests::Engine;

use crate::trio::Trio;

const README: &str = include_str!("../../README.md");

/// Stands in for grpcurl where there is none.
const STAND_IN: &str = r#"
grpcurl() { buf curl --protocol grpc --http2-prior-knowledge -d "$3" "http://$4/$5"; }
"#;

/// The fenced blocks of the README that are marked with one of these words, in order.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let parts: Vec<_> = README.split("```").collect();
    let fenced = parts.iter().skip(1).step_by(2).filter_map(|part| part.split_once('\n'));
    fenced.filter_map(|(mark, text)| Some((mark.strip_prefix("sh ")?, text))).collect()
}

fn shell(script: &str) -> Output {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = path.to_string_lossy();
    Command::new("bash")
        .args(["-c", script])
        .env("PATH", format!("{root}/.tools/bin:{root}/.tools/node_modules/.bin:{path}"))
        .current_dir(root)
        .output()
        .unwrap()
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "it looks for a program")]
async fn the_readme_leads_from_an_empty_database_to_a_refused_and_an_accepted_order() {
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let mut prelude = String::from("set -e\n");
    let mut told = vec!["ON-1", "MPA-1", "MPA-2"];
    if shell("command -v grpcurl").status.success() {
        told.extend(["RESELLER_MPA_NOT_ACCEPTED", "Who must act: reseller"]);
    } else {
        println!("there is no grpcurl here; `buf curl` stands in, which does not decode details");
        prelude.push_str(STAND_IN);
    }
    let (_, shorthands) = blocks()[0];
    for service in ["onboarding", "relationship", "ordering"] {
        assert!(shorthands.contains(trio.documented_address(service)));
    }
    prelude.push_str(&trio.at_our_addresses(shorthands));

    for (mark, commands) in blocks().into_iter().skip(1) {
        let output = shell(&format!("{prelude}\n{commands}"));
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (said(&output.stdout), said(&output.stderr));
        match mark {
            "call" => assert!(output.status.success(), "{commands}\n{out}\n{err}"),
            "refused" => {
                assert!(!output.status.success(), "{commands}\n{out}");
                let all = format!("{out}{err}");
                for word in &told {
                    assert!(all.contains(word), "{word} is not in {all}");
                }
            }
            other => panic!("the README marks a block `{other}`"),
        }
        if commands.contains("PlaceOrder") && mark == "call" {
            assert!(out.contains("ORDER_STATE_ACCEPTED"), "{out}");
            assert!(out.contains("VERDICT_ALLOWED"), "{out}");
        }
    }
}
