"""schemathesis makes up requests from our OpenAPI document and holds every answer against it.

A bounded run, the same each time; SCHEMATHESIS_EXAMPLES makes it longer, also that of each role in a
closed place. What a schema cannot say (that a box's lower corner lies below its upper one, that the text of a time is a time) is refused with a sentence that names the
parameter; schemathesis_checks.py lets those refusals pass, and a limit above the maximum, and nothing else. It also
keeps the work that is asked for short.
"""

import html
import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import kill  # noqa: E402
from serving import program  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "3")
# Of each role one request for each operation, unless a longer run is asked for.
OF_A_ROLE = ["1", "fuzzing"] if "SCHEMATHESIS_EXAMPLES" not in os.environ else [EXAMPLES, "examples,coverage,fuzzing,stateful"]


def held_against_its_definition(url, folder, token="", examples=EXAMPLES, phases="examples,coverage,fuzzing,stateful"):
    schemathesis = pathlib.Path(sys.executable).parent / "schemathesis"
    command = [schemathesis, "run", f"{url}/api", "--max-examples", examples, "--seed", "1", "--generation-deterministic"]
    command += ["--exclude-checks", "positive_data_acceptance,negative_data_rejection", "--no-color", "--workers", "1"]
    command += ["--phases", phases]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    hooks = str(HERE / "schemathesis_checks.py")
    done = subprocess.run(
        command,
        cwd=folder,  # it leaves a folder of what it found
        env={**os.environ, "SCHEMATHESIS_HOOKS": hooks, "COLUMNS": "120", "PATCHWORK_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=900,
    )
    print(done.stdout[-2000:])
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_every_answer_is_one_the_definition_promises(url, tmp_path):
    held_against_its_definition(url, tmp_path)


ROLES = ["viewer", "coordinator", "editor", "owner"]


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A place that viewers may see, of which they may fetch no file and one layer is for editors: its address, and a token of each role."""
    folder = tmp_path_factory.mktemp("closed")
    place, workspace = folder / "place", folder / "workspace"
    for command in (["demo", place, "--residents", "600"], ["store", "init", workspace], ["store", "import", workspace, place]):
        subprocess.run([program(), *command], check=True, stdout=subprocess.DEVNULL)
    server, port, key = kill.served(program(), str(workspace))
    try:
        owner = kill.Client(port, key)
        owner.ready()
        status, *_ = owner.form("/settings", **{"see": "viewer", "files": "coordinator", "see:gaps-hub-15": "editor"})
        assert status == 303
        yield f"http://127.0.0.1:{port}", {role: token_of(owner, role) for role in ROLES}
    finally:
        server.kill()
        server.wait()


def token_of(owner, role):
    """Somebody is invited in this role, chooses a password, and makes a token."""
    page = owner.form("/people", name=f"the {role}", role=role, reach="all")[2]
    key = re.search(r"/invitation\?key=(\w+)", html.unescape(page))[1]
    words = f"long enough for the {role}"
    # In a browser of their own: one in which somebody comes in is no longer the one's who was in before.
    somebody = kill.Client(owner.port, entering=("/invitation", {"key": key, "password": words, "again": words}))
    page = somebody.form("/account/tokens", label="schemathesis", scope="read", days="30")[2]
    return re.search(r"patchwork_\w+", page)[0]


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_to_a_role_is_one_that_its_own_definition_promises(closed, role, tmp_path):
    url, tokens = closed
    held_against_its_definition(url, tmp_path, tokens[role], *OF_A_ROLE)
