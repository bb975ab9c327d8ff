import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@llmos/testing';
import { plain, QUESTIONS, type Instance } from './instance.js';
import { LlmosCommand } from './llmos-command.js';

/** The `llmos` command against a running instance. */
export function commandsSuite(running: () => Instance): void {
  let instance: Instance;
  let command: LlmosCommand;
  beforeAll(() => {
    instance = running();
    command = new LlmosCommand(instance.home);
  });
  afterAll(() => command.remove());

  it('llmos status lists every process', async () => {
    // On a busy machine a process may not answer within the second that status waits.
    const { output } = await waitFor('every process to be ready', async () => {
      const status = await command.run('status');
      return status.code === 0 ? status : undefined;
    });
    for (const name of ['gateway', 'asr', 'intent', 'retrieval', 'generation', 'nats-server', 'redis-server'])
      expect(output).toContain(name);
    const machineReadable = await waitFor('the same as JSON', async () => {
      const status = await command.run('status', '--json');
      return status.code === 0 && status.output;
    });
    expect(JSON.parse(machineReadable)).toMatchObject({ running: true, ready: true });
  });

  it('llmos plan places the services of a cluster file, explains and draws it, and names the line of a typo', async () => {
    const [cluster, picture] = ['deploy/samples/cluster/cluster.yaml', join(command.folder, 'plan.svg')];
    const planned = await command.run('plan', '--file', cluster, '--explain', '--svg', picture);
    expect(planned).toMatchObject({ code: 0, output: expect.stringMatching(/it would change with:/) as string });
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg /);
    expect(await command.json('plan', '--file', cluster)).toMatchObject({
      unplaced: [],
      placements: expect.any(Array) as unknown,
    });
    const patched = await command.run('plan', '--file', cluster, '--patch');
    expect(patched.output).toMatch(/^kubectl patch deployment gateway --type=strategic --patch='/m);
    const typo = command.fileWith('cluster.yaml', readFileSync(cluster, 'utf8').replace('cores: 8', 'coers: 8'));
    const refused = await command.run('plan', '--file', typo);
    expect(refused).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/cluster\.yaml:6: .*did you mean cores/) as string,
    });
  }, 120_000);

  it('llmos call prints answers to written and spoken questions', async () => {
    const written = await command.run('call', 'customer_service', '--text', 'How do I change my PIN?');
    expect(written).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Answer\s+\S+[\s\S]*generation\.answer/) as string,
    });
    const spoken = await command.json(
      'call',
      'customer_service',
      '--audio',
      `deploy/samples/questions/${QUESTIONS[0]!.name}.wav`,
    );
    expect(plain(String((spoken['details'] as Record<string, unknown>)['transcript']))).toBe(plain(QUESTIONS[0]!.text));
  });

  it('llmos call prints an error in one line and fails', async () => {
    for (const args of [
      ['nope', '--text', 'hi'],
      ['customer_service', '--audio', 'README.md'],
      ['customer_service', '--audio', 'no-such.wav'],
    ]) {
      const { code, output, errors } = await command.run('call', ...args);
      expect({ args, failed: code !== 0, stack: /\n\s+at /.test(output + errors) }).toEqual({
        args,
        failed: true,
        stack: false,
      });
    }
  });

  it('llmos models lists and verifies the models', async () => {
    expect((await command.run('models', 'list')).output).toMatch(/smollm2-135m\s+generation\s+present/);
    const { code, output } = await command.run('models', 'verify', 'minilm', 'silero-vad');
    expect(code).toBe(0);
    expect(output.match(/\bok\b/g)).toHaveLength(4);
  });

  it('llmos pipelines check prints the line of an error and fails', async () => {
    expect((await command.run('pipelines', 'check')).code).toBe(0);
    const bad = command.fileWith(
      'bad.yaml',
      'name: bad\nversion: 1\nsteps:\n  - id: x\n    uses: asr.guess\nresult: none\n',
    );
    const { code, output, errors } = await command.run('pipelines', 'check', bad);
    expect(code).toBe(1);
    expect(output + errors).toMatch(/bad\.yaml:5: .*asr\.guess/);
  });

  it('llmos up prints the address of an instance that already runs, and asks there with --once', async () => {
    expect(await command.run('up')).toMatchObject({
      code: 0,
      output: expect.stringContaining(`running already: ${instance.url}`) as string,
    });
    expect(await command.run('up', '--once')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/running already[^]*Answer/) as string,
    });
  });
}
