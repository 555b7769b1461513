use authority::Authorized;
use contracts::ordering as pb;
use errors::{Failure, mutation_options};
use prost::Message;
use rules::Denial;
use status::Request;
use storage::MutationContext;
use types::{PartnerName, SubscriptionName, Timestamp, TransferName};

use super::{Transport, convert, render};
use crate::{
    domain::{Approved, Changes, NewTransfer, Transfer, TransferFacts},
    store::Decided,
};

impl Transport {
    pub(super) async fn create_transfer(
        &self,
        request: Request<pb::CreateTransferRequest>,
    ) -> Result<pb::CreateTransferResponse, Failure> {
        let (mutation, new) = convert::create_transfer(request.get_ref())?;
        let call = self.mutation_context("CreateTransfer", request, mutation);
        call.caller().act_for(&Vec::from_iter(new.chain.partners()))?;
        let decide = || self.decide_begin(&new);
        let transfer = self.mutate(&call, decide, Changes::into_transfer).await?;
        let mut transfer = render::transfer(transfer);
        if call.is_dry_run() {
            render::clear_identity(&mut transfer);
        }
        Ok(pb::CreateTransferResponse { transfer: Some(transfer) })
    }

    async fn decide_begin(&self, new: &NewTransfer) -> Result<Decided<Changes>, Failure> {
        let names: Vec<_> = new.items.iter().map(|(name, _)| *name).collect();
        let now = self.clock.now();
        let (facts, mut decided) = self.transfer_facts(&names, now).await?;
        let answer = self.ask(&new.question(&facts)).await?;
        let name = TransferName::new(self.clock.new_uid());
        decided.append(answer.try_map(|answer| new.clone().begin(&facts, answer, name, now))?);
        Ok(decided)
    }

    pub(super) async fn approve_transfer(
        &self,
        request: Request<pb::ApproveTransferRequest>,
    ) -> Result<pb::ApproveTransferResponse, Failure> {
        let (mutation, name) = convert::approve_transfer(request.get_ref())?;
        let call = self.mutation_context("ApproveTransfer", request, mutation);
        let decide = || self.decide_completion(name, &call);
        let transfer = self.mutate(&call, decide, Changes::into_transfer).await?;
        let mut transfer = render::transfer(transfer);
        if call.is_dry_run() {
            render::clear_new_names(&mut transfer);
        }
        Ok(pb::ApproveTransferResponse { transfer: Some(transfer) })
    }

    async fn decide_completion(
        &self,
        name: TransferName,
        call: &MutationContext,
    ) -> Result<Decided<Changes>, Failure> {
        let now = self.clock.now();
        let transfer = self.find_transfer(name, now, call.caller()).await?;
        call.caller().act_for(&[transfer.source])?;
        self.store.database().check_etag(call, &name, transfer.resource_version).await?;
        transfer.check_state("ApproveTransfer")?;
        let names: Vec<_> = transfer.items.iter().map(|item| item.subscription).collect();
        let (facts, mut decided) = self.transfer_facts(&names, now).await?;
        let answer = self.ask(&transfer.question(&facts)).await?;
        let new_names = names.iter().map(|_| SubscriptionName::new(self.clock.new_uid()));
        let ids = (self.new_order(), new_names.collect());
        decided.append(answer.try_map(|answer| transfer.complete(facts, answer, ids, now))?);
        Ok(decided)
    }

    /// The subscriptions after all that is due, in the order of `names`, with their offers and pending
    /// transfers, and the changes that lead to them.
    async fn transfer_facts(
        &self,
        names: &[SubscriptionName],
        now: Timestamp,
    ) -> Result<(TransferFacts, Decided<Changes>), Failure> {
        let pending = self.store.pending_transfers_of(names).await?;
        let mut found = self.store.subscriptions_named(names).await?;
        let (mut subscriptions, mut decided) = (Vec::new(), Decided::default());
        for name in names {
            let subscription = found.remove(name).ok_or_else(|| Failure::missing(name))?;
            let (subscription, settled) = self.settled(subscription, now).await?;
            subscriptions.push(subscription);
            decided.append(settled);
        }
        let offers = self.store.offers_named(subscriptions.iter().map(|it| &it.product.offer));
        let offers = offers.await?;
        Ok((TransferFacts { subscriptions, offers, pending }, decided))
    }

