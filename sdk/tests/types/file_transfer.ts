// Files over a data channel, without a room.
import init, { type FileDirection, type IncomingFile, type MoimError, DataChannel, FileTransfer } from "moim";

await init();
declare const connection: RTCPeerConnection;
declare const input: HTMLInputElement;
declare const bar: HTMLProgressElement;
declare function nextChannel(): Promise<DataChannel>;
const channel = DataChannel.create(connection, "files");

// Send a file that the user selected, show the progress, and resume after the connection was lost.
async function send(file: File): Promise<void> {
  let transfer: FileTransfer = channel.sendFile(file);
  for (;;) {
    for await (const { transferred, size } of transfer.progress()) bar.value = transferred / size;
    try {
      await transfer.finished;
      return;
    } catch (error) {
      if ((error as MoimError).code !== "ERR_TRANSFER_INTERRUPTED") throw error;
      transfer = transfer.resume(await nextChannel());
    }
  }
}
for (const file of input.files ?? []) await send(file);
channel.sendFile(new Blob(["Hello!"]), { name: "hello.txt", mimeType: "text/plain" }).cancel("changed my mind");

// Receive: a small file in memory, a large one straight to disk.
async function receive(file: IncomingFile): Promise<string | undefined> {
  if (file.size < 10_000_000) {
    const received: File | undefined = await file.accept().finished;
    return received && URL.createObjectURL(received);
  }
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(file.id, { create: true });
  await file.accept({ writable: await handle.createWritable() }).finished;
  return undefined;
}
for await (const file of channel.files()) {
  if (file.mimeType.startsWith("image/")) await receive(file);
  else file.reject("pictures only");
}

// What does not compile.
// @ts-expect-error
channel.sendFile("hello.txt");
// @ts-expect-error
channel.sendFile(new Blob(), { filename: "hello.txt" });
// @ts-expect-error
new FileTransfer();
const direction: FileDirection = channel.sendFile(new Blob()).direction;
direction satisfies "send" | "receive";
