//! What people on call look at: it asks for metrics and labels that there are.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::{
    parser::{self, Expr, VectorSelector},
    util::{ExprVisitor, walk_expr},
};
use serde_json::Value;

use crate::{assert_none, tree};

/// Labels that every series may have: the service, the bucket, and why it failed.
const EVERYWHERE: &[&str] = &["service_name", "le", "error_type"];

/// The series of kube-state-metrics that are asked for, with the labels of them that are.
const OF_KUBERNETES: &[(&str, &[&str])] = &[
    ("kube_deployment_status_replicas_unavailable", &["namespace", "deployment"]),
    ("kube_job_failed", &["namespace", "job_name", "condition"]),
    ("kube_cronjob_status_last_successful_time", &["namespace", "cronjob"]),
];

fn text(path: &str) -> &'static str {
    let file = tree::files().iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("there is no {path}")).text
}

/// Every series by the name that Prometheus gives it, with its labels.
fn series() -> BTreeMap<String, BTreeSet<String>> {
    let mut series = BTreeMap::new();
    let lines = text("tests/golden/metrics.txt").lines().skip_while(|it| !it.is_empty());
    for line in lines.filter(|it| it.contains("  ")) {
        let words: Vec<_> = line.split_whitespace().collect();
        let [name, kind, unit, keys @ ..] = &words[..] else { continue };
        let spelled = |it: &str| it.replace('.', "_");
        let name = if *unit == "s" { spelled(name) + "_seconds" } else { spelled(name) };
        let labels: BTreeSet<_> = keys.iter().chain(EVERYWHERE).map(|it| spelled(it)).collect();
        let endings: &[_] = match *kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_count", "_sum"],
            _ => &[""],
        };
        series.extend(endings.iter().map(|ending| (format!("{name}{ending}"), labels.clone())));
    }
    assert!(series.len() > 10, "tests/golden/metrics.txt names too few metrics: {series:?}");
    let labels = |labels: &[&str]| labels.iter().map(|it| (*it).to_owned()).collect();
    series.extend(OF_KUBERNETES.iter().map(|(name, its)| ((*name).to_owned(), labels(its))));
    series
}

/// What an expression asks for.
#[derive(Default)]
struct Asked {
    selectors: Vec<VectorSelector>,
    grouped_by: Vec<String>,
}

impl ExprVisitor for Asked {
    type Error = ();

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, ()> {
        match expression {
            Expr::VectorSelector(it) => self.selectors.push(it.clone()),
            Expr::MatrixSelector(it) => self.selectors.push(it.vs.clone()),
            Expr::Aggregate(it) => {
                let labels = it.modifier.iter().flat_map(|it| it.labels().labels.iter());
                self.grouped_by.extend(labels.cloned());
            }
            _ => {}
        }
        Ok(true)
    }
}

/// What is wrong with an expression.
fn wrong_with(expression: &str) -> Vec<String> {
    let known = series();
    let parsed = match parser::parse(expression) {
        Ok(parsed) => parsed,
        Err(error) => return vec![error],
    };
    let mut asked = Asked::default();
    walk_expr(&mut asked, &parsed).expect("walking does not fail");
    if asked.selectors.is_empty() {
        return vec!["asks for no metric".to_owned()];
    }
    let mut wrong = Vec::new();
    let mut labels = BTreeSet::new();
    for selector in &asked.selectors {
        let name = selector.name.clone().unwrap_or_default();
        let Some(of_series) = known.get(&name) else {
            wrong.push(format!("there is no metric {name}"));
            continue;
        };
        let matched = selector.matchers.matchers.iter().filter(|it| !of_series.contains(&it.name));
        wrong.extend(matched.map(|it| format!("{name} has no label {}", it.name)));
        labels.extend(of_series);
    }
    let grouped = asked.grouped_by.iter().filter(|it| !labels.contains(it));
    wrong.extend(grouped.map(|it| format!("nothing has the label {it}")));
    wrong
}

fn panels() -> Vec<Value> {
    let dashboard: Value =
        serde_json::from_str(text("ops/grafana/csp-channel.json")).expect("it is JSON");
    let panels = dashboard["panels"].as_array().expect("it has panels");
    panels.iter().filter(|it| it["type"] != "row").cloned().collect()
}

#[test]
fn the_dashboard_asks_for_metrics_that_there_are() {
    let mut wrong = Vec::new();
    let panels = panels();
    assert!(panels.len() > 10, "only {} panels were found: mend {}", panels.len(), file!());
    for panel in &panels {
        let title = panel["title"].as_str().expect("a panel has a title");
        assert!(!panel["description"].as_str().unwrap_or_default().is_empty(), "{title}");
        let targets = panel["targets"].as_array().expect("a panel asks for something");
        assert!(!targets.is_empty(), "{title} asks for nothing");
        for target in targets {
            let expression = target["expr"].as_str().expect("in PromQL");
            // Grafana fills these in.
            let expression = expression.replace("$__rate_interval", "5m").replace("$service", ".*");
            wrong.extend(wrong_with(&expression).iter().map(|it| format!("{title}: {it}")));
        }
    }
    assert_none(&wrong, "Ask for what tests/golden/metrics.txt names, as Prometheus spells it.");
}

#[test]
fn the_alerts_ask_for_metrics_that_there_are_and_say_where_to_look() {
    let alerts: Value = serde_saphyr::from_str(text("ops/alerts.yaml")).expect("it is YAML");
    let rules: Vec<&Value> = alerts["groups"]
        .as_array()
        .expect("it has groups")
        .iter()
        .flat_map(|it| it["rules"].as_array().expect("a group has rules"))
        .collect();
    assert!(rules.len() > 5, "only {} rules were found: mend {}", rules.len(), file!());
    let mut wrong = Vec::new();
    for rule in rules {
        let name = rule["alert"].as_str().expect("a rule has a name");
        let expression = rule["expr"].as_str().expect("a rule has an expression");
        wrong.extend(wrong_with(expression).iter().map(|it| format!("{name}: {it}")));
        let said = |key: &str| rule["annotations"][key].as_str().unwrap_or_default();
        if said("summary").is_empty() || !said("description").starts_with("Look first") {
            wrong.push(format!("{name} does not say what is the case and what to look at first"));
        }
        if !["page", "ticket"].contains(&rule["labels"]["severity"].as_str().unwrap_or_default()) {
            wrong.push(format!("{name} is neither a page nor a ticket"));
        }
    }
    assert_none(&wrong, "Ask for what tests/golden/metrics.txt names, as Prometheus spells it.");
}

#[test]
fn an_expression_that_asks_for_what_there_is_not_is_found_out() {
    for (expression, expected) in [
        ("sum by (csp_verdict) (rate(csp_decisions_total[5m]))", &[][..]),
        ("csp_decisions", &["there is no metric csp_decisions"]),
        ("csp_decisions_total{verdict=\"x\"}", &["csp_decisions_total has no label verdict"]),
        ("sum by (verdict) (csp_decisions_total)", &["nothing has the label verdict"]),
        ("1 + 1", &["asks for no metric"]),
    ] {
        assert_eq!(wrong_with(expression), expected, "{expression}");
    }
    assert_eq!(wrong_with("sum(").len(), 1);
}
