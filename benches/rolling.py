"""Two replicas behind nginx under load while new snapshots roll over them: is every answer whole, and is none refused?

    python benches/rolling.py PATCHWORK [--rolls 8] [--askers 6] [--residents 20000]

PATCHWORK is the built program. Two demo boroughs are made, each served by itself once, and what it answers to some sixty
addresses is written down under the digest in its ETag (as in soak.py). Then two replicas serve one snapshot file behind
nginx. Each roll is `patchwork build` of the other borough into that very file, then one replica after the other goes over
to it: by SIGHUP, and every third time by being stopped and started anew. All the while askers get pages, features,
tables, tiles and byte ranges through nginx, and every answer is compared with what was written down for the digest it
bears. After each roll every address is asked of both replicas: same status, same ETag, same bytes, to the last.
Prints a line for each roll and a summary; exit code 1 when an answer was wrong, refused or different.
"""

import argparse
import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import soak

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def build(program, place, out):
    command = [program, "build", str(place), "--out", str(out), "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def proxy(folder, port, replicas):
    servers = "".join(f"server 127.0.0.1:{each} max_fails=0; " for each in replicas)
    settings = folder / "nginx.conf"
    settings.write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  access_log off; proxy_temp_path {folder}/proxy; client_body_temp_path {folder}/body;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream patchwork {{ {servers} keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://patchwork; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_next_upstream error timeout http_502 http_503;
    }}
  }}
}}
""")
    return subprocess.Popen([NGINX, "-c", str(settings), "-p", str(folder)], stderr=subprocess.DEVNULL)


def of(port, path):
    client = soak.Client(port)
    status, body, etag = client.get(path)
    client.open.close()
    return status, etag, body


def digest(port):
    # A replica that is just starting has nothing to say yet.
    with contextlib.suppress(OSError, http.client.HTTPException):
        return soak.digest_of(of(port, "/collections")[1])


def gone_over(port, wanted):
    deadline = time.monotonic() + 300
    while digest(port) != wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the replica on {port} does not go over to {wanted}")
        time.sleep(0.05)


def run(options, folder):
    program = os.path.abspath(options.patchwork)
    places, first = [folder / "one", folder / "two"], []
    for seed, place in enumerate(places, 1):
        command = [program, "demo", str(place), "--residents", str(options.residents), "--seed", str(seed), "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        build(program, place, folder / f"{place.name}.snapshot")
        first.append(folder / f"{place.name}.snapshot")
    known, paths = soak.write_down(program, first)
    served = folder / "served.snapshot"
    shutil.copy(first[0], served)
    ports = [soak.free_port(), soak.free_port()]
    replicas = [soak.Server(program, served, port) for port in ports]
    front = soak.free_port()
    nginx = proxy(folder, front, ports)
    time.sleep(0.5)
    askers = [soak.Checker(front, known, paths, seed, float("inf")) for seed in range(options.askers)]
    for asker in askers:
        asker.start()
    unlike, compared, began = [], 0, time.monotonic()
    try:
        for roll in range(1, options.rolls + 1):
            place = places[roll % 2]
            build(program, place, served)
            wanted = next(d for d, path in known if path == "/collections" and d != digest(ports[0]))
            anew = roll % 3 == 0
            for n, port in enumerate(ports):
                if anew:
                    replicas[n].stop()
                    replicas[n] = soak.Server(program, served, port)
                else:
                    replicas[n].process.send_signal(signal.SIGHUP)
                gone_over(port, wanted)
            for path in paths:
                # The address each was asked at is in links; all else is the same to the last byte.
                one, other = (of(port, path) for port in ports)
                compared += 1
                if one != other:
                    unlike.append(f"{path}: {one[:2]} and {other[:2]}")
            answered, wrong = sum(a.checked for a in askers), sum(len(a.wrong) for a in askers)
            how = "stopped and started" if anew else "by SIGHUP"
            print(f"roll {roll} {how}, {wanted}: {answered:,} answers, {wrong} wrong; {len(unlike)} unlike", flush=True)
    finally:
        for asker in askers:
            asker.until = 0
        for asker in askers:
            asker.join(40)
        codes = [replica.stop() for replica in replicas]
        nginx.terminate()
        nginx.wait(20)
    wrong = [each for asker in askers for each in asker.wrong] + unlike
    met = sum((asker.met for asker in askers), start=type(askers[0].met)())
    answered, seconds = sum(asker.checked for asker in askers), time.monotonic() - began
    print(f"{options.rolls} rolls in {seconds:.0f} s over {len(paths)} addresses: {answered:,} answers under load, "
          f"{compared:,} compared between the replicas, {len(wrong)} wrong; by digest {dict(met)}")
    for each in wrong[:10]:
        print("  ", each)
    complaints = [line for replica in replicas for line in replica.said if re.search("ERROR|panicked", line)]
    for line in complaints[:10]:
        print("  ", line)
    return not wrong and not complaints and codes == [0, 0] and len(met) >= 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("--rolls", type=int, default=8)
    parser.add_argument("--askers", type=int, default=6)
    parser.add_argument("--residents", type=int, default=20_000)
    options = parser.parse_args()
    if not NGINX:
        sys.exit("nginx is not installed: apt-get install nginx")
    with tempfile.TemporaryDirectory(prefix="patchwork-rolling-") as folder:
        sys.exit(0 if run(options, pathlib.Path(folder)) else 1)


if __name__ == "__main__":
    main()
