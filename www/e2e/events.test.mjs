// Events name the object that they are fired at, as those of the browser do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";

for (const kind of ["chromium", "firefox"]) {
  const skip = stubMissing() || browserMissing(kind);

  test(`the target of an event is the object that a listener was added to, ${kind}`, { skip }, async (t) => {
    const stub = await startStub(t);
    const { page, problems } = await launch(t, kind);
    await page.goto(`${stub.url}/www/page.css`); // of the same origin, and without scripts
    const seen = await page.evaluate(async () => {
      const { default: init, Devices, Room } = await import("/www/pkg/moim.js");
      await init();
      const seen = { targets: [], once: 0, object: 0, removed: 0, devices: [] };
      const room = new Room();
      room.addEventListener("statechange", function (event) {
        seen.targets.push([this, event.target, event.currentTarget].every((one) => one === room) && event.detail.state);
      });
      room.addEventListener("statechange", () => (seen.once += 1), { once: true });
      const object = { handleEvent() { seen.object += this === object ? 1 : 100; } };
      room.addEventListener("statechange", object);
      room.addEventListener("statechange", object); // the same one again
      const removed = () => (seen.removed += 1);
      room.addEventListener("statechange", removed);
      room.removeEventListener("statechange", removed);
      await room.join({ room: "tea", name: "alice" });
      const left = new Promise((resolve) => room.addEventListener("left", resolve));
      await room.leave();
      await left;

      const devices = new Devices();
      const { mediaDevices } = navigator;
      mediaDevices.ondevicechange = ({ target }) => seen.devices.push(target === mediaDevices);
      devices.addEventListener("devicechange", ({ target }) => seen.devices.push(target === devices), { once: true });
      for (let round = 0; round < 2; round += 1) mediaDevices.dispatchEvent(new Event("devicechange"));
      return seen;
    });
    assert.deepEqual(seen, { targets: ["joining", "joined", "left"], once: 1, object: 3, removed: 0, devices: [true, true, true] });
    assert.deepEqual(problems, []);
  });
}
