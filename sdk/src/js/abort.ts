/** A call that waits for a person or for the network, and can be given up. */
export interface AbortOptions {
  /**
   * Gives the call up when it is aborted: it rejects with a `MoimError` whose `name` is `"AbortError"`, whose `code` is
   * `"ERR_ABORTED"` and whose `cause` is the signal's `reason`. What comes of the call later is undone: a camera is stopped,
   * a room is left, a file is cancelled.
   * @see https://dom.spec.whatwg.org/#interface-abortsignal
   */
  signal?: AbortSignal;
}
export interface AcceptOptions extends AbortOptions {}
export interface CameraOptions extends AbortOptions {}
export interface ChatOptions extends AbortOptions {}
export interface DisplayOptions extends AbortOptions {}
export interface FileOptions extends AbortOptions {}
export interface JoinOptions extends AbortOptions {}
export interface MicrophoneOptions extends AbortOptions {}
export interface PublishOptions extends AbortOptions {}
export interface SendFileOptions extends AbortOptions {}
