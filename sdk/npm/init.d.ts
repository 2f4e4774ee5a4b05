
/** A `WebAssembly.Module`. TypeScript's own type of it is empty, and would accept any object. */
export type CompiledModule = { readonly module?: never; readonly module_or_path?: never };

/** The source of the WebAssembly module: its URL, a response, its bytes, or the module itself. */
export type InitInput = RequestInfo | URL | Response | BufferSource | CompiledModule;

/** The module's exports. */
export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export type SyncInitInput = BufferSource | CompiledModule;

/**
 * Loads the WebAssembly module, which the package requires. By default it is fetched from
 * `moim_bg.wasm` next to the package's JavaScript. Further calls return the same promise; after a failure a call tries
 * again. Importing `moim/auto` calls it automatically.
 *
 * @throws {MoimError} ERR_INIT_FAILED if the module is not served or cannot be compiled; ERR_INIT_BLOCKED if the page's
 * Content-Security-Policy lacks `'wasm-unsafe-eval'`; ERR_UNSUPPORTED without WebAssembly; ERR_INVALID_OPTIONS if
 * `module_or_path` is none of the above.
 * @example
 * import init, { Room } from "moim";
 *
 * await init();
 * const room = new Room();
 */
export default function init(options?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;

/** A part of the package that is fetched when it is first used. */
export type ChunkName =
    /** Signaling backends that are written in JavaScript: `backend` of the room options. */
    | "backend"
    /** `diagnose`. */
    | "diagnosis"
    /** Sending and receiving files. */
    | "files"
    /** Rooms on a Janus server: `server.type` of the room options. */
    | "janus"
    /** `Kurento`: the pipelines of a Kurento Media Server. */
    | "kurento"
    /** Rooms on a LiveKit server: `server.type` of the room options. */
    | "livekit"
    /** Completing recordings. */
    | "recorder"
    /** `getStats`, `StatsMonitor`, and the quality of a call, which a room measures from two seconds after it was joined. */
    | "statistics"
    /** Publishing with WHIP and playing with WHEP. */
    | "whip";

/**
 * Loads chunks, by default all of them, together with the WebAssembly module: to have everything before the first use, or
 * while there is a network. Otherwise each is fetched when it is first used, and the operation that needs it takes
 * longer.
 *
 * @throws {MoimError} ERR_CHUNK_NOT_LOADED if one is not served or cannot be compiled; the codes of `init`;
 * ERR_INVALID_OPTIONS for a name that is not one of a chunk.
 * @example
 * import init, { preload } from "moim";
 *
 * await init();
 * void preload("files");
 */
export function preload(...names: ChunkName[]): Promise<void>;

/**
 * Initializes the package synchronously with a module that was already loaded. Browsers reject large modules in a
 * page, and accept them in a worker.
 *
 * @throws {MoimError} the codes of `init`.
 */
export function initSync(options: { module: SyncInitInput } | SyncInitInput): InitOutput;
