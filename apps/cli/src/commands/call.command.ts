import { ClientError, soundOf, spokenPieceOf, type Reply, type RunInput, type Sound } from '@llmos/client';
import type { Timing } from '@llmos/contracts';
import { detect, OUT_OF_SCOPE } from '@llmos/contracts/capabilities/intent';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { intentText, showSources } from '../terminal/answer-view.js';
import { milliseconds, type Terminal } from '../terminal/terminal.js';
import { gatewayClient, type CommandContext } from './context.js';

export interface CallOptions {
  readonly text?: string;
  readonly audio?: string;
  /** Where the spoken answer is written. */
  readonly speak?: string;
  /** Other input fields as a JSON object. */
  readonly input?: string;
  readonly json?: boolean;
  readonly url?: string;
}

const deltaText = z.union([
  z.string(),
  z.object({ sentence: z.string() }).transform(({ sentence }) => `${sentence} `),
  z.object({ text: z.string() }).transform(({ text }) => text),
]);
/** Names of sound files that a player would read as something else than WAV. */
const OTHER_SOUND = /\.(?:opus|ogg|oga|mp3|m4a|mp4|aac|flac|webm|caf|aiff?|amr|au)$/i;
const heardSchema = z.object({ text: z.string() });

/** Runs a pipeline once and shows its answer while it arrives. Exit code 0 when the run completed. */
export async function call(context: CommandContext, pipeline: string, options: CallOptions): Promise<number> {
  const client = gatewayClient(context, options.url);
  const input = readInput(options);
  if (options.speak !== undefined) checkSoundFile(options.speak);
  const keep = (reply: Reply): Sound | undefined =>
    options.speak === undefined ? undefined : keepSound(reply, options.speak);
  if (options.json)
    return callForJson(context.terminal, async () => {
      const reply = await client.process(pipeline, input);
      keep(reply);
      return reply;
    });
  const view = new StreamView(context.terminal);
  const events = {
    onStep: (timing: Timing, output: unknown) => view.step(timing, output),
    onDelta: (delta: unknown) => view.delta(delta),
  };
  const reply = await client.stream(pipeline, input, events).catch((error: unknown) => {
    view.breakOff();
    throw error;
  });
  view.end(reply.result);
  const sound = keep(reply);
  if (sound)
    context.terminal.line(`Spoken   ${options.speak} (${sound.durationSeconds.toFixed(1)} s${view.firstSound})`);
  showSources(context.terminal, reply);
  return 0;
}

async function callForJson(terminal: Terminal, work: () => Promise<{ body: unknown }>): Promise<number> {
  try {
    terminal.line(JSON.stringify((await work()).body));
    return 0;
  } catch (error) {
    if (!(error instanceof ClientError) || error.body === undefined) throw error;
    terminal.line(JSON.stringify(error.body));
    return 1;
  }
}

function readInput({ text, audio, speak, input }: CallOptions): RunInput {
  const asked = { ...(text === undefined ? {} : { text }), ...(speak === undefined ? {} : { reply: 'audio' }) };
  const fields = { ...readFields(input), ...asked };
  if (audio === undefined) return fields;
  try {
    return { ...fields, audio: { name: basename(audio), bytes: new Uint8Array(readFileSync(audio)) } };
  } catch (cause) {
    throw new CliError(`${audio} cannot be read`, 'give --audio the path of a sound file', { cause });
  }
}

/** Checked before the run: the answer would be lost. */
function checkSoundFile(file: string): void {
  const folder = dirname(resolve(file));
  if (OTHER_SOUND.test(file))
    throw new CliError(`the sound is a WAV file, and ${file} is named as another one`, 'give --speak a name with .wav');
  if (!existsSync(folder))
    throw new CliError(`there is no folder ${folder} for the sound`, 'create it, or give --speak another path');
}

/** Writes the spoken answer to a file. */
function keepSound(reply: Reply, file: string): Sound {
  const sound = soundOf(reply);
  if (!sound) throw new CliError('the answer was not spoken', 'run `npx llmos status`: is the service speech ready?');
  try {
    writeFileSync(file, sound.audio);
  } catch (cause) {
    throw new CliError(`the sound cannot be written to ${file}`, 'give --speak a file that you may write', { cause });
  }
  return sound;
}

function readFields(input = '{}'): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(input));
  } catch (cause) {
    throw new CliError('--input is not a JSON object', `write it as --input '{"user_id":"u1"}'`, { cause });
  }
}

/** Shows each finished step and the sentences of the answer while a run works. */
class StreamView {
  private answering = false;
  private readonly startedAt = performance.now();
  private sentenceAt?: number;
  private soundAt?: number;

  constructor(private readonly terminal: Terminal) {}

  step({ step, capability, handlerMs }: Timing, output: unknown): void {
    if (this.answering) return;
    const intent = capability === detect.name ? detect.output.safeParse(output) : undefined;
    if (intent?.success)
      return this.terminal.line(
        `Intent   ${intentText({ ...intent.data, outOfScope: intent.data.intent === OUT_OF_SCOPE })}`,
      );
    const heard = capability.startsWith('asr.') ? heardSchema.safeParse(output) : undefined;
    this.terminal.line(
      heard?.success ? `Heard    ${heard.data.text}` : `  ${step} is done (${milliseconds(handlerMs)})`,
    );
  }

  delta(delta: unknown): void {
    if (spokenPieceOf(delta)) this.soundAt ??= performance.now();
    const text = deltaText.safeParse(delta);
    if (!text.success) return;
    if (!this.answering) this.terminal.write('Answer   ');
    this.sentenceAt ??= performance.now();
    this.answering = true;
    this.terminal.write(text.data);
  }

  /** When the first sound came: after the first sentence, or after the request if no sentence was streamed. */
  get firstSound(): string {
    if (this.soundAt === undefined) return '';
    const [since, what] =
      this.sentenceAt === undefined ? [this.startedAt, 'request'] : [this.sentenceAt, 'first sentence'];
    return `; first sound ${milliseconds(this.soundAt - since)} after the ${what}`;
  }

  /** Ends the current line. */
  breakOff(): void {
    if (this.answering) this.terminal.line();
  }

  end(result: string): void {
    this.terminal.line(this.answering ? '' : `Answer   ${result}`);
  }
}
