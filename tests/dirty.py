"""Dirty spreadsheets through the upload of a workspace: each gets a remedy at its row, and is given back.

`python3 tests/dirty.py PROGRAM [SHEETS] [SEED]`: SHEETS workbooks and CSV files are made by chance with one known fault
each, in many dresses (other headings, encodings and separators, titles above, merged cells, formulas in place of
numbers, hidden sheets, other endings), and so are files that are wrong as a whole (a column of names, a web page called a
workbook, one that breaks off, one with a password). They are brought as a browser brings them. Of each the draft must name the row of the fault, or the file must be
refused in words; and the sheet that is given back must open (openpyxl, and LibreOffice where it is on the machine) with the
remedy in that row. Then what no
server should swallow: a small file that unpacks to gigabytes, ten million rows, formulas, and a column of names; the
server must refuse or survive each, and its memory stays below LIMIT_MB.
"""

import csv
import html
import io
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

import openpyxl

LIMIT_MB = 1000
# The longest a draft may be looked at.
LONGEST_S = 120
EDGE = "edge0f7"


class Browser:
    def __init__(self, base, key):
        self.base, self.cookie = base, ""
        opener = urllib.request.build_opener(NoRedirect)
        self.open = opener.open
        _, headers, _ = self.send("/sign-in", urllib.parse.urlencode({"key": key}).encode())
        self.cookie = headers["set-cookie"].split(";")[0]
        self.seal = re.search(rb'name="seal" value="(\w+)"', self.send("/drafts")[2])[1].decode()

    def send(self, path, body=None, media="application/x-www-form-urlencoded"):
        headers = {"Cookie": self.cookie, "Accept": "text/html", "Content-Type": media}
        try:
            answer = self.open(urllib.request.Request(self.base + path, body, headers), timeout=600)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read()

    def bring(self, name, data, purpose, kind=""):
        fields = {"seal": self.seal, "purpose": purpose, "kind": kind}
        head = "".join(f'--{EDGE}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items())
        head += f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        return self.send("/drafts", head.encode() + data + f"\r\n--{EDGE}--\r\n".encode(), f"multipart/form-data; boundary={EDGE}")

    def looked_at(self, draft):
        until = time.monotonic() + LONGEST_S
        while b"Being looked at" in (page := self.send(draft)[2]):
            if time.monotonic() > until:
                raise TimeoutError(f"{draft} is still being looked at after {LONGEST_S} s: {re.sub(r'<[^>]+>', '', page.decode())[-500:]}")
            time.sleep(0.02)
        return page.decode()

    def drop(self, draft):
        self.send(f"{draft}/drop", urllib.parse.urlencode({"seal": self.seal}).encode())


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


ASSETS = ["Name", "Latitude", "Longitude", "Opening hours", "Status"]
RECORDS = ["Date", "Activity", "Patch", "People", "Themes"]
# What is wrong in one row: column and words.
OF_ASSETS = {
    "no coordinates": {1: "", 2: ""},
    "words for a coordinate": {1: "see map"},
    "an impossible coordinate": {1: "541.97"},
    "hours nobody can read": {3: "when Jean is in"},
    "a status nobody knows": {4: "sort of"},
}
OF_RECORDS = {
    "a date that is none": {0: "31/02/2024"},
    "words for a date": {0: "last week"},
    "a patch that is not there": {2: "P99"},
    "words for a number": {3: "lots"},
    "a number below nought": {3: "-4"},
    "no date": {0: ""},
}


# Titles of two coordinates, which belong together.
PAIRS = [("Latitude", "Longitude"), ("lat", "lon"), ("Lat", "Long"), ("LATITUDE", "LONGITUDE"), (" Latitude ", " Longitude ")]
# Headings that mean the same.
OTHER = {
    "Name": ["name", "Name of venue", "VENUE NAME"],
    "Date": ["date", "DATE", " Date "],
    "People": ["people", "Number of people", "PEOPLE"],
}


def written(chance, table, row, column):
    """The table as a workbook: other sheets, hidden ones, merged cells, a formula where the fault is."""
    book = openpyxl.Workbook()
    main = book.active
    main.title = "Our list"
    for cells in table:
        main.append([float(c) if re.fullmatch(r"-?\d+(\.\d+)?", c) and chance.random() < 0.8 else c for c in cells])
    dress = chance.choice(["plain", "hidden", "cover", "merged", "formula"])
    if dress == "hidden":
        other = book.create_sheet("Old", 0)
        other.append(["Name", "Latitude", "Longitude", "Notes"])
        other.append(["Not this one", 1, 2, "x"])
        other.sheet_state = "hidden"
        book.active = 1
    elif dress == "cover":
        book.create_sheet("Read me", 0).append(["This workbook holds our list"])
    elif dress == "merged" and len(table[0]) == 1:
        main.merge_cells("A1:E1")
    elif dress == "formula":
        # Nobody worked it out: what a program writes that is no spreadsheet.
        main.cell(row, column + 1).value = "=CONCATENATE(A1)"
    out = io.BytesIO()
    book.save(out)
    return dress, out.getvalue()


def whole(chance, patch):
    """A file that is wrong as a whole: no row is, and it must be refused or told of in words."""
    what = chance.choice(["names", "page", "cut", "password", "empty", "picture", "no places"])
    people = [f"{a} {b}" for a in ("Jean", "Ali", "Mary", "Tom") for b in ("Smith", "Khan", "Jones", "Brown")]
    if what == "names":
        lines = ["Full name,Date,Activity,Patch,People", *(f"{name},2024-06-03,Lunch,{patch},1" for name in people)]
        return "sheet.csv", "\n".join(lines).encode(), False, None, "a column of names"
    if what == "page":
        return "sheet.xls", b"<html><body><table><tr><td>Hall</td></tr></table></body></html>", True, None, "a page called a workbook"
    if what == "cut":
        book = openpyxl.Workbook()
        book.active.append(ASSETS)
        out = io.BytesIO()
        book.save(out)
        return "sheet.xlsx", out.getvalue()[: chance.randint(30, 3000)], True, None, "a workbook that breaks off"
    if what == "password":
        return "sheet.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), True, None, "a workbook with a password"
    if what == "empty":
        return "sheet.csv", chance.choice([b"", b"\n\n", ",".join(ASSETS).encode() + b"\n"]), True, None, "no rows"
    if what == "picture":
        return "sheet.csv", b"\x89PNG\r\n\x1a\n" + bytes(300), True, None, "a picture"
    return "sheet.csv", b"Colour,Size\nred,4\nblue,5\n", True, None, "nothing that says where"


def sheet(chance, patch):
    """A workbook or a CSV file with one fault; its name, its bytes, its purpose, the row of the fault and what it is."""
    if chance.random() < 0.15:
        return whole(chance, patch)
    is_asset = chance.random() < 0.5
    titles, faults = (ASSETS, OF_ASSETS) if is_asset else (RECORDS, OF_RECORDS)
    what = chance.choice(sorted(faults))
    rows = []
    for n in range(chance.randint(3, 40)):
        if is_asset:
            rows.append([f"Hall {n}", f"{54.19 + chance.random() / 50:.5f}", f"{1.1 + chance.random() / 50:.5f}", "Mo-Fr 09:00-17:00", "open"])
        else:
            rows.append([f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}", "Door knocking", patch, str(chance.randint(1, 9)), "buses"])
    at = chance.randrange(len(rows))
    for column, words in faults[what].items():
        rows[at][column] = words
    above = [["Our list, made by hand"], []] if chance.random() < 0.3 else []
    titles = [chance.choice(OTHER[title]) if title in OTHER and chance.random() < 0.3 else title for title in titles]
    pair = dict(zip(("Latitude", "Longitude"), chance.choice(PAIRS)))
    titles = [pair.get(title, title) for title in titles]
    table = [*above, titles, *rows]
    row = len(above) + 2 + at
    if chance.random() < 0.6:
        dress, data = written(chance, table, row, min(faults[what]))
        # A workbook with formulas that nobody worked out is told of as a whole.
        return "sheet.xlsx", data, is_asset, None if dress == "formula" else row, f"{what}, {dress}"
    out = io.StringIO()
    csv.writer(out, delimiter=chance.choice(",;\t|")).writerows(table)
    return "sheet.csv", out.getvalue().encode(chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16", "mac_roman"])), is_asset, row, what


def one(browser, nth, chance, patch, returned):
    """What is wrong with how one dirty sheet was met; nothing when all is well."""
    name, data, is_asset, row, what = sheet(chance, patch)
    name = f"{nth}-{name}"
    status, headers, page = browser.bring(name, data, "assets" if is_asset else "records", "village_hall" if is_asset else "")
    if status == 422:
        return None if b"There is a problem" in page else f"{name}: {what}: refused without words"
    if status != 303:
        return f"{name}: {what}: status {status}"
    draft = urllib.parse.urlsplit(headers["location"]).path
    page = browser.looked_at(draft)
    wrong = None
    if row is None:
        own = re.escape(html.escape(name)) + r"</td>"
        browser.drop(draft)
        return None if re.search(own, page) or "Errors must be mended first" in page else f"{name}: {what}: nothing is said of it"
    said = re.search(r"<td>" + re.escape(name) + r"</td><td class=\"number\"><span class=\"narrow\">Row </span>" + str(row) + "</td>", page)
    if not said:
        wrong = f"{name}: {what}: row {row} is not named"
    status, _, book = browser.send(f"{draft}/returned?name={urllib.parse.quote(name)}")
    if not wrong:
        if status != 200:
            wrong = f"{name}: {what}: the sheet was not given back: {status}"
        else:
            back = openpyxl.load_workbook(io.BytesIO(book))
            # The file is given back as it was, with two columns more: the row is the same one.
            cells = [[str(cell.value or "") for cell in cells] for each in back.worksheets for cells in each.iter_rows()]
            with_remedy = [n for n, words in enumerate(cells, 1) if any(len(word) > 30 for word in words[-2:])]
            if not with_remedy:
                wrong = f"{name}: {what}: no remedy in the sheet that is given back"
            else:
                returned.append((name, book, max(cells[with_remedy[0] - 1][-2:], key=len)))
    browser.drop(draft)
    return wrong


def in_libreoffice(returned, folder):
    """What of the sheets that were given back LibreOffice does not show with the remedy."""
    sheets, rows = pathlib.Path(folder, "returned"), pathlib.Path(folder, "rows")
    sheets.mkdir()
    for nth, (_, book, _) in enumerate(returned):
        (sheets / f"{nth}.xlsx").write_bytes(book)
    # Every sheet of a workbook, as UTF-8.
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", form, "--outdir", str(rows)]
    subprocess.run([*command, *map(str, sorted(sheets.iterdir()))], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    plain = lambda words: re.sub(r'[\s"]+', " ", words)  # noqa: E731
    shown = [" ".join(plain(each.read_text("utf-8-sig")) for each in rows.glob(f"{nth}-*.csv")) for nth in range(len(returned))]
    return [f"{name}: LibreOffice does not show the remedy" for (name, _, remedy), text in zip(returned, shown) if plain(remedy).strip() not in text]


def bomb():
    """A workbook of some kilobytes with one sheet of 4 GB."""
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(ASSETS)
    small = io.BytesIO()
    book.save(small)
    with zipfile.ZipFile(small) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for entry in old.namelist():
            if entry != "xl/worksheets/sheet1.xml":
                new.writestr(entry, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c t="inlineStr"><is><t>')
            for _ in range(4096):
                sheet.write(b" " * 1048576)
            sheet.write(b"</t></is></c></row></sheetData></worksheet>")
    return out.getvalue()


def without_records(settings):
    """Takes the demo's own records out: each sheet of records would be protected together with them, which is slow and
    tried elsewhere."""
    sections = re.split(r"(?m)^(?=\[)", settings.read_text())
    settings.write_text("".join(section for section in sections if not section.startswith(("[[engagement", "[engagement"))))


def memory(pid):
    """Megabytes that a process and those it started have in memory."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid), "--ppid", str(pid)], capture_output=True, text=True).stdout
    return sum(map(int, told.split())) / 1024


def heavy(browser, server, wanted):
    rows = lambda n: b"Name,Latitude,Longitude\n" + b"A,54.2,1.1\n" * n  # noqa: E731
    names = ["Full name,Date,Activity,Patch,People", *(f"{a} {b},2024-06-03,Lunch,P01,1" for a in ("Jean", "Ali", "Mary", "Tom") for b in ("Smith", "Khan", "Jones", "Brown"))]
    book = openpyxl.Workbook()
    book.active.append(ASSETS)
    book.active.append(["Hall", "=54+0.2", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "open"])
    formulas = io.BytesIO()
    book.save(formulas)
    cases = [("bomb.xlsx", bomb, "assets"), ("many.csv", lambda: rows(10_000_000), "assets"), ("formulas.xlsx", formulas.getvalue, "assets"), ("people.csv", lambda: "\n".join(names).encode(), "records")]
    for name, made, purpose in cases:
        if wanted and name not in wanted:
            continue
        data, peak, over = made(), [0.0], threading.Event()

        def watch(peak=peak, over=over):
            while not over.is_set():
                peak[0] = max(peak[0], memory(server.pid))
                time.sleep(0.05)

        threading.Thread(target=watch, daemon=True).start()
        began = time.monotonic()
        status, headers, page = browser.bring(name, data, purpose, "village_hall")
        text = page.decode()
        if status == 303:
            draft = urllib.parse.urlsplit(headers["location"]).path
            text = browser.looked_at(draft)
            browser.drop(draft)
        over.set()
        words = re.findall(r'class="(?:wrong|words)"[^>]*>(?:<span class="unseen">Error: </span>)?([^<]+)', text)
        publishes = "Publish: everybody" in text
        print(f"{name}: {len(data) / 1000:,.0f} kB, {time.monotonic() - began:.1f} s, at most {peak[0]:,.0f} MB, status {status}, can be published: {publishes}\n    {html.unescape(words[0])[:300] if words else 'no words'}", flush=True)
        if peak[0] > LIMIT_MB or not words or server.poll() is not None:
            return 1
    return 0


def main(program, sheets, seed, wanted):
    with tempfile.TemporaryDirectory() as folder:
        place, workspace = f"{folder}/place", f"{folder}/w"
        subprocess.run([program, "demo", place, "--residents", "600"], check=True, stdout=subprocess.DEVNULL)
        without_records(pathlib.Path(place, "place.toml"))
        subprocess.run([program, "store", "init", workspace], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "store", "import", workspace, place], check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([program, "serve", "--workspace", workspace, "--bind", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        try:
            found = next(filter(None, (re.search(r"(http://[\d.:]+)/sign-in\?key=(\w+)", line) for line in server.stderr)))
            threading.Thread(target=server.stderr.read, daemon=True).start()
            browser = Browser(found[1], found[2])
            patch = re.search(rb'<option value="([^"]+)"', browser.send("/records/new")[2].split(b'id="patch"')[1].replace(b'value=""', b""))[1].decode()
            chance = random.Random(seed)
            wrong, returned, began = [], [], time.monotonic()
            for nth in range(sheets):
                if said := one(browser, nth, chance, patch, returned):
                    wrong.append(said)
                    print(said, flush=True)
            print(f"{sheets} dirty sheets in {time.monotonic() - began:.0f} s, {len(wrong)} without a remedy at their row", *wrong, sep="\n    ", flush=True)
            if shutil.which("soffice"):
                unshown = in_libreoffice(returned, folder)
                print(f"{len(returned)} sheets given back opened in LibreOffice, {len(unshown)} without their remedy", *unshown, sep="\n    ", flush=True)
                wrong += unshown
            else:
                print("the sheets given back were not opened in LibreOffice: soffice is not on this machine", flush=True)
            return heavy(browser, server, wanted) or (1 if wrong else 0)
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    arguments = sys.argv[1:] + ["200", "1"][len(sys.argv) - 2 :]
    sys.exit(main(arguments[0], int(arguments[1]), int(arguments[2]), arguments[3:]))
