"""Reads failures with a client of default settings: hostile requests to every method, and refusals with
as many violations as a request can cause.

    tests/clients/generate python
    PYTHONPATH=gen/python .tools/venv/bin/python tests/clients/refusals.py ONBOARDING RELATIONSHIP ORDERING

Prints the codes and reasons. Fails if a status cannot be read: a response that exceeds the client's
limit of headers becomes RESOURCE_EXHAUSTED without details.
"""

import sys

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from csp.onboarding.v1 import enrollment_pb2
from csp.onboarding.v1 import service_pb2 as onboarding
from csp.ordering.v1 import offer_pb2, order_pb2
from csp.ordering.v1 import service_pb2 as ordering
from csp.relationship.v1 import service_pb2 as relationship
from journey import DEADLINE, Journey, new_id

# Limit of `grpc-status-details-bin` in bytes of base64.
MAX_DETAILS = 6 * 1024
# A text whose characters take nine bytes each in `grpc-message`.
LONG = "日本" * 100
# The most lines of an order, and a number of names.
LINES, NAMES = 300, 60


class Reader:
    """Reads failures; each must carry one ErrorInfo."""

    def __init__(self):
        self.seen = set()

    def read(self, call, request):
        try:
            call(request, timeout=DEADLINE)
        except grpc.RpcError as error:
            return self.details(error)
        raise AssertionError(f"the call must fail: {str(request)[:200]}")

    def details(self, error):
        # Raises if the message in the details differs from that of the status.
        status = rpc_status.from_call(error)
        assert status, f"{error.code()} without details: {error.details()}"
        kinds = [detail.TypeName() for detail in status.details]
        assert kinds.count("google.rpc.ErrorInfo") == 1, f"{error.code()}: {kinds}"
        size = status.ByteSize() * 4 / 3
        assert size <= MAX_DETAILS, f"{size} bytes of {error.details()}"
        found = {kind: detail for kind, detail in zip(kinds, status.details)}
        info = error_details_pb2.ErrorInfo()
        found["google.rpc.ErrorInfo"].Unpack(info)
        self.seen.add(f"{error.code().name} {info.domain} {info.reason}")
        violations = error_details_pb2.BadRequest()
        if "google.rpc.BadRequest" in found:
            found["google.rpc.BadRequest"].Unpack(violations)
        return info, violations.field_violations


def hostile(descriptor, depth=0):
    """A message of this type that is large and has no valid field."""
    message = message_factory.GetMessageClass(descriptor)()
    for field in descriptor.fields:
        times = NAMES if field.is_repeated and depth == 0 else 5
        if field.message_type:
            if depth > 3 or field.message_type.file.package.startswith("google."):
                continue
            value = hostile(field.message_type, depth + 1)
            if field.is_repeated:
                getattr(message, field.name).extend([value] * times)
            else:
                getattr(message, field.name).CopyFrom(value)
        elif field.type == FieldDescriptor.TYPE_STRING:
            if field.is_repeated:
                getattr(message, field.name).extend([LONG] * times)
            else:
                setattr(message, field.name, LONG)
        elif field.type == FieldDescriptor.TYPE_ENUM and not field.is_repeated:
            setattr(message, field.name, 77)
        elif field.cpp_type == FieldDescriptor.CPPTYPE_INT32 and not field.is_repeated:
            setattr(message, field.name, -1)
    return message


def every_method(journey, reader):
    """Calls every method with a hostile request."""
    count = 0
    for service, channel in zip((onboarding, relationship, ordering), journey.channels):
        for descriptor in service.DESCRIPTOR.services_by_name.values():
            for method in descriptor.methods:
                response = message_factory.GetMessageClass(method.output_type)
                call = channel.unary_unary(
                    f"/{descriptor.full_name}/{method.name}",
                    request_serializer=lambda message: message.SerializeToString(),
                    response_deserializer=response.FromString,
                )
                request = hostile(method.input_type)
                if request.ByteSize() == 0 or not method.input_type.fields:
                    continue
                reader.read(call, request)
                count += 1
    assert count > 50, f"only {count} methods"


