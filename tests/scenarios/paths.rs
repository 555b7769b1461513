//! Which chains could serve a customer, and what blocks each.

use contracts::relationship::{
    CheckTransactionRequest, CustomerRelationshipKind as Kind, DecisionView, GetMarketRequest,
    ListSalesPathsRequest, Outcome, Verdict,
};
use tests::{purchase, scenarios};

scenarios! {
    /// Scenario 1 of the programme: every chain, the open ones first (REL-4, ON-1).
    async fn the_chains_that_could_serve_a_customer_are_listed_with_what_blocks_each(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let direct = cast.direct_bill("FR").await?;
        cast.request_relationship(&channel.customer, &direct, Kind::Resale).await?;
        let list = ListSalesPathsRequest { customer: channel.customer.clone() };
        let answer = cast.relationship.clone().list_sales_paths(list).await?.into_inner();
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

    /// The chains of a customer do not drown in the other partners of its provider (REL-1).
    async fn a_provider_with_many_resellers_is_still_listed_for_its_customer(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let company = cast.company("Many", "FR").await?;
        let role = contracts::onboarding::Role::IndirectReseller;
        for _ in 0..101 {
            let other = cast.join(&company, "FR").await?;
            cast.enroll(&other, role).await?;
            cast.invite(&channel.provider, &other).await?;
        }
        let list = ListSalesPathsRequest { customer: channel.customer.clone() };
        let answer = cast.relationship.clone().list_sales_paths(list).await?.into_inner();
        assert!(answer.truncated);
        let open = answer.paths.iter().filter(|it| it.verdict() == Verdict::Undetermined);
        assert_eq!(open.count(), 2, "the provider alone, and through the customer's reseller");
    }

    /// The two views of a decision (CUS-1).
    async fn the_basic_view_shows_what_failed_and_the_full_view_everything(world) {
        let cast = &world.cast;
        let (direct, customer) = (cast.direct_bill("FR").await?, cast.customer("FR").await?);
        cast.establish_relationship(&customer, &direct, Kind::Resale).await?;
        let transaction = Some(purchase(&direct, None, &customer));
        let mut outcomes = Vec::new();
        for view in [DecisionView::Unspecified, DecisionView::Basic, DecisionView::Full] {
            let transaction = transaction.clone();
            let check = CheckTransactionRequest { transaction, view: view.into() };
            let answer = cast.relationship.clone().check_transaction(check).await?.into_inner();
            let decision = answer.decision.unwrap();
            assert_eq!(decision.verdict(), Verdict::Refused);
            outcomes.push(decision.outcomes.len());
        }
        assert_eq!(outcomes, [1, 1, 25]);
    }

    /// ORD-1, ORD-2, ORD-8: what a question lacks may stand against the order.
    async fn a_question_before_the_order_is_no_permission_and_says_what_it_lacks(world) {
        let cast = &world.cast;
        let channel = world.channel("FR").await?;
        let whole = purchase(&channel.provider, Some(&channel.reseller), &channel.customer);
        let mut without_lines = whole.clone();
        without_lines.lines.clear();
        let mut bare = without_lines.clone();
        bare.partner_attestation_accepted = false;
        let mut unattested = whole.clone();
        unattested.partner_attestation_accepted = false;
        for (asked, verdict, open) in [
            (whole, Verdict::Allowed, ""),
            (without_lines, Verdict::Undetermined, "OWN-3 ORD-1 ORD-8"),
            (bare, Verdict::Undetermined, "OWN-3 ORD-1 ORD-2 ORD-8"),
            (unattested, Verdict::Refused, "ORD-2"),
        ] {
            let (transaction, view) = (Some(asked), DecisionView::Basic.into());
            let check = CheckTransactionRequest { transaction, view };
            let answer = cast.relationship.clone().check_transaction(check).await?.into_inner();
            let decision = answer.decision.unwrap();
            let rules: Vec<_> = decision.outcomes.iter().map(|it| it.rule_id.as_str()).collect();
            assert_eq!((decision.verdict(), &*rules.join(" ")), (verdict, open));
            for outcome in &decision.outcomes {
                assert!(!outcome.explanation.is_empty() && !outcome.next_step.is_empty());
            }
        }
    }

    /// The table of markets (REL-3).
    async fn the_region_and_currency_of_a_country_are_told(world) {
        let get = GetMarketRequest { country_code: "RE".to_owned() };
        let market = world.cast.relationship.clone().get_market(get).await?.into_inner();
        let market = market.market.unwrap();
        assert_eq!((&*market.csp_region, &*market.currency_code), ("africa", "USD"));
        let get = GetMarketRequest { country_code: "IR".to_owned() };
        let unlisted = tests::failed(world.cast.relationship.clone().get_market(get).await);
        assert_eq!(unlisted.code(), tonic::Code::InvalidArgument);
    }
}
