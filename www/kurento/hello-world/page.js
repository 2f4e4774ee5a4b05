import init, { Devices, Kurento } from "../../pkg/moim.js";

const element = (id) => document.getElementById(id);
const notice = (text) => (element("notice").textContent = text);
let kms, endpoint, link, camera, microphone;

await init();
const devices = new Devices();

async function start(url) {
  ({ camera, microphone } = await devices.cameraAndMicrophone());
  camera.attach(element("own"));
  kms = await Kurento.connect({ url });
  void watch(kms);
  const pipe = await kms.pipeline();
  endpoint = await pipe.webRtcEndpoint();
  await endpoint.connect(endpoint);
  void report(endpoint);
  link = await endpoint.link({ send: [camera, microphone] });
  element("mirrored").srcObject = link.stream;
  for (const id of ["switch", "stop"]) element(id).disabled = false;
}

/** What the server says about the media. */
async function report(endpoint) {
  for await (const { newState } of endpoint.events("MediaStateChanged")) notice(`Media ${newState.toLowerCase()}`);
}

/** What happens to the connection to the server. */
async function watch(kms) {
  for await (const { type } of kms.events()) notice(`Server: ${type}`);
}

/** Sends another camera: a new endpoint, connected as the old one. */
async function switchCamera() {
  const old = camera;
  camera = await devices.camera();
  camera.attach(element("own"));
  await link.update({ send: [camera, microphone] });
  old.stop();
  notice("Sending the other camera");
}

function stop() {
  kms?.close();
  for (const track of [camera, microphone]) track?.stop();
  element("mirrored").srcObject = null;
  for (const id of ["switch", "stop"]) element(id).disabled = true;
}

const attempt = (action) => async (event) => {
  event.preventDefault();
  await Promise.resolve(action()).catch(({ message }) => notice(message));
};
element("start").onsubmit = attempt(() => start(element("url").value));
element("switch").onclick = attempt(switchCamera);
element("stop").onclick = attempt(async () => stop());
