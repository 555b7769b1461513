use tests::{Engine, process::run};

use crate::trio::Trio;

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test]
async fn invalid_settings_stop_the_start_with_every_problem() {
    let mut trio = Trio::on(Engine::Sqlite).await;
    trio.set("GRPC__LISTEN", "nowhere");
    trio.set("DATABASE__MAX_CONNECTIONS", "many");
    trio.set("GRPC__PROT", "50051");
    for service in ["onboarding", "relationship", "ordering"] {
        let output = run(service, &[], &trio.environment(service));
        assert_eq!(output.status.code(), Some(78), "EX_CONFIG");
        let stderr = stderr(&output);
        for problem in ["grpc.listen", "nowhere", "database.max_connections", "many", "grpc.prot"] {
            assert!(stderr.contains(problem), "{service} does not name {problem}: {stderr}");
        }
    }
}

#[tokio::test]
async fn a_service_does_not_start_without_its_migrations_and_names_them() {
    let trio = Trio::on(Engine::Postgres).await;
    for service in ["onboarding", "relationship", "ordering"] {
        let environment = trio.environment(service);
        let output = run(service, &[], &environment);
        assert!(!output.status.success());
        let stderr = stderr(&output);
        assert!(stderr.contains(&format!("{service}_0001_initial")), "{stderr}");
        assert!(stderr.contains(&format!("`{service} migrate`")), "{stderr}");
        let later = match service {
            "ordering" => ", ordering_0002_commit_by, ordering_0003_commit_in_time",
            _ => "",
        };
        for expected in [
            format!("applied events_0001_initial, {service}_0001_initial{later}"),
            "nothing to apply".to_owned(),
        ] {
            let output = run(service, &["migrate"], &environment);
            assert!(output.status.success());
            assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), expected);
        }
    }
}

#[test]
fn the_defaults_are_printed_with_comments() {
    for service in ["onboarding", "relationship", "ordering", "cluster", "console"] {
        let output = run(service, &["defaults"], &[]);
        let defaults = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success());
        assert!(defaults.contains("# OTLP/gRPC endpoint for traces"), "{service}: {defaults}");
        for (name, _, port) in contracts::SERVICES.iter().filter(|(name, ..)| *name == service) {
            assert!(
                defaults.contains(&format!("listen = \"127.0.0.1:{port}\"")),
                "{name} at {port}"
            );
        }
    }
}

#[test]
fn invalid_settings_of_the_console_are_all_reported() {
    let set = [("LISTEN", "nowhere"), ("PAGE_TIMEOUT", "0s"), ("SERVICES__ORDERING", "ordering")];
    let set = set.map(|(key, value)| (format!("CONSOLE__{key}"), value.to_owned()));
    let output = run("console", &[], &set);
    assert_eq!(output.status.code(), Some(78), "EX_CONFIG");
    let stderr = stderr(&output);
    for problem in ["`listen` = `nowhere`", "`page_timeout` = `0s`", "`services.ordering`"] {
        assert!(stderr.contains(problem), "{stderr}");
    }
}

#[test]
fn every_program_prints_version_and_commit() {
    for program in ["onboarding", "relationship", "ordering", "cluster", "console"] {
        let output = run(program, &["--version"], &[]);
        let stdout = String::from_utf8(output.stdout).unwrap();
        let before = format!("{program} {} (", env!("CARGO_PKG_VERSION"));
        let commit = stdout.strip_prefix(&before).and_then(|it| it.strip_suffix(")\n"));
        let commit = commit.unwrap_or_else(|| panic!("{program} prints {stdout}"));
        assert!(!commit.is_empty() && !commit.contains(char::is_whitespace), "{stdout}");
    }
}

#[test]
fn invalid_telemetry_settings_are_reported() {
    let settings =
        [("LOG_FORMAT", "xml"), ("OTLP_ENDPOINT", "https://x"), ("PROMETHEUS_LISTEN", "9464")];
    let set =
        settings.map(|(key, value)| (format!("ONBOARDING__TELEMETRY__{key}"), value.to_owned()));
    let output = run("onboarding", &[], &set);
    assert_eq!(output.status.code(), Some(78), "EX_CONFIG");
    let stderr = stderr(&output);
    for (key, value) in settings {
        let key = format!("telemetry.{}` = `{value}`", key.to_lowercase());
        assert!(stderr.contains(&key), "{stderr}");
    }
}

#[test]
fn the_tour_succeeds() {
    let output = run("cluster", &["tour"], &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    assert!(
        printed.ends_with("questions, every answer follows the rules of the programme.\n"),
        "{printed}"
    );
    assert!(!printed.contains('\u{1b}'), "no colours without a terminal");
}
