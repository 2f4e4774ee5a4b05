/**
 * What goes over a data channel. Bytes are a `Uint8Array<ArrayBuffer>`, written so that TypeScript before 5.7, where
 * `Uint8Array` is not generic, reads it too.
 */
export type DataMessage = string | ReturnType<Uint8ArrayConstructor["of"]>;

/** The events of a data channel by their names, as `addEventListener` hands them over. */
export interface DataChannelEventMap {
  /** Messages can be sent. */
  open: Event;
  /** It is over, by whichever end. */
  close: Event;
  /** A message came. */
  message: MessageEvent<DataMessage>;
  /** Messages did not come. `detail` says why, with the codes of `messages()`. The channel goes on, unless it failed. */
  messageerror: CustomEvent<MoimError>;
}

export interface DataChannel {
  /** Calls `listener` for each event of this name. Listening to `"message"` takes the messages: see `messages()`. */
  addEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: Listener<DataChannelEventMap[K]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** Undoes `addEventListener`. */
  removeEventListener<K extends keyof DataChannelEventMap>(
    type: K,
    listener: Listener<DataChannelEventMap[K]>,
    options?: boolean | EventListenerOptions,
  ): void;
}
