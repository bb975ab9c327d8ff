import { loadConfig } from '@llmos/config';
import { isLlmosError } from '@llmos/contracts';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.js';
import { cliConfig, type CliConfig } from './cli.config.js';
import { call, type CallOptions } from './commands/call.command.js';
import type { CommandContext } from './commands/context.js';
import { down } from './commands/down.command.js';
import { evalAnswers, evalAsr, evalIntent, type EvalOptions } from './commands/eval.command.js';
import { listModels, pullModels, verifyModels } from './commands/models.command.js';
import { checkPipelines } from './commands/pipelines.command.js';
import { status } from './commands/status.command.js';
import { up, type UpOptions } from './commands/up.command.js';
import { Instance } from './instance/instance.js';
import { processTerminal } from './terminal/terminal.js';

const DEFAULT_CONCURRENCY = 8;

/** Runs the `llmos` command line; resolves to the exit code. Failures are one line on standard error. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let code = 0;
  try {
    const config = settings();
    const context: CommandContext = { config, terminal, instance: new Instance(config.home, config.root) };
    await program(context, (result) => (code = result)).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof CliError) && !isLlmosError(error) && !isSystemError(error)) throw error;
    terminal.note(`✗ ${error.message}`);
    return 1;
  }
  return code;
}

/** @throws CliError naming the settings that cannot be used. */
function settings(): CliConfig {
  try {
    return loadConfig(cliConfig);
  } catch (cause) {
    throw new CliError((cause as Error).message, undefined, { cause });
  }
}

/** What the system refuses says itself which file or port it is about: no stack is needed. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error;
}

function program(context: CommandContext, done: (code: number) => void): Command {
  const root = new Command('llmos')
    .description('Runs LLM OS on this machine and talks to it.')
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)');
  const url = () => new Option('--url <address>', 'the gateway, when it is not the one running here');
  const json = () => new Option('--json', 'one JSON object in place of text');

  root
    .command('up')
    .description('start everything and keep it running')
    .option('--once', 'ask a recorded question, then stop; the exit code tells whether it was answered')
    .option('--ask', 'ask a recorded question when everything is ready')
    .option('--traces', 'send traces to Jaeger, started here when it can be found')
    .option('--port <number>', 'the port the gateway asks for', portNumber)
    .action(async (options: UpOptions) => done(await up(context, options)));
  root
    .command('down')
    .description('stop everything')
    .action(async () => done(await down(context)));
  root
    .command('status')
    .description('show every process')
    .addOption(json())
    .action(async (options: { json?: boolean }) => done(await status(context, options)));
  root
    .command('call <pipeline>')
    .description('run a pipeline and show its answer as it comes')
    .option('--text <text>', 'what to say')
    .option('--audio <file>', 'a recording to send')
    .addOption(json())
    .addOption(url())
    .action(async (pipeline: string, options: CallOptions) => done(await call(context, pipeline, options)));

  const models = root.command('models').description('the models on this machine');
  models
    .command('list')
    .description('show the catalog')
    .addOption(json())
    .action(async (options: { json?: boolean }) => done(await listModels(context, options)));
  models
    .command('pull [names...]')
    .description('fetch models')
    .option('--default', 'also those that the sample pipelines use, and nats-server (the default without names)')
    .action(async (names: string[], options: { default?: boolean }) => done(await pullModels(context, names, options)));
  models
    .command('verify [names...]')
    .description('hash the files again')
    .action(async (names: string[]) => done(await verifyModels(context, names)));

  const pipelines = root.command('pipelines').description('pipeline files');
  pipelines
    .command('check [files...]')
    .description('check pipeline files, by default all of deploy/pipelines')
    .action(async (files: string[]) => done(await checkPipelines(context, files)));

  const evaluation = (command: Command, concurrency: number) =>
    command
      .addOption(json())
      .addOption(url())
      .option('--concurrency <number>', 'calls at a time', countingNumber, concurrency)
      .option('--limit <number>', 'only the first rows', countingNumber);
  const evals = root.command('eval').description('measure the running services against data');
  evaluation(evals.command('intent'), DEFAULT_CONCURRENCY)
    .description('intents of texts')
    .requiredOption('--data <file>', 'CSV with the columns text,category; the category oos is out of scope')
    .action(async (options: EvalOptions & { data: string }) => done(await evalIntent(context, options)));
  evaluation(evals.command('asr'), 1)
    .description('word errors of recordings')
    .requiredOption('--dir <folder>', 'recordings, each beside its text: x.wav and x.txt')
    .action(async (options: EvalOptions & { dir: string }) => done(await evalAsr(context, options)));
  evaluation(evals.command('answers'), DEFAULT_CONCURRENCY)
    .description('answers and citations')
    .requiredOption('--data <file>', 'JSON lines: {"question", "article" or "intent"}')
    .action(async (options: EvalOptions & { data: string }) => done(await evalAnswers(context, options)));
  return root;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed');
  return Number(text);
}

function countingNumber(text: string): number {
  const number = wholeNumber(text);
  if (number < 1) throw new InvalidArgumentError('it must be at least 1');
  return number;
}

function portNumber(text: string): number {
  const number = wholeNumber(text);
  if (number > 65_535) throw new InvalidArgumentError('a port is at most 65535');
  return number;
}
