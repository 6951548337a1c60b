"""Our own forms of two of schemathesis's checks, and what keeps its requests for work short: see test_schemathesis.py."""

import os
import urllib.request

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

# The same for what is sent to be worked out: names and points that are or are not in this place, and inputs that
# exclude each other.
OF_THIS_PLACE = (
    "there is no asset ",
    "there is already an asset ",
    "near this place",
    "from the nearest street",
    "no street is within",
    "cannot be read; write as OpenStreetMap does",
    "it is removed and moved, changed or removed again",
    "links are not followed",
    "is there twice",
    "give a standard or a kind, not both",
    "say where: a spot (at) or a postcode",  # one of two inputs, neither required alone
    "give either a spot (at) or a postcode",
    "a gap is of a standard",  # an input that needs another
    "there is no patch ",
    "there is no gap ",
    "postcodes of this place",
    "what is tried changes the gaps",
    "give a number of patches or a size, not both",
    "mending keeps today's patches",
)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Nobody waits a minute for an echo, and no plan is made for longer than a second."""
    inputs = case.body.get("inputs") if isinstance(case.body, dict) else None
    if not isinstance(inputs, dict):
        return
    for name, most in (("pause", 0.05), ("time_limit", 1), ("runs", 1), ("sites", 3)):
        value = inputs.get(name)
        held = value.get("value") if isinstance(value, dict) else value
        if isinstance(held, (int, float)) and not isinstance(held, bool) and held > most:
            # What is too large for the definition must stay so, or its refusal would not be tested.
            within = {"pause": 60, "time_limit": 300, "runs": 500, "sites": 1000}[name]
            if held <= within:
                inputs[name] = {**value, "value": most} if isinstance(value, dict) else most


@schemathesis.hook
def after_call(ctx, case, response):
    """A job that was only asked for is dismissed, so that the next one finds a worker."""
    location = response.headers.get("location", [])
    if response.status_code == 201 and location:
        address = location[0] if isinstance(location, list) else location
        token = os.environ.get("PATCHWORK_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE", headers=headers), timeout=30).close()


@schemathesis.check
def fitting_requests_are_answered_or_refused_for_cause(ctx, response, case):
    """A request that fits the definition is refused only for what the definition cannot say."""
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code != 400 or mode is None or not mode.is_positive:
        return
    # The sentence stands in JSON as it does in HTML.
    causes = OF_THIS_PLACE if case.method.upper() == "POST" else BEYOND_A_SCHEMA
    if not any(beginning in response.text for beginning in causes):
        raise AssertionError(f"a request that fits the definition was refused: {response.text[:500]}")


@schemathesis.check
def other_requests_are_refused(ctx, response, case):
    """A request that does not fit is refused; but OGC API Features has a limit above the maximum mean the maximum."""
    if response.status_code == 413:
        return  # more items than are allowed, in more bytes than are read: refused before anything is looked at
    try:
        negative_data_rejection(ctx, response, case)
    except AssertionError:
        limit = str((case.query or {}).get("limit", ""))
        if not (limit.isdecimal() and int(limit) > 10_000):
            raise
