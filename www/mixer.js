import init, { LevelMeter, Mixer, Room } from "./pkg/moim.js";

/** Sources are not cropped, so that screens stay legible. */
const PICTURE = { width: 1280, height: 720, frameRate: 25, fit: "contain" };
/** How long a participant must speak to get the spotlight. */
const SPEECH_MS = 800;
/** How often levels are measured. */
const LOOK_MS = 200;

const query = new URLSearchParams(location.search);
const name = query.get("room");
const LAYOUTS = ["grid", "spotlight"];
let layout = query.get("layout") ?? "grid";
/** Publishers: `{ tracks, sources, voice, out }` by participant id; `sources` are `{ kind, source }` by publication source. */
const people = new Map();
let spotlight;

const say = (text) => { document.getElementById("notice").textContent = text; };

await init();
if (!name) say("Which room? Add ?room=… to the address.");
else if (!LAYOUTS.includes(layout)) say(`Unknown layout “${layout}”: expected grid or spotlight.`);
else run().catch((error) => say(error.message));

async function run() {
  const room = new Room({ topology: "mcu" });
  const mixer = new Mixer({ ...PICTURE, layout: { type: layout } });
  window.mixing = { room, mixer, people }; // for the console
  document.getElementById("picture").srcObject = new MediaStream([mixer.videoTrack.mediaStreamTrack]);
  room.addEventListener("participantjoined", ({ detail }) => enter(room, mixer, detail.participant));
  room.addEventListener("participantupdated", ({ detail }) => rename(detail.participant));
  room.addEventListener("participantleft", ({ detail }) => leave(room, mixer, detail.participantId));
  room.addEventListener("trackadded", ({ detail }) => change(room, mixer, detail.participantId, (tracks) => tracks.set(detail.track.publicationId, detail.track)));
  room.addEventListener("trackremoved", ({ detail }) => change(room, mixer, detail.participantId, (tracks) => tracks.delete(detail.publicationId)));
  for (const type of ["trackmuted", "trackunmuted"]) room.addEventListener(type, ({ detail }) => change(room, mixer, detail.participantId));
  room.addEventListener("datareceived", ({ detail }) => detail.topic === "layout" && choose(room, mixer, detail));
  room.addEventListener("warning", ({ detail }) => say(detail.error.message));
  room.addEventListener("left", ({ detail }) => { mixer.close(); say(detail.error?.message ?? "The room is left."); });
  await room.publish(mixer.videoTrack);
  const token = location.hash.slice(1);
  await room.join({ room: name, name: "Mixer", role: "mixer", ...(token && { token }) });
  say(`Mixing “${name}”.`);
  const looking = setInterval(() => follow(room, mixer), LOOK_MS);
  room.addEventListener("left", () => clearInterval(looking));
}

/** Applies a layout, given as text: from the host, or from anyone in a room without a host. */
function choose(room, mixer, { participantId, payload }) {
  const chosen = new TextDecoder().decode(payload);
  const host = room.participants.find(({ role }) => role === "host");
  if (!LAYOUTS.includes(chosen) || (host && host.id !== participantId)) return;
  layout = chosen;
  if (layout === "grid") mixer.setLayout({ type: "grid" });
  else shine(mixer);
  tell(room, mixer);
}

function enter(room, mixer, { id, name, role }) {
  if (role === "mixer" || people.has(id)) return;
  people.set(id, { name, tracks: new Map(), sources: new Map(), voice: null, out: Promise.resolve(null), spoken: 0 });
  send(room, mixer, id);
}

function rename({ id, name }) {
  const person = people.get(id);
  if (!person || person.name === name) return;
  person.name = name;
  for (const { source } of person.sources.values()) source.setLabel(name);
}

function leave(room, mixer, id) {
  const person = people.get(id);
  if (!person) return;
  people.delete(id);
  for (const key of person.sources.keys()) remove(person, key);
  person.voice?.meter.free();
  person.out.then((publication) => publication && room.unpublish(publication)).catch(report);
  tell(room, mixer);
}

