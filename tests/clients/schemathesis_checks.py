"""Our own forms of two of schemathesis's checks: see test_schemathesis.py."""

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection

# How a refusal begins whose cause a schema of OpenAPI 3.0 cannot say: values that mean more than their type, and
# parameters that exclude each other.
BEYOND_A_SCHEMA = (
    "bbox is ",
    "datetime is ",
    "The filter ",
    "filter ",
    "sortby ",
    "There is no property ",
    "profile jsonfg",
    "status is ",  # an empty list is written like a list of one empty word
)


@schemathesis.check
def fitting_requests_are_answered_or_refused_for_cause(ctx, response, case):
    """A request that fits the definition is refused only for what the definition cannot say."""
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code != 400 or mode is None or not mode.is_positive:
        return
    # The sentence stands in JSON as it does in HTML.
    if not any(beginning in response.text for beginning in BEYOND_A_SCHEMA):
        raise AssertionError(f"a request that fits the definition was refused: {response.text[:500]}")


@schemathesis.check
def other_requests_are_refused(ctx, response, case):
    """A request that does not fit is refused; but OGC API Features has a limit above the maximum mean the maximum."""
    try:
        negative_data_rejection(ctx, response, case)
    except AssertionError:
        limit = str((case.query or {}).get("limit", ""))
        if not (limit.isdecimal() and int(limit) > 10_000):
            raise
