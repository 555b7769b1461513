//! The commands of the README and of the cookbook, run word for word with a client that is not
//! ours, and what they print compared with what the documents say that they print.

mod blocks;
mod printed;

use std::process::{Command, Output};

use tests::Engine;

use crate::trio::Trio;
use blocks::{Block, Outcome};

/// The documents in the order in which a reader runs them: the second goes on with what the first
/// has made.
const DOCUMENTS: [(&str, &str); 2] = [
    ("README.md", include_str!("../../README.md")),
    ("docs/grpcurl.md", include_str!("../../docs/grpcurl.md")),
];

/// Stands in for grpcurl where there is none. It cannot describe, knows no deadline, and
/// takes a field mask as text.
const STAND_IN: &str = r#"
grpcurl() {
  local options=()
  while [[ $1 == -* ]]; do
    case $1 in
      -plaintext) shift ;;
      -d) options+=(-d "$(sed -E 's/\{"paths": \["([a-z]+)_([a-z]+)"\]\}/"\1\u\2"/' <<<"$2")"); shift 2 ;;
      -H) options+=(-H "$2"); shift 2 ;;
      -max-time) shift 2 ;;
      *) echo "buf curl cannot stand in for $1" >&2; return 2 ;;
    esac
  done
  case $2 in
    list|describe) echo "buf curl does not $2" ;;
    *) buf curl --protocol grpc --http2-prior-knowledge "${options[@]}" "http://$1/$2" ;;
  esac
}
"#;

fn shell(script: &str) -> Output {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = path.to_string_lossy();
    Command::new("timeout")
        .args(["60", "bash", "-c", script])
        .env("PATH", format!("{root}/.tools/bin:{root}/.tools/node_modules/.bin:{path}"))
        .current_dir(root)
        .output()
        .unwrap()
}

fn run(prelude: &str, block: &Block, decodes: bool) {
    let output = shell(&format!("set -e\n{prelude}\n{}", block.commands));
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = said(&output.stdout) + &said(&output.stderr);
    let well = output.status.success() == (block.outcome != Outcome::Refused);
    assert!(well, "{block} ends as it should not:\n{printed}");
    let Some(expected) = &block.prints else { return };
    let same = if decodes {
        printed::same(expected, &printed)
    } else {
        printed::same_as_far_as_buf_tells(expected, &printed)
    };
    if let Err(missing) = same {
        panic!("{block} does not print\n{missing}\nIt prints\n{printed}");
    }
}

#[test]
fn no_document_has_commands_that_are_not_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let run = DOCUMENTS.iter().any(|(name, _)| path.ends_with(name));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(run || !text.contains("```"), "{path:?}: add it to the documents that are run");
    }
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "it looks for a program")]
async fn every_command_of_the_documents_runs_and_prints_what_they_say() {
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let decodes = shell("command -v grpcurl").status.success();
    if !decodes {
        println!("there is no grpcurl here; `buf curl` stands in, which describes nothing");
        println!("and decodes no details: of an error its message alone is compared");
    }
    for (name, text) in DOCUMENTS {
        let mut prelude = if decodes { String::new() } else { STAND_IN.to_owned() };
        for mut block in blocks::of(name, text) {
            block.commands = trio.at_our_addresses(&block.commands);
            match block.outcome {
                Outcome::Shorthands => prelude.push_str(&block.commands),
                Outcome::Called | Outcome::Refused => run(&prelude, &block, decodes),
            }
        }
    }
}
