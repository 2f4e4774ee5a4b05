// The demo's own parts: people and their host, the recording of a whole room, statistics, files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVEKIT, serverMissing } from "../../scripts/lib/go_servers.mjs";
import { browserMissing, launch } from "./lib/browsers.mjs";
import { join, meetEachOther } from "./lib/call.mjs";
import { startLiveKit, tokenFor } from "./lib/livekit.mjs";
import { assertFallsSilent } from "./lib/media.mjs";
import { recordedSeconds, records } from "./lib/record_timer.mjs";
import { startStub, stubMissing } from "./lib/server.mjs";
import { until } from "./lib/wait.mjs";

const skip = stubMissing() || browserMissing("chromium");

/** Waits until an element matches. */
const shows = (person, selector) => person.page.waitForSelector(selector, { timeout: 20_000 });
const row = (person, whose) => `${person.$("person")}[data-participant=${whose}]`;

async function opens(person, name) {
  await person.click("more-toggle");
  await person.click(name);
}

for (const kind of ["chromium", "firefox"]) {
  test(`a host admits, mutes and removes: ${kind} as the guest`, { skip: skip || browserMissing(kind) }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { query: "&host" });
    await alice.click("people-toggle");
    await shows(alice, `${row(alice, "alice")}[data-role=host]`);
    await alice.click("lock");
    await shows(alice, alice.$("locked"));

    const bob = await join(t, stub, "bob", { kind, waits: true });
    await shows(alice, `${alice.$("waiting-person")}[data-participant=bob]`);
    await alice.click("admit");
    await bob.comesIn();
    await meetEachOther(alice, bob);

    await shows(alice, `${row(alice, "bob")}[data-role=participant][data-hand=false]`);
    await bob.click("hand");
    await shows(alice, `${row(alice, "bob")}[data-hand=true]`);
    await shows(alice, `${alice.tile("bob")}[data-hand=true]`);

    await alice.click("person-mute", row(alice, "bob"));
    await shows(alice, `${alice.tile("bob")}[data-muted=true]`);
    await assertFallsSilent(alice.page, `${alice.tile("bob")} audio`);
    await shows(bob, `${bob.$("toggle-microphone")}[aria-pressed=false]`);
    await bob.click("toggle-microphone");
    await shows(alice, `${alice.tile("bob")}[data-muted=false]`);

    await alice.click("person-remove", row(alice, "bob"));
    await alice.click("person-remove-confirm", row(alice, "bob"));
    await alice.sees(["alice"]);
    const notice = await shows(bob, `${bob.$("lobby")} ${bob.$("notice")}`);
    assert.match(await notice.evaluate((element) => element.textContent), /host has removed you/);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("a waiting person can be turned away, and one who is too late to be the host can join as a participant", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { query: "&host" });
  await alice.click("people-toggle");
  await alice.click("lock");
  const bob = await join(t, stub, "bob", { waits: true });
  await alice.click("turn-away");
  const notice = async () => (await shows(bob, `${bob.$("lobby")} ${bob.$("notice")}`)).evaluate((element) => element.textContent);
  assert.match(await notice(), /did not let you in/);

  await alice.click("lock");
  await bob.page.goto(`${stub.url}/?room=tea&name=bob&host&join`);
  await bob.page.waitForSelector(bob.$("join-as-participant"));
  assert.match(await notice(), /already exists/);
  await bob.click("join-as-participant");
  await bob.comesIn();
  await alice.sees(["alice", "bob"]);
  await alice.click("leave");
  await bob.click("people-toggle");
  await shows(bob, `${row(bob, "bob")}[data-role=host]`);
});

