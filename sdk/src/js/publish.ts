/**
 * One of this participant's publications: its id, its object, or the published track. A track that is published several times,
 * such as once for each of some participants, stands for all its publications in the room.
 */
export type PublicationLike = PublicationId | Publication | LocalTrack | MediaStreamTrack;

export interface Room {
  /**
   * Publishes a track to everyone, or to one participant; before `join` too, so that it is there from the start.
   * Resolves with the publication's id. Each call makes a publication with an id of its own. If the track is already
   * published to the same participants, that publication ends, and the new one takes its place. A publication ends when
   * its track does; while the track is disabled, the publication is muted.
   *
   * The source of a `MediaStreamTrack` is `"screen"` for pictures of a display, and else `"camera"` or `"microphone"`;
   * `LocalTrack.fromMediaStreamTrack` takes another one.
   * @throws {MoimError} ERR_INVALID_STATE if the room is left or the track has ended; ERR_UNSUPPORTED for a codec
   * that the browser cannot send; ERR_INVALID_OPTIONS for a codec of the other kind of media or that the SFU does
   * not forward, for a `maxBitrate` of 0, and if it is not a track or a stream; ERR_ROOM_NOT_PERMITTED if this
   * participant may not publish the source: before the room is joined, the track is unpublished on joining instead, with
   * a `warning`; ERR_ABORTED when its `signal` is aborted.
   */
  publish(track: LocalTrack | MediaStreamTrack, options?: PublishOptions): Promise<PublicationId>;
  /**
   * Publishes each track of a stream, and resolves with the ids in the order of `stream.getTracks()`. Tracks that are
   * added to the stream later are not published. Sound that comes with the pictures of a display has the source
   * `"screenAudio"`. If one track fails, none is published.
   * @throws {MoimError} the codes of a single track.
   */
  publish(stream: MediaStream, options?: PublishOptions): Promise<PublicationId[]>;
  /**
   * Stops publishing a track. The track itself continues. Has no effect if the publication has ended already, and for a
   * track that is not published.
   * @throws {MoimError} ERR_INVALID_STATE if the room is left; ERR_INVALID_OPTIONS if there never was a publication
   * with the id, and if it is not a `PublicationLike`.
   */
  unpublish(publication: PublicationLike): Promise<void>;
  /**
   * Sends another track of the same kind under the same publication, such as that of another camera. The publication
   * stays muted if it was. If it has ended with its track, it is published again under the same id.
   * @throws {MoimError} ERR_INVALID_STATE if the room is left or the track has ended; ERR_INVALID_OPTIONS if there is
   * no such publication, for a track of the other kind, and if it is not a track.
   */
  replaceTrack(publication: PublicationLike, track: LocalTrack | MediaStreamTrack): Promise<void>;
  /**
   * Mutes or unmutes a publication. While it is muted, black or silence is sent, and the others see that it is muted.
   * The track itself and its other publications are not affected. Unmuting enables a track that is disabled; its other
   * publications stay muted. Unmuting a camera that `setCameraEnabled` has switched off switches it on.
   * @throws {MoimError} ERR_INVALID_STATE if the room is left; ERR_INVALID_OPTIONS if there is no such publication.
   */
  setMuted(publication: PublicationLike, muted: boolean): Promise<void>;
  /**
   * Sets how much of a remote publication is wanted: nothing, or no larger than it is shown. An SFU forwards a suitable
   * layer; in a mesh the publisher sends less. By default everything is wanted in full. A track stands for its
   * publication after its end too, so it can be subscribed to again.
   * @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_INVALID_OPTIONS if it is not a track or an id;
   * ERR_ROOM_NOT_PERMITTED without the permission `"subscribe"`.
   */
  subscribe(track: RemoteTrack, options?: SubscribeOptions): void;
  subscribe(participant: ParticipantLike, publication: PublicationId | Publication, options?: SubscribeOptions): void;
  /**
   * As the host: mutes another participant's publication. Only its publisher can unmute it. Has no effect if there is
   * no such publication.
   * @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is not a
   * track or an id.
   */
  mute(track: RemoteTrack): void;
  mute(participant: ParticipantLike, publication: PublicationId | Publication): void;
}
