use contracts::relationship as pb;
use errors::Failure;
use markets::Country;
use rules::RULES;
use status::Request;

use super::{Transport, render};

impl Transport {
    pub(super) async fn list_rules(
        &self,
        _: Request<pb::ListRulesRequest>,
    ) -> Result<pb::ListRulesResponse, Failure> {
        Ok(pb::ListRulesResponse { rules: RULES.iter().map(|rule| render::rule(rule)).collect() })
    }

    pub(super) async fn get_market(
        &self,
        request: Request<pb::GetMarketRequest>,
    ) -> Result<pb::GetMarketResponse, Failure> {
        let country = errors::one("country_code", &request.get_ref().country_code)?;
        Ok(pb::GetMarketResponse { market: Some(render::market(country)) })
    }

    pub(super) async fn list_markets(
        &self,
        _: Request<pb::ListMarketsRequest>,
    ) -> Result<pb::ListMarketsResponse, Failure> {
        Ok(pb::ListMarketsResponse { markets: Country::all().map(render::market).collect() })
    }
}
