// The picture code of the tests: a person and a frame number as a row of black and white blocks, which survive
// scaling and lossy video coding. Pure functions, used by Node (which writes the clips) and by pages (which write and
// read frames).
//
//   block   0      1 … 3      4 … 15              16          17
//           white  person     frame, Gray code    parity      black
//
// The Gray code changes by one block per frame, so that a blend of two frames reads as either of them.

const PERSON_BITS = 3;
const FRAME_BITS = 12;

/** What cameras send here. All people of a call share two cores. Sound comes in bursts. */
export const PICTURE = { width: 640, height: 360, rate: 15 };
export const BURST_SECONDS = { on: 0.4, period: 0.6 };

/** Frame numbers wrap here. */
export const FRAMES = 2 ** FRAME_BITS;
export const BLOCKS = 1 + PERSON_BITS + FRAME_BITS + 2;
/** The position of the row, in fractions of the picture's width and height. */
export const ROW = { left: 0.05, top: 0.08, width: 0.9, height: 0.24 };

/** The appearance and sound of each person: the background's hue in degrees, the tone's frequency in hertz. */
export const PEOPLE = {
  alice: { id: 1, hue: 0, frequency: 440 },
  bob: { id: 2, hue: 120, frequency: 660 },
  carol: { id: 3, hue: 240, frequency: 880 },
  dave: { id: 4, hue: 60, frequency: 1100 },
  erin: { id: 5, hue: 180, frequency: 1320 },
  frank: { id: 6, hue: 300, frequency: 1540 },
  grace: { id: 7, hue: 30, frequency: 1760 },
  heidi: { id: 0, hue: 210, frequency: 1980 },
};

/** The row of blocks for one frame, true for white. */
export function encode(person, frame) {
  const number = frame % FRAMES;
  const bits = [...toBits(PEOPLE[person].id, PERSON_BITS), ...toBits(number ^ (number >> 1), FRAME_BITS)];
  return [true, ...bits, isOdd(bits), false];
}

/** Decodes a row of blocks; null if it is not a code. */
export function decode(blocks) {
  if (blocks.length !== BLOCKS || !blocks[0] || blocks[BLOCKS - 1]) return null;
  const bits = blocks.slice(1, -2);
  if (isOdd(bits) !== blocks[BLOCKS - 2]) return null;
  const id = toNumber(bits.slice(0, PERSON_BITS));
  const person = Object.keys(PEOPLE).find((name) => PEOPLE[name].id === id);
  if (!person) return null;
  let number = toNumber(bits.slice(PERSON_BITS));
  for (let shift = 1; shift < FRAME_BITS; shift *= 2) number ^= number >> shift;
  return { person, frame: number };
}

/** The number of frames shown from one frame number to a later one. */
export const framesBetween = (from, to) => (to - from + FRAMES) % FRAMES;

/** The rectangle of one block in a picture, in whole pixels. */
export function blockRect(index, width, height) {
  const left = Math.round((ROW.left + (ROW.width * index) / BLOCKS) * width);
  const right = Math.round((ROW.left + (ROW.width * (index + 1)) / BLOCKS) * width);
  const top = Math.round(ROW.top * height);
  return { left, top, width: right - left, height: Math.round(ROW.height * height) };
}

const toBits = (number, count) => Array.from({ length: count }, (_, bit) => Boolean((number >> (count - 1 - bit)) & 1));
const toNumber = (bits) => bits.reduce((number, bit) => number * 2 + Number(bit), 0);
const isOdd = (bits) => bits.filter(Boolean).length % 2 === 1;
