/** A real provider of OpenID Connect, with people who need no password: any name signs in, and is in the groups of its
 * first word. It says its address once it listens.
 *
 * Usage: PORT=… CERT=… KEY=… BACK=https://…/sign-in/back node provider.mjs
 */

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Provider } from "oidc-provider";

const { PORT, CERT, KEY, BACK } = process.env;
const issuer = `https://localhost:${PORT}`;
const groups = { olive: ["staff", "it"], carla: ["north-team", "staff"], vera: ["staff"] };
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(issuer, {
  clients: [{
    client_id: "patchwork",
    client_secret: "a quiet word: said & kept",
    redirect_uris: [BACK],
    post_logout_redirect_uris: [BACK.replace(/\/back$/, "")],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "first", use: "sig", alg: "RS256" }] },
  cookies: { keys: ["for a test"] },
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], groups: ["groups"] },
  scopes: ["openid", "profile", "groups"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: `subject-of-${id}`, name: `${id} Smith`, preferred_username: `${id}@gridton.example`, groups: groups[id] ?? ["visitors"] }),
  }),
});

createServer({ cert: readFileSync(CERT), key: readFileSync(KEY) }, provider.callback()).listen(Number(PORT), "127.0.0.1", () => console.log(issuer));
