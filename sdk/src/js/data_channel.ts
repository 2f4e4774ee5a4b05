/**
 * A message of a data channel. Binary data is a `Uint8Array<ArrayBuffer>`, written so that TypeScript before 5.7, where
 * `Uint8Array` is not generic, accepts it too.
 */
export type DataMessage = string | ReturnType<Uint8ArrayConstructor["of"]>;

/** The events of a data channel by name, as passed to listeners. */
export interface DataChannelEventMap {
  /** Messages can be sent. */
  open: Event;
  /** The channel was closed by either peer. */
  close: Event;
  /** A message was received. */
  message: MessageEvent<DataMessage>;
  /** Messages were lost. `detail` is the error, with the codes of `messages()`. The channel continues, unless it failed. */
  messageerror: CustomEvent<MoimError>;
}

export interface DataChannel extends EventTarget {
  /** Calls `listener` for each event of this name. Listening to `"message"` consumes the messages: see `messages()`. */
  addEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: Listener<DataChannelEventMap[K]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Removes a listener. */
  removeEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: Listener<DataChannelEventMap[K]> | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
