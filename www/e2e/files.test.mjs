// Files between the people of a room, in each topology. The browser hashes what arrives.

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { gather, meets, openMixer } from "./lib/desk.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium") || browserMissing("firefox");
/** Takes some time: a server or a mixer forwards about 4 MiB a second. */
const LARGE = { mesh: 12 * 2 ** 20, sfu: 6 * 2 ** 20, mcu: 6 * 2 ** 20 };

for (const topology of ["mesh", "sfu", "mcu"]) {
  test(`files in a room, ${topology}`, { skip }, async (t) => {
    const large = LARGE[topology];
    const stub = await startStub(t, { args: topology === "mcu" ? ["--any-mixer"] : [] });
    const browsers = { chromium: await launch(t, "chromium"), firefox: await launch(t, "firefox") };
    const mixer = topology === "mcu" && (await openMixer(browsers.chromium, stub));
    const kinds = { alice: "chromium", bob: "chromium", carol: "firefox", dave: "firefox" };
    const { alice, bob, carol, dave } = await gather(stub, topology, kinds, browsers);

    // From Chromium to both kinds see below. Whether both ends are of one kind matters only where nobody is in between.
    const pairs = [[carol, alice], ...(topology === "mesh" ? [[dave, carol]] : [])];
    for (const [from, to] of pairs) {
      await t.test(`one large and three small files go from ${from.kind} to ${to.kind}`, () => assertArrive(large, from, [to], to));
    }
    await t.test("and from one to everyone", () => assertArrive(large, alice, [bob, carol, dave]));

    await t.test("a receiver who writes slowly does not fill the buffers in between", async () => {
      const sizes = Array(6).fill(2 ** 20);
      await alice.page.evaluate((sizes, to) => void desk.offer(sizes, to), sizes, carol.id);
      await carol.page.evaluate((count) => desk.acceptLater(count), sizes.length);
      const most = topology === "mesh" ? 6 : 4;
      await until(carol.page, (most) => desk.disk.open === most, { what: `${most} files under way`, args: [most] });
      await carol.page.evaluate(() => desk.disk.go());
      for (const person of [alice, carol]) (await outcomes(person)).forEach(assertProgress);
      assert.deepEqual(await carol.page.evaluate(() => [desk.disk.most, desk.disk.open]), [most, 0]);
    });

    await t.test("one end cancels, and both learn why", async () => {
      for (const whoCancels of [alice, carol]) {
        await startSending(large, alice, carol);
        await whoCancels.page.evaluate(() => desk.transfers[0].transfer.cancel("enough"));
        for (const person of [alice, carol]) {
          const [{ code, message }] = await outcomes(person);
          assert.equal(code, "ERR_TRANSFER_CANCELLED", person.name);
          assert.match(message, /enough/);
        }
      }
    });

    await t.test("an offer that several listeners receive is answered once", async () => {
      await bob.page.evaluate((to) => desk.offer([5], to), carol.id);
      const answers = await carol.page.evaluate(async () => {
        const [[first, second]] = await desk.take(1);
        first.file.reject("not today");
        const again = [() => second.file.accept(), () => second.file.reject(), () => first.file.accept()];
        return { from: second.participantId, alike: second.file.participantId, again: again.map(desk.attempt) };
      });
      assert.deepEqual(answers, { from: bob.id, alike: bob.id, again: Array(3).fill("ERR_INVALID_STATE") });
      const [{ code, message }] = await outcomes(bob);
      assert.equal(code, "ERR_TRANSFER_REJECTED");
      assert.match(message, /not today/);
    });

    await t.test("what cannot be sent is rejected", async () => {
      const codes = await alice.page.evaluate(() => {
        const { room, attempt } = desk;
        const nobody = ["nobody", room.participantId, ...room.participants.filter(({ role }) => role === "mixer").map(({ id }) => id)];
        const file = new Blob(["x"]);
        return {
          wrong: [["text"], [file, { two: "x" }], []].map((args) => attempt(() => room.sendFile(...args))),
          nobody: [...new Set(nobody.map((to) => attempt(() => room.sendFile(file, { to }))))],
        };
      });
      assert.deepEqual(codes, { wrong: Array(3).fill("ERR_INVALID_OPTIONS"), nobody: ["ERR_DATA_UNKNOWN_PARTICIPANT"] });
    });

    if (mixer) await t.test("a mixer that leaves interrupts nothing: files go on through the next one", async () => {
      await startSending(large, alice, carol);
      await mixer.close();
      await openMixer(browsers.chromium, stub);
      await Promise.all([alice, bob, carol, dave].map((person) => meets(person, 3)));
      for (const person of [alice, carol]) (await outcomes(person)).forEach(assertProgress);
      await assertArrive(large, alice, [carol], carol);
    });

    await t.test("closing a page interrupts only its own transfers at the other end", async () => {
      await alice.page.evaluate((size) => void desk.offer([size]), large);
      await Promise.all([bob, carol, dave].map(({ page }) => page.evaluate(() => desk.accept(1))));
      assert.ok(await dave.page.evaluate(() => desk.halfway()));
      await dave.page.close();
      const ends = await outcomes(alice);
      const sent = ends.map(({ participantId, code }) => [participantId, code]);
      assert.deepEqual(sent, [[bob.id, undefined], [carol.id, undefined], [dave.id, "ERR_TRANSFER_INTERRUPTED"]]);
      for (const { page } of [bob, carol]) await page.evaluate(() => desk.outcomes());

      await startSending(large, bob, carol);
      await bob.page.evaluate((to) => void desk.offer([7], to), carol.id);
      await carol.page.evaluate(async () => { desk.late = (await desk.take(1))[0][0].file; });
      await bob.page.close();
      assert.equal((await outcomes(carol))[0].code, "ERR_TRANSFER_INTERRUPTED");
      const late = await carol.page.evaluate(() => desk.late.accept().finished.catch(({ code }) => code));
      assert.equal(late, "ERR_TRANSFER_INTERRUPTED", "nobody is there who would send it");
    });

    await t.test("leaving ends all transfers, and alone there is no receiver", async () => {
      await startSending(large, alice, carol);
      await carol.page.evaluate(() => desk.room.leave());
      for (const person of [alice, carol]) assert.equal((await outcomes(person))[0].code, "ERR_TRANSFER_INTERRUPTED");
      await until(alice.page, () => desk.people().length === 0, { what: "alice is alone" });
      const send = () => desk.attempt(() => desk.room.sendFile(new Blob(["x"])));
      assert.deepEqual(await alice.page.evaluate(send), []);
      assert.equal(await carol.page.evaluate(send), "ERR_INVALID_STATE");
    });

    for (const { page } of [alice, carol]) assert.deepEqual(await page.evaluate(() => desk.warnings), []);
  });
}

