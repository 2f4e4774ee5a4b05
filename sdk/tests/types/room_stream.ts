// Streams of a room, whatever its topology.
import init, { type IncomingStream, type MoimError, type ParticipantId, Room } from "moim";

await init();
const room = new Room({ topology: "sfu" });
declare const captions: HTMLElement;

// Write text, and stop when the receiver cancels.
async function caption(to: ParticipantId, lines: AsyncIterable<string>): Promise<void> {
  const writer: WritableStreamDefaultWriter<string> = room.openStream(to, { kind: "text", topic: "captions" }).getWriter();
  try {
    for await (const line of lines) await writer.write(line);
    await writer.close();
  } catch (error) {
    if ((error as MoimError).code !== "ERR_STREAM_CANCELLED") throw error;
  }
}

// Write bytes as fast as they are read.
async function share(to: ParticipantId, file: File): Promise<void> {
  const options = { topic: "copy", attributes: { name: file.name }, size: file.size };
  await file.stream().pipeTo(room.openStream(to, options));
}
room.openStream("someone", { kind: "bytes" }) satisfies WritableStream<ArrayBuffer | ArrayBufferView>;

// Read both.
room.addEventListener("streamopened", async ({ detail: { participantId, stream } }) => {
  participantId satisfies ParticipantId;
  if (stream.kind === "text") await stream.readable.pipeTo(new WritableStream({ write: (text) => captions.append(text) }));
  else await save(stream);
});
async function save(stream: IncomingStream & { kind: "bytes" }): Promise<void> {
  if (stream.attributes.name === undefined) return stream.readable.cancel("no name");
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(stream.attributes.name, { create: true });
  await stream.readable.pipeTo(await handle.createWritable());
}

// @ts-expect-error A text stream accepts strings.
await room.openStream("someone", { kind: "text" }).getWriter().write(new Uint8Array(1));
// @ts-expect-error A byte stream accepts bytes.
await room.openStream("someone").getWriter().write("text");
// @ts-expect-error A misspelt option.
room.openStream("someone", { topics: "x" });
