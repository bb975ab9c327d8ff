import { natsServerPath, waitFor } from '@llmos/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from '../src/instance/instance.js';
import { LogFile } from '../src/instance/log-file.js';
import { LocalSupervisor } from '../src/local-supervisor.js';
import { commandOf } from '../src/processes/process-identity.js';

describe('LocalSupervisor', () => {
  let home: string;
  let instance: Instance;
  let log: LogFile;
  let supervisor: LocalSupervisor;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'llmos-supervisor-'));
    instance = new Instance(home, process.cwd());
    log = new LogFile(instance.logFile);
    supervisor = new LocalSupervisor({
      instance,
      log,
      apps: [],
      server: {
        command: () => [natsServerPath()],
        removeLeftover: () => undefined,
        sharesSockets: true,
        found: 'nats-server',
      },
      paths: { pipelinesDir: 'deploy/pipelines', catalogPath: 'deploy/models.yaml', samplesDir: 'deploy/samples' },
      encryption: true,
      startedAt: new Date().toISOString(),
      report: () => undefined,
    });
    await supervisor.start(AbortSignal.timeout(20_000));
  });
  afterAll(async () => {
    await supervisor.stop();
    log.close();
    rmSync(home, { recursive: true });
  });
  const brokerPid = () => instance.state.read()?.natsPid;
  const isBroker = (pid: number) => commandOf(pid).includes(instance.brokerFolder);

  it('writes the process id of a restarted nats-server to the state file, and keeps its port', async () => {
    const killed = await waitFor('the first process id', brokerPid);
    expect(isBroker(killed)).toBe(true);
    const url = supervisor.brokerUrl;
    process.kill(killed, 'SIGKILL');
    await waitFor('the dead process id to disappear', () => brokerPid() !== killed);
    const restarted = await waitFor('the new process id', brokerPid);
    expect(restarted).not.toBe(killed);
    expect(isBroker(restarted)).toBe(true);
    expect(supervisor.brokerUrl).toBe(url);
  });
});
