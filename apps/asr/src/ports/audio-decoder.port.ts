/** A recording as every model of the service hears it. */
export interface DecodedAudio {
  /** 16 kHz, one channel, about -1 to 1, all finite. */
  readonly samples: Float32Array;
  readonly durationSeconds: number;
}

/** Keeps file formats out of the recognition: whatever was sent, the models hear 16 kHz mono. */
export interface AudioDecoder {
  /**
   * Decodes a whole file.
   *
   * @param stopping asked as the work goes on; true ends it with `CANCELLED`.
   * @throws LlmosError `UNSUPPORTED_MEDIA` (not a known audio format), `INVALID_AUDIO` (known, but broken or empty) or
   * `PAYLOAD_TOO_LARGE` (longer than allowed), each with `field: 'audio'`.
   */
  decode(bytes: Uint8Array, stopping?: () => boolean): Promise<DecodedAudio>;
}
