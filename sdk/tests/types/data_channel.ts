// Messages over a data channel, without a room.
import init, { type DataMessage, type MoimError, DataChannel } from "moim";

await init();
const connection = new RTCPeerConnection();

// Chat: reliable, with messages of any size.
const chat = DataChannel.create(connection, "chat");
chat.addEventListener("open", () => console.log("they are here"));
await chat.send("Hello!");
await chat.send(new Uint8Array(5_000_000)); // waits while the browser's buffer is full
await chat.sendJson({ type: "typing", at: Date.now() });
for await (const message of chat.messages()) {
  if (typeof message === "string") console.log(message);
  else console.log(message.byteLength);
}

// A game: late data is useless, so it is not retransmitted.
const moves = DataChannel.create(connection, "moves", { ordered: false, maxRetransmits: 0, priority: "high" });
moves.addEventListener("message", ({ data }) => console.log(data));

// The peer that receives a channel wraps it in the event handler itself.
connection.addEventListener("datachannel", ({ channel }) => {
  const wrapped = DataChannel.fromRtcDataChannel(channel, connection, { highWaterMark: 65_536, lowWaterMark: 0 });
  wrapped.addEventListener("messageerror", ({ detail }) => {
    const error: MoimError = detail;
    console.warn(error.code);
  });
});

// The remote page does not use moim: messages are sent without framing.
DataChannel.create(connection, "plain", { messages: { framing: false } });

// Web Streams: compress sent data, and read received data.
const source = new Blob(["…"]).stream();
await source.pipeThrough(new CompressionStream("gzip")).pipeTo(chat.writable);
const reader: ReadableStreamDefaultReader<DataMessage> = chat.readable.getReader();
const { value } = await reader.read();
value satisfies DataMessage | undefined;

// What does not compile.
// @ts-expect-error
DataChannel.create(connection, "x", { maxRetransmit: 1 });
// @ts-expect-error
DataChannel.create(connection, "x", { priority: "urgent" });
// @ts-expect-error
await chat.send({ text: "Hello!" });
// @ts-expect-error
chat.addEventListener("opened", () => undefined);
chat.close();
