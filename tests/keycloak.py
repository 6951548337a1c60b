"""Do people of a Keycloak come in as docs/accounts.md says, and nobody else?

Usage: keycloak.py DIR

DIR is an unpacked distribution of Keycloak (org.keycloak:keycloak-quarkus-dist). It is started with a realm of our own,
people are signed in through its pages as a browser would, and its keys are turned while it runs.
"""

import contextlib
import http.cookiejar
import html
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import serving

SECRET = "a quiet word: said & kept"
GROUPS = {"olive": ["it"], "carla": ["north-team"], "pat": ["choir"]}


def realm(back: str) -> dict:
    """The realm, with the client as the manual describes it."""
    mapper = {
        "name": "groups",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-group-membership-mapper",
        "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true", "userinfo.token.claim": "true"},
    }
    client = {
        "clientId": "patchwork",
        "secret": SECRET,
        "standardFlowEnabled": True,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "redirectUris": [back],
        "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": back.removesuffix("/back")},
        "protocolMappers": [mapper],
    }
    people = [
        {
            "username": name,
            "enabled": True,
            "firstName": name,
            "lastName": "Smith",
            "email": f"{name}@gridton.example",
            "emailVerified": True,
            "credentials": [{"type": "password", "value": "any", "temporary": False}],
            "groups": groups,
        }
        for name, groups in GROUPS.items()
    ]
    groups = [{"name": name} for name in sorted({each for of in GROUPS.values() for each in of})]
    return {"realm": "staff", "enabled": True, "sslRequired": "none", "clients": [client], "users": people, "groups": groups}


@contextlib.contextmanager
def keycloak(home: pathlib.Path, port: int, back: str):
    """Keycloak with the realm, until it answers."""
    with tempfile.TemporaryDirectory() as folder:
        imports = home / "data" / "import"
        imports.mkdir(parents=True, exist_ok=True)
        (imports / "staff.json").write_text(json.dumps(realm(back)))
        told = {"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": "admin"}
        command = [home / "bin" / "kc.sh", "start-dev", f"--http-port={port}", "--http-host=127.0.0.1", "--import-realm", "--db=dev-mem"]
        log = open(pathlib.Path(folder) / "log", "w+")  # noqa: SIM115 (it lives as long as the process)
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **told}, start_new_session=True)
        issuer = f"http://localhost:{port}/realms/staff"
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=5)
                    break
                if process.poll() is not None:
                    raise RuntimeError("Keycloak ended: " + pathlib.Path(log.name).read_text()[-2000:])
                time.sleep(0.5)
            else:
                raise RuntimeError("Keycloak does not answer")
            yield issuer, process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
            process.wait(timeout=60)
            log.close()


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing."""

    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """A visitor with cookies, who follows links and fills in the provider's form."""

    def __init__(self) -> None:
        # Cookies of a Keycloak on plain HTTP are marked Secure, which browsers take from localhost.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("https", "http"))
        self.jar = http.cookiejar.CookieJar(policy)
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, address: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, the address one ends at, and the page."""
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            answer = self.opener.open(urllib.request.Request(address, data=body), timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.url, answer.read().decode()

    def form(self, base: str) -> str:
        """Where the provider's form goes."""
        _, _, page = self.get(f"{base}/sign-in/provider")
        action = re.search(r'action="([^"]+)"', page)
        if not action:
            raise AssertionError("the provider shows no form: " + page[:500])
        return html.unescape(action[1])

    def sign_in(self, base: str, name: str) -> tuple[int, str, str]:
        return self.get(self.form(base), {"username": name, "password": "any"})

    def code(self, base: str, name: str) -> str:
        """The address with the provider's code, before it is gone to."""
        form = urllib.parse.urlencode({"username": name, "password": "any"}).encode()
        held = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), Stay)
        try:
            held.open(self.form(base), form, timeout=60)
        except urllib.error.HTTPError as stopped:
            return stopped.headers["Location"]
        raise AssertionError("the provider sends nobody back")


