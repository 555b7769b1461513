//! Batch reads, in the order of the requested names.

use contracts::onboarding as pb;
use errors::Failure;
use prost::Message;
use status::Request;
use storage::batch;

use super::{Transport, render};

/// Resources per query.
const CHUNK: usize = 50;

impl Transport {
    pub(super) async fn batch_get_organizations(
        &self,
        request: Request<pb::BatchGetOrganizationsRequest>,
    ) -> Result<pb::BatchGetOrganizationsResponse, Failure> {
        let (message, caller) = request.into_parts();
        let names = errors::names(&message.names, 200)?;
        drop(message);
        let scope = caller.scope();
        let read =
            |names: Vec<_>| async move { self.store.visible_organizations(&names, scope).await };
        let render = render::organization;
        let organizations = batch(&names, CHUNK, read, |it| &it.name, render, Message::encoded_len);
        let organizations = organizations.await?;
        Ok(pb::BatchGetOrganizationsResponse { organizations })
    }

    pub(super) async fn batch_get_partners(
        &self,
        request: Request<pb::BatchGetPartnersRequest>,
    ) -> Result<pb::BatchGetPartnersResponse, Failure> {
        let (message, caller) = request.into_parts();
        let names = errors::names(&message.names, 200)?;
        drop(message);
        let caller = &caller;
        let read = |names: Vec<_>| async move {
            Ok(caller.all_visible(self.store.partners_named(&names).await?))
        };
        let render = |it| render::partner(&it);
        let partners = batch(&names, CHUNK, read, |it| &it.name, render, Message::encoded_len);
        let partners = partners.await?;
        Ok(pb::BatchGetPartnersResponse { partners })
    }
}
