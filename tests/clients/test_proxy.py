"""deploy/nginx.conf, as it is but for names, ports and the certificate, in front of the served demo."""

import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import serving  # noqa: E402

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

if not (NGINX and shutil.which("openssl")):
    pytest.skip("nginx or openssl is not installed: apt-get install nginx openssl", allow_module_level=True)


class Proxy:
    def __init__(self, http, https, trust):
        self.http, self.https = f"http://localhost:{http}", f"https://localhost:{https}"
        self.trust = trust

    def open(self, path, **headers):
        request = urllib.request.Request(self.https + path, headers=headers)
        return urllib.request.urlopen(request, timeout=30, context=self.trust)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    http, https = serving.free_port(), serving.free_port()
    key, certificate = folder / "site.key", folder / "site.crt"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    with serving.serving(serving.demo(), PATCHWORK_BEHIND_PROXY="true") as url:
        settings = (serving.ROOT / "deploy" / "nginx.conf").read_text()
        for old, new in {
            "127.0.0.1:8080": url.removeprefix("http://"),
            "listen 80;": f"listen 127.0.0.1:{http};",
            "listen 443 ssl": f"listen 127.0.0.1:{https} ssl",
            "maps.example.org.crt": "site.crt",
            "maps.example.org.key": "site.key",
            "/etc/nginx/tls": str(folder),
            "maps.example.org": "localhost",
        }.items():
            assert old in settings, f"deploy/nginx.conf no longer has {old!r}"
            settings = settings.replace(old, new)
        whole = folder / "nginx.conf"
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        whole.write_text(
            f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\nevents {{}}\n"
            f"http {{ access_log off;\n{temporary}{settings}\n}}\n"
        )
        running = subprocess.Popen([NGINX, "-p", folder, "-c", whole], stderr=subprocess.PIPE, text=True)
        found = Proxy(http, https, ssl.create_default_context(cafile=str(certificate)))
        try:
            for _ in range(100):
                try:
                    found.open("/livez").close()
                    break
                except OSError:
                    assert running.poll() is None, running.stderr.read()
                    time.sleep(0.1)
            yield found
        finally:
            running.terminate()
            running.wait(timeout=20)


def links(value):
    if isinstance(value, dict):
        if isinstance(value.get("href"), str):
            yield value["href"]
        for each in value.values():
            yield from links(each)
    elif isinstance(value, list):
        for each in value:
            yield from links(each)


def test_every_link_of_ours_leads_back_through_the_proxy(proxy):
    for path in ("/", "/collections", "/collections/zones", "/collections/zones/items?limit=2", "/conformance"):
        with proxy.open(path, Accept="application/json") as answer:
            found = list(links(json.load(answer)))
        ours = [href for href in found if "localhost" in href or "127.0.0.1" in href]
        assert all(href.startswith(f"{proxy.https}/") for href in ours), (path, ours)
    with proxy.open("/api") as answer:
        assert json.load(answer)["servers"] == [{"url": proxy.https}]


def test_following_next_through_the_proxy_meets_every_zone(proxy):
    address, met = "/collections/zones/items?limit=100", set()
    while address:
        with proxy.open(address) as answer:
            page = json.load(answer)
        met |= {feature["id"] for feature in page["features"]}
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        address = following[0].removeprefix(proxy.https) if following else None
    assert len(met) == page["numberMatched"]


def test_the_tag_of_an_answer_still_saves_sending_it_again(proxy):
    with proxy.open("/collections/zones/items") as answer:
        tag = answer.headers["ETag"]
        assert answer.headers["Strict-Transport-Security"] and answer.headers["X-Request-Id"]
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        proxy.open("/collections/zones/items", **{"If-None-Match": tag})
    assert unchanged.value.code == 304


def test_counts_stay_inside_and_plain_http_is_sent_on(proxy):
    with pytest.raises(urllib.error.HTTPError) as hidden:
        proxy.open("/metrics")
    assert hidden.value.code == 404

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    with pytest.raises(urllib.error.HTTPError) as sent_on:
        urllib.request.build_opener(Stay).open(f"{proxy.http}/collections", timeout=30)
    assert sent_on.value.code == 301
    assert sent_on.value.headers["Location"] == "https://localhost/collections"
