"""The main journey with a generated client: from an empty database to an order that is first refused
and then accepted.

    tests/clients/generate python
    PYTHONPATH=gen/python .tools/venv/bin/python tests/clients/journey.py ONBOARDING RELATIONSHIP ORDERING

Each argument is the address of a service, such as 127.0.0.1:50051.
"""

import sys
import time
import uuid

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from csp.onboarding.v1 import agreement_pb2, enrollment_pb2, organization_pb2, partner_pb2
from csp.onboarding.v1 import service_pb2 as onboarding
from csp.onboarding.v1.service_pb2_grpc import OnboardingServiceStub
from csp.ordering.v1 import offer_pb2, order_pb2
from csp.ordering.v1 import service_pb2 as ordering
from csp.ordering.v1.service_pb2_grpc import OrderingServiceStub
from csp.relationship.v1 import customer_pb2, customer_relationship_pb2, transaction_pb2
from csp.relationship.v1 import service_pb2 as relationship
from csp.relationship.v1.service_pb2_grpc import RelationshipServiceStub
from csp.rules.v1 import refusal_pb2

# Deadline of each call, in seconds.
DEADLINE = 10


def new_id():
    return str(uuid.uuid4())


def accepted_on(day):
    accepted = Timestamp()
    accepted.FromJsonString(f"{day}T09:00:00Z")
    return accepted


def a_month_ago():
    month_ago = Timestamp()
    month_ago.FromSeconds(int(time.time()) - 30 * 24 * 3600)
    return month_ago


class Details:
    """Code, ErrorInfo and violations of a failed call."""

    def __init__(self, error):
        self.code = error.code()
        self.info = error_details_pb2.ErrorInfo()
        self.violations = []
        status = rpc_status.from_call(error)
        for detail in status.details if status else []:
            if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
                detail.Unpack(self.info)
            elif detail.Is(refusal_pb2.Refusal.DESCRIPTOR):
                failure = refusal_pb2.Refusal()
                detail.Unpack(failure)
                self.violations.extend(failure.violations)


def failure_of(call, request, **options):
    """Calls a method and returns its failure."""
    try:
        call(request, **{"timeout": DEADLINE, **options})
    except grpc.RpcError as error:
        return Details(error)
    raise AssertionError(f"the call must fail: {request}")


