// Chooses the port to serve on.

import { createServer } from "node:net";
import { Problem } from "./problem.mjs";

const DEFAULT_PORT = 8080;
const TRIES = 50;

/**
 * The port to listen on. A requested port must be free; the default one may be replaced by the next free one.
 *
 * @param {string | undefined} asked the environment's `PORT`
 * @param {string} host
 * @returns {Promise<{ port: number, busy?: number }>} `busy` is the default port, if another is used instead
 */
export async function choosePort(asked, host) {
  if (asked !== undefined && asked !== "") {
    const port = parsePort(asked);
    if (await isFree(port, host)) return { port };
    throw new Problem(
      `Port ${port} of ${host} is already in use.`,
      { hint: "Stop what uses it, or choose another: PORT=8090 npm start" },
    );
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + TRIES; port++) {
    if (await isFree(port, host)) return port === DEFAULT_PORT ? { port } : { port, busy: DEFAULT_PORT };
  }
  throw new Problem(
    `The ports ${DEFAULT_PORT} to ${DEFAULT_PORT + TRIES - 1} of ${host} are all in use.`,
    { hint: "Choose one that is free: PORT=9000 npm start" },
  );
}

/** Parses a port number. */
export function parsePort(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Problem(`PORT is "${text}", which is not a port.`, {
    hint: "Give a whole number from 1 to 65535: PORT=8090 npm start",
  });
}

async function isFree(port, host) {
  const server = createServer();
  try {
    await new Promise((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
    return true;
  } catch (error) {
    if (error.code === "EADDRINUSE") return false;
    if (error.code === "EACCES") {
      throw new Problem(`Listening on port ${port} is not permitted.`, {
        hint: "Choose one above 1023: PORT=8090 npm start",
      });
    }
    throw new Problem(
      `Cannot listen on ${host}: ${error.code}.`,
      { hint: "HOST is the address of a network interface of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for all." },
    );
  } finally {
    server.close();
  }
}
