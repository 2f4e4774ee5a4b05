/** Whether this runs as root, for whom Chromium has no sandbox. */
export const isRoot = () => process.getuid?.() === 0;