class Journey:
    def __init__(self, addresses):
        channels = [grpc.insecure_channel(address) for address in addresses]
        self.onboarding = OnboardingServiceStub(channels[0])
        self.relationship = RelationshipServiceStub(channels[1])
        self.ordering = OrderingServiceStub(channels[2])

    def company(self, display_name, country):
        organization = organization_pb2.Organization(
            display_name=display_name, country_code=country
        )
        request = onboarding.CreateOrganizationRequest(
            organization=organization, request_id=new_id()
        )
        return self.onboarding.CreateOrganization(request, timeout=DEADLINE).organization.name

    def partner(self, company, country, role, location):
        """A vetted partner that has not accepted the agreement yet."""
        partner = partner_pb2.Partner(organization=company, country_code=country)
        request = onboarding.CreatePartnerRequest(partner_id=new_id(), partner=partner)
        name = self.onboarding.CreatePartner(request, timeout=DEADLINE).partner.name
        request = onboarding.EnrollPartnerRequest(
            parent=name, role=role, contact_email="ada@partner.example.com"
        )
        enrollment = self.onboarding.EnrollPartner(request, timeout=DEADLINE).enrollment.name
        request = onboarding.SubmitEnrollmentRequest(name=enrollment)
        self.onboarding.SubmitEnrollment(request, timeout=DEADLINE)
        for check in (
            enrollment_pb2.VETTING_CHECK_EMAIL_OWNERSHIP,
            enrollment_pb2.VETTING_CHECK_EMPLOYMENT,
            enrollment_pb2.VETTING_CHECK_BUSINESS,
        ):
            request = onboarding.RecordVettingResultRequest(
                name=enrollment, check=check, result=enrollment_pb2.VETTING_RESULT_AUTHORIZED
            )
            self.onboarding.RecordVettingResult(request, timeout=DEADLINE)
        request = onboarding.AssociateLocationRequest(
            name=name, location_account_id=location, location_country_code=country
        )
        self.onboarding.AssociateLocation(request, timeout=DEADLINE)
        return name

    def accept_agreement(self, partner, kind):
        signatory = agreement_pb2.Signatory(
            first_name="Ada",
            last_name="Byron",
            email="ada@partner.example.com",
            role=agreement_pb2.SIGNATORY_ROLE_GLOBAL_ADMIN,
        )
        agreement = agreement_pb2.Agreement(
            kind=kind,
            signatory=signatory,
            accept_time=a_month_ago(),
        )
        request = onboarding.AcceptAgreementRequest(parent=partner, agreement=agreement)
        self.onboarding.AcceptAgreement(request, timeout=DEADLINE)

    def partner_up(self, provider, reseller):
        request = relationship.InvitePartnershipRequest(provider=provider, reseller=reseller)
        invited = self.relationship.InvitePartnership(request, timeout=DEADLINE).partnership
        request = relationship.AcceptPartnershipRequest(name=invited.name)
        self.relationship.AcceptPartnership(request, timeout=DEADLINE)

    def customer_of(self, company, country, provider, partners):
        """A customer with a relationship to each partner; the provider attests the agreement."""
        customer = customer_pb2.Customer(
            display_name="Litware",
            organization=company,
            country_code=country,
            kind=customer_pb2.CUSTOMER_KIND_COMPANY,
        )
        request = relationship.CreateCustomerRequest(customer_id=new_id(), customer=customer)
        name = self.relationship.CreateCustomer(request, timeout=DEADLINE).customer.name
        relationships = {partner: self.establish_relationship(name, partner) for partner in partners}
        agreement = customer_pb2.CustomerAgreement(
            template_id="117a77b0-9360-443b-8795-c6dedc750cf9",
            version="2025-09",
            first_name="Grace",
            last_name="Hopper",
            email="grace@litware.example.com",
            accept_time=accepted_on("2026-01-16"),
        )
        if provider in relationships:
            request = relationship.AttestCustomerAgreementRequest(
                name=relationships[provider], agreement=agreement
            )
            self.relationship.AttestCustomerAgreement(request, timeout=DEADLINE)
        return name

    def establish_relationship(self, customer, partner):
        request = relationship.RequestCustomerRelationshipRequest(
            parent=customer,
            partner=partner,
            kind=customer_relationship_pb2.CUSTOMER_RELATIONSHIP_KIND_RESALE,
        )
        requested = self.relationship.RequestCustomerRelationship(request, timeout=DEADLINE)
        name = requested.relationship.name
        request = relationship.AcceptCustomerRelationshipRequest(name=name)
        self.relationship.AcceptCustomerRelationship(request, timeout=DEADLINE)
        return name

    def offer(self):
        plan = offer_pb2.Plan(
            term=offer_pb2.TERM_P1Y,
            billing_cycle=offer_pb2.BILLING_CYCLE_MONTHLY,
            unit_price=offer_pb2.Money(currency_code="EUR", minor_units=1000),
        )
        offer = offer_pb2.Offer(
            display_name="Microsoft 365 Business",
            product_family=transaction_pb2.PRODUCT_FAMILY_MICROSOFT_365,
            min_quantity=1,
            max_quantity=300,
            every_market=True,
            plans=[plan],
        )
        request = ordering.CreateOfferRequest(offer_id="m365-business", offer=offer)
        return self.ordering.CreateOffer(request, timeout=DEADLINE).offer.name

    def order_of(self, seller, reseller, customer, offer, location):
        line = order_pb2.OrderLine(
            offer=offer,
            quantity=5,
            term=offer_pb2.TERM_P1Y,
            billing_cycle=offer_pb2.BILLING_CYCLE_MONTHLY,
            currency_code="EUR",
            partner_id_on_record=location,
        )
        return order_pb2.Order(
            seller=seller,
            reseller=reseller,
            customer=customer,
            partner_attestation_accepted=True,
            lines=[line],
        )

    def place(self, order, request_id, validate_only=False):
        request = ordering.PlaceOrderRequest(
            order=order, request_id=request_id, validate_only=validate_only
        )
        return self.ordering.PlaceOrder(request, timeout=DEADLINE).order

    def pages(self, page_size):
        """The names of all organizations, page by page."""
        request = onboarding.ListOrganizationsRequest(page_size=page_size)
        while True:
            response = self.onboarding.ListOrganizations(request, timeout=DEADLINE)
            yield [organization.name for organization in response.organizations]
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token

    def run(self):
        companies = [
            self.company("Northwind Distribution", "NL"),
            self.company("Fabrikam Resale", "DE"),
            self.company("Litware", "BE"),
        ]
        provider = self.partner(
            companies[0], "NL", enrollment_pb2.ROLE_INDIRECT_PROVIDER, "4847301"
        )
        self.accept_agreement(provider, agreement_pb2.AGREEMENT_KIND_INDIRECT_PROVIDER)
        reseller = self.partner(
            companies[1], "DE", enrollment_pb2.ROLE_INDIRECT_RESELLER, "4847302"
        )
        self.partner_up(provider, reseller)
        customer = self.customer_of(companies[2], "BE", provider, [provider, reseller])
        order = self.order_of(provider, reseller, customer, self.offer(), "4847302")

        request_id = new_id()
        request = ordering.PlaceOrderRequest(order=order, request_id=request_id)
        refusal = failure_of(self.ordering.PlaceOrder, request)
        print("refused:", refusal.code.name, refusal.info.domain, refusal.info.reason)
        print("who must act:", refusal.info.metadata["responsible"])
        for violation in refusal.violations:
            print("rule:", violation.rule_id, violation.reason)

        self.accept_agreement(reseller, agreement_pb2.AGREEMENT_KIND_INDIRECT_RESELLER)
        dry_run = self.place(order, request_id, validate_only=True)
        print("dry run:", order_pb2.OrderState.Name(dry_run.state), repr(dry_run.name))
        placed = self.place(order, request_id)
        print("placed:", order_pb2.OrderState.Name(placed.state))
        again = self.place(order, request_id)
        print("same order again:", again.name == placed.name)
        orders = self.ordering.ListOrders(ordering.ListOrdersRequest(), timeout=DEADLINE).orders
        filtered = ordering.ListSubscriptionsRequest(filter=f"order = {placed.name}")
        bought = self.ordering.ListSubscriptions(filtered, timeout=DEADLINE).subscriptions
        print("orders:", len(orders), "subscriptions:", len(bought))

        pages = list(self.pages(page_size=2))
        every_company = sorted(name for page in pages for name in page) == sorted(companies)
        print("pages:", [len(page) for page in pages], every_company)
        late = failure_of(self.ordering.PlaceOrder, request, timeout=-1)
        print("too late:", late.code.name)


if __name__ == "__main__":
    Journey(sys.argv[1:]).run()
