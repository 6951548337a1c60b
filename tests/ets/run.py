"""Runs OGC's official executable test suites against the served demo: `make ets`.

    python tests/ets/run.py [--suites features,tiles,processes] [--url ADDRESS] [--home FOLDER]

Each suite is one jar. It is looked for in FOLDER (ETS_HOME, default ~/.cache/patchwork/ets), then asked of Maven Central,
then built from its public repository with git and Maven. When none of these works, what was tried is printed, with
what came of it, and the suite counts as not run. Our own port of its checks (tests/ets/test_*.py and
tests/it/http_ets.rs) does not need Java and runs in `make test`.

Prints pass, fail and skip for each suite and every failure and skip with its reason. Exit code 1 when a test failed,
3 when none did but a suite could not be run.
"""

import argparse
import contextlib
import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import serving  # noqa: E402

GROUP = "org.opengis.cite"
# Name on the command line: the artifact, the version looked for, and what the suite is told besides the address.
SUITES = {
    "features": ("ets-ogcapi-features10", "1.9", lambda url: {"noofcollections": "-1"}),
    "tiles": ("ets-ogcapi-tiles10", "1.1", lambda url: tile_range(url)),
    "processes": ("ets-ogcapi-processes10", "1.2", lambda url: processes(url)),
}


def tile_range(url):
    """A zoom and the rows and columns in which the dataset has tiles."""
    with urllib.request.urlopen(f"{url}/tiles/WebMercatorQuad?f=json", timeout=60) as answer:
        limits = json.load(answer)["tileMatrixSetLimits"][-1]
    path = "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"
    told = {"tilematrixsetdefinitionuri": "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"}
    told |= {"urltemplatefortiles": url + path, "tilematrix": limits["tileMatrix"]}
    middle = {"row": "TileRow", "col": "TileCol"}
    for word, member in middle.items():
        at = (limits[f"min{member}"] + limits[f"max{member}"]) // 2
        told |= {f"mintile{word}": at, f"maxtile{word}": at}
    return told


def processes(url):
    """The address without a slash at its end, to which the suite adds one of its own, and one job to list."""
    order = urllib.request.Request(
        f"{url}/processes/echo/execution",
        data=b'{"inputs": {"message": "Good morning"}}',
        headers={"Content-Type": "application/json", "Prefer": "respond-async"},
    )
    urllib.request.urlopen(order, timeout=60).close()
    return {"iut": url, "echoprocessid": "echo", "testallprocesses": "false"}


def find(artifact, version, home, tried):
    """The suite's jar with everything it needs, or None."""
    there = sorted(glob.glob(str(home / f"{artifact}-*-aio.jar")))
    if there:
        return there[-1]
    tried.append(f"{home}/{artifact}-*-aio.jar: not there")
    home.mkdir(parents=True, exist_ok=True)
    name = f"{artifact}-{version}-aio.jar"
    if not shutil.which("mvn"):
        tried.append("Maven is not installed (apt-get install maven)")
        return None
    wanted = f"{GROUP}:{artifact}:{version}:jar:aio"
    if attempt(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={wanted}", f"-DoutputDirectory={home}"], tried, f"Maven Central, {wanted}"):
        return str(home / name)
    with tempfile.TemporaryDirectory(prefix="patchwork-ets-") as folder:
        source = f"https://github.com/opengeospatial/{artifact}"
        if attempt(["git", "clone", "-q", "--depth", "1", "-b", version, source, folder], tried, f"git clone {source}, tag {version}"):
            options = ["-q", "-B", "-DskipTests", "-Dmaven.javadoc.skip=true"]
            if attempt(["mvn", *options, "-f", folder, "package"], tried, "mvn package in it"):
                for jar in glob.glob(f"{folder}/target/*-aio.jar"):
                    return shutil.copy(jar, home / name)
                tried.append("its build made no -aio.jar")
    return None


def attempt(command, tried, words):
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
    if done.returncode == 0:
        return True
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    reason = next((line for line in said if "ERROR" in line or "fatal" in line), said[-1] if said else "no words")
    tried.append(f"{words}: {reason[:300]}")
    return False


def run(jar, told, folder):
    """Test, status and reason of every test of a suite."""
    properties = folder / "told.xml"
    entries = "".join(f'<entry key="{key}">{value}</entry>' for key, value in told.items())
    properties.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<properties>{entries}</properties>\n"
    )
    command = ["java", "-jar", jar, "-o", str(folder), str(properties)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600)
    reports = sorted(folder.glob("**/testng-results.xml"))
    if not reports:
        raise RuntimeError(f"{jar} left no testng-results.xml:\n{(done.stdout + done.stderr)[-3000:]}")
    results = [result for report in reports for result in read(report)]
    if not results:
        raise RuntimeError(f"{jar} ran no test:\n{(done.stdout + done.stderr)[-3000:]}")
    return results


def read(report):
    for method in xml.parse(report).iter("test-method"):
        status = method.get("status")
        if method.get("is-config") == "true" and status == "PASS":
            continue
        message = method.find("exception/message")
        reason = " ".join((message.text or "").split()) if message is not None else ""
        yield method.get("signature", method.get("name")).split("(")[0], status, reason


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suites", default=",".join(SUITES))
    parser.add_argument("--url", default=os.environ.get("PATCHWORK_URL"))
    home = os.environ.get("ETS_HOME", pathlib.Path.home() / ".cache" / "patchwork" / "ets")
    parser.add_argument("--home", type=pathlib.Path, default=home)
    options = parser.parse_args()
    if not shutil.which("java"):
        sys.exit("Java is not installed: apt-get install openjdk-17-jre-headless maven")
    failed, left_out = [], []
    with contextlib.ExitStack() as stack:
        url = options.url or stack.enter_context(serving.serving(serving.demo()))
        for name in options.suites.split(","):
            artifact, version, more = SUITES[name]
            tried = []
            jar = find(artifact, version, pathlib.Path(options.home), tried)
            if not jar:
                left_out.append(name)
                print(f"{name}: the official suite {artifact} was NOT run; what was tried:")
                print("".join(f"    {each}\n" for each in tried), end="")
                continue
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="patchwork-ets-")))
            results = run(jar, {"iut": f"{url}/", **more(url)}, folder)
            count = {status: sum(each[1] == status for each in results) for status in ("PASS", "FAIL", "SKIP")}
            print(f"{name}: {count['PASS']} passed, {count['FAIL']} failed, {count['SKIP']} skipped ({pathlib.Path(jar).name})")
            for test, status, reason in results:
                if status != "PASS":
                    print(f"    {status} {test}: {reason[:600]}")
            failed += [each for each in results if each[1] == "FAIL"]
    sys.exit(1 if failed else 3 if left_out else 0)


if __name__ == "__main__":
    main()