def line(**fields):
    return order_pb2.OrderLine(
        **{
            "offer": "offers/m365-business",
            "quantity": 1,
            "term": offer_pb2.TERM_P1Y,
            "billing_cycle": offer_pb2.BILLING_CYCLE_MONTHLY,
            "currency_code": "EUR",
            "partner_id_on_record": "4847399",
            **fields,
        }
    )


def many(journey, reader):
    """As many violations as one request can have."""
    names = onboarding.BatchGetPartnerStandingsRequest(names=[f"partners/{LONG}{at}" for at in range(NAMES)])
    info, violations = reader.read(journey.onboarding.BatchGetPartnerStandings, names)
    assert int(info.metadata["violationCount"]) >= NAMES, info
    assert violations[-1].description.startswith("and "), violations[-1]

    def refused(lines, **fields):
        order = order_pb2.Order(**{**chain(), "lines": lines, **fields})
        request = ordering.PlaceOrderRequest(order=order, request_id=new_id())
        return reader.read(journey.ordering.PlaceOrder, request)

    def chain():
        return {"seller": journey.seller, "reseller": journey.reseller, "customer": journey.buyer}

    short = LONG[:20]
    bad = line(offer=short, quantity=-1, term=77, billing_cycle=77, currency_code=short)
    info, violations = refused([bad] * LINES)
    assert int(info.metadata["violationCount"]) >= 4 * LINES, info
    shown = len(violations) - 1
    left_out = int(info.metadata["violationCount"]) - shown
    assert violations[-1].description == f"and {left_out} more", violations[-1]
    refused([line(offer=f"offers/no-{at}") for at in range(LINES)])
    refused([line(currency_code="USD")] * LINES)
    refused([line(partner_id_on_record=str(4_000_000 + at)) for at in range(LINES)])
    refused([line()] * LINES, partner_attestation_accepted=False)


def repeated(journey, reader):
    """Missing and existing resources, a stale etag, a reused request id."""
    name = f"organizations/{new_id()}"
    reader.read(journey.onboarding.GetOrganization, onboarding.GetOrganizationRequest(name=name))
    again = onboarding.EnrollPartnerRequest(
        parent=journey.seller,
        role=enrollment_pb2.ROLE_INDIRECT_PROVIDER,
        contact_email="ada@partner.example.com",
    )
    reader.read(journey.onboarding.EnrollPartner, again)
    retire = ordering.RetireOfferRequest(
        name="offers/m365-business", detail=LONG, etag="r99-1", request_id=new_id()
    )
    reader.read(journey.ordering.RetireOffer, retire)
    retire.etag = ""
    journey.ordering.RetireOffer(retire, timeout=DEADLINE)
    retire.detail = "other"
    reader.read(journey.ordering.RetireOffer, retire)
    retire.request_id = new_id()
    reader.read(journey.ordering.RetireOffer, retire)


class Sales(Journey):
    """A seller, a reseller that may not sell yet, and a customer."""

    def __init__(self, addresses):
        super().__init__(addresses)
        self.channels = [grpc.insecure_channel(address) for address in addresses]
        companies = [self.company("Seller", "NL"), self.company("日本" * 80, "US")]
        self.seller = self.partner(
            companies[0], "NL", enrollment_pb2.ROLE_INDIRECT_PROVIDER, "4847398"
        )
        self.reseller = self.partner(
            companies[1], "US", enrollment_pb2.ROLE_INDIRECT_RESELLER, "4847399"
        )
        self.buyer = self.customer_of(self.company("Buyer", "BE"), "BE", self.seller, [])
        self.offer()


if __name__ == "__main__":
    sales, log = Sales(sys.argv[1:]), Reader()
    every_method(sales, log)
    many(sales, log)
    repeated(sales, log)
    print("\n".join(sorted(log.seen)))
