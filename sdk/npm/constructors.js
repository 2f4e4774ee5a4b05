// The classes that are not created with `new`, and what creates their objects.

import { moimError } from "./error.js";

const CREATED_BY = {
  DataChannel: "connection.createDataChannel(label) or DataChannel.create(rtcPeerConnection, label)",
  DtmfSender: "sender.dtmf",
  FileTransfer: "room.sendFile(file) or channel.sendFile(file)",
  IncomingFile: 'the event "fileoffered" of a room, or channel.files()',
  Kurento: "Kurento.connect({ url })",
  KurentoLink: "endpoint.link({ send })",
  KurentoObject: "kms.pipeline(), pipeline.create(type) or kms.object(id)",
  LocalTrack: "devices.camera(), captureDisplay() or LocalTrack.fromMediaStreamTrack(track, source)",
  MixerSource: "mixer.add(tracks)",
  Permission: "devices.permission(name)",
  Receiver: "transceiver.receiver",
  Recorder: "Recorder.start(tracks)",
  Recording: "recorder.stop()",
  RemoteTrack: 'the event "trackadded" of a room',
  Sender: "transceiver.sender",
  Transceiver: "connection.addTrack(track) or connection.addTransceiver(trackOrKind)",
};

/** The error of `new` for such a class. */
export function notConstructible(name) {
  const message = `${name} cannot be created with \`new\`: it is returned by ${CREATED_BY[name]}`;
  return moimError("InvalidOptionsError", "ERR_INVALID_OPTIONS", message);
}

/** What to do instead of using a freed object. */
export function adviceAfterFree(name) {
  return name in CREATED_BY ? `get another one from ${CREATED_BY[name]}` : "create a new one";
}
