
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

/**
 * Initializes the package synchronously with a module that was already loaded. Browsers reject large modules in a
 * page, and accept them in a worker.
 *
 * @throws {MoimError} the codes of `init`.
 */
export function initSync(options: { module: SyncInitInput } | SyncInitInput): InitOutput;
