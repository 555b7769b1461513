//! Several resources at once, in the order of their names.

use contracts::relationship as pb;
use failure::{Failure, in_order};
use tonic::Request;

use super::{Transport, render};

impl Transport {
    pub(super) async fn batch_get_partnerships(
        &self,
        request: Request<pb::BatchGetPartnershipsRequest>,
    ) -> Result<pb::BatchGetPartnershipsResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 200)?;
        let found = in_order(&names, self.store.partnerships_named(&names).await?, |it| &it.name)?;
        let now = self.clock.now();
        let partnerships = found.into_iter().map(|it| render::partnership(it, now));
        Ok(pb::BatchGetPartnershipsResponse { partnerships: partnerships.collect() })
    }

    pub(super) async fn batch_get_customers(
        &self,
        request: Request<pb::BatchGetCustomersRequest>,
    ) -> Result<pb::BatchGetCustomersResponse, Failure> {
        let names = failure::names(&request.get_ref().names, 200)?;
        let found = in_order(&names, self.store.customers_named(&names).await?, |it| &it.name)?;
        let customers = found.into_iter().map(render::customer).collect();
        Ok(pb::BatchGetCustomersResponse { customers })
    }
}
