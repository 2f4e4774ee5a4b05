/** The options of `openStream`. */
export interface StreamOptions {
  /** Whether the stream carries bytes or text. Default: `"bytes"`. */
  kind?: StreamKind;
  /** The topic, chosen by the application. Default: `""`. */
  topic?: string;
  /** Further properties, by name. With the topic at most 8 KiB as JSON. Default: none. */
  attributes?: Record<string, string>;
  /** The size in bytes, if it is known. It is a hint for the receiver, and not checked. */
  size?: number;
}

/** A stream that another participant opened: see the event `streamopened`. */
export type IncomingStream = IncomingByteStream | IncomingTextStream;

export interface IncomingStreamInfo {
  /** The topic, or `""`. */
  topic: string;
  /** Further properties, by name. */
  attributes: Record<string, string>;
  /** The size in bytes, if the sender gave one. It is not checked. */
  size?: number;
}

export interface IncomingByteStream extends IncomingStreamInfo {
  kind: "bytes";
  /**
   * The bytes, in order. Chunks need not be those that were written. Reading fails with ERR_STREAM_CANCELLED if the
   * writer aborts the stream, and with ERR_STREAM_INTERRUPTED if the writer leaves. `cancel(reason)` sends the reason
   * to the writer.
   */
  readable: ReadableStream<Uint8Array>;
}

export interface IncomingTextStream extends IncomingStreamInfo {
  kind: "text";
  /** The text, in order; otherwise as `IncomingByteStream.readable`. A chunk never ends within a character. */
  readable: ReadableStream<string>;
}

export interface Room {
  /**
   * Opens a stream to one participant, who gets the event `streamopened`. At most 256 KiB are sent ahead of the reader:
   * then writes wait until it reads. `close()` resolves when all bytes have arrived, `abort(reason)` sends the reason
   * to the reader.
   *
   * The stream fails with ERR_STREAM_CANCELLED if the reader cancels it or nobody reads it, with ERR_STREAM_INTERRUPTED
   * if the participant leaves or a lost connection is not replaced, and with ERR_INVALID_OPTIONS if a chunk is not of its kind.
   *
   * @param to the participant who reads
   * @returns a stream that takes strings if `kind` is `"text"`, and otherwise an `ArrayBuffer` or a view of one
   * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such
   * participant; ERR_DATA_CLOSED if there is no connection to them; ERR_DATA_TOO_LARGE if topic and attributes exceed 8
   * KiB; ERR_INVALID_OPTIONS; ERR_ROOM_NOT_PERMITTED without the permission `"data"`.
   * @example
   * const writer = room.openStream(participant, { kind: "text", topic: "captions" }).getWriter();
   * try {
   *   await writer.write("Hello");
   *   await writer.close();
   * } catch (error) {
   *   console.warn((error as MoimError).code); // such as ERR_STREAM_CANCELLED
   * }
   *
   * // The other participant:
   * room.addEventListener("streamopened", async ({ detail: { stream } }) => {
   *   if (stream.kind !== "text") return;
   *   const reader = stream.readable.getReader(); // Safari has no `for await` for streams
   *   try {
   *     for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) captions.append(value!);
   *   } catch (error) {
   *     console.warn((error as MoimError).code); // such as ERR_STREAM_INTERRUPTED
   *   }
   * });
   */
  openStream(to: ParticipantLike, options: StreamOptions & { kind: "text" }): WritableStream<string>;
  openStream(to: ParticipantLike, options?: StreamOptions & { kind?: "bytes" }): WritableStream<ArrayBuffer | ArrayBufferView>;
}
