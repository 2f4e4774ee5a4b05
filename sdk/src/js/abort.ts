/** Options of an operation that waits for a user or the network, and can be aborted. */
export interface AbortOptions {
  /**
   * Aborts the operation: its promise rejects with a `MoimError` whose `name` is `"AbortError"`, whose `code` is
   * `"ERR_ABORTED"` and whose `cause` is the signal's `reason`. A late result is undone: a camera is stopped,
   * a room is left, a file is cancelled.
   * @see https://dom.spec.whatwg.org/#interface-abortsignal
   */
  signal?: AbortSignal;
}
export interface AcceptOptions extends AbortOptions {}
export interface CameraOptions extends AbortOptions {}
export interface ChatOptions extends AbortOptions {}
export interface DataOptions extends AbortOptions {}
export interface DisplayOptions extends AbortOptions {}
export interface FileOptions extends AbortOptions {}
export interface JoinOptions extends AbortOptions {}
export interface MicrophoneOptions extends AbortOptions {}
export interface PublishOptions extends AbortOptions {}
export interface SendFileOptions extends AbortOptions {}
