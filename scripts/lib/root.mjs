/** Whether this runs as root; then Chromium cannot use its sandbox. */
export const isRoot = () => process.getuid?.() === 0;
