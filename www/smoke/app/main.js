// A call as an application writes it: it publishes a camera, joins, and shows the other participant.

import init, { Devices, Room } from "moim";

// A function, because Vite 5 and 6 build for browsers that lack `await` at the top of a module.
async function call(query) {
  await init();
  const room = new Room({ url: query.get("server") });
  room.addEventListener("trackadded", ({ detail: { track } }) => track.attach(document.querySelector("#remote")));
  await room.publish(await new Devices().camera());
  await room.join({ room: query.get("room"), name: query.get("name") });
}

call(new URLSearchParams(location.search));
