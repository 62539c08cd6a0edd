// An identity provider that no one here wrote: Auth0's samlp behind a few lines of node:http, for the tests.
// Its messages, signatures, encryption, metadata and log-out are samlp's; the routes and the memory are ours.
// Usage: node samlp_peer.cjs CONFIG.json; prints its port. What a test wants next is told by POST /next.
"use strict";
const { createServer } = require("node:http");
const { randomBytes } = require("node:crypto");
const { readFileSync } = require("node:fs");
const samlp = require("samlp");
const SessionParticipants = require("samlp/lib/sessionParticipants");
const signers = require("samlp/lib/signers");
const templates = require("samlp/lib/templates");
const utils = require("samlp/lib/utils");

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const participants = new SessionParticipants();
const states = new Map();
const store = {
  save(_req, state, done) {
    const id = randomBytes(8).toString("hex");
    states.set(id, state);
    done(null, id);
  },
  load(_req, id, options, done) {
    const state = states.get(id);
    const callback = typeof options === "function" ? options : done;
    if (options.destroy) states.delete(id);
    callback(null, state);
  },
  update(_req, id, state, done) {
    states.set(id, state);
    done(null, id);
  },
};
let next = {};

class Profile {
  constructor(user) {
    this.user = user;
  }
  getClaims() {
    return this.user.claims;
  }
  getNameIdentifier() {
    return { nameIdentifier: this.user.name, nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" };
  }
}
function profileMapper(user) {
  return new Profile(user);
}
profileMapper.prototype.metadata = [];

function signIn(req, res, fail) {
  const sessionIndex = "_" + randomBytes(12).toString("hex");
  samlp.auth({
    issuer: config.issuer,
    key: config.key,
    cert: config.cert,
    signingCert: config.portal.signing,
    signResponse: true,
    encryptionCert: config.portal.encryption,
    encryptionPublicKey: config.portal.encryptionKey,
    encryptionAlgorithm: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    disallowEncryptionWithInsecureAlgorithm: true,
    lifetimeInSeconds: 240,
    destination: config.portal.acs,
    recipient: config.portal.acs,
    authnContextClassRef: next.level || config.level,
    includeAttributeNameFormat: true,
    sessionIndex,
    profileMapper,
    getUserFromRequest: () => config.user,
    getPostURL: (_audience, _request, _req, done) => done(null, config.portal.acs),
    responseHandler(response, options, _req, answer) {
      participants._participants.push({
        serviceProviderId: config.portal.entity,
        sessionIndex,
        nameId: config.user.name,
        nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        serviceProviderLogoutURL: config.portal.slo,
        cert: config.portal.signing,
        binding: next.binding,
      });
      const RelayState = req.query.RelayState || req.body.RelayState || "";
      answer.send(templates.form({ type: "SAMLResponse", callback: options.postUrl, RelayState, token: response.toString("base64") }));
    },
  })(req, res, fail);
}

// samlp's own errors have one level of status; the second is put into its template before it signs.
function refuse(req, res, fail) {
  const message = req.query.SAMLRequest || req.body.SAMLRequest;
  const options = { signingCert: config.portal.signing, relayState: req.query.RelayState };
  utils.parseSamlRequest(req, message, "AUTHN_REQUEST", options, (error, request) => {
    if (error) return fail(error);
    const [first, second] = next.status;
    const plain = templates.samlresponse({
      id: "_" + utils.generateUniqueID(),
      instant: utils.generateInstant(),
      destination: config.portal.acs,
      inResponseTo: request.documentElement.getAttribute("ID"),
      issuer: config.issuer,
      samlStatusCode: first,
      samlStatusMessage: "",
      assertion: "",
    });
    const whole = second
      ? plain.replace(/(<samlp:StatusCode Value="[^"]*")\/>/, `$1><samlp:StatusCode Value="${second}"/></samlp:StatusCode>`)
      : plain;
    const signed = signers.signXml(
      { key: config.key, cert: config.cert, reference: "//*[local-name(.)='Response']" },
      whole,
    );
    const token = Buffer.from(signed).toString("base64");
    res.send(templates.form({ type: "SAMLResponse", callback: config.portal.acs, RelayState: "", token }));
  });
}

function logOut(req, res, fail) {
  samlp.logout({
    issuer: config.issuer,
    key: config.key,
    cert: config.cert,
    deflate: true,
    protocolBinding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
    sessionParticipants: participants,
    store,
  })(req, res, fail);
}

const routes = {
  "/sso": (req, res, fail) => (next.status ? refuse : signIn)(req, res, fail),
  "/slo": logOut,
  "/metadata": samlp.metadata({
    issuer: config.issuer,
    cert: config.cert,
    profileMapper,
    redirectEndpointPath: "/sso",
    postEndpointPath: "/sso",
    logoutEndpointPaths: { redirect: "/slo", post: "/slo" },
  }),
  "/next": (req, res) => {
    next = JSON.parse(req.text);
    for (const one of participants._participants) one.binding = next.binding;
    res.send(200);
  },
  "/forget": (_req, res) => {
    participants._participants.length = 0;
    res.send(200);
  },
  "/sessions": (_req, res) => res.send(String(participants._participants.length)),
};

const server = createServer((req, raw) => {
  const address = new URL(req.url, "http://127.0.0.1");
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", () => {
    req.text = Buffer.concat(chunks).toString();
    req.query = Object.fromEntries(address.searchParams);
    req.body = req.method === "POST" ? Object.fromEntries(new URLSearchParams(req.text)) : {};
    req.protocol = "http";
    req.originalUrl = req.url;
    const res = {
      set: (name, value) => raw.setHeader(name, value),
      redirect: (url) => raw.writeHead(302, { Location: url }).end(),
      send: (status, text) => (typeof status === "number" ? raw.writeHead(status).end(text) : raw.end(status)),
    };
    const fail = (error) => raw.writeHead(400).end(String(error && error.message));
    try {
      (routes[address.pathname] || (() => raw.writeHead(404).end()))(req, res, fail);
    } catch (error) {
      fail(error);
    }
  });
});
// It ends with whoever started it.
process.stdin.resume().on("end", () => process.exit(0));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
