// A plain server of the npm package.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { NPM_PACKAGE } from "../../../scripts/lib/paths.mjs";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/** Serves the package like a plain server, with responses changed by `change`. */
export async function servePackage(t, change = () => ({})) {
  const server = createServer(({ url }, response) => {
    if (url === "/favicon.ico") return response.writeHead(204).end();
    const { status = 200, type = TYPES[extname(url)] ?? "text/html", body, headers = {} } = change(url) || {};
    response.writeHead(status, { "content-type": type, ...headers });
    response.end(body ?? (url === "/" ? "<!doctype html><title>moim</title>" : readFileSync(join(NPM_PACKAGE, url))));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}
