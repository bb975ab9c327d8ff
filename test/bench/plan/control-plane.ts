import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const TOKEN = 'bench';
const READY_LIMIT_MS = 120_000;
const POLL_MS = 200;

/** How kube-scheduler scores the nodes that fit: `LeastAllocated` is its default, `MostAllocated` packs. */
export type Scoring = 'LeastAllocated' | 'MostAllocated';

/**
 * etcd, kube-apiserver and kube-scheduler, without kubelets: the scheduler binds pods to nodes that exist only as
 * objects, and nothing runs.
 */
export class ControlPlane {
  private readonly folder = mkdtempSync(join(tmpdir(), 'llmos-kube-'));
  private readonly children: ChildProcess[] = [];
  private port = 0;
  private agent = new Agent();

  private readonly programs: string;

  private constructor(programs: string) {
    this.programs = programs;
  }

  /** @param programs the folder with kube-apiserver and kube-scheduler; etcd may also be on the PATH. */
  static async start(programs: string, scoring: Scoring): Promise<ControlPlane> {
    const plane = new ControlPlane(programs);
    try {
      await plane.begin(scoring);
      return plane;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    for (const child of [...this.children].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async create(path: string, body: object): Promise<void> {
    await this.call('POST', path, body);
  }

  async list<T>(path: string): Promise<T[]> {
    return ((await this.call('GET', path)) as { items: T[] }).items;
  }

  private async begin(scoring: Scoring): Promise<void> {
    const [client, peer, secure] = (await Promise.all([freePort(), freePort(), freePort()])) as [
      number,
      number,
      number,
    ];
    this.port = secure;
    const etcd = `http://127.0.0.1:${client}`;
    const ownPeer = `http://127.0.0.1:${peer}`;
    this.run('etcd', [
      ...[`--data-dir=${join(this.folder, 'etcd')}`, '--unsafe-no-fsync'],
      ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
      ...[`--listen-peer-urls=${ownPeer}`, `--initial-advertise-peer-urls=${ownPeer}`],
      `--initial-cluster=default=${ownPeer}`,
    ]);
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2_048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const certificates = join(this.folder, 'certificates');
    mkdirSync(certificates);
    const signing = this.write('signing.key', keys.privateKey);
    this.run('kube-apiserver', [
      ...[`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', `--secure-port=${secure}`],
      ...[`--cert-dir=${certificates}`, '--service-cluster-ip-range=10.0.0.0/24', '--authorization-mode=AlwaysAllow'],
      ...[`--token-auth-file=${this.write('tokens.csv', `${TOKEN},bench,1,system:masters\n`)}`],
      ...['--service-account-issuer=https://localhost', `--service-account-key-file=${signing}`],
      `--service-account-signing-key-file=${signing}`,
      // The first would want a controller, the second a kubelet.
      '--disable-admission-plugins=ServiceAccount,TaintNodesByCondition',
    ]);
    const certificate = join(certificates, 'apiserver.crt');
    await this.until('kube-apiserver', async () => {
      this.agent = new Agent({ keepAlive: true, ca: readFileSync(certificate), servername: 'kubernetes' });
      await this.call('GET', '/api/v1/namespaces/default');
    });
    this.run('kube-scheduler', [`--config=${this.schedulerConfig(certificate, scoring)}`, '--secure-port=0']);
  }

  private schedulerConfig(certificate: string, scoring: Scoring): string {
    const server = `https://127.0.0.1:${this.port}`;
    const kubeconfig = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'bench' },
      clusters: [
        {
          name: 'bench',
          cluster: { server, 'certificate-authority': certificate, 'tls-server-name': 'kubernetes' },
        },
      ],
      users: [{ name: 'bench', user: { token: TOKEN } }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    };
    const resources = ['cpu', 'memory'].map((name) => ({ name, weight: 1 }));
    return this.write(
      'scheduler.json',
      JSON.stringify({
        ...{ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' },
        clientConnection: {
          kubeconfig: this.write('kubeconfig.json', JSON.stringify(kubeconfig)),
          ...{ qps: 1_000, burst: 1_000 },
        },
        leaderElection: { leaderElect: false },
        profiles: [
          { pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type: scoring, resources } } }] },
        ],
      }),
    );
  }

  private write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  private run(program: string, args: string[]): void {
    const log = openSync(join(this.folder, `${program}.log`), 'w');
    const PATH = `${this.programs}:${process.env.PATH ?? ''}`;
    this.children.push(spawn(program, args, { stdio: ['ignore', log, log], env: { ...process.env, PATH } }));
  }

  private async until(what: string, attempt: () => Promise<void>): Promise<void> {
    const end = performance.now() + READY_LIMIT_MS;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const { message } = error as Error;
        if (performance.now() > end) throw new Error(`${what} is not ready: ${message}. ${this.lastOf(what)}`);
        await delay(POLL_MS);
      }
    }
  }

  private lastOf(program: string): string {
    return readFileSync(join(this.folder, `${program}.log`), 'utf8').slice(-1_000);
  }

  private call(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, path, method, headers, agent: this.agent };
      const call = request(options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(text));
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`));
        });
      });
      call.on('error', reject);
      call.end(body && JSON.stringify(body));
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