/** One source for a person, who keeps a place with a muted camera; one more for each screen, as a source has one video. */
function change(room, mixer, id, edit = () => {}) {
  const person = people.get(id);
  if (!person) return;
  edit(person.tracks);
  const tracks = [...person.tracks.values()].filter(({ mediaStreamTrack }) => mediaStreamTrack.readyState === "live");
  const screens = tracks.filter(({ kind, source }) => kind === "video" && source === "screen");
  const cameras = tracks.filter(({ kind, source, muted }) => kind === "video" && source !== "screen" && !muted);
  const sounds = tracks.filter(({ kind }) => kind === "audio");
  if (tracks.length > screens.length) place(mixer, person, "camera", [...sounds, ...cameras.slice(0, 1)], { alwaysShown: true });
  else remove(person, "camera");
  const others = [...cameras.slice(1).map((track) => ["camera", track]), ...screens.map((track) => ["screen", track])];
  for (const [kind, track] of others) place(mixer, person, kind, [track], { key: track.publicationId });
  const keys = ["camera", ...others.map(([, track]) => track.publicationId)];
  for (const key of [...person.sources.keys()].filter((key) => !keys.includes(key))) remove(person, key);
  const voice = tracks.find((track) => track.source === "microphone");
  if (person.voice?.track !== voice) {
    person.voice?.meter.free();
    person.voice = voice ? { track: voice, meter: new LevelMeter(voice) } : null;
  }
  send(room, mixer, id);
  if (layout === "spotlight" && spotlight === id) shine(mixer);
  tell(room, mixer);
}

/** Replaces the tracks of a person's source, if there is one. */
function place(mixer, person, kind, tracks, { key = kind, alwaysShown = false }) {
  const known = person.sources.get(key);
  if (known) known.source.setTracks(tracks);
  else person.sources.set(key, { kind, source: mixer.add(tracks, { label: person.name, alwaysShown }) });
}

function remove(person, key) {
  person.sources.get(key)?.source.remove();
  person.sources.delete(key);
}

/** Sends a participant everyone's sound except their own. */
function send(room, mixer, id) {
  const person = people.get(id);
  person.out = person.out.then(async (publication) => {
    if (!people.has(id)) return publication;
    const own = person.sources.get("camera");
    try {
      const track = own ? mixer.audioTrackWithout(own.source) : mixer.audioTrack;
      if (!publication) return await room.publish(track, { to: id });
      await room.replaceTrack(publication, track);
    } catch (error) {
      report(error);
    }
    return publication;
  });
}

/** Gives the spotlight to the person who speaks. */
function follow(room, mixer) {
  if (layout !== "spotlight") return;
  for (const person of people.values()) person.spoken = person.voice?.meter.isSpeaking() ? person.spoken + LOOK_MS : 0;
  const [first] = [...people].filter(([, person]) => person.spoken >= SPEECH_MS && person.sources.size > 0).sort(([, a], [, b]) => b.spoken - a.spoken);
  if (!first || first[0] === spotlight) return;
  spotlight = first[0];
  shine(mixer);
  tell(room, mixer);
}

/** Makes the person in the spotlight large. */
function shine(mixer) {
  const [large] = people.get(spotlight)?.sources.values() ?? [];
  mixer.setLayout(large ? { type: "spotlight", source: large.source.id } : { type: "spotlight" });
}

/** Publishes the layout. */
function tell(room, mixer) {
  if (room.state !== "joined") return;
  const shown = [...people].flatMap(([participantId, { sources }]) => [...sources.values()].map(({ kind, source }) => ({ participantId, source: kind, id: source.id })));
  const tiles = mixer.placement().map(({ source, rectangle }) => {
    const { id, ...whose } = shown.find((one) => one.id === source);
    return { ...whose, rectangle };
  });
  room.setLayout({ type: layout, tiles, ...(layout === "spotlight" && people.has(spotlight) && { spotlight }) });
}

function report(error) {
  if (error.code !== "ERR_INVALID_STATE") say(error.message);
}
