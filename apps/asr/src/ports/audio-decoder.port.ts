/** A recording in the form that all models of the service take. */
export interface DecodedAudio {
  /** 16 kHz, one channel, about -1 to 1, all finite. */
  readonly samples: Float32Array;
  readonly durationSeconds: number;
  /** Whether the file ends before the recording does: `samples` are what arrived. */
  readonly truncated: boolean;
}

/** Decodes every supported file format to 16 kHz mono. */
export interface AudioDecoder {
  /**
   * Decodes a whole file.
   *
   * @param contentType as the caller declares it, such as `audio/x-mulaw;rate=8000`: needed for samples without a
   * header, not trusted for files that have one.
   * @param stopping asked during the work; true ends it with `CANCELLED`.
   * @throws LlmosError UNSUPPORTED_MEDIA (not a known audio format), INVALID_AUDIO (known, but broken or empty) or
   * PAYLOAD_TOO_LARGE (longer than allowed), each with `field: 'audio'`.
   */
  decode(bytes: Uint8Array, contentType?: string, stopping?: () => boolean): Promise<DecodedAudio>;
}
