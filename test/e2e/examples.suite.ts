import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Bus, MeshClient, RunRecords } from '@llmos/mesh';
import { pipelineSchema } from '@llmos/contracts';
import { startNatsServer, startServiceProcess, waitFor } from '@llmos/testing';
import type { Instance } from './instance.js';

const ASK = pipelineSchema.parse({
  name: 'ask',
  version: 1,
  input: { question: { type: 'string', required: true }, passages: { type: 'json', required: true } },
  steps: [
    {
      id: 'answer',
      uses: 'generation.answer',
      with: { question: '${input.question}', passages: '${input.passages}' },
    },
  ],
  result: '${answer.text}',
  details: { grounding: '${answer.grounding}', model: '${answer.model}' },
});

/** Runs the programs in `examples/` as a reader would: each is a process of its own beside a running instance. */
export function examplesSuite(running: () => Instance): void {
  const started: ChildProcess[] = [];
  afterAll(() => started.forEach((child) => child.kill('SIGKILL')));

  /** Starts a program; with a file of settings through a shell that reads the file first. */
  const start = (file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, settings = '/dev/null') => {
    const command = ['-c', '. "$0"; exec "$@"', settings, process.execPath, join('examples', file), ...args];
    const child = spawn('sh', command, {
      env: { ...process.env, LLMOS_HOME: running().home, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    const program = { child, output: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (program.output += chunk.toString()));
    return program;
  };
  /** Runs a program to its end and returns its output. */
  const run = async (file: string, ...args: string[]): Promise<string> => {
    const program = start(file, args);
    const [code] = (await once(program.child, 'close')) as [number | null];
    expect({ code, output: program.output }).toMatchObject({ code: 0 });
    return program.output;
  };

  it('program 01 prints an answer with its source', async () => {
    // On a busy machine a service can count as away for a moment: the answer has no source then.
    const answered = async () => {
      const text = await run('01-call.ts', 'How do I change my PIN?');
      return text.includes('\nsource: ') && text;
    };
    const output = await waitFor('an answer with its source', answered, 60_000);
    expect(output).toMatch(/^answer: .*PIN.*\nsource: .+\nrun: [0-9a-f-]{36}\n$/s);
  }, 90_000);

  it('program 02 prints steps, sentences and the end of a spoken question', async () => {
    expect(await run('02-stream.ts')).toMatch(/step: transcript\n.*delta: .+\n.*completed: .+\n$/s);
  });

  it('program 03 publishes an event and prints its result', async () => {
    expect(await run('03-publish-event.ts')).toMatch(/^completed: .+\n$/);
  });

  it('program 04 prints the status, the result and the steps of a durable run', async () => {
    expect(await run('04-read-a-run.ts')).toMatch(/^accepted: .+\ncompleted: .+\nstep: \w+, \d+ ms\n/);
  });

  it('program 05 joins the instance as a service, answers its own run and stops on SIGTERM', async () => {
    const program = start('05-own-service.ts', [], {}, join(running().folder, 'services.env'));
    await waitFor('the answer', () => program.output.includes("result: 'IT WORKS'"));
    program.child.kill('SIGTERM');
    expect(await once(program.child, 'exit')).toEqual([0, null]);
  });

  it('program 06 is a language model that the generation service uses by configuration', async () => {
    const model = start('06-own-model.ts', [], { PORT: '0' });
    const [, port] = await waitFor('the port', () => /"port":(\d+)/.exec(model.output) ?? undefined);
    const env = { LLMOS_GENERATION_URL: `http://127.0.0.1:${port}`, LLMOS_GENERATION_MODEL: 'quoter' };
    const nats = await startNatsServer();
    const service = await startServiceProcess({ app: 'generation', natsUrl: nats.url, env });
    const bus = await Bus.connect({ url: nats.url, service: 'test' });
    try {
      const client = new MeshClient(bus, await RunRecords.open(bus));
      const text = 'A new card arrives within 5 working days in the UK.';
      const passages = [{ id: 'card#0', document: 'card', title: 'Delivery', text, score: 1, similarity: 0.7 }];
      const context = {
        run: client.newRun(),
        tenant: 'default',
        lane: 'live',
        deadlineMs: Date.now() + 20_000,
      } as const;
      const input = { question: 'When does my new card arrive?', passages };
      const request = { ...context, pipeline: ASK, input, traceparent: undefined };
      expect(await client.converse(request, () => undefined, AbortSignal.timeout(20_000))).toMatchObject({
        type: 'completed',
        result: text,
        details: { grounding: 'generated', model: 'quoter' },
      });
    } finally {
      await bus.close(200);
      await service.stop();
      await nats.stop();
    }
  });
}
