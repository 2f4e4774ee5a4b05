export interface RemoteTrack {
  /**
   * Plays the track in an element, or in a new `<video>` or `<audio>` that the application adds to the page, and
   * starts playback. Returns the element. Several tracks may be attached to one element, such as the camera and the
   * microphone of a participant: they play in sync, and the end of one does not affect the others. A second video
   * track replaces the first. When the track ends, it is detached; an element that this method has created is then
   * removed from the page, unless another track plays in it. Detach it before discarding the element.
   *
   * If the browser requires a user gesture to play audio, the whole element is blocked: see `room.canPlayAudio`.
   * Audio in a separate `<audio>` element does not block the video.
   * @throws {MoimError} ERR_INVALID_STATE when the track has ended; ERR_INVALID_OPTIONS if it is not a media
   * element.
   */
  attach<T extends HTMLMediaElement>(element: T): T;
  attach(): HTMLVideoElement | HTMLAudioElement;
}

export interface LocalTrack {
  /**
   * Plays the track in an element, replacing what it plays, or in a new `<video>` or `<audio>` that the application
   * adds to the page, and starts playback: a preview. Returns the element. It is muted, and mirrored if the track is
   * a camera that faces the user, or has an unknown facing mode: mirrored with the element's `style.scale`. Both can
   * be changed afterwards. When the track ends, it is detached; an element that this method has created is then
   * removed from the page.
   * @throws {MoimError} ERR_INVALID_STATE when the track has ended; ERR_INVALID_OPTIONS if it is not a media
   * element.
   */
  attach<T extends HTMLMediaElement>(element: T): T;
  attach(): HTMLVideoElement | HTMLAudioElement;
}
