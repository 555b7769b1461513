//! Batch reads, in request order.

use contracts::relationship as pb;
use errors::Failure;
use prost::Message;
use status::Request;
use storage::batch;

use super::{Transport, render};
use crate::domain::Partnership;

/// Resources per query.
const CHUNK: usize = 50;

impl Transport {
    pub(super) async fn batch_get_partnerships(
        &self,
        request: Request<pb::BatchGetPartnershipsRequest>,
    ) -> Result<pb::BatchGetPartnershipsResponse, Failure> {
        let (message, caller) = request.into_parts();
        let names = errors::names(&message.names, 200)?;
        drop(message);
        let caller = &caller;
        let read = |names: Vec<_>| async move {
            Ok(caller.all_visible(self.store.partnerships_named(&names).await?))
        };
        let now = self.clock.now();
        let render = |it: Partnership| render::partnership(it.effective_at(now));
        let partnerships =
            batch(&names, CHUNK, read, |it| &it.name, render, Message::encoded_len).await?;
        Ok(pb::BatchGetPartnershipsResponse { partnerships })
    }

    pub(super) async fn batch_get_customers(
        &self,
        request: Request<pb::BatchGetCustomersRequest>,
    ) -> Result<pb::BatchGetCustomersResponse, Failure> {
        let (message, caller) = request.into_parts();
        let names = errors::names(&message.names, 200)?;
        drop(message);
        let scope = caller.scope();
        let read = |names: Vec<_>| async move { self.store.visible_customers(&names, scope).await };
        let render = render::customer;
        let customers = batch(&names, CHUNK, read, |it| &it.name, render, Message::encoded_len);
        let customers = customers.await?;
        Ok(pb::BatchGetCustomersResponse { customers })
    }
}
