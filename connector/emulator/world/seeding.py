"""Fills both sides of an emulator with the same business, and says where everything is.

Touches the emulator only through the methods that every test has too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from connector.emulator.app import Emulator
from connector.emulator.salesforce.org import Org
from connector.emulator.salesforce.rest.settings import ConnectedApp
from connector.emulator.trustpilot import TrustpilotState
from connector.emulator.trustpilot.business_units import BusinessUnit
from connector.emulator.trustpilot.reviews.product import Comment, Conversation
from connector.emulator.world.business import Business
from connector.emulator.world.catalogue import Product
from connector.emulator.world.handles import World
from connector.emulator.world.org import early_stage
from connector.emulator.world.org.history import live
from connector.emulator.world.org.orders import Purchase
from connector.emulator.world.reviews.product import ProductReview
from connector.emulator.world.reviews.product import product_reviews as product_reviews_of
from connector.emulator.world.reviews.service import service_reviews as service_reviews_of
from connector.emulator.world.reviews.writing import Company, Invitee, Writing

DOMAIN = "shop.example.com"
SHOP_NAME = "Example Outdoor Shop"
_HISTORIC = {1: 61, 2: 20, 3: 45, 4: 210, 5: 880}
_TRACKED = (("Case", "Status"), ("Order", "Status"), ("Opportunity", "StageName"))


def seed(  # noqa: PLR0913 - the knobs of the world, each by name
    emulator: Emulator,
    *,
    random_seed: int = 7,
    service_reviews: int = 240,
    product_reviews: int = 60,
    days: float = 60,
    people: int = 120,
) -> World:
    """Fill a new emulator with a business of the last `days` days and return its handles.

    The same arguments give the same world, with all times counted back from the emulator's now.
    Call it once and before anybody is connected: the clock visits the past meanwhile.
    """
    business = Business.of(random_seed, days, emulator.clock.now(), people)
    now = business.period.now
    org, state = emulator.salesforce.org, emulator.trustpilot

    _open_org(emulator)
    ids = live(org, emulator.clock, business.changes(), user=_seller(org))

    unit = _open_unit(state, business.products)
    acting = state.accounts.users[state.acting_user_id]
    company = Company(unit.id, acting.id, acting.name)
    invitees = list(_invitees(org, ids, business.purchases))
    writing = Writing(service_reviews, days, now)
    for fields in service_reviews_of(random_seed, company, writing, invitees):
        state.add_service_review(unit.id, **fields)
    writing = Writing(product_reviews, days, now)
    for review in product_reviews_of(random_seed, company, writing, invitees, business.products):
        _add_product_review(state, unit.id, review)
    return World(
        **asdict(emulator.credentials),
        business_unit_id=unit.id,
        opportunity_id=ids[early_stage.OPPORTUNITY],
        order_id=ids[early_stage.ORDER],
        case_id=ids[early_stage.CASE],
    )


def _open_org(emulator: Emulator) -> None:
    """Set the org up as its administrator would before the connector arrives."""
    settings, org = emulator.salesforce.settings, emulator.salesforce.org
    app = ConnectedApp(
        client_id="3MVG9.emulated.connector",
        client_secret="emulated-client-secret",  # noqa: S106 - opens nothing but the emulator
        run_as="integration@example.com",
    )
    settings.connected_apps.append(app)
    org.settings.person_accounts = True
    for person in ("Contact", "Lead"):
        org.show_field(person, "HasOptedOutOfEmail")
    for sobject, field in _TRACKED:
        org.track_history(sobject, field)


def _seller(org: Org) -> str:
    """Return the user who does the daily work: what is done here was not done by the connector."""
    values = {
        "Username": "sam.seller@example.com",
        "FirstName": "Sam",
        "LastName": "Seller",
        "Email": "sam.seller@example.com",
        "Alias": "sseller",
    }
    return org.insert("User", values)


def _open_unit(state: TrustpilotState, products: Sequence[Product]) -> BusinessUnit:
    unit = state.add_business_unit(DOMAIN, display_name=SHOP_NAME, country="GB", historic=_HISTORIC)
    unit.skus.update(product.sku for product in products)
    return unit


def _invitees(org: Org, ids: Mapping[str, str], purchases: Sequence[Purchase]) -> Iterator[Invitee]:
    """Yield who was asked for a review: activated orders of customers who may be written to."""
    for purchase in purchases:
        person = purchase.bill_to
        if purchase.activated is None or person is None or person.email is None:
            continue
        if person.opted_out or person.bounced:
            continue
        order = org.retrieve("Order", ids[purchase.key], ["OrderNumber"])
        yield Invitee(
            email=person.email,
            name=person.display_name,
            reference=order["OrderNumber"],
            language=person.language,
            since=purchase.activated,
        )


def _add_product_review(state: TrustpilotState, unit_id: str, review: ProductReview) -> None:
    if not review.comments:
        state.add_product_review(unit_id, **review.fields)
        return
    review_id, consumer_id = review.fields["id"], review.fields["consumer"]["id"]
    conversation = Conversation(
        id=state.ids.next("conversation"),
        business_unit_id=unit_id,
        consumer_id=consumer_id,
        review_id=review_id,
    )
    for comment in review.comments:
        conversation.comments.append(
            Comment(
                id=state.ids.next("comment"),
                content=comment["content"],
                author_id=comment["author"]["id"],
                created_at=comment["createdAt"],
                author_type=comment["author"]["type"],
            )
        )
    state.product.conversations[conversation.id] = conversation
    state.add_product_review(unit_id, **review.fields, conversationId=conversation.id)