class SigningIn(unittest.TestCase):
    base = issuer = ""
    keycloak: subprocess.Popen

    def account(self, browser: Browser) -> str:
        return browser.get(f"{self.base}/account")[2]

    def admin(self, path: str, body: dict) -> None:
        """Asks the administrator's API of the realm."""
        root = self.issuer.removesuffix("/realms/staff")
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": "admin"}
        told = Browser().get(f"{root}/realms/master/protocol/openid-connect/token", form)[2]
        headers = {"Authorization": "Bearer " + json.loads(told)["access_token"], "Content-Type": "application/json"}
        request = urllib.request.Request(f"{root}/admin/realms/staff/{path}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60):
            pass

    def test_1_a_coordinator_of_a_group_comes_in_with_her_patches_and_signs_out_there_too(self) -> None:
        browser = Browser()
        status, at, _ = browser.sign_in(self.base, "carla")
        self.assertEqual((status, urllib.parse.urlsplit(at).netloc), (200, urllib.parse.urlsplit(self.base).netloc))
        page = self.account(browser)
        self.assertIn("coordinator, for the patches P01", page)
        self.assertIn("carla", page)
        token = re.search(r'action="[^"]*/sign-out"[^>]*><input type="hidden" name="([^"]+)" value="([^"]+)"', page)
        self.assertIsNotNone(token, page[:3000])
        _, _, page = browser.get(f"{self.base}/sign-out", {token[1]: token[2]})
        self.assertIn("You are signed out here.", page)
        self.assertIn("Sign in first", self.account(browser))
        # Keycloak asks back, as it is not handed the token of the stay.
        status, at, _ = browser.get(f"{self.base}/sign-in/provider/end")
        self.assertEqual((status, at.startswith(f"{self.issuer}/protocol/openid-connect/logout")), (200, True), at)

    def test_2_somebody_without_a_group_that_has_a_role_does_not_come_in(self) -> None:
        browser = Browser()
        _, _, page = browser.sign_in(self.base, "pat")
        self.assertIn("none of your groups there gives access", page)
        self.assertIn("Sign in first", self.account(browser))

    def test_3_an_answer_with_another_state_or_code_lets_nobody_in(self) -> None:
        for query in ["code=any&state=any", "state=any&error=access_denied", "code=any"]:
            browser = Browser()
            browser.get(f"{self.base}/sign-in/provider")
            status, _, page = browser.get(f"{self.base}/sign-in/back?{query}&iss={urllib.parse.quote(self.issuer)}")
            self.assertGreaterEqual(status, 400)
            self.assertIn("came to nothing", page)
            self.assertIn("Sign in first", self.account(browser))

    def test_4_a_code_serves_once_and_only_in_the_browser_that_asked(self) -> None:
        first, stranger = Browser(), Browser()
        back = first.code(self.base, "olive")
        self.assertGreaterEqual(stranger.get(back)[0], 400)
        self.assertIn("Sign in first", self.account(stranger))
        self.assertEqual(first.get(back)[0], 200)
        self.assertIn("owner", self.account(first))
        self.assertGreaterEqual(first.get(back)[0], 400)

    def test_5_new_keys_of_the_provider_are_taken(self) -> None:
        key = {"name": "second", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider"}
        self.admin("components", key | {"config": {"priority": ["900"], "algorithm": ["RS256"]}})
        # The provider is asked anew at most every ten seconds.
        time.sleep(11)
        browser = Browser()
        browser.sign_in(self.base, "carla")
        self.assertIn("coordinator, for the patches P01", self.account(browser))

    def test_6_when_the_provider_is_away_a_page_says_so_and_who_is_in_stays_in(self) -> None:
        inside, outside = Browser(), Browser()
        inside.sign_in(self.base, "carla")
        back = outside.code(self.base, "olive")
        os.killpg(self.keycloak.pid, 9)
        self.keycloak.wait(timeout=60)
        self.assertIn("coordinator", self.account(inside))
        status, _, page = outside.get(back)
        self.assertGreaterEqual(status, 400)
        self.assertIn("Gridton Council", page)
        self.assertIn("Sign in first", self.account(outside))


def main(home: str) -> None:
    bind, port = f"127.0.0.1:{serving.free_port()}", serving.free_port()
    base = f"http://{bind}"
    with contextlib.ExitStack() as running:
        issuer, process = running.enter_context(keycloak(pathlib.Path(home), port, f"{base}/sign-in/back"))
        folder = pathlib.Path(running.enter_context(tempfile.TemporaryDirectory()))
        (folder / "settings.toml").write_text(
            f"""public_url = "{base}"
[sign_in]
title = "Gridton Council"
issuer = "{issuer}"
client_id = "patchwork"
client_secret = "{SECRET}"
contact = "the partnership office, room 4"
[sign_in.roles]
north-team = "coordinator"
it = "owner"
[sign_in.patches]
north-team = ["P01"]
"""
        )
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([serving.program(), "store", "init", folder / "kept"], **quiet)
        subprocess.run([serving.program(), "store", "import", folder / "kept", serving.demo(residents=6_000)], **quiet)
        command = [serving.program(), "--config", folder / "settings.toml", "serve", "--workspace", folder / "kept", "--bind", bind]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        running.callback(server.wait, 30)
        running.callback(server.terminate)
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{base}/readyz", timeout=5)
                break
            time.sleep(0.5)
        SigningIn.base, SigningIn.issuer, SigningIn.keycloak = base, issuer, process
        done = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(SigningIn))
        sys.exit(0 if done.wasSuccessful() else 1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
