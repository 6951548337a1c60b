"""How long does it take from a file that is brought to everybody seeing it, and back?

`python3 benches/publish.py PROGRAM [PLACE]`: the demo (or PLACE) in a workspace; one asset is put right, one file of
assets and one of records is brought, each is looked at, published and undone. Of each step: seconds on the clock, and
seconds of processor of the server and of the trials it started, which a busy machine does not change much.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import re  # noqa: E402

from kill import Client  # noqa: E402


def worked(pid):
    """Seconds of processor of a process and of those it waited for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class Watch:
    def __init__(self, pid, what):
        self.pid, self.what = pid, what

    def __enter__(self):
        self.began, self.had = time.monotonic(), worked(self.pid)

    def __exit__(self, *_):
        clock, own = time.monotonic() - self.began, worked(self.pid) - self.had
        print(f"{self.what:<40} {clock:8.2f} s   {own:8.2f} s of processor", flush=True)


def looked_at(client, draft):
    while "Being looked at" in (page := client.send("GET", draft)[2]):
        time.sleep(0.1)
    return page


def main(program, place):
    with tempfile.TemporaryDirectory() as folder:
        workspace = f"{folder}/w"
        if not place:
            place = f"{folder}/place"
            subprocess.run([program, "demo", place], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "store", "init", workspace], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([program, "store", "import", workspace, place], check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        command = [program, "serve", "--workspace", workspace, "--bind", "127.0.0.1:0"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            said = []
            for line in server.stderr:
                said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:(\d+)/sign-in\?key=(\w+)", line):
                    break
            print(f"{'the first load':<40} {time.monotonic() - began:8.2f} s   {worked(server.pid):8.2f} s of processor")
            log = lambda: [print(line, end="", flush=True) for line in server.stderr if os.environ.get("TELL")]  # noqa: E731
            threading.Thread(target=log, daemon=True).start()
            client = Client(int(found[1]), found[2], timeout=1200)
            patch = re.findall(r'<option value="([^"]+)"', client.send("GET", "/records/new")[2].split('id="patch"')[1])
            files = [
                ("assets", "more.csv", b"name,latitude,longitude\nThe new library,54.2,1.1\n", "library"),
                ("records", "met.csv", f"date,activity,patch,people\n2024-06-03,A walk,{next(filter(None, patch))},14\n".encode(), ""),
            ]
            for purpose, name, data, kind in files:
                with Watch(server.pid, f"{purpose}: brought"):
                    status, headers, page = client.bring(name, data, purpose, kind)
                    assert status == 303, (status, page)
                draft = "/" + headers["location"].split("/", 3)[3] if "://" in headers["location"] else headers["location"]
                with Watch(server.pid, f"{purpose}: looked at"):
                    page = looked_at(client, draft)
                with Watch(server.pid, f"{purpose}: its page again"):
                    looked_at(client, draft)
                with Watch(server.pid, f"{purpose}: published"):
                    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
                    status, headers, page = client.form(f"{draft}/publish", revision=revision, why="x")
                    assert status == 303, (status, page)
                page = client.send("GET", "/versions")[2]
                back = re.search(r'action="[^"]*/versions/(\d+)/restore">.*?name="seen" value="(\d+)"', page, re.S)
                with Watch(server.pid, f"{purpose}: undone"):
                    status, *_ = client.form(f"/versions/{back[1]}/restore", seen=back[2])
                    assert status == 303, status
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
