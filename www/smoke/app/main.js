// A call as an application writes it: it publishes a camera, joins, and shows the other participant, and their statistics,
// which are in a chunk of the package.

import init, { Devices, Room, getStats } from "moim";

// A function, because Vite 5 and 6 build for browsers that lack `await` at the top of a module.
async function call(query) {
  await init();
  const room = new Room({ url: query.get("server") });
  const video = document.querySelector("#remote");
  room.addEventListener("trackadded", ({ detail: { track } }) => {
    track.attach(video);
    video.addEventListener("playing", async () => {
      document.body.dataset.statistics = (await getStats(track)).entries.map(({ type }) => type).join();
    });
  });
  await room.publish(await new Devices().camera());
  await room.join({ room: query.get("room"), name: query.get("name") });
}

call(new URLSearchParams(location.search));
