// Every class of the npm package has an `@example`, and each example compiles.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { GOLDEN_TYPES, ROOT } from "../lib/paths.mjs";

const types = readFileSync(GOLDEN_TYPES, "utf8");

/** What the examples take for granted. */
const SURROUNDINGS = `
  declare const camera: LocalTrack, microphone: LocalTrack, screen: LocalTrack, remoteTrack: RemoteTrack;
  declare const room: Room, connection: PeerConnection, mixer: Mixer, recorder: Recorder;
  declare const signal: AbortSignal;
  declare const pipe: KurentoObject, endpoint: KurentoObject;
  declare const video: HTMLVideoElement, progress: HTMLProgressElement, captions: HTMLElement, file: File;
  declare const participant: RemoteParticipant, participantId: ParticipantId;
  declare function send(text: string): void;
  declare class MyBackend implements SignalingBackend { start(): void; handleCommand(): void; }
`;

/** The code after each `@example`, up to the next tag or the end of the comment, with its imports apart. */
function examples() {
  return [...types.matchAll(/\* @example\n([\s\S]*?)\n *(?:\*\/|\* @)/g)].map(([, text]) => {
    const lines = text.replace(/^ *\* ?/gm, "").split("\n");
    const isImport = (line) => line.startsWith("import ");
    return { imports: lines.filter(isImport), code: lines.filter((line) => !isImport(line)).join("\n") };
  });
}

/** The errors in these modules, without those of the types themselves. */
function errors(modules) {
  const { config } = ts.readConfigFile(join(ROOT, "scripts", "tsconfig.types.json"), ts.sys.readFile);
  const given = { ...config.compilerOptions, skipLibCheck: true, paths: { moim: [GOLDEN_TYPES] } };
  const { options } = ts.convertCompilerOptionsFromJson(given, join(ROOT, "scripts"));
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => modules.get(path) ?? readFile(path);
  host.fileExists = (path) => modules.has(path) || fileExists(path);
  const found = ts.getPreEmitDiagnostics(ts.createProgram([...modules.keys()], options, host));
  return found.map(({ file, messageText }) => `${ts.flattenDiagnosticMessageText(messageText, " ")}\n${file?.text.split("\n{\n")[1] ?? ""}`);
}

test("every class has an example", () => {
  const without = [...types.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+)/g)].filter(([, text]) => !text.includes("@example"));
  assert.deepEqual(without.map(([, , name]) => name), []);
  assert.equal([...types.matchAll(/^export class /gm)].length, [...types.matchAll(/\*\/\nexport class /g)].length, "each has a comment");
});

test("the examples compile", () => {
  const exported = [...types.matchAll(/^export (?:class|function|interface|type) (\w+)/gm)].map(([, name]) => name);
  const all = [`import { ${[...new Set(exported)].join(", ")} } from "moim";`];
  const modules = examples().map(({ imports, code }, number) => {
    // A block of its own, so that an example may declare what is taken for granted.
    const text = `${(imports.length ? imports : all).join("\n")}\n${imports.length ? "" : SURROUNDINGS}\nexport {};\n{\n${code}\n}\n`;
    return [join(ROOT, "scripts", `example${number}.ts`), text];
  });
  assert.ok(modules.length > 20);
  assert.deepEqual(errors(new Map(modules)), []);
});
