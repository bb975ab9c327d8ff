import { natsServerPath, redisServerPath, waitFor } from '@llmos/testing';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from '../src/instance/instance.js';
import { LogFile } from '../src/instance/log-file.js';
import { LocalSupervisor } from '../src/local-supervisor.js';
import { commandOf } from '../src/processes/process-identity.js';
import type { ServerProgram } from '../src/processes/server-program.js';

const programAt = (path: string, sharesSockets = true): ServerProgram => ({
  command: () => [path],
  removeLeftover: () => undefined,
  sharesSockets,
  found: 'a server',
});

describe('The Redis of an instance', () => {
  let home: string;
  let instance: Instance;
  let log: LogFile;
  let supervisor: LocalSupervisor | undefined;
  let reports: string[];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'llmos-redis-'));
    instance = new Instance(home, process.cwd());
    log = new LogFile(instance.logFile);
    reports = [];
  });
  afterEach(async () => {
    await supervisor?.stop();
    log.close();
    rmSync(home, { recursive: true });
  });

  const start = async (program?: ServerProgram) => {
    supervisor = new LocalSupervisor({
      instance,
      log,
      apps: [],
      server: programAt(natsServerPath()),
      redis: program && { program, memoryMb: 16 },
      paths: { pipelinesDir: 'deploy/pipelines', catalogPath: 'deploy/models.yaml', samplesDir: 'deploy/samples' },
      encryption: true,
      startedAt: new Date().toISOString(),
      report: (line) => reports.push(line),
    });
    await supervisor.start(AbortSignal.timeout(60_000));
  };
  const redisPid = () => instance.state.read()?.redisPid;
  const environment = () => readFileSync(instance.environmentFile, 'utf8');
  const setting = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(environment())?.[1];
  /** Sends commands as the services would, after signing in as they do; resolves to the replies. */
  const ask = (commands: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const { protocol, pathname, port } = new URL(setting('LLMOS_REDIS_URL')!);
      const socket = protocol === 'unix:' ? connect(pathname) : connect(Number(port), '127.0.0.1');
      let replies = '';
      socket.setEncoding('utf8').on('data', (text: string) => (replies += text));
      socket.once('error', reject).once('close', () => resolve(replies));
      socket.write([...commands, 'QUIT', ''].join('\r\n'));
    });
  const signIn = () => `AUTH ${setting('LLMOS_REDIS_USER')} ${setting('LLMOS_REDIS_PASSWORD')}`;

  it('listens on a socket that no other user can reach, and asks for the password', async () => {
    await start(programAt(redisServerPath()));
    await waitFor('Redis runs', redisPid);
    expect(setting('LLMOS_REDIS_URL')).toBe(`unix://${join(instance.redisFolder, 'redis.sock')}`);
    expect(statSync(instance.redisFolder).mode & 0o777).toBe(0o700);
    expect(statSync(join(instance.redisFolder, 'redis.sock')).mode & 0o777).toBe(0o700);
    expect(await ask(['GET a'])).toContain('-NOAUTH');
    expect(await ask(['AUTH wrong', 'AUTH llmos wrong', 'GET a'])).toMatch(/-WRONGPASS.*\r\n-WRONGPASS.*\r\n-NOAUTH/);
    const replies = await ask([signIn(), 'SET a 1 EX 100', 'CONFIG GET dir', 'FLUSHALL', 'SHUTDOWN', 'GET a']);
    expect(replies).toMatch(/^\+OK\r\n\+OK\r\n(-NOPERM.*\r\n){3}\$1\r\n1\r\n/);
    for (const file of [instance.environmentFile, join(instance.redisFolder, 'redis.conf')])
      expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is restarted at the same address with what it held, after a crash and with the instance', async () => {
    await start(programAt(redisServerPath()));
    const killed = await waitFor('the first process id', redisPid);
    expect(commandOf(killed)).toContain(instance.redisFolder);
    await ask([signIn(), 'SET a kept EX 1000']);
    const url = setting('LLMOS_REDIS_URL');
    process.kill(killed, 'SIGKILL');
    await waitFor('the new process id', () => redisPid() !== undefined && redisPid() !== killed);
    expect(reports.join('\n')).toMatch(/redis-server stopped \(.*\); it restarts in/);
    expect(await ask([signIn(), 'GET a'])).toContain('kept');
    const stopped = redisPid()!;
    await supervisor!.stop();
    expect(commandOf(stopped)).toBe('');
    await start(programAt(redisServerPath()));
    await waitFor('Redis runs again', redisPid);
    expect(setting('LLMOS_REDIS_URL')).toBe(url);
    expect(await ask([signIn(), 'GET a'])).toContain('kept');
  });

  it('listens on loopback where sockets cannot be used', async () => {
    await start(programAt(redisServerPath(), false));
    await waitFor('Redis runs', redisPid);
    expect(setting('LLMOS_REDIS_URL')).toMatch(/^redis:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(['GET a'])).toContain('-NOAUTH');
    expect(await ask([signIn(), 'PING'])).toContain('+PONG');
  });

  it('does not keep the instance from starting when it does not start', async () => {
    const broken = join(home, 'redis-server');
    writeFileSync(broken, '#!/bin/sh\necho "Fatal error: no memory today"; exit 1\n');
    chmodSync(broken, 0o755);
    await start(programAt(broken));
    expect(reports.join('\n')).toContain('✓ a server is running');
    await waitFor('the crash loop is reported', () =>
      reports.some((line) => line.startsWith('✗ redis-server has stopped')),
    );
    await waitFor('the reason is reported', () =>
      reports.some((line) => /✗ redis-server does not start: Fatal error.*no memory until it does/.test(line)),
    );
    expect(redisPid()).toBeUndefined();
  });

  it('is absent from the environment when none is started', async () => {
    await start();
    expect(environment()).toContain('LLMOS_NATS_URL');
    expect(environment()).not.toContain('REDIS');
  });
});