test("a recording of the room has everyone in one picture, including those who join while it runs", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice");
  const bob = await join(t, stub, "bob");
  await alice.meets("bob");
  await opens(alice, "record-room");
  await records(alice, 3);
  await join(t, stub, "carol");
  await alice.meets("carol");
  await records(alice, (await recordedSeconds(alice)) + 3);
  await alice.click("record-stop");

  const played = await alice.page.waitForSelector(alice.$("recording-playback"), { timeout: 20_000 });
  const seen = await played.evaluate(async (video) => {
    // Their positions in a grid of two, and in one of three.
    const of = (left, top) => ({ left, top, width: 0.5, height: 0.5 });
    const grids = [[of(0, 0.25), of(0.5, 0.25)], [of(0, 0), of(0.5, 0), of(0.25, 0.5)]];
    const frames = {};
    video.muted = true;
    video.currentTime = 0;
    await video.play();
    while (!video.ended) {
      for (const grid of grids) {
        const codes = grid.map((area) => e2e.readCounter(video, area));
        if (!codes.every(Boolean)) continue;
        const people = codes.map(({ person }) => person).join();
        (frames[people] ??= new Set()).add(codes.map(({ frame }) => frame).join());
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    return Object.fromEntries(Object.entries(frames).map(([people, seen]) => [people, seen.size]));
  });
  for (const people of ["alice,bob", "alice,bob,carol"]) assert.ok(seen[people] > 5, `${people}: ${JSON.stringify(seen)}`);
  alice.assertNoProblems();
});

for (const kind of ["chromium", "firefox"]) {
  test(`statistics show the traffic, and files arrive: ${kind}`, { skip: skip || browserMissing(kind) }, async (t) => {
    const stub = await startStub(t);
    const alice = await join(t, stub, "alice", { kind });
    const bob = await join(t, stub, "bob");
    await alice.meets("bob");
    await opens(alice, "statistics-toggle");
    for (const name of ["stat-received", "stat-sent", "stat-frame-rate"]) {
      const flows = (selector) => /[1-9]/.test(document.querySelector(selector)?.textContent ?? "");
      await until(alice.page, flows, { what: `${name} is more than nothing`, args: [alice.$(name)], timeout: 20_000 });
    }
    await shows(alice, `${alice.$("chart")} canvas`);
    await shows(alice, `${alice.tile("bob")} ${alice.$("quality")}:not([data-level="0"])`);

    const words = "Tea at four. ".repeat(40_000);
    await alice.page.$eval(alice.tile("bob"), (tile, words) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([words], "tea.txt", { type: "text/plain" }));
      for (const type of ["dragover", "drop"]) tile.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }, words);
    await bob.click("toast-show");
    await shows(bob, `${bob.$("file")}[data-name="tea.txt"][data-who=alice][data-state=offered]`);
    await bob.click("file-accept");
    const link = await shows(bob, bob.$("file-download"));
    const received = await link.evaluate(async (link) => ({ name: link.download, text: await (await fetch(link.href)).text() }));
    assert.equal(received.name, "tea.txt");
    assert.ok(received.text === words, "the file is the one that was sent");
    await shows(alice, `${alice.$("file")}[data-state=done][data-who=bob]`);
    for (const person of [alice, bob]) person.assertNoProblems();
  });
}

test("a smaller picture and another codec arrive while the call continues", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice");
  const watchConnections = (page) =>
    page.evaluateOnNewDocument(() => {
      const Original = globalThis.RTCPeerConnection;
      globalThis.RTCPeerConnection = class extends Original {
        constructor(...args) {
          super(...args);
          globalThis.connection = this;
        }
      };
    });
  const bob = await join(t, stub, "bob", { before: watchConnections });
  await bob.meets("alice");
  await alice.click("devices-toggle");
  await alice.page.select(alice.$("resolution"), "180");
  const video = `${bob.tile("alice")} video`;
  await until(bob.page, (video) => document.querySelector(video).videoHeight === 180, { what: "a picture of 180 lines", args: [video] });
  await alice.page.select(alice.$("codec"), "video/VP9");
  const codec = async () => {
    const report = [...(await connection.getStats()).values()];
    const flows = report.filter(({ type, kind, framesPerSecond }) => type === "inbound-rtp" && kind === "video" && framesPerSecond > 0);
    return flows.some(({ codecId }) => report.find(({ id }) => id === codecId)?.mimeType === "video/VP9");
  };
  await until(bob.page, codec, { what: "a picture by VP9" });
  await bob.meets("alice");
  for (const person of [alice, bob]) person.assertNoProblems();
});

