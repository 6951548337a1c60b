"""A workspace under what goes wrong: killed, full, copied while it is written, fed with dirty sheets."""

import contextlib
import io
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import zipfile

import openpyxl
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import kill  # noqa: E402
import replicas  # noqa: E402
from serving import program  # noqa: E402

LIBRARIES = b"name,latitude,longitude\nNew library,54.2,1.1\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place") / "p"
    subprocess.run([program(), "demo", folder, "--residents", "600"], check=True, stdout=subprocess.DEVNULL)
    return folder


def kept(folder, place):
    subprocess.run([program(), "store", "init", folder], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program(), "store", "import", folder, place], check=True, stdout=subprocess.DEVNULL)
    return folder


@contextlib.contextmanager
def serving(workspace):
    command = [program(), "serve", "--workspace", workspace, "--bind", "127.0.0.1:0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        found = next(filter(None, (re.search(r":(\d+)/sign-in\?key=(\w+)", line) for line in server.stderr)))
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield kill.Client(int(found[1]), found[2])
    finally:
        server.terminate()
        server.wait()


def verified(workspace):
    return subprocess.run([program(), "store", "verify", workspace], capture_output=True, text=True)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed():
    kill.main(program(), 3)


def test_nothing_acknowledged_is_lost_when_the_power_of_the_disk_fails(tmp_path):
    disk = None
    with contextlib.suppress(subprocess.CalledProcessError, OSError):
        disk = kill.Disk(tmp_path)
    if not disk:
        pytest.skip("power that fails: this user cannot mount a disk of a file")
    with contextlib.ExitStack() as stack:
        stack.callback(disk.end)
        synced, unsynced = pathlib.Path(disk.folder, "synced"), pathlib.Path(disk.folder, "unsynced")
        synced.write_bytes(b"1")
        os.sync()
        unsynced.write_bytes(b"2")
        disk.fail()
        disk.back()
        assert synced.exists() and not unsynced.exists(), "the disk loses nothing, so that nothing would be shown"
    kill.main(program(), 3, "power")


@pytest.mark.skipif(not list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="PostgreSQL is not on this machine")
def test_three_replicas_answer_whole_while_one_publishes_one_dies_and_the_database_goes():
    replicas.main(program(), 3_000)


def test_a_copy_made_while_eight_write_is_whole_and_comes_back(tmp_path, place):
    workspace = kept(tmp_path / "w", place)
    told = {"drafts": [], "versions": set(), "scenarios": [], "records": [], "undone": 0}
    lock, stop = threading.Lock(), threading.Event()
    with serving(workspace) as client:
        threads = [threading.Thread(target=kill.work, args=(client, told, lock, stop, seed)) for seed in range(8)]
        for thread in threads:
            thread.start()
        try:
            for n in range(4):
                with lock:
                    drafts = list(told["drafts"])
                subprocess.run([program(), "store", "backup", workspace, tmp_path / f"copy{n}"], check=True, stdout=subprocess.DEVNULL)
                back = tmp_path / f"back{n}"
                subprocess.run([program(), "store", "restore", tmp_path / f"copy{n}", back], check=True, stdout=subprocess.DEVNULL)
                kill.looked(program(), kill.Sqlite(back), {**told, "drafts": drafts, "versions": set(), "scenarios": [], "records": [], "undone": 0})
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert told["drafts"] and verified(workspace).returncode == 0


def test_a_full_disk_refuses_in_words_and_loses_nothing(tmp_path, place):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("a workspace on a full disk: this user cannot mount a small one")
    try:
        workspace = kept(disk / "w", place)
        with serving(workspace) as client:
            told, statuses = [], []
            for n in range(40):
                data = LIBRARIES + os.urandom(200_000).hex().encode() + b",1,2\n"
                status, headers, page = client.bring(f"l{n}.csv", data, "assets")
                statuses.append(status)
                if status == 303:
                    told.append((headers["location"].rsplit("/", 1)[1], f"l{n}.csv", data))
                else:
                    assert "disk is full" in page, page
            assert told and 507 in statuses
            assert client.send("GET", "/collections/patches/items?f=json")[0] == 200
        none = {"versions": set(), "scenarios": [], "records": [], "undone": 0}
        kill.looked(program(), kill.Sqlite(workspace), {"drafts": told, **none})
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def dirty(chance):
    """A sheet with faults of the kinds people make; its name, its bytes, and how many rows are at fault."""
    rows, faults = [], 0
    for n in range(chance.randrange(3, 12)):
        name, lat, lon = f"Hall {n}", f"{54.2 + n / 1000:.4f}", f"{1.1 + n / 1000:.4f}"
        what = chance.choice(["good", "good", "nowhere", "blank", "swapped", "formula"])
        if what == "nowhere":
            lat, faults = chance.choice(["here", "54,2,1", "n/a", "?"]), faults + 1
        elif what == "blank":
            lat, lon, faults = "", "", faults + 1
        elif what == "swapped":
            lat, lon = lon, lat
        elif what == "formula":
            name = '"=HYPERLINK(""http://x"")"'
        rows.append(f'{name},"{lat}",{lon}')
    end = chance.choice(["\n", "\r\n"])
    text = chance.choice(["", "\ufeff"]) + end.join([chance.choice(["name,latitude,longitude", "Name,Lat,Long"]), *rows]) + end
    return text.encode(chance.choice(["utf-8", "utf-16"])), faults


def test_dirty_sheets_come_back_with_a_remedy_at_each_row(tmp_path, place):
    chance = random.Random(17)
    workspace = kept(tmp_path / "w", place)
    with serving(workspace) as client:
        for nth in range(int(os.environ.get("DIRTY", "12"))):
            data, faults = dirty(chance)
            status, headers, page = client.bring(f"halls{nth}.csv", data, "assets")
            assert status == 303, page
            draft = headers["location"].rsplit("/", 1)[1]
            while "Being looked at" in (page := client.send("GET", f"/drafts/{draft}")[2]):
                pass
            link = kill.http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
            link.request("GET", f"/drafts/{draft}/returned?name=halls{nth}.csv", headers={"Cookie": client.cookie})
            book = openpyxl.load_workbook(io.BytesIO(link.getresponse().read()))
            lines = list(book["Rows"].iter_rows(min_row=2, values_only=True))
            marked = [line for line in lines if line[0] and line[1]]
            assert len(marked) >= faults, (data, lines, page)
            client.form(f"/drafts/{draft}/drop")


def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path, place):
    workspace = kept(tmp_path / "w", place)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(400):
                sheet.write(b" " * 1_000_000)
    with serving(workspace) as client:
        status, headers, page = client.bring("bomb.xlsx", packed.getvalue(), "assets")
        if status == 303:
            draft = headers["location"].rsplit("/", 1)[1]
            while "Being looked at" in (page := client.send("GET", f"/drafts/{draft}")[2]):
                pass
            assert "Errors must be mended first" in page, page
        else:
            assert status == 422 and "There is a problem" in page, page
        assert client.send("GET", "/readyz")[0] == 200