    pub(super) async fn reject_transfer(
        &self,
        request: Request<pb::RejectTransferRequest>,
    ) -> Result<pb::RejectTransferResponse, Failure> {
        let message = request.get_ref();
        let (mutation, name, detail) =
            convert::with_detail(mutation_options!(message), &message.name, &message.detail)?;
        let call = self.mutation_context("RejectTransfer", request, mutation);
        let by = |it: &Transfer| vec![it.source];
        let decide = || self.decide_end(name, by, Transfer::reject, &detail, &call);
        let transfer = self.mutate(&call, decide, Changes::into_transfer).await?;
        Ok(pb::RejectTransferResponse { transfer: Some(render::transfer(transfer)) })
    }

    pub(super) async fn withdraw_transfer(
        &self,
        request: Request<pb::WithdrawTransferRequest>,
    ) -> Result<pb::WithdrawTransferResponse, Failure> {
        let message = request.get_ref();
        let (mutation, name, detail) =
            convert::with_detail(mutation_options!(message), &message.name, &message.detail)?;
        let call = self.mutation_context("WithdrawTransfer", request, mutation);
        let by = |it: &Transfer| it.chain.partners().collect();
        let decide = || self.decide_end(name, by, Transfer::withdraw, &detail, &call);
        let transfer = self.mutate(&call, decide, Changes::into_transfer).await?;
        Ok(pb::WithdrawTransferResponse { transfer: Some(render::transfer(transfer)) })
    }

    async fn decide_end(
        &self,
        name: TransferName,
        by: fn(&Transfer) -> Vec<PartnerName>,
        end: fn(Transfer, String, Timestamp) -> Result<Approved<Transfer>, Denial>,
        detail: &str,
        call: &MutationContext,
    ) -> Result<Decided<Changes>, Failure> {
        let now = self.clock.now();
        let transfer = self.find_transfer(name, now, call.caller()).await?;
        call.caller().act_for(&by(&transfer))?;
        self.store.database().check_etag(call, &name, transfer.resource_version).await?;
        Ok(end(transfer, detail.to_owned(), now)?.into())
    }

    pub(super) async fn get_transfer(
        &self,
        request: Request<pb::GetTransferRequest>,
    ) -> Result<pb::GetTransferResponse, Failure> {
        let name = errors::one("name", &request.get_ref().name)?;
        let transfer = self.find_transfer(name, self.clock.now(), request.caller()).await?;
        Ok(pb::GetTransferResponse { transfer: Some(render::transfer(transfer)) })
    }

    pub(super) async fn list_transfers(
        &self,
        request: Request<pb::ListTransfersRequest>,
    ) -> Result<pb::ListTransfersResponse, Failure> {
        let now = self.clock.now();
        let page =
            crate::store::TRANSFERS.page(storage::list_options!(request))?.with_states_at(now);
        let read = |piece| async move { self.store.transfers(&piece).await };
        let page = page
            .answer(
                read,
                |it: Transfer| render::transfer(it.effective_at(now)),
                Message::encoded_len,
            )
            .await?;
        Ok(pb::ListTransfersResponse {
            transfers: page.items,
            next_page_token: page.next_page_token,
        })
    }

    async fn find_transfer(
        &self,
        name: TransferName,
        now: Timestamp,
        caller: &Authorized,
    ) -> Result<Transfer, Failure> {
        let transfer = caller.visible(self.store.transfer(name).await?);
        Ok(transfer.ok_or_else(|| Failure::missing(name))?.effective_at(now))
    }
}
