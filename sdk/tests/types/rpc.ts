// Calls between participants.
import init, { type MoimError, type RemoteParticipant, Room, RpcError } from "moim";

await init();
const room = new Room({ topology: "sfu" });

interface Move {
  from: string;
  to: string;
}

// Answer calls.
const remove: () => void = room.registerRpc<Move, { position: string }>("move", async ({ from, to }, { participantId }) => {
  if (participantId !== "ana") throw new RpcError(1, "it is not your turn", { turn: "ana" });
  return { position: `${from}-${to}` };
});
remove();

// Call, and tell the application's errors from the others.
async function play(host: RemoteParticipant, signal: AbortSignal): Promise<string> {
  try {
    const { position } = await room.call<{ position: string }>(host, "move", { from: "e2", to: "e4" }, { timeoutMs: 5000, signal });
    return position;
  } catch (error) {
    if (error instanceof RpcError) return `${error.rpcCode satisfies number}: ${error.message}`;
    if ((error as MoimError).code === "ERR_RPC_NO_HANDLER") return "no such game";
    throw error;
  }
}
await play(room.participants[0], AbortSignal.timeout(1000));
const nothing: unknown = await room.call("ana", "ping");

// @ts-expect-error The result is not known.
nothing.position;
// @ts-expect-error A handler is a function.
room.registerRpc("move", "e2-e4");
// @ts-expect-error A misspelt option.
await room.call("ana", "ping", undefined, { timeout: 1 });
// @ts-expect-error A code is a number.
new RpcError("1", "no");
