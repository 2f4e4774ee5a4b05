// A pipeline of a Kurento Media Server. Checked by `tsc --strict`; nothing here runs.
import init, { Kurento, type DataChannel, type KurentoObject, type KurentoVideoInfo, type LocalTrack } from "moim";

declare const [camera, screen]: [LocalTrack, LocalTrack];
declare const video: HTMLVideoElement;

await init();
const kms = await Kurento.connect({ url: "wss://media.example/kurento" });
await Kurento.connect({ transport: () => new WebSocket("wss://app.example/media") });
const pipe = await kms.pipeline();
const endpoint = await pipe.webRtcEndpoint({ dataChannels: true, maxVideoRecvKbps: 800 });
const link = await endpoint.link({ send: [camera], receive: ["video"] });
video.srcObject = link.stream;
const channel: DataChannel | undefined = link.channel;
await channel?.send("hello");
await link.update({ send: [screen] });

// Known types have typed options, and those of modules any.
const hat: KurentoObject = await pipe.create("FaceOverlayFilter");
await endpoint.connect(hat, { media: "video" });
await hat.invoke("setOverlayedImage", { uri: "https://example.org/hat.png", offsetXPercent: -0.35 });
const player = await pipe.create("PlayerEndpoint", { uri: "file:///video.webm" });
const info: KurentoVideoInfo = await player.invoke("getVideoInfo");
await player.invoke("setPosition", { position: info.seekableEnd / 2 });
// @ts-expect-error: a misspelt option
await pipe.create("PlayerEndpoint", { url: "file:///video.webm" });
// @ts-expect-error: the position is a number
await player.invoke("setPosition", { position: "start" });
// @ts-expect-error: not a kind of media
await endpoint.disconnect(hat, { media: "screen" });

for await (const { state } of player.events("UriEndpointStateChanged")) if (state === "STOP") break;
for await (const event of hat.events("CodeFound")) console.log(event.source, event.value);
for await (const event of kms.events()) if (event.type === "closed") console.log(event.error.code);

const theirs = kms.object(endpoint.objectId);
theirs.close();
kms.close();
