import { loadConfig } from '@llmos/config';
import { Instance } from '@llmos/supervisor';
import { cliConfig } from '../cli.config.js';
import { silence } from './alerts.command.js';
import { availability } from './availability.command.js';
import type { CommandContext } from './context.js';

describe('The commands of an operator say which option is wrong', () => {
  const config = loadConfig(cliConfig, {});
  const line = (): void => undefined;
  const terminal = { line, write: line, note: line, interactive: false };
  const context: CommandContext = { config, terminal, instance: new Instance(config.home, config.root) };

  it('a silence without its time or its reason', async () => {
    await expect(silence(context, 'ServiceAway', { reason: 'a test' })).rejects.toThrow('--for and --reason');
    await expect(silence(context, 'ServiceAway', { for: 60_000 })).rejects.toThrow('--for and --reason');
  });

  it('a service that is never there', async () => {
    const options = { pipeline: 'customer_service', failuresPerHour: '0.01', repairSeconds: '5' };
    await expect(availability(context, { ...options, replicas: 'intent=0' })).rejects.toThrow(
      'intent=0 is never there',
    );
  });
});
