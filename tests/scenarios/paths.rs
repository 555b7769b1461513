//! Sales paths of a customer with the rules that block them, and checks before an order.

use cluster::scenario_client::new_id;
use contracts::onboarding::Role;
use contracts::relationship::{
    BatchCheckTransactionsRequest, CheckTransactionRequest, CustomerRelationshipKind as Kind,
    DecisionView, GetMarketRequest, ListMarketsRequest, ListSalesPathsRequest, Outcome,
    Transaction, Verdict, check_result,
};
use tests::{CHECKS, purchase, scenarios};

fn paths_of(customer: &str) -> ListSalesPathsRequest {
    ListSalesPathsRequest { customer: customer.to_owned(), ..Default::default() }
}

scenarios! {
    /// Scenario 1 of the programme: open paths first (REL-4, ON-1).
    async fn sales_paths_are_listed_with_the_rules_that_block_them(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let direct = client.direct_bill("FR").await?;
        client.request_relationship(&channel.customer, &direct, Kind::Resale).await?;
        let list = paths_of(&channel.customer);
        let answer = client.relationship.clone().list_sales_paths(list).await?.into_inner();
        let paths: Vec<_> = answer.paths.iter().map(|path| {
            let chain = path.transaction.clone().unwrap();
            let failed = path.outcomes.iter().filter(|it| it.outcome() == Outcome::Failed);
            let blocked = failed.map(|it| it.rule_id.as_str());
            (chain.seller, chain.reseller, blocked.collect::<Vec<_>>().join(","))
        }).collect();
        let (provider, reseller) = (channel.provider.name, channel.reseller.name);
        assert_eq!(paths.len(), 3, "{paths:?}");
        assert!(paths.contains(&(provider.clone(), String::new(), String::new())));
        assert!(paths.contains(&(provider, reseller, String::new())));
        assert_eq!(paths[2], (direct.name, String::new(), "REL-4".to_owned()));
    }

    /// REL-1: paths of the customer come before other resellers of its provider.
    async fn a_provider_with_many_resellers_is_listed_for_its_customer(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let company = client.company("Many", "FR").await?;
        let role = Role::IndirectReseller;
        for _ in 0..101 {
            let other = client.join(&company, "FR").await?;
            client.enroll(&other, role).await?;
            client.invite(&channel.provider, &other).await?;
        }
        let list = paths_of(&channel.customer);
        let answer = client.relationship.clone().list_sales_paths(list).await?.into_inner();
        assert!(answer.truncated);
        let open = answer.paths.iter().filter(|it| it.verdict() == Verdict::Undetermined);
        assert_eq!(open.count(), 2, "the provider alone, and through the customer's reseller");
    }

    /// PT-1: resellers that cannot buy from Microsoft take no places of chains that can sell.
    async fn a_customer_with_many_resellers_has_each_of_their_chains(world) {
        let client = &world.client;
        let provider = client.provider("FR").await?;
        let customer = client.customer("FR").await?;
        client.onboard_customer(&customer, &[&provider]).await?;
        let company = client.company("Many", "FR").await?;
        for _ in 0..51 {
            let reseller = client.active(&company, "FR", Role::IndirectReseller).await?;
            client.partner_up(&provider, &reseller).await?;
            client.establish_relationship(&customer, &reseller, Kind::Resale).await?;
        }
        let list = ListSalesPathsRequest { customer, ..Default::default() };
        let answer = client.relationship.clone().list_sales_paths(list).await?.into_inner();
        let open = answer.paths.iter().filter(|it| it.verdict() == Verdict::Undetermined);
        assert_eq!((open.count(), answer.paths.len(), answer.truncated), (52, 52, false));
    }

    /// CUS-1.
    async fn the_basic_view_has_failed_rules_and_the_full_view_all(world) {
        let client = &world.client;
        let (direct, customer) = (client.direct_bill("FR").await?, client.customer("FR").await?);
        client.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let transaction = Some(purchase(&direct, None, &customer));
        let mut outcomes = Vec::new();
        for view in [DecisionView::Unspecified, DecisionView::Basic, DecisionView::Full] {
            let transaction = transaction.clone();
            let check = CheckTransactionRequest { transaction, view: view.into() };
            let answer = client.relationship.clone().check_transaction(check).await?.into_inner();
            let decision = answer.decision.unwrap();
            assert_eq!(decision.verdict(), Verdict::Refused);
            outcomes.push(decision.outcomes.len());
        }
        assert_eq!(outcomes, [1, 1, CHECKS]);
    }

    async fn a_batch_of_checks_has_a_decision_or_an_error_for_each(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let allowed = purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        let refused = purchase(&channel.provider, None, &channel.customer);
        let unknown = || format!("partners/{}", new_id());
        let no_seller = Transaction { seller: unknown(), ..allowed.clone() };
        let customer = format!("customers/{}", new_id());
        let no_customer = Transaction { customer: customer.clone(), ..allowed.clone() };
        let transactions = vec![no_customer, allowed.clone(), no_seller, refused.clone()];
        let view = DecisionView::Full.into();
        let request = BatchCheckTransactionsRequest { transactions, view };
        let response = client.relationship.clone().batch_check_transactions(request).await?;
        let results = response.into_inner().results.into_iter().map(|it| it.result.unwrap());
        let mut decisions = Vec::new();
        for (at, result) in results.enumerate() {
            match result {
                check_result::Result::Decision(decision) => decisions.push((at, decision)),
                check_result::Result::Error(error) => {
                    assert_eq!((error.code, &*error.reason), (5, "RESOURCE_NOT_FOUND"), "{at}");
                    assert!(at == 2 || error.message == format!("{customer} does not exist"));
                }
            }
        }
        let places: Vec<_> = decisions.iter().map(|(at, _)| *at).collect();
        assert_eq!(places, [1, 3]);
        for ((_, decision), transaction) in decisions.into_iter().zip([allowed, refused]) {
            let alone = client.check(transaction).await?;
            assert_eq!(decision.transaction, alone.transaction);
            assert_eq!((decision.verdict(), decision.outcomes), (alone.verdict(), alone.outcomes));
        }
    }

    /// ORD-1, ORD-2 and ORD-8 may block the order later.
    async fn a_check_without_lines_is_undetermined_and_names_the_missing_parts(world) {
        let client = &world.client;
        let channel = world.channel("FR").await?;
        let whole = purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        let mut without_lines = whole.clone();
        without_lines.lines.clear();
        let mut bare = without_lines.clone();
        bare.partner_attestation_accepted = false;
        let mut unattested = whole.clone();
        unattested.partner_attestation_accepted = false;
        for (transaction, verdict, open) in [
            (whole, Verdict::Allowed, ""),
            (without_lines, Verdict::Undetermined, "OWN-3 ORD-1 ORD-8"),
            (bare, Verdict::Undetermined, "OWN-3 ORD-1 ORD-2 ORD-8"),
            (unattested, Verdict::Refused, "ORD-2"),
        ] {
            let (transaction, view) = (Some(transaction), DecisionView::Basic.into());
            let check = CheckTransactionRequest { transaction, view };
            let answer = client.relationship.clone().check_transaction(check).await?.into_inner();
            let decision = answer.decision.unwrap();
            let rules: Vec<_> = decision.outcomes.iter().map(|it| it.rule_id.as_str()).collect();
            assert_eq!((decision.verdict(), &*rules.join(" ")), (verdict, open));
            for outcome in &decision.outcomes {
                assert!(!outcome.explanation.is_empty() && !outcome.next_step.is_empty());
            }
        }
    }

    /// REL-3.
    async fn a_market_has_its_region_and_currency(world) {
        let get = GetMarketRequest { country_code: "RE".to_owned() };
        let market = world.client.relationship.clone().get_market(get).await?.into_inner();
        let market = market.market.unwrap();
        assert_eq!((&*market.csp_region, &*market.currency_code), ("africa", "USD"));
        let list = ListMarketsRequest {};
        let markets = world.client.relationship.clone().list_markets(list).await?.into_inner();
        assert!(markets.markets.is_sorted_by_key(|it| it.country_code.clone()));
        assert!(markets.markets.len() > 200 && markets.markets.contains(&market));
        let get = GetMarketRequest { country_code: "IR".to_owned() };
        let unlisted = tests::failed(world.client.relationship.clone().get_market(get).await);
        assert_eq!(unlisted.code(), tonic::Code::InvalidArgument);
    }
}
