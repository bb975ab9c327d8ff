import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Instance } from './instance.js';

const MINUTE_MS = 60_000;

/** `llmos scale`, `restart` and `status` against a running instance. */
export function scalingSuite(running: () => Instance): void {
  async function llmos(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
    const child = spawn(process.execPath, ['llmos.mjs', ...args], {
      env: { ...process.env, LLMOS_HOME: running().home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output, errors };
  }
  const processes = async () => {
    const { services } = JSON.parse((await llmos('status', '--json')).output) as {
      services: ({ name: string; state: string; pid: number } & Record<string, unknown>)[];
    };
    return services;
  };

  it(
    'llmos scale starts and ends processes, and llmos status shows each with its load, restarts and breakers',
    async () => {
      const up = await llmos('scale', 'intent=2');
      expect({ code: up.code, output: up.output }).toMatchObject({
        code: 0,
        output: expect.stringMatching(/intent-2 is ready[\s\S]*✓ intent runs as 2/) as string,
      });
      const shown = (await processes()).filter(({ name }) => name.startsWith('intent'));
      expect(shown).toHaveLength(2);
      for (const each of shown)
        expect(each).toMatchObject({
          working: expect.any(Number) as number,
          waiting: expect.any(Number) as number,
          restarts: expect.any(Number) as number,
          memoryBytes: expect.any(Number) as number,
          breakers: { minilm: expect.any(String) as string },
        });
      expect((await llmos('status')).output).toMatch(/^process +state.*in work +waiting +restarts +breakers/);
      const down = await llmos('scale', 'intent=1');
      expect(down.output).toMatch(/intent-2 has finished its work and left/);
      expect((await processes()).filter(({ name }) => name.startsWith('intent'))).toHaveLength(1);
    },
    2 * MINUTE_MS,
  );

  it('llmos restart replaces the processes of a service', async () => {
    const pid = async () => (await processes()).find(({ name }) => name === 'conversation')!.pid;
    const before = await pid();
    expect((await llmos('restart', 'conversation')).code).toBe(0);
    expect(await pid()).not.toBe(before);
  });

  it('what is not possible is refused in one line, and nothing changes', async () => {
    const before = (await processes()).map(({ pid }) => pid);
    for (const [args, message] of [
      [['scale', 'intnet=2'], "✗ There is no service 'intnet' → the services are: analysis,"],
      [['scale', 'intent=many'], "✗ 'intent=many' is not <service>=<number>"],
      [['scale', 'gateway=0', 'intent=3'], '✗ gateway=0 is not possible'],
      [['restart', 'nats-server'], "✗ There is no service 'nats-server'"],
    ] as const) {
      const { code, errors } = await llmos(...args);
      expect({ args, code, errors }).toEqual({ args, code: 1, errors: expect.stringContaining(message) as string });
    }
    expect((await processes()).map(({ pid }) => pid)).toEqual(before);
  });
}
