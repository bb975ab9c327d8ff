import { Bus } from '@llmos/bus';
import { subjects } from '@llmos/contracts';
import { natsServerPath, waitFor } from '@llmos/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from '../src/instance/instance.js';
import { LogFile } from '../src/instance/log-file.js';
import { LocalSupervisor } from '../src/local-supervisor.js';
import { commandOf } from '../src/processes/process-identity.js';

const LARGEST_FILE_BYTES = 400_000;

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
        // No file of the broker can be larger: a write over it fails, as on a full disk.
        command: () => ['prlimit', `--fsize=${LARGEST_FILE_BYTES}`, natsServerPath()],
        removeLeftover: () => undefined,
        sharesSockets: true,
        found: 'nats-server',
      },
      paths: { pipelinesDir: 'deploy/pipelines', catalogPath: 'deploy/models.yaml', samplesDir: 'deploy/samples' },
      encryption: true,
      startedAt: new Date().toISOString(),
      report: () => undefined,
    });
    await supervisor.start(AbortSignal.timeout(60_000));
  });
  afterAll(async () => {
    await supervisor.stop();
    log.close();
    rmSync(home, { recursive: true });
  });
  const brokerPid = () => instance.state.read()?.brokers[0]?.pid;
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

  it('restarts a nats-server that has closed a stream because a write failed, as soon as the disk has room', async () => {
    const { services: password } = instance.credentials();
    const bus = await Bus.connect({ url: supervisor.brokerUrl!, user: 'services', password, service: 'test' });
    const publish = (sizeBytes: number) =>
      bus.nc
        .request(subjects.intake('default', 'x'), new Uint8Array(sizeBytes), { timeout: 5_000 })
        .then(({ data }) => (JSON.parse(new TextDecoder().decode(data)) as { error?: object }).error === undefined)
        .catch(() => false);
    const before = brokerPid();
    expect(await publish(1_000)).toBe(true);
    expect(await publish(2 * LARGEST_FILE_BYTES)).toBe(false);
    const restarted = () => brokerPid() !== undefined && brokerPid() !== before;
    await waitFor('nats-server to be restarted', restarted);
    await waitFor('the stream to take messages', () => publish(1_000));
    await bus.close(0);
  }, 120_000);
});
