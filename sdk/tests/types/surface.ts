// What must compile, and what must not. Checked by `tsc --strict`; nothing here runs.
import init, {
  type DisplayCapture,
  type ErrorCode,
  type MoimError,
  type ParticipantId,
  type ParticipantQuality,
  type RemoteParticipant,
  type RoomEvent,
  type RoomState,
  Devices,
  LevelMeter,
  LocalTrack,
  Recorder,
  RemoteTrack,
  Room,
  CaptureController,
  PeerConnection,
  StatsMonitor,
  captureDisplay,
  initSync,
} from "moim";

type Exactly<A, B> = [A, B] extends [B, A] ? (0 extends 1 & A ? "any is not allowed" : true) : false;
const is = <_T extends true>(): void => undefined;

await init();
await init({ module_or_path: new URL("https://cdn.example/moim_bg.wasm") });
await init(fetch("moim_bg.wasm"));
await init(await WebAssembly.compile(new Uint8Array()));
// @ts-expect-error
await init({ modul_or_path: "moim_bg.wasm" });
// @ts-expect-error
initSync({ modul: new Uint8Array() });
initSync({ module: await WebAssembly.compile(new Uint8Array()) });
const room = new Room({ url: "wss://example.org/ws", topology: "mesh", joinTimeoutMs: 5000 });

// Options: a misspelt key and a wrong type do not compile.
// @ts-expect-error
new Room({ uri: "wss://example.org/ws" });
// @ts-expect-error
new Room({ topology: "star" });
// @ts-expect-error
await room.join({ room: "tea" });
// @ts-expect-error
await new Devices().camera({ deviceID: "x" });

// Results have exact types.
const devices = new Devices();
const camera = await devices.camera({ width: 640, facingMode: "user" });
is<Exactly<typeof camera, LocalTrack>>();
const id = await room.publish(camera);
is<Exactly<typeof id, string>>();
const ids = await room.publish(new MediaStream());
is<Exactly<typeof ids, string[]>>();
await room.publish(camera.mediaStreamTrack, { maxBitrate: 500_000 });
for (const one of [id, camera, camera.mediaStreamTrack]) {
  await room.setMuted(one, true);
  await room.replaceTrack(one, camera.mediaStreamTrack);
  await room.unpublish(one);
}
const enabled = await room.setCameraEnabled(true, { facingMode: "user", signal: AbortSignal.timeout(1000) });
is<Exactly<typeof enabled, LocalTrack | undefined>>();
await room.setMicrophoneEnabled(false);
const sharing = await room.setScreenShareEnabled(true, { audio: false });
is<Exactly<typeof sharing, DisplayCapture | undefined>>();
is<Exactly<typeof room.cameraEnabled, boolean>>();
is<Exactly<typeof room.screenShareEnabled, boolean>>();
// @ts-expect-error
await room.setCameraEnabled("on");
// An element keeps its type; a new one is of the track's kind.
const preview = camera.attach(document.createElement("video"));
is<Exactly<typeof preview, HTMLVideoElement>>();
const made = camera.attach();
is<Exactly<typeof made, HTMLVideoElement | HTMLAudioElement>>();
// @ts-expect-error
camera.attach(document.createElement("canvas"));
// The object stands for its id.
const [someone] = room.participants;
if (someone) {
  room.openStream(someone);
  await room.sendChat("hello", { to: someone });
  for (const publication of someone.publications) room.subscribe(someone, publication, { wanted: false });
  room.admit(room.lobby.waiting?.[0] ?? someone);
}
for (const publication of room.publications) await room.unpublish(publication);
// @ts-expect-error
await room.publish(document.createElement("video"));
// @ts-expect-error
await room.unpublish(new MediaStream());
is<Exactly<typeof room.state, RoomState>>();
is<Exactly<typeof room.participants, readonly RemoteParticipant[]>>();
// @ts-expect-error
room.participants.sort();
for (const participant of room.participants) {
  // @ts-expect-error
  participant.name = "another";
}
is<Exactly<typeof room.participantId, ParticipantId | undefined>>();
const joined = await room.join({ room: "tea", name: "Ana" });
is<Exactly<typeof joined, void>>();
const shared = await captureDisplay({ audio: true });
is<Exactly<typeof shared.audio, LocalTrack | undefined>>();
const recorder = Recorder.start([camera, camera.mediaStreamTrack]);
const recording = await recorder.stop();
is<Exactly<typeof recording.blob, Blob>>();
is<Exactly<typeof recording.durationMs, number>>();
is<Exactly<ReturnType<LevelMeter["level"]>, number>>();

