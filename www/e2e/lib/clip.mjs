// The clips that Chromium's fake camera and microphone play, one pair per person, created once.

import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TARGET } from "../../../scripts/lib/paths.mjs";
import { BLOCKS, BURST_SECONDS, PEOPLE, PICTURE, blockRect, encode } from "./code.js";

const { width: WIDTH, height: HEIGHT, rate: RATE } = PICTURE;
const SECONDS = 6;
const SAMPLE_RATE = 48_000;
// Limited range: a camera's black and white.
const BLACK = 16;
const WHITE = 235;

/** The number of frames after which a clip repeats. */
const CLIP_FRAMES = RATE * SECONDS;

/**
 * The files of a person.
 *
 * @param {keyof typeof PEOPLE} person
 * @returns {{ video: string, audio: string }}
 */
export function clipOf(person) {
  const folder = join(TARGET, "e2e");
  mkdirSync(folder, { recursive: true });
  const made = [import.meta.url, new URL("code.js", import.meta.url)].map((url) => readFileSync(fileURLToPath(url)));
  const version = made.reduce((hash, text) => hash.update(text), createHash("sha256")).digest("hex").slice(0, 8);
  const file = (extension) => join(folder, `${person}-${version}.${extension}`);
  const [video, audio] = [file("y4m"), file("wav")];
  if (!existsSync(video)) atomically(video, (path) => writeVideo(path, person));
  if (!existsSync(audio)) atomically(audio, (path) => writeFileSync(path, wav(PEOPLE[person].frequency)));
  return { video, audio };
}

function atomically(path, write) {
  const unfinished = `${path}.${process.pid}`;
  write(unfinished);
  renameSync(unfinished, path);
}

/** Raw frames, as nothing has to be decoded then: <https://wiki.multimedia.cx/index.php/YUV4MPEG2>. */
function writeVideo(path, person) {
  const file = openSync(path, "w");
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420\n`);
  for (let frame = 0; frame < CLIP_FRAMES; frame++) {
    writeSync(file, "FRAME\n");
    writeSync(file, rawFrame(person, frame));
  }
  closeSync(file);
}

/** One frame, planar YUV 4:2:0: a coloured background with a moving bright bar, and the row of blocks. */
function rawFrame(person, frame) {
  const size = WIDTH * HEIGHT;
  const picture = Buffer.alloc((size * 3) / 2, 90);
  const fill = ({ left, top, width, height }, luma) => {
    for (let y = top; y < top + height; y++) {
      picture.fill(luma, y * WIDTH + Math.max(left, 0), y * WIDTH + Math.min(Math.max(left + width, 0), WIDTH));
    }
  };
  const bar = ((frame * 6) % (WIDTH + 80)) - 80;
  fill({ left: bar, top: Math.round(HEIGHT * 0.45), width: 80, height: Math.round(HEIGHT * 0.4) }, 170);
  const angle = (PEOPLE[person].hue * Math.PI) / 180;
  picture.fill(128 - Math.round(60 * Math.cos(angle)), size, size + size / 4);
  picture.fill(128 + Math.round(60 * Math.cos(angle - Math.PI / 6)), size + size / 4);
  const blocks = encode(person, frame);
  for (let index = 0; index < BLOCKS; index++) {
    const block = blockRect(index, WIDTH, HEIGHT);
    fill(block, blocks[index] ? WHITE : BLACK);
    const half = { left: block.left >> 1, width: (block.width + 1) >> 1, top: block.top >> 1, height: block.height >> 1 };
    for (let y = half.top; y < half.top + half.height; y++) {
      for (const plane of [size, size + size / 4]) {
        picture.fill(128, plane + (y * WIDTH) / 2 + half.left, plane + (y * WIDTH) / 2 + half.left + half.width);
      }
    }
  }
  return picture;
}

/** Bursts of a tone, because noise suppression removes a steady one; 16-bit mono. */
function wav(frequency) {
  const samples = SAMPLE_RATE * 6; // a whole number of bursts and of periods
  const data = Buffer.alloc(44 + samples * 2);
  data.write("RIFF");
  data.writeUInt32LE(36 + samples * 2, 4);
  data.write("WAVEfmt ", 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20); // PCM
  data.writeUInt16LE(1, 22); // channels
  data.writeUInt32LE(SAMPLE_RATE, 24);
  data.writeUInt32LE(SAMPLE_RATE * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write("data", 36);
  data.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) {
    const time = at / SAMPLE_RATE;
    const sounding = time % BURST_SECONDS.period < BURST_SECONDS.on;
    const value = sounding ? 0.4 * Math.sin(2 * Math.PI * frequency * time) : 0;
    data.writeInt16LE(Math.round(value * 32_767), 44 + at * 2);
  }
  return data;
}
