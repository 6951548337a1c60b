"""Opens the papers of a demo as documents and workbooks in LibreOffice, and counts their pages.

Usage: papers.py [FOLDER]   FOLDER keeps the files, their PDF and pictures of their pages, to be looked at.
Needs soffice, pdfinfo and pdftoppm. Ends with an error where a paper does not open, is empty, or has more than two sides.
"""

import http.cookiejar
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

import serving

#: Sides of A4 that a paper may have as a document; the page for trustees has a table of every patch and is longer.
SIDES = {"review": 2, "scenarios": 2, "giving": 6}


def workspace(folder: str) -> tuple[subprocess.Popen, str]:
    """Serves a workspace with a small demo; gives the owner's link."""
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([serving.program(), "store", "init", folder], **quiet)
    subprocess.run([serving.program(), "store", "import", folder, str(serving.demo(residents=20_000))], **quiet)
    command = [serving.program(), "serve", "--workspace", folder, "--bind", f"127.0.0.1:{serving.free_port()}"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    link = next(filter(None, (re.search(r"http://[\d.:]+/sign-in\?key=\w+", line) for line in server.stderr)))
    threading.Thread(target=server.stderr.read, daemon=True).start()
    return server, link[0]


def papers(link: str) -> dict[str, str]:
    """The addresses of the papers: of the first patch, of giving, and of three scenarios, the last with a hub shut."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    browser.addheaders = [("Accept", "text/html")]
    base, key = link.split("/sign-in?key=")
    browser.open(f"{base}/sign-in", urllib.parse.urlencode({"key": key}).encode())
    seal = re.search(r'name="seal" value="(\w+)"', browser.open(f"{base}/scenarios").read().decode())[1]
    get = lambda path: json.load(urllib.request.urlopen(f"{base}{path}"))
    west, south, east, north = get("/collections/patches?f=json")["extent"]["spatial"]["bbox"][0]
    at = lambda x, y: f"{west + (east - west) * x},{south + (north - south) * y}"
    assets = get("/collections/assets/items?f=json&limit=1000")["features"]
    hub = next(each["id"] for each in assets if each["properties"]["kind"] == "community_hub")
    views = {"Two by the middle": f"pins={at(0.4, 0.5)};{at(0.6, 0.5)},Market", "North": f"pins={at(0.5, 0.7)}", "A hub shut": f"shut={hub}"}
    ids = []
    for name, view in views.items():
        sent = urllib.parse.urlencode({"seal": seal, "name": name, "view": f"#ask=sites&{view}", "note": "For the meeting of May"})
        ids.append(browser.open(f"{base}/scenarios", sent.encode()).geturl().rsplit("/", 1)[1])
    patch = get("/collections/patches/items?f=json&limit=1")["features"][0]["id"]
    return {"review": f"{base}/review/{patch}", "giving": f"{base}/giving", "scenarios": f"{base}/scenarios/compare?ids={','.join(ids)}"}


def opened(file: pathlib.Path) -> int:
    """Opens a file in LibreOffice; gives the pages of its PDF."""
    with tempfile.TemporaryDirectory() as profile:
        command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    pdf = file.with_suffix(".pdf")
    pages = int(re.search(r"Pages:\s+(\d+)", subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout)[1])
    subprocess.run(["pdftoppm", "-r", "60", "-png", str(pdf), str(file.with_suffix(""))], check=True)
    pdf.rename(file.with_name(f"{file.stem}-{file.suffix[1:]}.pdf"))
    return pages


def main() -> int:
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as lost:
        kept = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else lost)
        kept.mkdir(parents=True, exist_ok=True)
        server, link = workspace(folder)
        try:
            for name, address in papers(link).items():
                (kept / f"{name}.html").write_bytes(urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": "text/html"})).read())
                for form in ["docx", "xlsx"]:
                    file = kept / f"{name}-{form}.{form}"
                    sign = "&" if "?" in address else "?"
                    file.write_bytes(urllib.request.urlopen(f"{address}{sign}f={form}").read())
                    pages = opened(file)
                    is_wrong = pages < 1 or (form == "docx" and pages > SIDES[name])
                    wrong += is_wrong
                    print(f"{name} as {form}: {file.stat().st_size:,} bytes, {pages} pages{' (too many)' if is_wrong else ''}", flush=True)
        finally:
            server.terminate()
            server.wait(timeout=30)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
