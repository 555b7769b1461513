//! Runs the commands of the documents with grpcurl and compares their output with the documents.

mod blocks;
mod printed;
mod sample;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tests::{Engine, process};

use crate::trio::Trio;
use blocks::{Block, Outcome};

const README: &str = include_str!("../../README.md");

/// The documents in the order in which a reader runs them: each uses the resources that the
/// documents before it create.
const DOCUMENTS: [(&str, &str); 6] = [
    ("docs/quickstart.md", include_str!("../../docs/quickstart.md")),
    ("README.md", README),
    ("docs/grpcurl.md", include_str!("../../docs/grpcurl.md")),
    ("docs/deploy.md", include_str!("../../docs/deploy.md")),
    ("docs/security.md", include_str!("../../docs/security.md")),
    ("docs/performance.md", include_str!("../../docs/performance.md")),
];

/// Replaces grpcurl if it is not installed. `buf curl` cannot describe, has no deadline, and
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
    let refused = matches!(block.outcome, Outcome::Refused | Outcome::RefusedOnSample);
    let well = output.status.success() != refused;
    assert!(well, "{block} ends as it should not:\n{printed}");
    let Some(expected) = &block.prints else { return };
    let same = if decodes {
        printed::same(expected, &printed)
    } else {
        printed::same_by_buf(expected, &printed)
    };
    if let Err(missing) = same {
        panic!("{block} does not print\n{missing}\nIt prints\n{printed}");
    }
}

fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    fs::read_dir(path).unwrap().flat_map(|it| files(&it.unwrap().path())).collect()
}

#[test]
fn no_document_has_commands_that_are_not_run() {
    let documents = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")));
    for path in documents.iter().filter(|it| it.extension().is_some_and(|it| it == "md")) {
        let run = DOCUMENTS.iter().any(|(name, _)| path.ends_with(name));
        let text = fs::read_to_string(path).unwrap();
        // A diagram is no command.
        let mut fences = text.lines().filter(|it| it.starts_with("```")).step_by(2);
        let has_commands = fences.any(|it| it != "```mermaid");
        assert!(run || !has_commands, "{}: add it to DOCUMENTS", path.display());
    }
}

/// The tour as the rows of a Markdown table: scenario, question, verdict, and the rules that refused.
fn tour_rows(printed: &str) -> Vec<String> {
    let (mut rows, mut row, mut scenario) = (Vec::new(), vec![String::new(); 4], String::new());
    for line in printed.lines() {
        if line.starts_with('│') {
            let cells = line.trim_matches('│').split('┆');
            for (all, cell) in row.iter_mut().zip(cells) {
                all.push_str(cell.trim());
                all.push(' ');
            }
            continue;
        }
        let [_, question, verdict, reasons] =
            row.iter().map(|it| it.trim()).collect::<Vec<_>>()[..]
        else {
            continue;
        };
        if verdict.is_empty() {
            question.clone_into(&mut scenario);
        } else if verdict != "verdict" {
            let rule = |it: &str| it.strip_suffix(':').filter(|it| is_rule(it)).map(str::to_owned);
            let rules = reasons.split_whitespace().filter_map(rule);
            let rules = rules.collect::<Vec<_>>().join(", ");
            rows.push(format!("| {scenario} | {question} | {verdict} | {rules} |"));
            scenario.clear();
        }
        row = vec![String::new(); 4];
    }
    rows
}

fn is_rule(word: &str) -> bool {
    rules::RULES.iter().any(|rule| rule.id == word)
}

#[test]
fn the_readme_shows_the_tour_as_it_prints() {
    let output = process::run("cluster", &["tour"], &[]);
    let rows = tour_rows(&String::from_utf8(output.stdout).unwrap());
    assert!(rows.len() > 20, "{rows:#?}");
    let rows = rows.join("\n");
    assert!(README.contains(&rows), "put these rows into README.md:\n{rows}");
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "it looks for a program")]
async fn every_command_of_the_documents_runs_and_prints_what_they_say() {
    let mut blocks_run = 0;
    let trio = Trio::on(Engine::Sqlite).await;
    let _services = trio.start_all().await;
    let decodes = shell("command -v grpcurl").status.success();
    if !decodes {
        println!("grpcurl is not installed; `buf curl` replaces it, which cannot describe");
        println!("and decodes no details: only the message of an error is compared");
    }
    for (name, text) in DOCUMENTS {
        let mut prelude = if decodes { String::new() } else { STAND_IN.to_owned() };
        for mut block in blocks::of(name, text) {
            block.commands = trio.with_addresses(&block.commands);
            match block.outcome {
                Outcome::Shorthands => prelude.push_str(&block.commands),
                Outcome::Called | Outcome::Refused => {
                    run(&prelude, &block, decodes);
                    blocks_run += 1;
                }
                Outcome::OnSample | Outcome::RefusedOnSample => {}
            }
        }
    }
    assert!(blocks_run > 30, "only {blocks_run} blocks were found");
}
