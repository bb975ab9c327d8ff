import { Instance } from '@llmos/supervisor';
import { loadConfig } from '@llmos/config';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliConfig } from '../cli.config.js';
import { call } from './call.command.js';

describe('call', () => {
  it('names a file of the sound that would not be what its name says, before it asks', async () => {
    const config = loadConfig(cliConfig, { LLMOS_HOME: tmpdir() });
    const nothing = () => undefined;
    const terminal = { line: nothing, write: nothing, note: nothing, interactive: false };
    const context = { config, terminal, instance: new Instance(tmpdir(), config.root) };
    const asked = call(context, 'customer_service', { text: 'Hello', speak: 'out.opus', url: 'http://127.0.0.1:9' });
    await expect(asked).rejects.toMatchObject({
      message: 'the sound is a WAV file, and out.opus is named as another one',
      hint: 'give --speak a name with .wav',
    });
  });

  it('names the missing folder of the sound before it asks, with what to do', async () => {
    const config = loadConfig(cliConfig, { LLMOS_HOME: tmpdir() });
    const nothing = () => undefined;
    const terminal = { line: nothing, write: nothing, note: nothing, interactive: false };
    const context = { config, terminal, instance: new Instance(tmpdir(), config.root) };
    const folder = join(tmpdir(), 'no-such-folder');
    const speak = join(folder, 'out.wav');
    // No gateway listens here: the request is never sent.
    const asked = call(context, 'customer_service', { text: 'Hello', speak, url: 'http://127.0.0.1:9' });
    await expect(asked).rejects.toMatchObject({
      message: `there is no folder ${folder} for the sound`,
      hint: 'create it, or give --speak another path',
    });
  });
});
