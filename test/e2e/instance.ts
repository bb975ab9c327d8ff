import { connect, type NatsConnection } from '@nats-io/transport-node';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@llmos/testing';

interface State {
  readonly pid: number;
  readonly url?: string;
  readonly natsUrl?: string;
  readonly services: readonly { readonly name: string; readonly pid: number; readonly url?: string }[];
}

/** A complete instance as `llmos up` starts it: real processes, models and broker, with its own LLMOS_HOME. */
export interface Instance {
  readonly url: string;
  readonly home: string;
  /** Where its state, log, passwords and settings are. */
  readonly folder: string;
  state(): State;
  /** Connects to the broker as a caller or an operator of the tenant `default`, or as the services. */
  connectAs(user: BusUser): Promise<NatsConnection>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** Runs `customer_service`. */
  ask(fields: Record<string, unknown>): Promise<Reply>;
  /** As `ask`; a machine that is too busy passes over optional steps: then the question is asked again. */
  askUntilWhole(fields: Record<string, unknown>): Promise<Reply>;
  log(): string;
  stop(): Promise<void>;
}

export type BusUser = 'default' | 'default-operator' | 'services';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // Deliberately loose: each test asserts the part of the reply that it covers.
  readonly body: {
    status?: string;
    result?: string;
    run_id?: string;
    details?: Record<string, unknown>;
    error?: { code: string; message: string; field?: string; retryable: boolean };
  };
}

/** A dozen processes load their models at once. */
const READY_WITHIN_MS = 300_000;
const MOST_QUESTIONS = 5;

/**
 * @param environment its LLMOS_HOME is created if it does not exist; the default is a new folder.
 * @param flags of `llmos up`, such as `--traces`.
 */
export async function startInstance(
  environment: Record<string, string> = {},
  flags: readonly string[] = [],
): Promise<Instance> {
  const home = environment['LLMOS_HOME'] ?? mkdtempSync(join(tmpdir(), 'llmos-e2e-'));
  shareModels(home);
  const child = spawn(process.execPath, ['llmos.mjs', 'up', '--port', '0', ...flags], {
    env: { ...process.env, LLMOS_HOME: home, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    return await ready(child, home);
  } catch (error) {
    child.kill('SIGTERM');
    throw new Error(`${String(error)}\n${output}`);
  }
}

/** Links the downloaded models and programs, and the compiled code, into a home. */
export function shareModels(home: string): void {
  const cache = process.env['LLMOS_HOME'] ?? join(homedir(), '.cache', 'llmos');
  mkdirSync(home, { recursive: true });
  for (const shared of ['models', 'bin', 'compile-cache']) {
    mkdirSync(join(cache, shared), { recursive: true });
    if (!existsSync(join(home, shared))) symlinkSync(join(cache, shared), join(home, shared));
  }
}

async function ready(child: ChildProcess, home: string): Promise<Instance> {
  const folder = await waitFor(
    'the instance folder',
    () => {
      if (child.exitCode !== null) throw new Error(`llmos up ended with ${child.exitCode}`);
      return instanceFolder(home);
    },
    READY_WITHIN_MS,
  );
  const read = (): State => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as State;
  const url = await waitFor(
    'every service to be ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`llmos up ended with ${child.exitCode}`);
      const at = safely(read)?.url;
      return at &&
        (await fetch(`${at}/readyz`).then(
          async (response) => response.ok && !/"state":"(loading|failed)"/.test(await response.text()),
          () => false,
        ))
        ? at
        : undefined;
    },
    READY_WITHIN_MS,
  );
  const post = async (
    path: string,
    body: unknown,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<Reply> => {
    const isRaw = typeof body === 'string' || body instanceof FormData || body instanceof Uint8Array;
    const response = await fetch(url + path, {
      method: 'POST',
      headers: body instanceof FormData ? {} : headers,
      body: isRaw ? (body as string) : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
  };
  const ask: Instance['ask'] = (fields) => post('/serving/process', { name: 'customer_service', ...fields });
  return {
    url,
    home,
    folder,
    state: read,
    post,
    ask,
    async askUntilWhole(fields) {
      for (let again = 0; ; again++) {
        const reply = await ask(fields);
        const degraded = (reply.body.details?.['degraded'] ?? []) as string[];
        if (degraded.length === 0 || again === MOST_QUESTIONS) return reply;
      }
    },
    log: () => readFileSync(join(folder, 'log.jsonl'), 'utf8'),
    connectAs: (user) => connectAs(user, folder, read().natsUrl!),
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      await gone;
      // The broker logs what it denies. A service never needs more than its permissions.
      const denied = readFileSync(join(folder, 'log.jsonl'), 'utf8').match(/user:service-.*Violation.*/g) ?? [];
      if (denied.length > 0) throw new Error(`the broker denied services ${denied.length} times: ${denied[0]}`);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Connects to a broker with the passwords in the folder of its instance. */
export async function connectAs(user: BusUser, folder: string, servers: string): Promise<NatsConnection> {
  const credentials = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8')) as {
    services: string;
    tenants: { default: string };
    operators: { default: string };
  };
  const { services, tenants, operators } = credentials;
  return connect({
    servers,
    user,
    pass: { services, default: tenants.default, 'default-operator': operators.default }[user],
    ...(user === 'services' ? {} : { inboxPrefix: `_INBOX_${user}` }),
  });
}

function instanceFolder(home: string): string | undefined {
  const instances = join(home, 'instances');
  const [name] = safely(() => readdirSync(instances)) ?? [];
  const folder = name === undefined ? undefined : join(instances, name);
  return folder && safely(() => readFileSync(join(folder, 'state.json'))) ? folder : undefined;
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Reads an event stream to its end. */
export async function readEvents(
  response: Response,
): Promise<{ event: string; data: Record<string, unknown>; id?: string }[]> {
  const text = await response.text();
  return text
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const id = field('id');
      return {
        event: field('event')!,
        data: JSON.parse(field('data')!) as Record<string, unknown>,
        ...(id ? { id } : {}),
      };
    });
}

export const QUESTIONS = readdirSync('deploy/samples/questions')
  .filter((file) => file.endsWith('.wav'))
  .map((file) => ({
    name: file.replace('.wav', ''),
    audio: readFileSync(`deploy/samples/questions/${file}`),
    text: readFileSync(`deploy/samples/questions/${file.replace('.wav', '.txt')}`, 'utf8').trim(),
  }));

/** Normalises a transcript for comparison: lower case, letters, digits and single spaces. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9 ]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
