import { readFile } from 'node:fs/promises';
import { stopIfAsked } from './stop-flag.js';

/** FFmpeg's libraries, compiled to WebAssembly: apps/asr/ffmpeg says how, and under which licence. */
const MODULE = new URL('../../ffmpeg/audio.wasm', import.meta.url);
/** What a call of the operating system returns to the module: EBADF. It has no files, clock or environment. */
const REFUSED = 8;
const WASI = ['fd_close', 'fd_fdstat_get', 'fd_fdstat_set_flags', 'fd_prestat_get', 'fd_prestat_dir_name'].concat([
  'fd_read',
  'fd_seek',
  'fd_write',
  'path_open',
  'poll_oneoff',
  'environ_get',
  'environ_sizes_get',
  'clock_time_get',
]);

/** What the module exports: see decoder.c. Texts are addresses. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  allocate(size: number): number;
  open_recording(format: number, options: number): number;
  read_samples(): number;
  plane(channel: number): number;
  channels(): number;
  rate(): number;
  decoded_seconds(): number;
  declared_seconds(): number;
  cut_packets(): number;
  refused_packets(): number;
  ends_badly(): number;
  packets(): number;
  container_name(): number;
  codec_name(): number;
}

/** Why a recording cannot be opened or decoded further. */
export type FfmpegFailure = 'unknown format' | 'no audio' | 'no decoder' | 'bad layout' | 'damaged';

/** The results below zero of `open_recording` and `read_samples`; other numbers are FFmpeg's own. */
const FAILURES: Record<number, FfmpegFailure> = {
  [-1]: 'unknown format',
  [-2]: 'no audio',
  [-3]: 'no decoder',
  [-4]: 'bad layout',
};
/** After a trap the module is asked nothing more. */
const NOTHING_DECLARED: DeclaredSound = { container: '', codec: '', channels: 0, rate: 0 };

/** A recording as its container declares it. */
export interface DeclaredSound {
  /** FFmpeg's names of the container, such as `matroska,webm`. */
  readonly container: string;
  /** FFmpeg's name of the codec, such as `pcm_s16le`. */
  readonly codec: string;
  readonly channels: number;
  /** Samples per second. */
  readonly rate: number;
}

/** The recording cannot be decoded, or the decoder failed on it. */
export class FfmpegError extends Error {
  constructor(
    readonly failure: FfmpegFailure,
    /** What the recording declares, as far as it is known. */
    readonly declared: DeclaredSound,
    options?: ErrorOptions,
  ) {
    super(`FFmpeg: ${failure}`, options);
    this.name = 'FfmpegError';
  }
}

/** How FFmpeg is to read the recording; both are empty if it shall detect the format. */
export interface FfmpegInput {
  /** The name of a demuxer, such as `mulaw`. */
  readonly demuxer: string;
  /** The demuxer's options: `name=value`, joined by `:`. */
  readonly options: string;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * One recording in FFmpeg's hands. Each recording has an instance of the module of its own: its memory (at most 256 MB)
 * goes with it, and whatever a hostile file does to it ends there.
 */
export class FfmpegRecording {
  private constructor(
    private readonly exports: Exports,
    private readonly stopping: (() => boolean) | undefined,
  ) {}

  /**
   * @param stopping asked at each read of the recording's bytes; true ends the work with `CANCELLED`.
   * @throws FfmpegError if it cannot be opened.
   */
  static async open(bytes: Uint8Array, input: FfmpegInput, stopping?: () => boolean): Promise<FfmpegRecording> {
    compiled ??= readFile(MODULE).then((code) => WebAssembly.compile(new Uint8Array(code)));
    const memory: { current?: WebAssembly.Memory } = {};
    const imports = { recording: recordingOf(bytes, memory, stopping), wasi_snapshot_preview1: system() };
    const instance = await WebAssembly.instantiate(await compiled, imports);
    const exports = instance.exports as unknown as Exports;
    memory.current = exports.memory;
    const recording = new FfmpegRecording(exports, stopping);
    recording.run(() => {
      exports._initialize();
      return exports.open_recording(recording.text(input.demuxer), recording.text(input.options));
    });
    return recording;
  }

  /**
   * Decodes on: 16 kHz, one array for each channel, at most eight. The arrays are valid until the next call.
   * Undefined at the end of the recording.
   *
   * @throws FfmpegError if it cannot be decoded further.
   */
  read(): Float32Array[] | undefined {
    stopIfAsked(this.stopping);
    const { memory, channels, plane, read_samples } = this.exports;
    const count = this.run(() => read_samples());
    if (count === 0) return undefined;
    return Array.from({ length: channels() }, (_, channel) => new Float32Array(memory.buffer, plane(channel), count));
  }

  /** Of what was decoded so far. */
  get decodedSeconds(): number {
    return this.exports.decoded_seconds();
  }

  /** As the header declares it; 0 if it declares none. */
  get declaredSeconds(): number {
    return this.exports.declared_seconds();
  }

  get declared(): DeclaredSound {
    const { container_name, codec_name, channels, rate } = this.exports;
    return {
      container: this.textAt(container_name()),
      codec: this.textAt(codec_name()),
      channels: channels(),
      rate: rate(),
    };
  }

  /** Packets so far: all, and those that the codec refused. */
  get packets(): { readonly all: number; readonly refused: number } {
    return { all: this.exports.packets(), refused: this.exports.refused_packets() };
  }

  /** Whether a packet ended before its declared size, or the codec refused the last one. */
  get endsInPacket(): boolean {
    return this.exports.cut_packets() > 0 || this.exports.ends_badly() !== 0;
  }

  /** A trap of the module (such as an assertion of FFmpeg or the end of its memory) is damage to the recording. */
  private run(work: () => number): number {
    let result: number;
    try {
      result = work();
    } catch (error) {
      throw new FfmpegError('damaged', NOTHING_DECLARED, { cause: error });
    }
    if (result >= 0) return result;
    stopIfAsked(this.stopping);
    throw new FfmpegError(FAILURES[result] ?? 'damaged', this.declared);
  }

  private textAt(address: number): string {
    const bytes = new Uint8Array(this.exports.memory.buffer);
    return Buffer.from(bytes.subarray(address, bytes.indexOf(0, address))).toString('latin1');
  }

  private text(value: string): number {
    const bytes = Buffer.from(`${value}\0`, 'latin1');
    const at = this.exports.allocate(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return at;
  }
}

/** The module's only access to the world: the bytes of its recording. */
function recordingOf(bytes: Uint8Array, memory: { current?: WebAssembly.Memory }, stopping?: () => boolean) {
  const read = (position: number, into: number, length: number): number => {
    if (stopping?.()) return -1;
    const part = bytes.subarray(position, position + length);
    new Uint8Array((memory.current as WebAssembly.Memory).buffer).set(part, into);
    return part.length;
  };
  return { read, size: () => bytes.length };
}

function system(): Record<string, (...parameters: unknown[]) => number> {
  const exit = (code: unknown): number => {
    throw new Error(`FFmpeg ended with code ${String(code)}`);
  };
  return { ...Object.fromEntries(WASI.map((name) => [name, () => REFUSED])), proc_exit: exit };
}
