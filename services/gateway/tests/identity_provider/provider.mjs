// A provider with the people that PEOPLE names, who sign in by their login alone: node provider.mjs PORT REDIRECT_URI
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const people = JSON.parse(process.env.PEOPLE ?? "{}"); // login -> {name, groups}

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "framewell",
      client_secret: "a secret of tests",
      redirect_uris: [redirect],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  pkce: { required: () => true },
  scopes: ["openid", "profile"],
  claims: { openid: ["sub"], profile: ["name", "preferred_username", "groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["a key of tests"] },
  ttl: { IdToken: 60, Interaction: 60, Session: 60, Grant: 60, AccessToken: 60 },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, ...people[id.split("@")[0]] }),
  }),
});

await new Promise((resolve) => {
  provider.listen(Number(port), "127.0.0.1", resolve);
});
console.log("listening");
