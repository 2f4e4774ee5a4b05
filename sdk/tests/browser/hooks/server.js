// A WebSocket with a server behind it, which admits everyone; with `?silent` it sends nothing.
class FakeSocket extends EventTarget {
  static all = [];
  constructor(url) {
    super();
    Object.assign(this, { url, readyState: 0, received: [], revision: 1 });
    FakeSocket.all.push(this);
    setTimeout(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    });
  }
  send(text) {
    const message = JSON.parse(text);
    this.received.push(message);
    if (message.type !== "join" || this.url.includes("silent")) return;
    const self = { id: "self", joinOrder: 2, name: message.name, metadata: "", publications: message.publications };
    const ana = { id: "ana", joinOrder: 1, name: "Ana", metadata: "", publications: [] };
    const roster = { revision: this.revision, participants: [ana, self] };
    this.say({ type: "welcome", version: 1, participantId: "self", roster, iceServers: [], heartbeatMs: 60000 });
  }
  say(message) {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }
  tell(participant) {
    this.say({ type: "participant", revision: ++this.revision, participant });
  }
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code: 1000 }));
  }
}
