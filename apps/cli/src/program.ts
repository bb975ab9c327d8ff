import { loadConfig } from '@llmos/config';
import { Instance } from '@llmos/supervisor';
import { Command, CommanderError } from 'commander';
import { CliError, explain, isExpected } from './cli-error.js';
import { cliConfig, type CliConfig } from './cli.config.js';
import { call, type CallOptions } from './commands/call.command.js';
import type { CommandContext } from './commands/context.js';
import { down } from './commands/down.command.js';
import { listModels, pullModels, verifyModels } from './commands/models.command.js';
import { useModels, type UseOptions } from './commands/models-use.command.js';
import { checkPipelines } from './commands/pipelines.command.js';
import { up, type UpOptions } from './commands/up.command.js';
import { addBackupCommands } from './program/backup.js';
import { addDeadLetterCommands } from './program/dlq.js';
import { addDocumentCommands } from './program/documents.js';
import { addDrillCommand } from './program/drill.js';
import { addEvalCommands } from './program/eval.js';
import { addFaultsCommand } from './program/faults.js';
import { addItemCommands } from './program/items.js';
import { addKeyCommands } from './program/keys.js';
import { addOpsCommands } from './program/ops.js';
import { brokers, json, portNumber, url } from './program/options.js';
import { addPlanCommand } from './program/plan.js';
import { addQuestionCommands } from './program/questions.js';
import { addReplicaCommands } from './program/replicas.js';
import { addRollbackCommands, addTrainCommands } from './program/train.js';
import { processTerminal } from './terminal/terminal.js';

/** Runs the `llmos` command line and resolves to the exit code. A failure is one line on standard error. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let code = 0;
  try {
    const config = settings();
    const context: CommandContext = { config, terminal, instance: new Instance(config.home, config.root) };
    await program(context, (result) => (code = result)).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!isExpected(error)) throw error;
    terminal.note(`✗ ${explain(error)}`);
    return 1;
  }
  return code;
}

/** @throws CliError naming the invalid settings. */
function settings(): CliConfig {
  try {
    return loadConfig(cliConfig);
  } catch (cause) {
    throw new CliError((cause as Error).message, undefined, { cause });
  }
}

function program(context: CommandContext, done: (code: number) => void): Command {
  const root = new Command('llmos')
    .description('Runs LLM OS on this machine, and calls it.')
    .exitOverride()
    .showHelpAfterError('(--help shows the commands and options)');
  root
    .command('up')
    .description('start everything and keep it running')
    .option('--once', 'ask a recorded question and stop; exit code 0 when it was answered')
    .option('--ask', 'ask a recorded question when everything is ready')
    .option('--traces', 'send traces to Jaeger, and start it if it is installed')
    .option('--replicas <counts>', 'processes of services, such as generation=2,intent=2; by default one of each')
    .addOption(brokers())
    .option('--port <number>', 'the port of the gateway; the next free one if it is taken', portNumber)
    .action(async (options: UpOptions) => done(await up(context, options)));
  root
    .command('down')
    .description('stop everything')
    .action(async () => done(await down(context)));
  root
    .command('status')
    .description('show every process')
    .addOption(json())
    .action(async (options: { json?: boolean }) =>
      done(await (await import('./commands/status.command.js')).status(context, options)),
    );
  root
    .command('call <pipeline>')
    .description('run a pipeline and show its answer while it arrives')
    .option('--text <text>', 'the text to send')
    .option('--audio <file>', 'the recording to send')
    .option('--speak <file>', 'ask for a spoken answer and write it to a WAV file')
    .option('--input <json>', 'other input fields, such as {"user_id":"u1"}')
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
    .description('download models')
    .option('--default', 'also those of the sample pipelines, nats-server and redis-server; the default without names')
    .action(async (names: string[], options: { default?: boolean }) => done(await pullModels(context, names, options)));
  models
    .command('use [choices...]')
    .description('choose models for the next start, such as generation=qwen2.5-0.5b; without a choice, show them')
    .option('--force', 'also when the model does not fit into the memory of this machine')
    .action(async (choices: string[], options: UseOptions) => done(await useModels(context, choices, options)));
  models
    .command('verify [names...]')
    .description('check the hashes of the files')
    .action(async (names: string[]) => done(await verifyModels(context, names)));

  const pipelines = root.command('pipelines').description('pipeline files');
  pipelines
    .command('check [files...]')
    .description('check pipeline files; by default all of LLMOS_PIPELINES_DIR')
    .action(async (files: string[]) => done(await checkPipelines(context, files)));

  addBackupCommands(root, context, done);
  addDeadLetterCommands(root, context, done);
  addDocumentCommands(root, context, done);
  addItemCommands(root, context, done);
  addDrillCommand(root, context, done);
  addEvalCommands(root, context, done);
  addFaultsCommand(root, context, done);
  addKeyCommands(root, context, done);
  addPlanCommand(root, context, done);
  addOpsCommands(root, context, done);
  addQuestionCommands(root, context, done);
  addReplicaCommands(root, context, done);
  addTrainCommands(root, context, done);
  addRollbackCommands(root, context, done);
  return root;
}
