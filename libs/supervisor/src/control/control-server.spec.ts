import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from '../instance/instance.js';
import { SupervisorError } from '../supervisor-error.js';
import type { ControlCommand } from './control.js';
import { controlInstance } from './control-instance.js';
import { ControlServer, type Execute } from './control-server.js';

describe('ControlServer', () => {
  const open: ControlServer[] = [];
  let home: string;
  beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'llmos-control-'))));
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
    rmSync(home, { recursive: true });
  });

  /** An instance whose supervisor does commands as given. */
  async function instanceWith(execute: Execute): Promise<Instance> {
    const server = await ControlServer.open(execute);
    open.push(server);
    const { url, token } = server;
    const state = { pid: process.pid, startedAt: '', control: { url, token }, services: [] };
    return Object.assign(new Instance(home, process.cwd()), { running: () => state });
  }
  const scale: ControlCommand = { type: 'scale', counts: { intent: 2 } };

  it('passes on what happens, line by line, until the command is done', async () => {
    const commands: ControlCommand[] = [];
    const instance = await instanceWith((command, report) => {
      commands.push(command);
      report('intent-2 is ready');
      return Promise.resolve();
    });
    const lines: string[] = [];
    await controlInstance(instance, scale, (line) => lines.push(line));
    expect({ commands, lines }).toEqual({ commands: [scale], lines: ['intent-2 is ready'] });
  });

  it('passes on a failure with its hint', async () => {
    const instance = await instanceWith(() => Promise.reject(new SupervisorError('not possible', 'use 1')));
    await expect(controlInstance(instance, scale, () => undefined)).rejects.toMatchObject({
      message: 'not possible',
      hint: 'use 1',
    });
  });

  it('does nothing for those who do not have the token, and nothing that it does not know', async () => {
    const commands: ControlCommand[] = [];
    const instance = await instanceWith((command) => {
      commands.push(command);
      return Promise.resolve();
    });
    const { url, token } = instance.running()!.control!;
    const post = async (body: string, authorization?: string) =>
      (await fetch(url, { method: 'POST', headers: authorization ? { authorization } : {}, body })).status;
    expect(await post(JSON.stringify(scale))).toBe(403);
    expect(await post(JSON.stringify(scale), `Bearer ${'x'.repeat(token.length)}`)).toBe(403);
    expect(await post('{"type":"format"}', `Bearer ${token}`)).toBe(400);
    expect(await post('{', `Bearer ${token}`)).toBe(400);
    expect(commands).toEqual([]);
  });

  it('says that nothing runs', async () => {
    const instance = new Instance(home, process.cwd());
    await expect(controlInstance(instance, scale, () => undefined)).rejects.toThrow('LLM OS is not running');
  });
});
