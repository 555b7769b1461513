use serde_json::Value;

use super::{console::Console, sample::Sample};

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_is_recorded_once() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    let accept = |options: &str| {
        let signatory = "--signatory 'Konrad Zuse <konrad@fabrikam.com>'";
        let output = console.shell(&format!("csp accept-mpa fabrikam {signatory} {options}"));
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text + &String::from_utf8(output.stderr).unwrap())
    };
    let recorded =
        "recorded: Fabrikam Resale accepted the MPA as indirect reseller, by Konrad Zuse\n";
    assert_eq!(accept("--at 2026-03-02T08:00:00Z"), (Some(0), recorded.to_owned()));
    let already =
        "already accepted on 2026-03-02 by Konrad Zuse; record another acceptance with --again\n";
    assert_eq!(accept(""), (Some(0), already.to_owned()));
    let count = || {
        let output = console.output("list agreements --parent fabrikam -o json");
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        list.as_array().unwrap().len()
    };
    assert_eq!(count(), 1);
    let again =
        "--again --at 2026-03-02T08:30:00Z --request-id 70000000-0000-4000-8000-000000000001";
    assert_eq!(accept(again), (Some(0), recorded.to_owned()));
    assert_eq!(count(), 2);
    let (code, error) = accept(&again.replace("08:30", "08:45"));
    assert_eq!(code, Some(1), "the request id is that of another request: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_acceptance_is_printed_as_a_refused_order() {
    let sample = Sample::empty().await;
    let console = Console::of(&sample);
    assert!(console.shell("csp apply samples/distributor.csp.yaml").status.success());
    let output = console.shell("csp accept-mpa wingtip --signatory 'A B <a@wingtip.com>'");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("REFUSED by "), "{text}");
    assert!(text.contains("Wingtip Toys Cloud") && text.contains("must act"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partner_is_named_in_whole() {
    let sample = Sample::start().await;
    let console = Console::of(&sample);
    let output = console.shell("csp accept-mpa 'fabrikam*' --signatory 'A B <a@fabrikam.com>'");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    let expected = "error: `fabrikam*` is the start of a name; a command that writes needs the whole name of the \
                    partner\n";
    assert_eq!(error, expected);
}
