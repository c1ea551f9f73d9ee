"""The vendor's words for a query it will not run, with the echo of where it stumbled.

Shape (recorded): a newline, the query, a line with `^` below the place, `ERROR at
Row:1:Column:n`, the message. Clients match it by "contains".
"""

from connector.emulator.salesforce.rows.errors import ApiError

_ECHO_BEFORE = 30
_ECHO_AFTER = 50


def query_error(error_code: str, message: str, text: str, at: int) -> ApiError:
    """Returns the 400 for a place in a query (`at` counts from 0)."""
    flat = " ".join(text.splitlines()) if "\n" in text else text
    start = max(0, at - _ECHO_BEFORE)
    echo = flat[start : at + _ECHO_AFTER]
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    pointer = " " * (at - start) + "^"
    place = f"ERROR at Row:{row}:Column:{column}"
    return ApiError(400, error_code, f"\n{echo}\n{pointer}\n{place}\n{message}")


def no_such_object(name: str, text: str, at: int) -> ApiError:
    """Returns the 400 for an object that is missing, hidden or not enabled."""
    return query_error(
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, "
        "be sure to append the '__c' after the entity name. Please reference your WSDL or the "
        "describe call for the appropriate names.",
        text,
        at,
    )


def no_such_column(name: str, sobject: str, text: str, at: int) -> ApiError:
    """Returns the 400 for a field that is missing or hidden."""
    return query_error(
        "INVALID_FIELD",
        f"No such column '{name}' on entity '{sobject}'. If you are attempting to use a custom "
        "field, be sure to append the '__c' after the custom field name. Please reference your "
        "WSDL or the describe call for the appropriate names.",
        text,
        at,
    )


def no_such_relationship(name: str, text: str, at: int) -> ApiError:
    """Returns the 400 for a parent relationship that is missing or hidden."""
    return query_error(
        "INVALID_FIELD",
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a "
        "custom relationship, be sure to append the '__r' after the custom relationship name. "
        "Please reference your WSDL or the describe call for the appropriate names.",
        text,
        at,
    )


def no_such_children(name: str, text: str, at: int) -> ApiError:
    """Returns the 400 for a child relationship that is missing or hidden."""
    return query_error(
        "INVALID_TYPE",
        f"Didn't understand relationship '{name}' in FROM part of query call. If you are "
        "attempting to use a custom relationship, be sure to append the '__r' after the custom "
        "relationship name. Please reference your WSDL or the describe call for the appropriate "
        "names.",
        text,
        at,
    )


def malformed(message: str, text: str, at: int) -> ApiError:
    """Returns the 400 for text that is no query, or uses what is not offered."""
    return query_error("MALFORMED_QUERY", message, text, at)
