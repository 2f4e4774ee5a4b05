// A signaling backend without a server: pages of one browser find each other over a BroadcastChannel.
//
//   const room = new Room({ backend: new BroadcastBackend() });
//   await room.join({ room: "tea", name: "Ana" });

/** How long the others have to answer, in milliseconds. */
const ANSWER_MS = 300;

export class BroadcastBackend {
  #report;
  #channel;
  /** This participant, as the others know it. */
  #own;
  /** The others, by id. */
  #others = new Map();
  #joined = false;

  start(report) {
    this.#report = report;
  }

  handleCommand({ type, detail }) {
    switch (type) {
      case "join":
        return void this.#join(detail);
      case "signal":
        return this.#post({ type: "signal", to: detail.link.participant, signal: detail.signal });
      case "publish":
        return this.#change({ publications: detail });
      case "update":
        return this.#change(detail);
      case "leave":
        if (this.#joined) this.#post({ type: "left" });
        return this.#channel?.close();
    }
  }

  async #join({ room, profile, role, publications }) {
    this.#own = { id: crypto.randomUUID(), joinOrder: 0, ...profile, role, publications };
    this.#channel = new BroadcastChannel(`moim ${room}`);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    // One after the other, so that no two participants get the same number.
    await navigator.locks.request(`moim ${room}`, async () => {
      this.#post({ type: "hello" });
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
      this.#own.joinOrder = 1 + Math.max(0, ...this.#all().map(({ joinOrder }) => joinOrder));
      this.#joined = true;
      this.#post({ type: "participant", participant: this.#own });
    });
    this.#report({ type: "joined", detail: { participantId: this.#own.id, participants: this.#all() } });
  }

  /** Everyone, in the order of joining. */
  #all() {
    const own = this.#joined ? [this.#own] : [];
    return [...this.#others.values(), ...own].sort((one, other) => one.joinOrder - other.joinOrder);
  }

  #change(members) {
    Object.assign(this.#own, members);
    if (!this.#joined) return;
    this.#post({ type: "participant", participant: this.#own });
    this.#report({ type: "participant", detail: this.#own });
  }

  #post(message) {
    this.#channel?.postMessage({ ...message, from: this.#own.id });
  }

  #receive({ type, from, to, participant, signal }) {
    if (type === "hello") {
      if (this.#joined) this.#post({ type: "participant", participant: this.#own });
    } else if (type === "participant") {
      this.#others.set(from, participant);
      if (this.#joined) this.#report({ type: "participant", detail: participant });
    } else if (type === "left" && this.#others.delete(from)) {
      if (this.#joined) this.#report({ type: "participantLeft", detail: { participantId: from, reason: "left" } });
    } else if (type === "signal" && to === this.#own.id) {
      this.#report({ type: "signal", detail: { link: { participant: from }, signal: withSlots(signal, from) } });
    }
  }
}

/** A description names the publications of its sender; here they get the sender's id, too. */
function withSlots(signal, participantId) {
  if (signal.type !== "description" || !signal.detail.carries) return signal;
  const slot = ([mid, publicationId]) => [mid, { participantId, publicationId }];
  const carries = Object.fromEntries(Object.entries(signal.detail.carries).map(slot));
  return { type: "description", detail: { ...signal.detail, carries } };
}
