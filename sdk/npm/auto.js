// `moim/auto`: the same as `moim`, initialized when it is imported. Has no effect where there is no page, as on a
// server.

import init from "./moim.js";

export * from "./moim.js";
export { init as default };

if (typeof window !== "undefined") await init();