test("it fits on a phone, and panels open and close from the keyboard", { skip }, async (t) => {
  const stub = await startStub(t);
  const alice = await join(t, stub, "alice", { query: "&host" });
  const { page, $ } = alice;
  // A name of maximum length, without a place to break it.
  await page.evaluate(async () => {
    const { Room, default: init } = await import("/www/pkg/moim.js");
    await init();
    globalThis.other = new Room();
    await other.join({ room: "tea", name: "Wolfeschlegelsteinhausenbergerdorff".repeat(3).slice(0, 64) });
  });
  await page.setViewport({ width: 360, height: 740 });
  const focused = () => page.evaluate(() => document.activeElement?.dataset.test);
  const openByKeyboard = async (selector) => {
    await page.focus(selector);
    await page.keyboard.press("Enter");
    await shows(alice, $("panel"));
  };
  const reach = async (first, second) => {
    await openByKeyboard($(first));
    if (second) await openByKeyboard($(second));
  };
  const ways = { "people-toggle": [], "chat-toggle": [], "more-toggle": ["files-toggle", "statistics-toggle", "more-settings"] };
  for (const [opener, inside] of Object.entries(ways)) {
    for (const second of [undefined, ...inside]) {
      await reach(opener, second);
      const fits = await page.evaluate(() => {
        const edges = [...document.querySelectorAll("[data-test=panel], [data-test=panel] *, .controls > *")].map((element) => element.getBoundingClientRect());
        return document.documentElement.scrollWidth <= innerWidth && edges.every(({ left, right }) => left >= 0 && right <= innerWidth);
      });
      assert.ok(fits, `${second ?? opener} fits in 360 pixels`);
      assert.ok(await page.$eval($("panel"), (panel) => panel.contains(document.activeElement)), `the focus is in ${second ?? opener}`);
      await page.keyboard.press("Escape");
      await page.waitForFunction((panel) => !document.querySelector(panel), {}, $("panel"));
      assert.equal(await focused(), second === "more-settings" ? "devices-toggle" : opener);
    }
  }
  alice.assertNoProblems();
});

for (const kind of ["chromium", "firefox"]) {
  test(`the lobby checks the setup, line by line, and the report can be copied: ${kind}`, { skip: skip || browserMissing(kind), timeout: 120_000 }, async (t) => {
    const stub = await startStub(t, { args: ["--turn"] });
    const { page, problems } = await launch(t, kind, { person: "alice" });
    await page.bringToFront();
    await page.evaluateOnNewDocument(() => {
      if (navigator.clipboard) navigator.clipboard.writeText = async (text) => void (window.copied = text);
    });
    await page.goto(`${stub.url}/`);
    await page.locator("[data-test=check-setup]").click();
    await page.waitForSelector("[data-test=setup-line] .spinner");
    await page.waitForSelector("[data-test=setup][data-verdict]", { timeout: 60_000 });
    const lines = await page.$$eval("[data-test=setup-line]", (lines) => lines.map(({ dataset, textContent }) => [dataset.check, dataset.finding, textContent]));
    const findings = Object.fromEntries(lines);
    for (const [check, finding] of Object.entries({ secureContext: "secure", camera: "cameraWorks", microphone: "microphoneWorks", signaling: "signalingWorks", turnUdp: "turnWorks", turnTcp: "turnWorks", turnTls: "turnMissing" })) {
      assert.equal(findings[check], finding, JSON.stringify(lines));
    }
    const advice = lines.find(([check]) => check === "speaker")[2];
    assert.match(advice, /did not hear the test tone.*headphones/);

    await page.locator("[data-test=copy-report]").click();
    await until(page, () => window.copied, { what: "the copied report" });
    const report = JSON.parse(await page.evaluate(() => window.copied));
    assert.equal(report.checks.length, lines.length);

    await page.select("[data-test=language]", "ko");
    await until(page, () => [...document.querySelectorAll("[data-test=setup-line] p:first-child")].every(({ textContent }) => /[가-힣]/.test(textContent)), { what: "Korean lines" });
    await page.locator("[data-test=check-again]").click();
    await page.waitForSelector("[data-test=setup-line] .spinner");
    await page.locator("[data-test=check-stop]").click();
    await page.waitForSelector("[data-test=check-setup]");
    assert.deepEqual(problems, []);
  });
}

test("an address with a LiveKit server leads to a room there", { skip: skip || serverMissing(LIVEKIT) }, async (t) => {
  const [stub, server] = await Promise.all([startStub(t), startLiveKit(t)]);
  const query = (name) => `&server=livekit&url=${encodeURIComponent(server.url)}&token=${tokenFor(name)}`;
  const alice = await join(t, stub, "alice", { query: query("alice") });
  const bob = await join(t, stub, "bob", { query: query("bob") });
  await meetEachOther(alice, bob);
  const address = new URL(alice.page.url()).searchParams;
  assert.deepEqual([address.get("server"), address.get("url"), address.get("token")], ["livekit", server.url, null], "the invitation");

  await bob.page.goto(`${stub.url}/?room=tea&name=bob&server=livekitt&join`);
  const notice = await shows(bob, `${bob.$("lobby")} ${bob.$("notice")}`);
  assert.match(await notice.evaluate((element) => element.textContent), /unknown kind of server.*livekit/);
});
