//! The fenced blocks of a document. `sh call` is run and must succeed, `sh refused` must fail,
//! `sh shorthands` is run before each block after it. `sh sample` and `sh sample refused` are run with the
//! sample distributor. A block marked `text` is what the block before it prints. A block marked `mermaid` is a
//! diagram, `yaml` a world file.

use std::fmt;

/// Commands that are not run here: other tests run them, they run the tests, they measure, or they
/// need Kubernetes (tests/deployment/manifests renders the applied overlays) or certificates.
const RUN_ELSEWHERE: [&str; 15] = [
    "cargo run -p cluster",
    "cargo run -p cluster -- --sample",
    "cargo run -p cluster -- tour",
    "make test",
    "cargo build --release --workspace",
    "target/release/bench --json bench.json --svg docs/performance",
    "target/release/load",
    "kubectl apply --kustomize k8s/overlays/local",
    "kubectl apply --kustomize k8s/overlays/production",
    "kubectl --namespace csp-channel port-forward deploy/ordering 50053",
    "kubectl --namespace csp-channel create job --from=cronjob/settlement settle-$(date +%s)",
    "grpcurl -cacert ca.pem -cert caller.pem -key caller.key 127.0.0.1:50052 list",
    r#"grpcurl -cacert ca.pem -cert caller.pem -key caller.key -d '{"country_code": "NO"}' 127.0.0.1:50052 csp.relationship.v1.RelationshipService/GetMarket"#,
    r#"grpcurl -cacert ca.pem -H "authorization: Bearer $(cat token)" 127.0.0.1:50052 list"#,
    r#"grpcurl -cacert ca.pem -H "authorization: Bearer $(cat token)" -d '{"country_code": "NO"}' 127.0.0.1:50052 csp.relationship.v1.RelationshipService/GetMarket"#,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Shorthands,
    Called,
    Refused,
    OnSample,
    RefusedOnSample,
}

pub struct Block {
    document: &'static str,
    /// Line of the document on which the commands begin.
    line: usize,
    pub outcome: Outcome,
    pub commands: String,
    pub prints: Option<String>,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}\n{}", self.document, self.line, self.commands)
    }
}

/// The blocks to run, in order.
pub fn of(document: &'static str, text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (line, mark, content) in fenced(text) {
        let outcome = match mark {
            "sh shorthands" => Outcome::Shorthands,
            "sh call" => Outcome::Called,
            "sh refused" => Outcome::Refused,
            "sh sample" => Outcome::OnSample,
            "sh sample refused" => Outcome::RefusedOnSample,
            "sh" => {
                let known = content.lines().all(|line| RUN_ELSEWHERE.contains(&line));
                assert!(known, "{document}:{line} is not run: mark it `sh call` or `sh refused`");
                continue;
            }
            "mermaid" | "toml" | "yaml" => continue,
            "text" => {
                let before = blocks.last_mut().filter(|before| before.prints.is_none());
                let before = before.unwrap_or_else(|| panic!("what prints {document}:{line}?"));
                before.prints = Some(content.to_owned());
                continue;
            }
            other => panic!("{document}:{line} is marked `{other}`"),
        };
        blocks.push(Block { document, line, outcome, commands: content.to_owned(), prints: None });
    }
    blocks
}

/// Blocks with their line and mark.
pub fn fenced(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let mut line = 1;
    text.split("```").enumerate().filter_map(move |(at, part)| {
        let begins = line;
        line += part.matches('\n').count();
        let (mark, content) = part.split_once('\n')?;
        (at % 2 == 1).then_some((begins + 1, mark, content))
    })
}
