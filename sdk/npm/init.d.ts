
/** Where the WebAssembly module comes from: its address, a response, its bytes, or the module itself. */
export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/** The module's exports, as far as they are of use. */
export interface InitOutput {
    readonly memory: WebAssembly.Memory;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Loads the WebAssembly module, without which nothing else of the package works. By default it is fetched from
 * `moim_bg.wasm` beside the package's JavaScript. Calling it again returns the same promise; after a failure it tries again.
 * The import of `moim/auto` does it by itself.
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

/**
 * Initializes the package with a module that is there already, without waiting. Browsers refuse this for large modules in a
 * page, and allow it in a worker.
 *
 * @throws {MoimError} the codes of `init`.
 */
export function initSync(options: { module: SyncInitInput } | SyncInitInput): InitOutput;
