"""The table of the vendor's resources: method and path shape, and who answers.

Literal shapes stand before shapes with a blank in the same place; the first match wins.
"""

from collections.abc import Callable

from connector.emulator.salesforce.bulk import ingest as bulk_ingest
from connector.emulator.salesforce.bulk import query as bulk_query
from connector.emulator.salesforce.deploy import api as deploy_api
from connector.emulator.salesforce.rest import (
    collections,
    composite,
    oauth,
    query,
    replication,
    single,
)
from connector.emulator.salesforce.rest.state import State
from connector.emulator.salesforce.rest.wire import Answer, Ask
from connector.emulator.salesforce.rows.errors import ApiError, not_found

Handler = Callable[..., Answer]
Route = tuple[str, tuple[str, ...], Handler]
BLANK = "{}"


def _route(method: str, shape: str, handler: Handler) -> Route:
    return method, tuple(part for part in shape.split("/") if part), handler


OPEN_ROUTES = (
    _route("GET", "services/data", single.versions),
    _route("POST", "services/oauth2/token", oauth.token),
    _route("POST", "services/oauth2/revoke", oauth.revoke),
    _route("GET", "services/oauth2/revoke", oauth.revoke),
    _route("GET", "services/oauth2/userinfo", oauth.userinfo),
    _route("POST", "services/oauth2/userinfo", oauth.userinfo),
)

VERSIONED_ROUTES = (
    _route("GET", "", single.resources),
    _route("GET", "limits", single.limits),
    _route("GET", "limits/recordCount", single.record_count),
    _route("GET", "query", query.query),
    _route("GET", "queryAll", query.query_all),
    _route("GET", "query/{}", query.next_page),
    _route("GET", "queryAll/{}", query.next_page),
    _route("GET", "sobjects", single.describe_global),
    _route("GET", "sobjects/{}", single.basic_information),
    _route("POST", "sobjects/{}", single.create),
    _route("GET", "sobjects/{}/describe", single.describe),
    _route("GET", "sobjects/{}/updated", replication.updated),
    _route("GET", "sobjects/{}/deleted", replication.deleted),
    _route("GET", "sobjects/{}/{}", single.read),
    _route("PATCH", "sobjects/{}/{}", single.update),
    _route("DELETE", "sobjects/{}/{}", single.delete),
    _route("GET", "sobjects/{}/{}/{}", single.read_by_key),
    _route("PATCH", "sobjects/{}/{}/{}", single.upsert),
    _route("DELETE", "sobjects/{}/{}/{}", single.delete_by_key),
    _route("POST", "composite", composite.composite),
    _route("POST", "composite/batch", composite.batch),
    _route("POST", "composite/sobjects", collections.create),
    _route("PATCH", "composite/sobjects", collections.update),
    _route("DELETE", "composite/sobjects", collections.delete),
    _route("GET", "composite/sobjects/{}", collections.retrieve),
    _route("POST", "composite/sobjects/{}", collections.retrieve),
    _route("PATCH", "composite/sobjects/{}/{}", collections.upsert),
    _route("GET", "jobs/ingest", bulk_ingest.list_jobs),
    _route("POST", "jobs/ingest", bulk_ingest.create),
    _route("GET", "jobs/ingest/{}", bulk_ingest.read),
    _route("PATCH", "jobs/ingest/{}", bulk_ingest.change_state),
    _route("DELETE", "jobs/ingest/{}", bulk_ingest.delete),
    _route("PUT", "jobs/ingest/{}/batches", bulk_ingest.upload),
    _route("GET", "jobs/ingest/{}/successfulResults", bulk_ingest.successful_results),
    _route("GET", "jobs/ingest/{}/failedResults", bulk_ingest.failed_results),
    # Both spellings are in use: the vendor's pages and its popular clients differ.
    _route("GET", "jobs/ingest/{}/unprocessedrecords", bulk_ingest.unprocessed_records),
    _route("GET", "jobs/ingest/{}/unprocessedRecords", bulk_ingest.unprocessed_records),
    _route("POST", "metadata/deployRequest", deploy_api.create),
    _route("GET", "metadata/deployRequest/{}", deploy_api.read),
    _route("POST", "jobs/query", bulk_query.create),
    _route("GET", "jobs/query/{}", bulk_query.read),
    _route("PATCH", "jobs/query/{}", bulk_query.abort),
    _route("DELETE", "jobs/query/{}", bulk_query.delete),
    _route("GET", "jobs/query/{}/results", bulk_query.results),
    _route("GET", "jobs/query/{}/resultPages", bulk_query.result_pages),
)


def answer(state: State, ask: Ask) -> Answer:
    """Returns what the resource's handler answers.

    Raises:
        ApiError: 404 where no resource has that path, 405 where none has it with that method;
            and whatever the handler raises.
    """
    allowed = []
    for method, shape, handler in VERSIONED_ROUTES if ask.version else OPEN_ROUTES:
        blanks = _blanks(shape, ask.segments)
        if blanks is None:
            continue
        if method == ask.method:
            return handler(state, ask, *blanks)
        allowed.append(method)
    if not allowed:
        raise not_found()
    text = f"HTTP Method '{ask.method}' not allowed. Allowed are {','.join(allowed)}"
    raise ApiError(405, "METHOD_NOT_ALLOWED", text)


def _blanks(shape: tuple[str, ...], segments: tuple[str, ...]) -> list[str] | None:
    if len(shape) != len(segments):
        return None
    blanks = []
    for part, segment in zip(shape, segments, strict=True):
        if part == BLANK:
            blanks.append(segment)
        elif part != segment:
            return None
    return blanks
