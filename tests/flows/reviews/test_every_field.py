"""Every field that Trustpilot's pages list about a review stands in the org after a run."""

import pytest

SERVICE = {
    "stars": 2,
    "title": "Wrong parcel",
    "text": "Somebody else's tent.",
    "language": "en",
    "experiencedAt": "2026-02-20T00:00:00",
    "updatedAt": "2026-03-01T12:00:00.5",
    "consumer": {
        "id": "c1",
        "displayName": "Ann",
        "displayLocation": "Oslo, NO",
        "numberOfReviews": 7,
    },
    "location": {
        "id": "00000000-0000-4000-8000-000000000008",
        "name": "Harbour Street",
        "urlFormattedName": "HarbourStreet",
        "externalId": "STORE-8",
    },
    "companyReply": {
        "text": "We are sorry.",
        "authorBusinessUserId": "u1",
        "authorBusinessUserName": "Ada Agent",
        "createdAt": "2026-03-01T13:00:00",
        "updatedAt": "2026-03-01T14:00:00.1234567Z",
    },
    "isVerified": True,
    "reviewVerificationLevel": "invited",
    "source": "InvitationLinkApi",
    "numberOfLikes": 3,
    "status": "reported",
    "reportData": {
        "source": "Trustpilot",
        "publicComment": "Holds a name.",
        "createdAt": "2026-03-01T15:00:00",
        "reasons": ["sensitiveInformation", "consumerIsCompetitor"],
        "reason": "consumer_is_competitor",
        "reviewVisibility": "hidden",
    },
    "complianceLabels": ["incentivised", None],
    "countsTowardsTrustScore": True,
    "countsTowardsLocationTrustScore": True,
    "invitation": {"businessUnitId": "unit-0"},
    "businessUnitHistory": [
        {
            "businessUnitId": "unit-0",
            "identifyingName": "old.example.com",
            "displayName": "Old Shop",
            "changeDate": "2026-03-01T00:00:00",
        },
        {"businessUnitId": "unit-00", "changeDate": None},
    ],
    "referralEmail": "ann@example.com",
    "referenceId": "#1001",
    "tags": [{"group": "generic", "value": "vip"}, {"group": "Generic", "value": "tent"}],
    "findReviewer": {
        "isEligible": True,
        "requests": [
            {
                "id": "f1",
                "created": "2026-03-01T16:00:00",
                "status": "complete",
                "businessUserMessage": "Which order was it?",
                "consumerResponse": {
                    "referenceId": "# 77",
                    "name": "Ann Other",
                    "email": "Ann@Private.example",
                    "phoneNumber": "+44 1632 960001",
                    "address": "1 Sample Street\n1000 Sampleton",
                    "message": "It was me.",
                    "submittedAt": "2026-03-01T17:00:00",
                },
            }
        ],
    },
}
SERVICE_ROW = {
    "Type__c": "Service",
    "Stars__c": 2,
    "Title__c": "Wrong parcel",
    "Text__c": "Somebody else's tent.",
    "Language__c": "en",
    "Review_Updated__c": "2026-03-01T12:00:00.000+0000",
    "Experienced__c": "2026-02-20T00:00:00.000+0000",
    "Consumer_Id__c": "c1",
    "Consumer_Name__c": "Ann",
    "Consumer_Location__c": "Oslo, NO",
    "Consumer_Reviews__c": 7,
    "Invited_Email__c": "ann@example.com",
    "Invitation_Business_Unit_Id__c": "unit-0",
    "Reference_Number__c": "#1001",
    "Source__c": "InvitationLinkApi",
    "Status__c": "reported",
    "Verified__c": True,
    "Verification_Level__c": "invited",
    "Likes__c": 3,
    "Tags__c": "tent; vip",
    "Compliance_Labels__c": "incentivised",
    "Counts_Towards_Trust_Score__c": True,
    "Counts_Towards_Location_Score__c": True,
    "Business_Unit_History__c": "2026-03-01 Old Shop (old.example.com)\nunit-00",
    "Location_Id__c": "00000000-0000-4000-8000-000000000008",
    "Location_External_Id__c": "STORE-8",
    "Location__c": "Harbour Street",
    "Report_Source__c": "Trustpilot",
    "Report_Comment__c": "Holds a name.",
    "Report_Created__c": "2026-03-01T15:00:00.000+0000",
    "Report_Reason__c": "consumer_is_competitor",
    "Report_Reasons__c": "sensitiveInformation, consumerIsCompetitor",
    "Report_Visibility__c": "hidden",
    "Find_Reviewer_Eligible__c": True,
    "Find_Reviewer_Id__c": "f1",
    "Find_Reviewer_Created__c": "2026-03-01T16:00:00.000+0000",
    "Find_Reviewer_Status__c": "Complete",
    "Find_Reviewer_Message__c": "Which order was it?",
    "Consumer_Response_Reference__c": "# 77",
    "Consumer_Response_Name__c": "Ann Other",
    "Consumer_Response_Email__c": "ann@private.example",
    "Consumer_Response_Phone__c": "+44 1632 960001",
    "Consumer_Response_Address__c": "1 Sample Street\n1000 Sampleton",
    "Consumer_Response_Message__c": "It was me.",
    "Consumer_Response_At__c": "2026-03-01T17:00:00.000+0000",
    "Live_Reply__c": "We are sorry.",
    "Live_Reply_At__c": "2026-03-01T13:00:00.000+0000",
    "Live_Reply_Updated__c": "2026-03-01T14:00:00.000+0000",
    "Live_Reply_Author__c": "Ada Agent",
    "Live_Reply_Author_Id__c": "u1",
}
PRODUCT = {
    "stars": 4,
    "content": "Keeps the rain out.",
    "updatedAt": "2026-03-01T12:00:00",
    "product": {
        "id": "pr1",
        "productUrl": "https://www.example.com/tent",
        "productImages": [{"url": "https://www.example.com/tent.jpg"}],
        "name": "Tent",
        "sku": "TENT-2P",
        "gtin": "4012345678901",
        "mpn": "M-1",
        "brand": "Example Trail",
    },
    "consumer": {"id": "c2", "email": "bo@example.com", "name": "Bo"},
    "referenceId": "1002",
    "locale": "en-GB",
    "language": "en",
    "redirectUri": "https://www.example.com/thanks",
    "state": "published",
    "hasModerationHistory": True,
    "conversationId": "conv-1",
    "attributeRatings": [
        {"attributeId": "attributes.default.quality", "attributeName": "Quality", "rating": 4}
    ],
    "attachments": ["https://www.example.com/a.jpg", {"id": "1", "state": "pending"}],
}
PRODUCT_ROW = {
    "Type__c": "Product",
    "Stars__c": 4,
    "Text__c": "Keeps the rain out.",
    "Language__c": "en",
    "Locale__c": "en-GB",
    "Review_Updated__c": "2026-03-01T12:00:00.000+0000",
    "Attribute_Ratings__c": "Quality: 4",
    "Attachments__c": 'https://www.example.com/a.jpg\n{"id":"1","state":"pending"}',
    "Consumer_Id__c": "c2",
    "Consumer_Name__c": "Bo",
    "Consumer_Email__c": "bo@example.com",
    "Reference_Number__c": "1002",
    "Product_Id__c": "pr1",
    "Product_Name__c": "Tent",
    "Product_Sku__c": "TENT-2P",
    "Product_Gtin__c": "4012345678901",
    "Product_Mpn__c": "M-1",
    "Product_Brand__c": "Example Trail",
    "Product_Url__c": "https://www.example.com/tent",
    "Product_Image__c": "https://www.example.com/tent.jpg",
    "Status__c": "published",
    "Has_Moderation_History__c": True,
    "Conversation_Id__c": "conv-1",
}


