"""The table of the vendor's resources: method and path shape, and who answers.

Literal shapes stand before shapes with a blank in the same place; the first match wins.
"""

from collections.abc import Callable

from connector.emulator.salesforce import (
    bulk_ingest,
    bulk_query,
    collections,
    composite,
    deploy_api,
    oauth,
    query,
    replication,
    rest,
)
from connector.emulator.salesforce.org_errors import ApiError, not_found
from connector.emulator.salesforce.state import State
from connector.emulator.salesforce.wire import Answer, Ask

Handler = Callable[..., Answer]
Route = tuple[str, tuple[str, ...], Handler]
BLANK = "{}"


def _route(method: str, shape: str, handler: Handler) -> Route:
    return method, tuple(part for part in shape.split("/") if part), handler


OPEN_ROUTES = (
    _route("GET", "services/data", rest.versions),
    _route("POST", "services/oauth2/token", oauth.token),
    _route("POST", "services/oauth2/revoke", oauth.revoke),
    _route("GET", "services/oauth2/revoke", oauth.revoke),
    _route("GET", "services/oauth2/userinfo", oauth.userinfo),
    _route("POST", "services/oauth2/userinfo", oauth.userinfo),
)

VERSIONED_ROUTES = (
    _route("GET", "", rest.resources),
    _route("GET", "limits", rest.limits),
    _route("GET", "limits/recordCount", rest.record_count),
    _route("GET", "query", query.query),
    _route("GET", "queryAll", query.query_all),
    _route("GET", "query/{}", query.next_page),
    _route("GET", "queryAll/{}", query.next_page),
    _route("GET", "sobjects", rest.describe_global),
    _route("GET", "sobjects/{}", rest.basic_information),
    _route("POST", "sobjects/{}", rest.create),
    _route("GET", "sobjects/{}/describe", rest.describe),
    _route("GET", "sobjects/{}/updated", replication.updated),
    _route("GET", "sobjects/{}/deleted", replication.deleted),
    _route("GET", "sobjects/{}/{}", rest.read),
    _route("PATCH", "sobjects/{}/{}", rest.update),
    _route("DELETE", "sobjects/{}/{}", rest.delete),
    _route("GET", "sobjects/{}/{}/{}", rest.read_by_key),
    _route("PATCH", "sobjects/{}/{}/{}", rest.upsert),
    _route("DELETE", "sobjects/{}/{}/{}", rest.delete_by_key),
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
