// Files in a room, whatever its topology.
import init, { type IncomingFile, type MoimError, type ParticipantId, FileTransfer, Room } from "moim";

await init();
const room = new Room({ topology: "sfu" });
declare const input: HTMLInputElement;
declare function bar(participant: ParticipantId, name: string): HTMLProgressElement;

// Send a file to everyone, and show the progress for each of them.
async function share(file: File): Promise<void> {
  const transfers: FileTransfer[] = room.sendFile(file);
  await Promise.all(transfers.map(show));
}
async function show(transfer: FileTransfer): Promise<void> {
  const { participantId, name } = transfer;
  if (participantId === undefined) return;
  for await (const { transferred, size } of transfer.progress()) bar(participantId, name).value = transferred / size;
  try {
    await transfer.finished;
  } catch (error) {
    // Declined, cancelled, or the receiver has left.
    bar(participantId, name).title = (error as MoimError).message;
  }
}

// Receive: small files in memory, a large one straight to disk.
room.addEventListener("fileoffered", async ({ detail: { participantId, file } }) => {
  participantId satisfies ParticipantId;
  if (file.size > 4_000_000_000) return file.reject("too large for me");
  const received: File | undefined = await (await accept(file)).finished;
  if (received) window.open(URL.createObjectURL(received));
});
async function accept(file: IncomingFile): Promise<FileTransfer> {
  if (file.size < 10_000_000) return file.accept();
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(file.id, { create: true });
  return file.accept({ writable: await handle.createWritable() });
}

await room.join({ room: "tea", name: "Ana" });
for (const file of input.files ?? []) await share(file);
const [first] = room.participants;
if (first) room.sendFile(new Blob(["Hello!"]), { to: first.id, name: "hello.txt", mimeType: "text/plain" });

// What does not compile.
// @ts-expect-error
room.sendFile("hello.txt");
// @ts-expect-error
room.sendFile(new Blob(), { topic: "hello" });
// @ts-expect-error
room.addEventListener("fileoffered", ({ detail }) => detail.file.participantId.length);
