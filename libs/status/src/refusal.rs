use contracts::rules as pb;
use prost::Message;
use prost_types::Any;
use rules::Violation;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, PreconditionViolation};

use crate::{
    REFUSAL, budget,
    render::{LONGEST_OF_RESOURCE, bug, status},
};

/// The domain of the first violation is that of the error; `domain` is this service's.
pub(crate) fn refused(domain: &str, violations: &[Violation]) -> Status {
    let rules: Vec<_> = violations.iter().map(|each| each.rule.as_str()).collect();
    let rules = rules.join(",");
    let Some(first) = violations.first() else {
        return bug(domain, "a refusal without a violation");
    };
    let message = match violations.len() {
        // A lifecycle state is not a rule of the programme.
        1 if first.is_of_state() => format!("{}; {}", first.explanation, first.next_step),
        1 => format!("refused by {}: {}", first.rule, first.explanation),
        _ => format!("{}: {}", failed_rules(violations), first.explanation),
    };
    let metadata = metadata(first, rules, violations.len());
    let reason = budget::cut(&first.reason, LONGEST_OF_RESOURCE);
    let mut details = ErrorDetails::with_error_info(
        reason,
        budget::cut(&first.domain, LONGEST_OF_RESOURCE),
        budget::metadata(&metadata),
    );
    let rest = status(Code::FailedPrecondition, &message, details.clone());
    let (listed, omitted) = budget::list(&rest, violations, listed_violation);
    let (mut preconditions, violations): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
    preconditions
        .extend(omitted.map(|more| PreconditionViolation::new("", "", budget::and_more(more))));
    details.set_precondition_failure(preconditions);
    let omitted_count = omitted.and_then(|it| it.try_into().ok()).unwrap_or(0);
    let refusal = pb::Refusal { violations, omitted_count };
    with_detail(status(Code::FailedPrecondition, &message, details), &refusal)
}

/// The status with a detail of our own, which tonic-types does not know.
fn with_detail(status: Status, refusal: &pb::Refusal) -> Status {
    let Ok(mut rich) = tonic_types::pb::Status::decode(status.details()) else { return status };
    rich.details.push(Any { type_url: REFUSAL.to_owned(), value: refusal.encode_to_vec() });
    Status::with_details(status.code(), status.message(), rich.encode_to_vec().into())
}

/// The violated rules, each with the number of its reasons.
fn failed_rules(violations: &[Violation]) -> String {
    let mut rules: Vec<(&str, usize)> = Vec::new();
    for Violation { rule, .. } in violations {
        match rules.iter_mut().find(|(known, _)| known == rule) {
            Some((_, reasons)) => *reasons += 1,
            None => rules.push((rule, 1)),
        }
    }
    let reasons = |count: usize| if count == 2 { "two".to_owned() } else { count.to_string() };
    if let [(rule, count)] = rules[..] {
        return format!("{rule} failed for {} reasons", reasons(count));
    }
    let named = rules.iter().map(|(rule, count)| match count {
        1 => (*rule).to_owned(),
        more => format!("{rule} for {} reasons", reasons(*more)),
    });
    format!("{} rules failed ({})", rules.len(), named.collect::<Vec<_>>().join(", "))
}

fn metadata(first: &Violation, rules: String, count: usize) -> Vec<(String, String)> {
    let fixed = [
        ("ruleId", first.rule.clone()),
        ("subject", first.subject.clone()),
        ("responsible", first.responsible.to_string()),
        ("nextStep", first.next_step.clone()),
        ("source", first.source.clone()),
        ("partnerCenterCode", first.partner_center_code.clone()),
        ("failedRules", rules),
        ("violationCount", count.to_string()),
    ];
    let fixed = fixed.into_iter().map(|(key, value)| (key.to_owned(), value));
    fixed.chain(first.inputs.iter().cloned()).collect()
}

/// A violation in both forms, and the bytes of both together.
fn listed_violation(
    violation: &Violation,
    size: budget::Size,
) -> ((PreconditionViolation, pb::Violation), usize) {
    let cut = |text: &str| budget::cut(text, size.longest_text);
    let inputs = violation.inputs.iter().filter(|_| size.inputs);
    let typed = pb::Violation {
        rule_id: cut(&violation.rule),
        domain: cut(&violation.domain),
        reason: cut(&violation.reason),
        subject: cut(&violation.subject),
        explanation: cut(&violation.explanation),
        inputs: inputs
            .map(|(name, value)| pb::Input { name: cut(name), value: cut(value) })
            .collect(),
        responsible: pb::Responsible::from(violation.responsible).into(),
        next_step: cut(&violation.next_step),
        source: cut(&violation.source),
        partner_center_code: cut(&violation.partner_center_code),
    };
    let (rule, subject) = (typed.rule_id.clone(), typed.subject.clone());
    let bytes = typed.encoded_len() + rule.len() + subject.len() + typed.explanation.len();
    let precondition = PreconditionViolation::new(rule, subject, typed.explanation.clone());
    ((precondition, typed), bytes)
}
