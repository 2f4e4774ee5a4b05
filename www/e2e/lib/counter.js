// Runs inside a page: reads the picture code back from a playing video.

import { BLOCKS, blockRect, decode } from "./code.js";

const THRESHOLD = 128;
const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

let canvas;

/**
 * The person in the picture and the frame number, or null if the picture has no code (yet).
 *
 * @param {HTMLVideoElement | HTMLCanvasElement} picture
 * @param {{ left: number, top: number, width: number, height: number }} [area] the part of the picture to read, each
 *   from 0 to 1: one tile of a mixed video
 * @returns {{ person: string, frame: number } | null}
 */
export function readCounter(picture, area = WHOLE) {
  const width = picture.videoWidth ?? picture.width;
  const height = picture.videoHeight ?? picture.height;
  if (!width || !height || picture.readyState < 2) return null;
  canvas ??= document.createElement("canvas");
  canvas.width = Math.round(width * area.width);
  canvas.height = Math.round(height * area.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, -area.left * width, -area.top * height, width, height);
  const blocks = Array.from({ length: BLOCKS }, (_, index) => brightness(context, index) > THRESHOLD);
  return decode(blocks);
}

/** The mean brightness in the middle of a block, away from its edges, which coding blurs. */
function brightness(context, index) {
  const block = blockRect(index, canvas.width, canvas.height);
  const width = Math.max(1, Math.floor(block.width / 2));
  const height = Math.max(1, Math.floor(block.height / 2));
  const left = block.left + Math.floor((block.width - width) / 2);
  const top = block.top + Math.floor((block.height - height) / 2);
  const { data } = context.getImageData(left, top, width, height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  return sum / (width * height);
}