// Events have their members by name.
room.addEventListener("trackadded", (event) => {
  is<Exactly<typeof event.detail.track, RemoteTrack>>();
  // @ts-expect-error
  event.detail.text;
});
// @ts-expect-error
room.addEventListener("trackaded", () => undefined);
// Classes with events go where an `EventTarget` does, and each object is JSON.
const connection = new PeerConnection();
const monitor = new StatsMonitor(connection);
const channel = connection.createDataChannel("notes");
const permission = await devices.permission("camera");
const targets: EventTarget[] = [room, devices, camera, connection, monitor, channel, permission, new CaptureController()];
targets[0]?.addEventListener("left", null);
is<Exactly<ReturnType<typeof room.toJSON>, Record<string, unknown>>>();

// Tracks are attached to media elements.
declare const remote: RemoteTrack;
remote.attach(document.createElement("video"));
remote.detach(document.createElement("audio"));
remote.detach();
// @ts-expect-error
remote.attach(document.createElement("canvas"));
is<Exactly<ReturnType<RemoteTrack["attach"]>, HTMLMediaElement>>();
remote.attach().play();
room.subscribe(remote, { maxHeight: 180 });
room.subscribe(remote.participantId, remote.publicationId, { wanted: false });
room.mute(remote);
camera.attach(document.createElement("video"));
document.body.append(camera.attach());
camera.detach();
// @ts-expect-error
room.subscribe(camera);
is<Exactly<typeof room.canPlayAudio, boolean>>();
is<Exactly<ReturnType<Room["startAudio"]>, Promise<void>>>();
new Room({ adaptiveStream: true, cpuRelief: true });
is<Exactly<typeof room.quality, ParticipantQuality | undefined>>();
is<Exactly<RemoteParticipant["quality"], ParticipantQuality | undefined>>();
new Room({ reconnect: { maxDurationMs: 30_000 } });
// @ts-expect-error
new Room({ reconnect: { maxDuration: 30_000 } });

/** Every event is known: a new one makes this fail to compile. */
function describe(event: RoomEvent): string {
  switch (event.type) {
    case "statechange":
    case "connectionstatechange":
      return event.state;
    case "participantjoined":
    case "participantupdated":
    case "participantreconnecting":
    case "participantreconnected":
      return event.participant.name;
    case "reconnecting":
    case "reconnected":
      return event.type;
    case "participantleft":
      return event.reason;
    case "trackadded":
      return event.track.kind;
    case "trackremoved":
    case "trackmuted":
    case "trackunmuted":
    case "localtrackended":
      return event.publicationId;
    case "activespeakerschange":
      return event.participantIds.join();
    case "quality":
      return `${event.quality.level} ${event.quality.reason} ${event.quality.side}`;
    case "mediastalled":
    case "mediaresumed":
      return event.publicationId;
    case "dominantspeakerchange":
      return event.participantId ?? "nobody";
    case "lobbychange":
      return event.waiting.map(({ name }) => name).join();
    case "rolechange":
      return event.role;
    case "permissionschange":
      return event.permissions.join();
    case "muterequested":
      return event.publicationId;
    case "audioplaybackchange":
      return event.blocked ? "blocked" : "playing";
    case "chatreceived":
      return event.text;
    case "layoutchange":
      return event.layout?.type ?? "no mixer";
    case "streamopened":
      return event.stream.topic;
    case "fileoffered":
      return event.file.name;
    case "datareceived":
      return `${event.topic}: ${event.payload.byteLength}`;
    case "warning":
      return event.error.code;
    case "left":
      return event.error?.message ?? "left";
    case "lagged":
      return `${event.missed}`;
    default:
      return ((never: never) => never)(event);
  }
}

for await (const event of room.events()) describe(event);

// Errors are distinguished by a code that the compiler knows.
const code: ErrorCode = ({} as MoimError).code;
// @ts-expect-error
code === "ERR_NO_SUCH_CODE";

// The map contains every event of a room, by name and documented, and nothing else.
const events: { [E in RoomEvent["type"]]: unknown } = {} as import("moim").RoomEventMap;
const names: RoomEvent["type"] = "" as keyof import("moim").RoomEventMap;
void [events, names];
