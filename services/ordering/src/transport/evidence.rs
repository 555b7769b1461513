//! Evidence of orders: what it consists of, and whether it is valid.

use contracts::ordering as pb;
use errors::{Failure, Fields};
use pb::EvidenceCheck;
use seals::{Hash, PublicKeys, Record, SignatureError, SignedCheckpoint};
use status::Request;
use types::OrderName;

use super::Transport;
use crate::{
    Ordering,
    domain::Order,
    peers::{read_again, to_wire},
};

/// Most events of an order: it is accepted, and may be cancelled.
const MAX_EVENTS: usize = 10;
/// Most hashes of an inclusion proof: one for each level of the tree.
const MAX_PATH: usize = 64;
/// Most characters of a checkpoint.
const MAX_CHECKPOINT: usize = 2000;

impl Transport {
    pub(super) async fn get_order_evidence(
        &self,
        request: Request<pb::GetOrderEvidenceRequest>,
    ) -> Result<pb::GetOrderEvidenceResponse, Failure> {
        let (message, caller) = request.into_parts();
        let name: OrderName = errors::one("name", &message.name)?;
        drop(message);
        let order = caller.visible(self.store.order(name).await?);
        let order = order.ok_or_else(|| Failure::missing(name))?;
        let decision = self.store.decision(&order).await?;
        let resource = name.to_string();
        let sealed = self.store.database().sealed_events(&resource, MAX_EVENTS as u64);
        let sealed = sealed.await?.ok_or_else(|| Failure::Unavailable {
            dependency: "seals",
            cause: format!("the events of {name} are not sealed yet"),
        })?;
        let events = sealed.events.into_iter().map(|it| pb::SealedEvent {
            log_index: i64::try_from(it.index).unwrap_or(i64::MAX),
            record: it.record,
            path: it.path.iter().map(|hash| hash.to_vec()).collect(),
        });
        let evidence = pb::OrderEvidence {
            order: name.to_string(),
            decision,
            events: events.collect(),
            checkpoint: sealed.checkpoint.note().to_owned(),
        };
        Ok(pb::GetOrderEvidenceResponse { evidence: Some(evidence) })
    }

    pub(super) async fn verify_order_evidence(
        &self,
        request: Request<pb::VerifyOrderEvidenceRequest>,
    ) -> Result<pb::VerifyOrderEvidenceResponse, Failure> {
        let evidence = convert(request.into_parts().0)?;
        Ok(pb::VerifyOrderEvidenceResponse { mismatches: verify(&evidence, &self.keys) })
    }
}

fn convert(request: pb::VerifyOrderEvidenceRequest) -> Result<pb::OrderEvidence, Failure> {
    let mut fields = Fields::new();
    let evidence = fields.required("evidence", request.evidence);
    if let Some(it) = &evidence {
        fields.parse::<OrderName>("evidence.order", &it.order);
        if it.events.len() > MAX_EVENTS {
            fields.reject("evidence.events", format!("has more than {MAX_EVENTS} entries"));
        }
        for (at, _) in it.events.iter().enumerate().filter(|it| it.1.path.len() > MAX_PATH) {
            let field = format!("evidence.events[{at}].path");
            fields.reject(field, format!("has more than {MAX_PATH} entries"));
        }
        if it.checkpoint.chars().count() > MAX_CHECKPOINT {
            let problem = format!("is longer than {MAX_CHECKPOINT} characters");
            fields.reject("evidence.checkpoint", problem);
        }
    }
    fields.finish(|| evidence)
}

/// The checks that failed.
#[derive(Default)]
struct Mismatches(Vec<pb::EvidenceMismatch>);

impl Mismatches {
    fn check(&mut self, check: EvidenceCheck, holds: bool, explanation: &str) {
        if !holds {
            let explanation = explanation.to_owned();
            self.0.push(pb::EvidenceMismatch { check: check.into(), explanation });
        }
    }
}

