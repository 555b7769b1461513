use serde_json::Value;
use tempfile::tempdir;
use tests::process::run;

/// The keys of each engine that documents use.
const KEYS: [&str; 9] = [
    "place_order",
    "check_transaction",
    "echo",
    "storage_floor",
    "disk_syncs_per_second",
    "open_loop",
    "disk_bytes_per_order",
    "check_with_one_customer",
    "memory",
];

fn number(value: &Value, path: &str) -> f64 {
    let number = value.pointer(path).and_then(Value::as_f64);
    number.unwrap_or_else(|| panic!("{path} is no number in {value}"))
}

/// Runs all measurements for a short time: no call fails, and the report has its figures.
#[test]
fn bench_measures_both_engines_without_a_failed_call() {
    let folder = tempdir().unwrap();
    let json = folder.path().join("bench.json");
    let plots = folder.path().join("plots");
    let arguments = ["--quick", "--json", json.to_str().unwrap(), "--svg", plots.to_str().unwrap()];
    let output = run("bench", &arguments, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("| PlaceOrder | 1 |"), "{table}");

    let report: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let engines = report["engines"].as_array().unwrap();
    assert_eq!(engines.len(), 2);
    for engine in engines {
        for key in KEYS {
            assert!(!engine[key].is_null(), "{key} is missing in {engine}");
        }
        assert_eq!(engine["customers"], 20);
        assert!(number(engine, "/place_order/0/per_second") > 0.0);
        assert!(number(engine, "/place_order/0/costs_per_call/total_cpu_ms") > 0.0);
        let name = engine["engine"].as_str().unwrap();
        assert!(plots.join(format!("throughput-{name}.svg")).exists());
        assert!(number(&report, &format!("/ratios/{name}_orders_per_storage_floor_at_1")) > 0.0);
    }
    let postgres = &engines[1];
    for count in ["statements", "wal_bytes"] {
        assert!(number(postgres, &format!("/place_order/0/costs_per_call/{count}")) >= 1.0);
    }
}
