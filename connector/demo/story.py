"""The story in six steps, each told with what the other side holds afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests

from connector.core.terms.objects import REVIEW
from connector.demo.stage import DemoFailed, Stage

Say = Callable[[str], None]
Run = dict[str, Any]

_REPLY = "Thank you for telling us. We have looked into it and will be in touch today."


def tell(stage: Stage, say: Say) -> list[tuple[str, Run]]:
    """Play every step; return each run's title and summary. Raises `DemoFailed`."""
    say(f"Salesforce is emulated at {stage.doors.salesforce_url}, Trustpilot at")
    say(f"{stage.doors.trustpilot_url}. Every step types `connector run` against them.")
    runs = [("reviews in", _reviews_arrive(stage, say))]
    runs += [("stages change", _stages_change(stage, say))]
    runs += [("invitations out", _invitations_fall_due(stage, say))]
    _customer_opens_link(stage, say)
    runs += [("replies out", _agent_replies(stage, say))]
    runs += [("nothing to do", _nothing_to_do(stage, say))]
    return runs


def _reviews_arrive(stage: Stage, say: Say) -> Run:
    say("\n1. Reviews arrive in Salesforce (the last 30 days)")
    run = stage.run()
    reviews = Counter(
        row["Type__c"] for row in _ask(stage, "SELECT Type__c FROM Trustpilot_Review__c")
    )
    for kind, found in sorted(reviews.items(), reverse=True):
        say(f"   {found} {kind.lower()} reviews imported")
    (unit,) = _ask(
        stage, "SELECT Name, Trust_Score__c, Reviews_Total__c FROM Trustpilot_Business_Unit__c"
    )
    say(
        f"   {unit['Name']}: TrustScore {unit['Trust_Score__c']}, "
        f"{unit['Reviews_Total__c']:.0f} reviews in all"
    )
    return run


def _stages_change(stage: Stage, say: Say) -> Run:
    say("\n2. People move an opportunity, an order and a case")
    org, world = stage.emulator.org, stage.world
    org.update("Opportunity", world.opportunity_id, {"StageName": "Closed Won"})
    org.update("Order", world.order_id, {"Status": "Activated"})
    org.update("Case", world.case_id, {"Status": "Closed"})
    run = stage.run()
    rows = _ask(
        stage,
        "SELECT Rule__c, Trigger_Object__c, New_Stage__c, Channel__c, Due_At__c, "
        "Recipient_Name__c, Evidence__c FROM Trustpilot_Invitation__c ORDER BY Due_At__c",
    )
    for row in rows:
        say(
            f"   {row['Trigger_Object__c']} became {row['New_Stage__c']} "
            f"(seen in {row['Evidence__c']})"
        )
        say(
            f"     rule {row['Rule__c']}: {row['Channel__c'].lower()} "
            f"for {row['Recipient_Name__c']}, due {_short(row['Due_At__c'])}"
        )
    return run


def _invitations_fall_due(stage: Stage, say: Say) -> Run:
    say("\n3. Eight days pass; what is due goes out")
    stage.emulator.clock.advance(timedelta(days=8))
    run = stage.run()
    sent = stage.emulator.trustpilot.mailbox.received
    say(
        f"   Trustpilot received {len(sent)} e-mail invitations, "
        f"each once: {', '.join(sorted(each.reference for each in sent))}"
    )
    return run


def _customer_opens_link(stage: Stage, say: Say) -> None:
    say("\n4. A customer opens the business-generated link")
    (row,) = _ask(
        stage, "SELECT Link__c FROM Trustpilot_Invitation__c WHERE Status__c = 'Link Ready'"
    )
    page = requests.get(row["Link__c"], verify=str(stage.doors.ca_file), timeout=10)
    opened = stage.emulator.trustpilot.opened_links[-1:]
    if not page.ok or not opened or not opened[0].accepted:
        raise DemoFailed("The emulated Trustpilot did not accept the link.")
    say(f"   {row['Link__c'][:74]}…")
    say(f"   Trustpilot decrypted it and accepted it for reference {opened[0].payload['ref']}")


def _agent_replies(stage: Stage, say: Say) -> Run:
    say("\n5. An agent replies in Salesforce")
    (review,) = _ask(
        stage,
        "SELECT Id, External_Id__c, Stars__c FROM Trustpilot_Review__c WHERE Type__c = 'Service' "
        "AND Live_Reply_At__c = null AND Stars__c <= 2 ORDER BY Review_Created__c DESC LIMIT 1",
    )
    reply = {"Reply__c": _REPLY, "Reply_Status__c": "Queued"}
    stage.emulator.org.update(REVIEW, review["Id"], reply)
    run = stage.run()
    live = requests.get(
        f"{stage.doors.trustpilot_url}/v1/reviews/{review['External_Id__c']}",
        headers={"apikey": stage.world.trustpilot_api_key},
        verify=str(stage.doors.ca_file),
        timeout=10,
    ).json()["companyReply"]
    say(f"   Trustpilot now shows below the {review['Stars__c']:.0f}-star review:")
    say(f"   “{live['text']}”")
    return run


def _nothing_to_do(stage: Stage, say: Say) -> Run:
    say("\n6. Another run finds nothing to do")
    run = stage.run()
    if run["did_something"]:
        raise DemoFailed("The idle run did something.")
    total = run["calls_total"]
    say(
        f"   {total['Salesforce']} Salesforce and {total['Trustpilot']} Trustpilot calls, "
        "nothing written but the heartbeat"
    )
    return run


def _ask(stage: Stage, soql: str) -> list[dict[str, Any]]:
    return stage.emulator.org.query(soql)


def _short(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC"