/// Verifies evidence by itself: it does not look at the order, which may be of any age.
fn verify(evidence: &pb::OrderEvidence, keys: &PublicKeys) -> Vec<pb::EvidenceMismatch> {
    let mut all = Mismatches::default();
    let records: Vec<_> = evidence.events.iter().map(|it| Record::decode(&it.record)).collect();
    let is_event = |(at, record): (i64, &Option<Record>)| {
        record.as_ref().is_some_and(|it| {
            it.text("resource") == Some(&evidence.order) && it.integer("revision") == Some(at)
        })
    };
    let are_events = !records.is_empty() && (1..).zip(&records).all(is_event);
    let problem = "they are not the events of the order from revision 1 on";
    all.check(EvidenceCheck::Events, are_events, problem);
    let first = records.first().and_then(|it| it.as_ref()?.text("content"));
    let order = first.and_then(|it| storage::row::from_json::<Order>(it).ok());
    let is_decision = order.as_ref().is_some_and(|it| it.evidence.identifies(&evidence.decision));
    let problem = "the first event does not have the SHA-256 of the decision";
    all.check(EvidenceCheck::Decision, is_decision, problem);
    verify_decision(&mut all, &evidence.decision, order.as_ref());
    verify_checkpoint(&mut all, evidence, keys);
    all.0
}

fn verify_decision(all: &mut Mismatches, decision: &[u8], order: Option<&Order>) {
    let Some((asked, answer)) = read_again(decision) else {
        let problem = "the decision cannot be read";
        all.check(EvidenceCheck::Transaction, false, problem);
        return all.check(EvidenceCheck::Verdict, false, problem);
    };
    let is_of_order = order.is_some_and(|order| {
        let chain = order.chain;
        let reseller = chain.reseller.map(|it| it.to_string()).unwrap_or_default();
        let question = order.purchase_question().map(|it| to_wire(&it));
        asked.seller == chain.seller.to_string()
            && asked.reseller == reseller
            && asked.customer == chain.customer.to_string()
            && question.is_none_or(|it| it == asked)
    });
    let problem = "the decision is about another transaction than the order";
    all.check(EvidenceCheck::Transaction, is_of_order, problem);
    let explanation = match answer {
        Ok(answer) if answer.violations.is_empty() => return,
        Ok(answer) => {
            let rules: Vec<_> = answer.violations.iter().map(|it| it.rule.to_string()).collect();
            format!("the decision refuses the order by {}", rules.join(", "))
        }
        Err(Failure::Bug(text)) => text,
        Err(_) => "the decision cannot be read".to_owned(),
    };
    all.check(EvidenceCheck::Verdict, false, &explanation);
}

fn verify_checkpoint(all: &mut Mismatches, evidence: &pb::OrderEvidence, keys: &PublicKeys) {
    use runtime::process::Service;
    let Some(signed) = SignedCheckpoint::parse(&evidence.checkpoint) else {
        all.check(EvidenceCheck::Inclusion, false, "there is no checkpoint to compare with");
        return all.check(EvidenceCheck::Checkpoint, false, "it is not a checkpoint");
    };
    let checkpoint = signed.checkpoint();
    let is_included = |event: &pb::SealedEvent| {
        let path: Option<Vec<Hash>> =
            event.path.iter().map(|it| it.as_slice().try_into().ok()).collect();
        let index = u64::try_from(event.log_index).ok();
        let root = index.zip(path).and_then(|(index, path)| {
            seals::root_of(seals::leaf(&event.record), index, checkpoint.size, &path)
        });
        root == Some(checkpoint.root)
    };
    let are_included = !evidence.events.is_empty() && evidence.events.iter().all(is_included);
    let problem = "the proofs do not lead from the events to the root of the checkpoint";
    all.check(EvidenceCheck::Inclusion, are_included, problem);
    let is_ours = checkpoint.service == Ordering::NAME;
    all.check(EvidenceCheck::Checkpoint, is_ours, "the checkpoint is of another service");
    let problem = match signed.verify(keys) {
        Ok(()) => return,
        Err(SignatureError::Unsigned) => "the checkpoint is not signed",
        Err(SignatureError::UnknownKey) => "the checkpoint is signed by an unknown key",
        Err(SignatureError::Forged) => "the signature of the checkpoint is wrong",
    };
    all.check(EvidenceCheck::Checkpoint, false, problem);
}