@pytest.fixture
def record(soql):
    """A review's record with these fields: `record(review_id, SERVICE_ROW)`."""

    def find(review_id, fields):
        query = "SELECT {} FROM Trustpilot_Review__c WHERE External_Id__c = '{}'"
        (row,) = soql(query, ", ".join(fields), review_id)
        return {name: row[name] for name in fields}

    return find


SIDES = {"service": (SERVICE, SERVICE_ROW), "product": (PRODUCT, PRODUCT_ROW)}


@pytest.mark.parametrize("kind", SIDES)
def test_every_field_of_a_review_arrives(kind, one_run, write, record):
    sent, row = SIDES[kind]
    review = write(kind, **sent)

    one_run()

    assert record(review, row) == row


def test_a_service_review_names_its_public_page_and_a_product_review_none(one_run, write, record):
    service, product = write(), write("product")

    one_run()

    page = f"https://www.trustpilot.com/reviews/{service}"
    assert record(service, ["Public_Url__c"]) == {"Public_Url__c": page}
    assert record(product, ["Public_Url__c"]) == {"Public_Url__c": None}


@pytest.mark.parametrize("kind", SIDES)
def test_every_mapped_field_is_in_these_tables(kind, settings):
    mapping = getattr(settings.reviews, f"{kind}_mapping")
    elsewhere = {"External_Id__c", "Review_Created__c", "Public_Url__c"}
    assert {each.target for each in mapping.fields} - elsewhere == set(SIDES[kind][1])


def test_a_review_with_nothing_but_an_id_and_a_time_arrives(one_run, write, record, soql):
    bare = {name: None for name in SERVICE if name not in {"consumer", "stars"}}
    review = write(**bare)

    one_run()

    about_the_consumer = {name for name in SERVICE_ROW if name.startswith("Consumer_")}
    kept = record(review, SERVICE_ROW.keys() - about_the_consumer - {"Stars__c"})
    assert set(kept.values()) == {"Service", None, False}
    assert soql("SELECT Id FROM Trustpilot_Issue__c") == []


def test_an_answer_of_the_consumer_that_comes_later_connects_the_review(
    one_run, write, emulator, soql
):
    contact = emulator.org.insert("Contact", {"LastName": "Ann", "Email": "ann@private.example"})
    review = write()
    one_run()
    emulator.trustpilot.edit_review(
        review, updatedAt=None, findReviewer=SERVICE["findReviewer"] | {"isEligible": False}
    )
    emulator.clock.advance(86_400)
    one_run()
    emulator.clock.advance(86_400)
    one_run()

    query = "SELECT Contact__c FROM Trustpilot_Review__c WHERE External_Id__c = '{}'"
    assert soql(query, review) == [{**soql(query, review)[0], "Contact__c": contact}]
