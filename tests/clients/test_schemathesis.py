"""schemathesis makes up requests from our OpenAPI document and holds every answer against it.

A bounded run, the same each time; SCHEMATHESIS_EXAMPLES makes it longer. What a schema cannot say (that a box's lower
corner lies below its upper one, that the text of a time is a time) is refused with a sentence that names the
parameter; schemathesis_checks.py lets those refusals pass, and a limit above the maximum, and nothing else. It also
keeps the work that is asked for short.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "3")


def test_every_answer_is_one_the_definition_promises(url, tmp_path):
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    command = [program, "run", f"{url}/api", "--max-examples", EXAMPLES, "--seed", "1", "--generation-deterministic"]
    command += ["--exclude-checks", "positive_data_acceptance,negative_data_rejection", "--no-color", "--workers", "1"]
    done = subprocess.run(
        command,
        cwd=tmp_path,  # it leaves a folder of what it found
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_checks.py"), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    print(done.stdout[-2000:])
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
