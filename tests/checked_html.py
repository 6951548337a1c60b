"""Every page for people through the Nu HTML checker (vnu): the data pages, the manual, the printed ones, and those of a workspace.

`python3 tests/checked_html.py PROGRAM VNU.JAR`: serves a small demo in a workspace, comes in by the owner's link, fetches the
pages, and ends with 1 where the checker finds an error. It needs Java 17 and the jar (`npm install vnu-jar`).
"""

import http.cookiejar
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

PAGES = """
/collections?f=html /collections/patches?f=html /collections/patches/items?f=html /collections/patches/schema?f=html
/collections/patches/queryables?f=html /collections/gaps-hub-15/items?f=html /collections/engagement/items?f=html
/conformance?f=html /api?f=html /processes?f=html /processes/hubs?f=html /processes/coverage?f=html /jobs?f=html
/tiles?f=html /tileMatrixSets?f=html /-/issues?f=html /giving /docs /no-such-page
/drafts /records/new /corrections /versions /versions/1 /versions/1/changes /scenarios /audit /begin /sign-in
""".split()


class Browser:
    def __init__(self, base):
        self.base = base
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path, form=None, media=None):
        body = form if media else urllib.parse.urlencode(form).encode() if form else None
        headers = {"Accept": "text/html"} | ({"Content-Type": media} if media else {})
        try:
            answer = self.opener.open(urllib.request.Request(self.base + path, body, headers), timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.read().decode(), answer.headers.get_content_type(), answer.geturl()


def fetched(base, key):
    """Address and text of each page."""
    browser = Browser(base)
    yield "/sign-in?key", browser.get(f"/sign-in?key={key}")[0]
    page, *_ = browser.get("/sign-in", {"key": key})
    seal = re.search(r'name="seal" value="(\w+)"', page)[1]
    pages = list(PAGES)
    pages += sorted({link for link in re.findall(r'href="[^"]*?(/docs/[\w-]+)', browser.get("/docs")[0])})
    patch = json.loads(urllib.request.urlopen(f"{base}/collections/patches/items?f=json&limit=1").read())["features"][0]["id"]
    pages += [f"/collections/patches/items/{patch}?f=html", f"/patches/{patch}/review", f"/review/{patch}"]
    asset = re.search(r'<option value="([^"]+)"', browser.get("/corrections")[0].split('id="asset"')[1].replace('value=""', ""))
    pages += [f"/corrections?asset={urllib.parse.quote(asset[1])}"] if asset else []
    edge = "edge0f7"
    parts = "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in (("seal", seal), ("purpose", "assets"), ("kind", "library")))
    rows = "name,latitude,longitude,opening hours\nA <b> & \"c\",54.2,1.1,9-5\nNo place,,,\n"
    body = f'{parts}--{edge}\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n\r\n{rows}\r\n--{edge}--\r\n'.encode()
    _, _, draft = browser.get("/drafts", body, f"multipart/form-data; boundary={edge}")
    pages.append(urllib.parse.urlsplit(draft).path)
    for name in ("First", "Second"):
        _, _, at = browser.get("/scenarios", {"seal": seal, "name": name, "view": f"{base}/#ask=sites&pins=1.1,54.2", "note": "x"})
        pages.append(urllib.parse.urlsplit(at).path)
    pages.append("/scenarios/compare?ids=" + ",".join(page.rsplit("/", 1)[1] for page in pages[-2:]))
    for path in pages:
        text, media, _ = browser.get(path)
        for _ in range(100):
            if "Being looked at" not in text:
                break
            text, media, _ = browser.get(path)
        if media == "text/html":
            yield path, text
    yield "/drafts, with an error", browser.get("/drafts", {"seal": seal})[0]
    yield "/records/new, with errors", browser.get("/records/new", {"seal": seal, "date": "x"})[0]


def main(program, jar):
    with tempfile.TemporaryDirectory() as folder:
        place, workspace, out = f"{folder}/place", f"{folder}/w", pathlib.Path(folder) / "pages"
        subprocess.run([program, "demo", place, "--residents", "6000"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "store", "init", workspace], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "store", "import", workspace, place], check=True, stdout=subprocess.DEVNULL)
        command = [program, "serve", "--workspace", workspace, "--bind", "127.0.0.1:0"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            found = next(filter(None, (re.search(r"(http://[\d.:]+)/sign-in\?key=(\w+)", line) for line in server.stderr)))
            out.mkdir()
            names = {}
            for n, (path, text) in enumerate(fetched(found[1], found[2])):
                names[f"{n:03}.html"] = path
                (out / f"{n:03}.html").write_text(text)
        finally:
            server.kill()
            server.wait()
        told = subprocess.run(["java", "-jar", jar, "--format", "json", "--errors-only", str(out)], capture_output=True, text=True).stderr
    messages = json.loads(told)["messages"]
    seen = set()
    for each in messages:
        path = names[each["url"].rsplit("/", 1)[1]]
        if (said := (path, each["message"])) not in seen:
            seen.add(said)
            print(f"{path}: line {each.get('lastLine')}: {each['message']}\n    {each.get('extract', '').strip()[:200]!r}")
    print(f"{len(names)} pages, {len(messages)} errors")
    return 1 if messages or len(names) < 40 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
