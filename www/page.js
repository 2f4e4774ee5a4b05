import init, { Devices, Room } from "./pkg/moim.js";

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
/** One tile for each participant and kind of source: `"<participant>/person"` or `"<participant>/screen"`. */
const tiles = new Map();
let room;
let local = {};

await init();
$("name").value = query.get("name") ?? "";
$("room").value = query.get("room") ?? $("room").value;
$("lobby").addEventListener("submit", (event) => { event.preventDefault(); join(); });
if (query.has("join") && $("name").value) join();

async function join() {
  $("lobby").querySelector("button").disabled = true; // until this attempt has ended
  say("Joining …");
  try {
    await enter();
  } catch (error) {
    await room?.leave();
    finish(error);
    say(error.message);
  }
}

async function enter() {
  room = undefined;
  room = new Room({
    url: query.get("url") ?? undefined,
    topology: query.get("topology") ?? undefined,
    iceTransportPolicy: query.has("relay") ? "relay" : "all",
    adaptiveStream: query.has("adaptive"),
    cpuRelief: query.has("relief"),
  });
  window.room = room; // for the console
  room.addEventListener("statechange", ({ detail }) => detail.state === "waiting" && say("Waiting for the host to let you in …"));
  room.addEventListener("reconnecting", () => say("Reconnecting …"));
  room.addEventListener("reconnected", () => say(""));
  room.addEventListener("participantjoined", ({ detail }) => say(`${detail.participant.name} is here.`));
  room.addEventListener("participantleft", ({ detail }) => {
    for (const part of ["person", "screen"]) removeTile(`${detail.participantId}/${part}`);
  });
  room.addEventListener("trackadded", ({ detail }) => show(detail.participantId, detail.track));
  room.addEventListener("trackremoved", ({ detail }) => hide(detail.participantId, detail.publicationId));
  room.addEventListener("audioplaybackchange", ({ detail }) => ($("sound").hidden = !detail.blocked));
  room.addEventListener("chatreceived", ({ detail }) => addLine(nameOf(detail.participantId), detail.text));
  room.addEventListener("localtrackended", () => $("share").setAttribute("aria-pressed", "false"));
  room.addEventListener("warning", ({ detail }) => say(detail.error.message));
  room.addEventListener("left", ({ detail }) => finish(detail.error));
  const missing = await publishDevices();
  await room.join({
    room: $("room").value,
    name: $("name").value,
    role: query.has("host") ? "host" : "participant",
    token: query.get("token") ?? undefined,
  });
  $("lobby").hidden = true;
  $("call").hidden = false;
  say(missing.join(" "));
}

/** A call works without a camera or a microphone. Returns why one is missing. */
async function publishDevices() {
  local = window.local = {}; // for the console
  const missing = [];
  for (const kind of ["camera", "microphone"]) {
    try {
      const track = await new Devices()[kind]();
      local[kind] = { track, id: await room.publish(track) };
    } catch (error) {
      missing.push(error.message);
    }
    $(kind).disabled = !local[kind];
    $(kind).setAttribute("aria-pressed", String(Boolean(local[kind])));
  }
  if (local.camera) {
    local.camera.track.attach(tile("own/person", $("name").value, true).querySelector("video"));
  }
  return missing;
}

for (const kind of ["camera", "microphone"]) {
  $(kind).addEventListener("click", async () => {
    const on = $(kind).getAttribute("aria-pressed") !== "true";
    await room.setMuted(local[kind].id, !on);
    $(kind).setAttribute("aria-pressed", String(on));
  });
}

$("share").addEventListener("click", async () => {
  try {
    window.shared = await room.setScreenShareEnabled(!room.screenShareEnabled); // for the console
    $("share").setAttribute("aria-pressed", String(room.screenShareEnabled));
  } catch (error) {
    say(error.message);
  }
});

$("chat").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("line").value.trim();
  if (!text) return;
  room.sendChat(text).then(({ missedBy }) => {
    if (missedBy.length > 0) say("Not everyone got your last line.");
  }, (error) => say(error.message));
  addLine("You", text);
  $("line").value = "";
});
$("leave").addEventListener("click", () => room.leave());
$("sound").addEventListener("click", () => room.startAudio().catch((error) => say(error.message)));

function finish(error) {
  for (const { track } of Object.values(local)) track.stop();
  local = {};
  $("share").setAttribute("aria-pressed", "false");
  $("lobby").querySelector("button").disabled = false;
  for (const key of [...tiles.keys()]) removeTile(key);
  $("sound").hidden = true;
  $("lobby").hidden = false;
  $("call").hidden = true;
  say(error ? `${error.message}. Join again when the server is back.` : "You left the room.");
}

/** Camera and microphone of a person share a tile, and so do a screen and its sound. */
function show(participantId, track) {
  const part = track.source.startsWith("screen") ? "screen" : "person";
  const figure = tile(`${participantId}/${part}`, nameOf(participantId), false);
  figure.publications.add(track.publicationId);
  track.attach(figure.querySelector("video"));
}

/** The track was detached automatically when it ended. */
function hide(participantId, publicationId) {
  for (const key of [`${participantId}/person`, `${participantId}/screen`]) {
    const publications = tiles.get(key)?.publications;
    if (publications?.delete(publicationId) && publications.size === 0) removeTile(key);
  }
}

function tile(key, name, own) {
  const known = tiles.get(key);
  if (known) return known;
  const source = key.endsWith("/screen") ? "screen" : "camera";
  const figure = document.createElement("figure");
  Object.assign(figure.dataset, { test: "tile", participant: name, own: String(own), source });
  figure.publications = new Set();
  const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true, muted: own });
  const caption = source === "screen" ? `${name}'s screen` : own ? `${name} (you)` : name;
  figure.append(video, Object.assign(document.createElement("figcaption"), { textContent: caption }));
  tiles.set(key, figure);
  $("tiles").append(figure);
  return figure;
}

function removeTile(key) {
  tiles.get(key)?.remove();
  tiles.delete(key);
}

function nameOf(participantId) {
  return room.participants.find(({ id }) => id === participantId)?.name ?? "Someone who left";
}

function addLine(from, text) {
  const line = Object.assign(document.createElement("li"), { textContent: `${from}: ${text}` });
  line.dataset.test = "chat-message";
  line.dataset.from = from;
  $("lines").append(line);
}

function say(text) {
  $("notice").textContent = text;
}
