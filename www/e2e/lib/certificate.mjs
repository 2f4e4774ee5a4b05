// A certificate authority for the tests of a file, and a certificate of it for this machine.

import { createHash, createPublicKey } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { which } from "../../../scripts/lib/which.mjs";

/** Why there are no tests with certificates in this browser, or false. */
export const certificatesMissing = (kind) =>
  (!which("openssl") && "openssl is not installed") || (kind === "firefox" && !which("certutil") && "certutil is not installed (apt-get install libnss3-tools)");

/**
 * @typedef {object} Certificate
 * @property {string} authority the authority's certificate, a file (PEM)
 * @property {string} certificate a file (PEM)
 * @property {string} key a file (PEM)
 * @property {string} spki the SHA-256 of the public key, as Chromium takes it
 */

/** @type {Certificate | undefined} */
let made;

/**
 * A certificate for `localhost` and 127.0.0.1: one for all tests of a file, so that they can use the same browsers. It is
 * removed at the end of the process.
 *
 * @returns {Certificate}
 */
export const theCertificate = () => (made ??= makeCertificate());

function makeCertificate() {
  const folder = temporary("moim-certificate-");
  const [authority, authorityKey, certificate, key, request, extensions] = ["ca.pem", "ca.key", "server.pem", "server.key", "server.csr", "server.ext"].map((name) => join(folder, name));
  const openssl = (...args) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", authorityKey, "-out", authority, "-days", "2", "-subj", "/CN=moim tests", "-addext", "keyUsage=critical,keyCertSign");
  openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", "/CN=localhost");
  writeFileSync(extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:203.0.113.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n");
  openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial", "-out", certificate, "-days", "2", "-extfile", extensions);
  const spki = createPublicKey(readFileSync(certificate)).export({ type: "spki", format: "der" });
  return { authority, certificate, key, spki: createHash("sha256").update(spki).digest("base64") };
}

/** A profile of Firefox that trusts the authority; removed at the end of the process. */
export function makeFirefoxTrust({ authority }) {
  const profile = temporary("moim-firefox-");
  const certutil = (...args) => execFileSync("certutil", [...args, "-d", `sql:${profile}`], { stdio: ["ignore", "ignore", "pipe"] });
  certutil("-N", "--empty-password");
  certutil("-A", "-n", "moim tests", "-t", "C,,", "-i", authority);
  return profile;
}

// Removed at the end of the process: until a browser has ended, it writes into its profile.
const temporaries = [];
process.once("exit", () => temporaries.forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 20 })));

function temporary(prefix) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  temporaries.push(folder);
  return folder;
}
