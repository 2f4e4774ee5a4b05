/** Options for calling a method of a participant. */
export interface CallOptions {
  /** Milliseconds to wait for the result, from 1 to 2147483647. Default: 15000. */
  timeoutMs?: number;
  /** Ends the waiting with ERR_ABORTED. The handler may be executed nevertheless. */
  signal?: AbortSignal;
}

/** A call of another participant. */
export interface RpcInvocation {
  /** The caller. */
  readonly participantId: ParticipantId;
  /** How long the caller waits for the result, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Thrown by the handler of a method, it arrives at the caller, with a message of at most 256 bytes and `data` of at most
 * 15 KiB as JSON. For other errors the caller gets ERR_RPC_FAILED, and they are reported like an exception in an event
 * listener.
 * @example
 * room.registerRpc("seats", () => {
 *   throw new RpcError(409, "the room is full", { seats: 0 });
 * });
 */
export class RpcError extends Error {
  /** @throws {MoimError} ERR_INVALID_OPTIONS if the code is not a whole number from 1 to 4294967295. */
  constructor(rpcCode: number, message: string, data?: unknown);
  readonly name: "RpcError";
  readonly code: "ERR_RPC_APPLICATION";
  /** The application's code, from 1 to 4294967295. Those from 1001 to 1999 are LiveKit's and moim's own. */
  readonly rpcCode: number;
  /** More about it: a value that JSON can express, in at most 15 KiB. */
  readonly data?: unknown;
}

export interface Room {
  /**
   * Registers the handler of a method, which the other participants call with `call`. It may be registered before the room
   * is joined, so that no call is missed. Calls may overlap. Returns a function that removes the handler; leaving the room does
   * so, too.
   * @throws {MoimError} ERR_INVALID_STATE if the room is left, or the method has a handler; ERR_INVALID_OPTIONS if the
   * name is not 1 to 64 bytes long, or the handler is not a function.
   * @example
   * const remove = room.registerRpc<[number, number], number>("divide", ([a, b]) => {
   *   if (b === 0) throw new RpcError(1, "division by zero");
   *   return a / b;
   * });
   */
  registerRpc<Payload = any, Result = unknown>(
    method: string,
    handler: (payload: Payload, invocation: RpcInvocation) => Result | PromiseLike<Result>,
  ): () => void;
  /**
   * Calls a method of another participant. Resolves with what its handler returns. The handler is executed at most once,
   * even if a connection is replaced meanwhile. The payload and the result are at most 15 KiB as JSON.
   * @throws {MoimError} ERR_RPC_APPLICATION if the handler threw an `RpcError`; ERR_RPC_FAILED if it failed otherwise;
   * ERR_RPC_NO_HANDLER; ERR_TIMEOUT after `timeoutMs`, even if the cause is that the participant lacks the permission `"data"`;
   * ERR_RPC_PARTICIPANT_LEFT if it left; ERR_RPC_CONNECTION_LOST if the room was left, or the connection to the
   * participant was lost for good; ERR_DATA_TOO_LARGE; ERR_DATA_UNKNOWN_PARTICIPANT if there is no such participant;
   * ERR_DATA_QUEUE_FULL if 64 calls to the participant have no result yet, or too much is queued; ERR_INVALID_STATE unless the room is joined;
   * ERR_INVALID_OPTIONS if JSON cannot express the payload; ERR_ROOM_NOT_PERMITTED without the permission `"data"`;
   * ERR_ABORTED when its `signal` is aborted.
   * @example
   * const three = await room.call<number>(participant, "divide", [6, 2], { timeoutMs: 5000 });
   */
  call<Result = unknown>(
    to: ParticipantLike,
    method: string,
    payload?: unknown,
    options?: CallOptions,
  ): Promise<Result>;
}
