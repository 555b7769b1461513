//! Dashboard and alert rules query existing metrics and labels only.

use std::collections::{BTreeMap, BTreeSet};

use promql_parser::{
    parser::{self, Expr, VectorSelector},
    util::{ExprVisitor, walk_expr},
};
use serde_json::Value;

use crate::{assert_none, tree};

/// Labels that every series may have.
const COMMON_LABELS: &[&str] = &["service_name", "le", "error_type"];

/// Series of kube-state-metrics that are used, with the used labels.
const KUBERNETES_SERIES: &[(&str, &[&str])] = &[
    ("kube_deployment_status_replicas_unavailable", &["namespace", "deployment"]),
    ("kube_job_failed", &["namespace", "job_name", "condition"]),
    ("kube_cronjob_status_last_successful_time", &["namespace", "cronjob"]),
];

fn text(path: &str) -> &'static str {
    let file = tree::files().iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("there is no {path}")).text
}

/// Every series by its Prometheus name, with its labels.
fn series() -> BTreeMap<String, BTreeSet<String>> {
    let mut series = BTreeMap::new();
    let lines = text("tests/golden/metrics.txt").lines().skip_while(|it| !it.is_empty());
    for line in lines.filter(|it| it.contains("  ")) {
        let words: Vec<_> = line.split_whitespace().collect();
        let [name, kind, unit, keys @ ..] = &words[..] else { continue };
        let prometheus_name = |it: &str| it.replace('.', "_");
        let name =
            if *unit == "s" { prometheus_name(name) + "_seconds" } else { prometheus_name(name) };
        let labels: BTreeSet<_> =
            keys.iter().chain(COMMON_LABELS).map(|it| prometheus_name(it)).collect();
        let endings: &[_] = match *kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_count", "_sum"],
            _ => &[""],
        };
        series.extend(endings.iter().map(|ending| (format!("{name}{ending}"), labels.clone())));
    }
    assert!(series.len() > 10, "tests/golden/metrics.txt has too few metrics: {series:?}");
    let labels = |labels: &[&str]| labels.iter().map(|it| (*it).to_owned()).collect();
    series.extend(KUBERNETES_SERIES.iter().map(|(name, its)| ((*name).to_owned(), labels(its))));
    series
}

/// Selectors and grouping labels of an expression.
#[derive(Default)]
struct Query {
    selectors: Vec<VectorSelector>,
    grouped_by: Vec<String>,
}

impl ExprVisitor for Query {
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

/// The faults of an expression.
fn faults(expression: &str) -> Vec<String> {
    let known = series();
    let parsed = match parser::parse(expression) {
        Ok(parsed) => parsed,
        Err(error) => return vec![error],
    };
    let mut query = Query::default();
    walk_expr(&mut query, &parsed).expect("walking does not fail");
    if query.selectors.is_empty() {
        return vec!["selects no metric".to_owned()];
    }
    let mut wrong = Vec::new();
    let mut labels = BTreeSet::new();
    for selector in &query.selectors {
        let name = selector.name.clone().unwrap_or_default();
        let Some(of_series) = known.get(&name) else {
            wrong.push(format!("there is no metric {name}"));
            continue;
        };
        let matched = selector.matchers.matchers.iter().filter(|it| !of_series.contains(&it.name));
        wrong.extend(matched.map(|it| format!("{name} has no label {}", it.name)));
        labels.extend(of_series);
    }
    let grouped = query.grouped_by.iter().filter(|it| !labels.contains(it));
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
fn the_dashboard_queries_existing_metrics() {
    let mut wrong = Vec::new();
    let panels = panels();
    assert!(panels.len() > 10, "found only {} panels: fix {}", panels.len(), file!());
    for panel in &panels {
        let title = panel["title"].as_str().expect("a panel has a title");
        assert!(!panel["description"].as_str().unwrap_or_default().is_empty(), "{title}");
        let targets = panel["targets"].as_array().expect("a panel has targets");
        assert!(!targets.is_empty(), "{title} has no target");
        for target in targets {
            let expression = target["expr"].as_str().expect("in PromQL");
            // Grafana replaces these variables.
            let expression = expression.replace("$__rate_interval", "5m").replace("$service", ".*");
            wrong.extend(faults(&expression).iter().map(|it| format!("{title}: {it}")));
        }
    }
    assert_none(&wrong, "Use a metric of tests/golden/metrics.txt, by its Prometheus name.");
}

#[test]
fn alerts_query_existing_metrics_and_state_the_first_step() {
    let alerts: Value = serde_saphyr::from_str(text("ops/alerts.yaml")).expect("it is YAML");
    let rules: Vec<&Value> = alerts["groups"]
        .as_array()
        .expect("it has groups")
        .iter()
        .flat_map(|it| it["rules"].as_array().expect("a group has rules"))
        .collect();
    assert!(rules.len() > 5, "found only {} rules: fix {}", rules.len(), file!());
    let mut wrong = Vec::new();
    for rule in rules {
        let name = rule["alert"].as_str().expect("a rule has a name");
        let expression = rule["expr"].as_str().expect("a rule has an expression");
        wrong.extend(faults(expression).iter().map(|it| format!("{name}: {it}")));
        let annotation = |key: &str| rule["annotations"][key].as_str().unwrap_or_default();
        if annotation("summary").is_empty() || !annotation("description").starts_with("Look first")
        {
            wrong.push(format!(
                "{name} needs a summary, and a description that starts with `Look first`"
            ));
        }
        if !["page", "ticket"].contains(&rule["labels"]["severity"].as_str().unwrap_or_default()) {
            wrong.push(format!("{name} needs the severity page or ticket"));
        }
    }
    assert_none(&wrong, "Use a metric of tests/golden/metrics.txt, by its Prometheus name.");
}

#[test]
fn unknown_metrics_and_labels_are_found() {
    for (expression, expected) in [
        ("sum by (csp_verdict) (rate(csp_decisions_total[5m]))", &[][..]),
        ("csp_decisions", &["there is no metric csp_decisions"]),
        ("csp_decisions_total{verdict=\"x\"}", &["csp_decisions_total has no label verdict"]),
        ("sum by (verdict) (csp_decisions_total)", &["nothing has the label verdict"]),
        ("1 + 1", &["selects no metric"]),
    ] {
        assert_eq!(faults(expression), expected, "{expression}");
    }
    assert_eq!(faults("sum(").len(), 1);
}