const outcomes = ({ page }) => page.evaluate(() => desk.outcomes());

/** Starts to send a large file, from one to another. */
async function startSending(size, from, to) {
  await from.page.evaluate((size, to) => void desk.offer([size], to), size, to.id);
  await to.page.evaluate(() => desk.accept(1));
  const isPartly = await Promise.all([from, to].map(({ page }) => page.evaluate(() => desk.halfway())));
  assert.deepEqual(isPartly, [true, true]);
}

/** Asserts that a large file and small ones, one of them empty, arrive, that both ends see the progress, and that chat arrives meanwhile. */
async function assertArrive(large, from, receivers, to) {
  const sizes = [large, 300_000, 1, 0];
  const hashes = await from.page.evaluate((sizes, to) => desk.offer(sizes, to), sizes, to?.id ?? null);
  await Promise.all(receivers.map(({ page }) => page.evaluate((count) => desk.accept(count), sizes.length)));
  const chats = await Promise.all([[from, receivers[0]], [receivers[0], from]].map(([writer, reader]) =>
    writer.page.evaluate(async (to) => (await desk.halfway()) && desk.chat(to), reader.id)));
  assert.deepEqual(chats, [true, true], "chat arrives while files are on their way");

  const sent = await outcomes(from);
  const wanted = receivers.flatMap(({ id }) => sizes.map((_, place) => `${place}.bin to ${id}`));
  assert.deepEqual(sent.map(({ name, participantId }) => `${name} to ${participantId}`).sort(), wanted.sort());
  sent.forEach(assertProgress);
  for (const receiver of receivers) {
    const received = await outcomes(receiver);
    assert.deepEqual(Object.fromEntries(received.map(({ name, hash }) => [name, hash])), hashes);
    for (const file of received) {
      assertProgress(file);
      assert.deepEqual([file.participantId, file.type], [from.id, "application/x-test"]);
    }
  }
}

function assertProgress({ name, size, steps, code, message }) {
  assert.equal(code, undefined, `${name}: ${message}`);
  assert.deepEqual(steps, [...new Set(steps)].sort((a, b) => a - b), `${name} goes on`);
  assert.equal(steps.at(-1), size, name);
  if (size > 2 ** 20) assert.ok(steps.length > 10, `${name} has ${steps.length} steps`);
}
