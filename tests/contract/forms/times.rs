use contracts::{onboarding::AcceptAgreementRequest, relationship::RecordCustomerAgreementRequest};
use prost_reflect::{prost::Message, prost_types::Timestamp};
use tonic::Status;
use tonic_types::StatusExt;

use super::{Form, forms};
use crate::{Stage, client::message, proto};

/// Seconds and nanoseconds that are no time. JSON cannot say them.
const NO_TIMES: [(i64, i32); 5] =
    [(0, -1), (0, 1_000_000_000), (i64::MAX, 0), (i64::MIN, 0), (253_402_300_800, 0)];

/// The good request of a form.
fn good<T: Message + Default>(service: &str, form: &Form) -> T {
    let dynamic = message(proto::method(service, form.method).input(), &form.good);
    dynamic.transcode_to().expect("the message has this type")
}

async fn find(service: &str, method: &str, stage: &Stage) -> Form {
    let found = forms(service, stage).await.into_iter().find(|form| form.method == method);
    found.unwrap_or_else(|| panic!("{service} has no form for {method}"))
}

fn assert_told(status: &Status, time: Timestamp) {
    let told = status.get_details_bad_request().map(|it| it.field_violations);
    let told: Vec<_> = told.into_iter().flatten().map(|it| it.field).collect();
    assert_eq!(told, ["agreement.accept_time"], "{time:?} is answered with {status:?}");
}

#[tokio::test]
async fn a_time_that_does_not_exist_is_a_wrong_field() {
    let stage = Stage::open().await;
    let mpa = find("onboarding", "AcceptAgreement", &stage).await;
    let mca = find("relationship", "RecordCustomerAgreement", &stage).await;
    for (seconds, nanos) in NO_TIMES {
        let time = Timestamp { seconds, nanos };
        let mut request: AcceptAgreementRequest = good("onboarding", &mpa);
        request.agreement.as_mut().expect("it is good").accept_time = Some(time);
        let answer = stage.cast.onboarding.clone().accept_agreement(request).await;
        assert_told(&answer.expect_err("no agreement was accepted then"), time);
        let mut request: RecordCustomerAgreementRequest = good("relationship", &mca);
        request.agreement.as_mut().expect("it is good").accept_time = Some(time);
        let answer = stage.cast.relationship.clone().record_customer_agreement(request).await;
        assert_told(&answer.expect_err("no agreement was accepted then"), time);
    }
}
