import { loadConfig } from '@llmos/config';
import { mayAct, subjects, type Pipeline, type Role } from '@llmos/contracts';
import { Bus, newProcess, openProcess, readConfig, type ProcessContext } from '@llmos/mesh';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { gatewayConfig, type GatewayConfig } from '../src/gateway.config.js';
import { createGateway } from '../src/http-server.js';
import { pathOf, RouteRegistry } from '../src/http/route-registry.js';
import { IntakeService } from '../src/events/intake.service.js';
import { PipelinesService } from '../src/pipelines.service.js';

interface Token {
  readonly authorization?: string;
  /** Absent if the token is unknown. */
  readonly caller?: { readonly tenant: string; readonly role: Role };
}

const TOKENS: Readonly<Record<string, Token>> = {
  none: {},
  wrong: { authorization: 'Bearer k5' },
  'another scheme': { authorization: 'Basic k2' },
  caller: { authorization: 'Bearer k1', caller: { tenant: 'acme', role: 'caller' } },
  operator: { authorization: 'Bearer k2', caller: { tenant: 'acme', role: 'operator' } },
  'caller of another tenant': { authorization: 'Bearer k3', caller: { tenant: 'globex', role: 'caller' } },
  'operator of another tenant': { authorization: 'Bearer k4', caller: { tenant: 'globex', role: 'operator' } },
};
const KEYS = 'k1:acme,k2:acme:operator,k3:globex:caller,k4:globex:operator';

/** Headers in their wire format: an app has no NATS client that could write them. */
const STRUCTURED = {
  encode: () => Buffer.from('NATS/1.0\r\ncontent-type: application/cloudevents+json\r\n\r\n'),
} as never;

interface Attempt {
  readonly path: string;
  readonly body?: object;
  readonly needs: Role;
  /** The statuses for callers with the role. No service runs here, so a live run is refused with 503. */
  readonly letIn: readonly number[];
  /** The status for keys of another tenant, where the object belongs to one tenant. */
  readonly others?: number;
}

/** The requests of this test for a route, given the pipelines and an ended run of acme. `open`: needs no key. */
type Attempts = (pipelines: readonly Pipeline[], run: string) => readonly Attempt[] | 'open';

const pipelineNamed = (pipelines: readonly Pipeline[], name: string) => pipelines.find((each) => each.name === name)!;
const resource =
  (path: string, pipeline: string, body?: object, letIn = 503): Attempts =>
  (pipelines) => [{ path, needs: pipelineNamed(pipelines, pipeline).role, letIn: [letIn], ...(body ? { body } : {}) }];
const ofRun =
  (suffix = ''): Attempts =>
  (_, run) => [{ path: `/v1/runs/${run}${suffix}`, needs: 'caller', letIn: [200], others: 404 }];

/** Every route of the gateway. A route that is missing here fails the first test. */
const ROUTES: Readonly<Record<string, Attempts>> = {
  'POST /serving/process': (pipelines) =>
    pipelines.map((each) => ({
      path: '/serving/process',
      body: { name: each.name, ...inputOf(each) },
      needs: each.role,
      letIn: [200, 503],
    })),
  'POST /v1/runs': (pipelines) =>
    pipelines.map((each) => ({
      path: '/v1/runs',
      body: { name: each.name, ...inputOf(each) },
      needs: each.role,
      letIn: [202],
    })),
  'POST /v1/events/:pipeline': (pipelines) =>
    pipelines.map((each) => ({
      path: `/v1/events/${each.name}`,
      body: { specversion: '1.0', id: each.name, source: '/roles', type: 'test', data: inputOf(each) },
      needs: each.role,
      letIn: [202],
    })),
  'GET /v1/runs/:id': ofRun(),
  'GET /v1/runs/:id/stream': ofRun('/stream'),
  'DELETE /v1/runs/:id': ofRun(),
  'POST /v1/runs/:id/feedback': (pipelines, run) =>
    resource(`/v1/runs/${run}/feedback`, 'give_feedback', { helpful: true })(pipelines, run),
  'POST /v1/recommendations': resource('/v1/recommendations', 'recommendation_system', {}),
  'POST /v1/interactions': resource('/v1/interactions', 'record_interactions', { user: 'u', item: 'i' }),
  'POST /v1/items': resource('/v1/items', 'upsert_items', { id: 'i', title: 'An item' }),
  'DELETE /v1/items/:id': resource('/v1/items/i', 'delete_item'),
  'GET /v1/users/:id': resource('/v1/users/u', 'export_user'),
  'DELETE /v1/users/:id': resource('/v1/users/u', 'erase_user'),
  'POST /v1/documents': (pipelines) => [
    { path: '/v1/documents', body: { id: 'd' }, needs: pipelineNamed(pipelines, 'upsert_document').role, letIn: [503] },
    {
      path: '/v1/documents',
      body: [{ id: 'd' }],
      needs: pipelineNamed(pipelines, 'import_documents').role,
      letIn: [202],
    },
  ],
  'GET /v1/documents': resource('/v1/documents', 'list_documents'),
  'GET /v1/documents/:id': resource('/v1/documents/d', 'show_document'),
  'DELETE /v1/documents/:id': resource('/v1/documents/d', 'delete_document'),
  'GET /v1/questions': resource('/v1/questions?unanswered=true', 'list_questions'),
  'GET /v1/feedback': resource('/v1/feedback?limit=10', 'list_feedback'),
  'POST /v1/analyze': resource('/v1/analyze', 'text_analysis', { text: 'hi' }),
  'PUT /v1/schedules/:name': (pipelines) =>
    pipelines.map((each) => ({
      path: '/v1/schedules/nightly',
      body: { pipeline: each.name, every: '24h', input: inputOf(each) },
      needs: 'operator',
      letIn: [200],
    })),
  'GET /v1/schedules': () => [{ path: '/v1/schedules', needs: 'operator', letIn: [200] }],
  'DELETE /v1/schedules/:name': () => [{ path: '/v1/schedules/nightly', needs: 'operator', letIn: [200] }],
  'GET /openapi.json': () => [{ path: '/openapi.json', needs: 'caller', letIn: [200] }],
  'GET /healthz': () => 'open',
  'GET /readyz': () => 'open',
  'GET /metrics': () => 'open',
};

/** The required input of a pipeline, and a text if it takes one: a run without a message may end at once. */
function inputOf({ input }: Pipeline): Record<string, unknown> {
  const values = {
    string: 'x',
    id: 'x',
    bytes: Buffer.from('x').toString('base64'),
    number: 1,
    boolean: true,
    json: [],
  };
  return Object.fromEntries(
    Object.entries(input)
      .filter(([name, { required }]) => required || name === 'text')
      .map(([name, { type }]) => [name, values[type]]),
  );
}

describe('the gateway, for each route, pipeline and token,', () => {
  let nats: TestNatsServer;
  let home: string;
  let settings: GatewayConfig;
  let context: ProcessContext<GatewayConfig>;
  let bus: Bus;
  const closing: (() => Promise<unknown>)[] = [];

  async function openGateway(keys: string): Promise<{ app: NestFastifyApplication; routes: string[]; url: string }> {
    const { apiKeys } = loadConfig(gatewayConfig, { LLMOS_API_KEYS: keys });
    const app = await createGateway({ ...context, config: { ...settings, apiKeys } });
    const routes: string[] = [];
    const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    fastify.addHook('onRoute', ({ method, url }) => {
      routes.push(...[method].flat().map((each) => `${each} ${url}`));
    });
    closing.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    return { app, routes, url: await app.getUrl() };
  }
  const send = async (url: string, method: string, { path, body }: Pick<Attempt, 'path' | 'body'>, token: Token) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token.authorization === undefined ? {} : { authorization: token.authorization }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, run: response.headers.get('x-llmos-run'), text: await response.text() };
  };
  const waiting = async () => (await bus.pending('TASKS_DURABLE')) + (await bus.pending('TASKS_LIVE'));

  let gateway: Awaited<ReturnType<typeof openGateway>>;
  let pipelines: Pipeline[];
  beforeAll(async () => {
    nats = await startNatsServer();
    home = mkdtempSync(join(tmpdir(), 'llmos-roles-'));
    settings = {
      ...readConfig('gateway', gatewayConfig),
      natsUrl: nats.url,
      masterKeyFile: join(home, 'master.pem'),
      logLevel: 'silent',
      throttle: false,
      scheduleMinSeconds: 1,
    };
    context = await openProcess(newProcess(settings));
    closing.push(() => context.parts.close());
    gateway = await openGateway(KEYS);
    pipelines = gateway.app.get(PipelinesService).all;
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    closing.push(() => bus.close());
  }, 120_000);
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await nats.stop();
    rmSync(home, { recursive: true, force: true });
  }, 120_000);

  /** An ended run of acme. */
  async function cancelledRun(): Promise<string> {
    const body = { name: 'detect_intent', text: 'hi' };
    const { run } = await send(gateway.url, 'POST', { path: '/v1/runs', body }, TOKENS['operator']!);
    await send(gateway.url, 'DELETE', { path: `/v1/runs/${run}` }, TOKENS['operator']!);
    return run!;
  }

  /** The faults of one attempt with one token. */
  async function unexpected(route: string, attempt: Attempt, token: Token): Promise<string[]> {
    const { status, run, text } = await send(gateway.url, route.split(' ', 1)[0]!, attempt, token);
    const { caller } = token;
    if (!caller) return status === 401 && run === null ? [] : [`${status}, not 401`];
    if (!mayAct(caller.role, attempt.needs)) {
      const isExplained = /"FORBIDDEN".*'operator'.*LLMOS_API_KEYS/.test(text) || route.startsWith('HEAD ');
      return status === 403 && run === null && isExplained ? [] : [`${status} ${text}, not 403`];
    }
    const letIn = caller.tenant === 'acme' || attempt.others === undefined ? attempt.letIn : [attempt.others];
    if (!letIn.includes(status)) return [`${status} ${text}, not ${letIn.join(' or ')}`];
    return status < 300 ? undescribed(route, status, text) : [];
  }

  /** How a JSON reply differs from the schema of its route. */
  function undescribed(name: string, status: number, text: string): string[] {
    const route = gateway.app.get(RouteRegistry).routes.find((each) => `${each.method} ${each.path}` === pathOf(name));
    const schema = route?.config.schemas.replies[status];
    const parsed = schema?.safeParse(JSON.parse(text));
    return parsed?.error ? [`${status} ${text}: ${parsed.error.message}`] : [];
  }

  async function tryEach(isWanted: (attempt: Attempt, token: Token) => boolean) {
    const run = await cancelledRun();
    const found: string[] = [];
    let tried = 0;
    const before = await waiting();
    for (const route of gateway.routes) {
      const attempts = ROUTES[route.replace('HEAD ', 'GET ')]!(pipelines, run);
      for (const attempt of attempts === 'open' ? [] : attempts)
        for (const [name, token] of Object.entries(TOKENS)) {
          if (!isWanted(attempt, token)) continue;
          tried += 1;
          const faults = await unexpected(route, attempt, token);
          found.push(...faults.map((fault) => `${route} ${JSON.stringify(attempt.body)} with ${name}: ${fault}`));
        }
    }
    return { found, tried, minted: (await waiting()) - before };
  }
  const isLetIn = ({ needs }: Attempt, { caller }: Token) => caller !== undefined && mayAct(caller.role, needs);

  it('has a line in this test and schemas for every route', () => {
    const own = gateway.routes.map((route) => route.replace('HEAD ', 'GET '));
    expect([...new Set(own)].sort()).toEqual(Object.keys(ROUTES).sort());
    const described = gateway.app.get(RouteRegistry).routes.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual(Object.keys(ROUTES).map(pathOf).sort());
  });

  it('answers a method that no route takes with those that the address takes', async () => {
    const methods = new Map<string, Set<string>>();
    for (const route of gateway.routes) {
      const [method = '', url = ''] = route.split(' ');
      methods.set(url, (methods.get(url) ?? new Set(['OPTIONS'])).add(method));
    }
    for (const [url, taken] of methods) {
      const path = url.replaceAll(/:\w+/g, 'x');
      const response = await fetch(gateway.url + path, {
        method: 'PATCH',
        headers: { authorization: TOKENS['operator']!.authorization! },
      });
      expect([path, response.status, response.headers.get('allow')]).toEqual([path, 405, [...taken].sort().join(', ')]);
    }
    expect(methods.size).toBeGreaterThan(15);
  });

  it('refuses tokens without the role, names the role, and starts no run for them', async () => {
    const { found, tried, minted } = await tryEach((attempt, token) => !isLetIn(attempt, token));
    console.log(`${tried} refusals`);
    expect(found).toEqual([]);
    expect(minted).toBe(0);
    expect(tried).toBeGreaterThan(300);
  }, 120_000);

  it('accepts tokens with the role, each for its own tenant, with replies that match the schemas', async () => {
    const { found, tried, minted } = await tryEach(isLetIn);
    console.log(`${tried} let in, ${minted} durable runs`);
    expect(found).toEqual([]);
    expect(minted).toBeGreaterThan(100);
  }, 120_000);

  it('needs no key for public routes, and none at all where no keys are set', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await send(gateway.url, 'GET', { path }, {})).status).toBe(200);
    const keyless = await openGateway('');
    for (const each of pipelines) {
      const body = { name: each.name, ...inputOf(each) };
      expect(await send(keyless.url, 'POST', { path: '/v1/runs', body }, {})).toMatchObject({ status: 202 });
    }
    expect((await send(keyless.url, 'GET', { path: '/v1/schedules' }, {})).status).toBe(200);
  }, 120_000);

  it('starts pipelines of operators only for events on the subject of operators', async () => {
    const refused: { subject: string; code: string; reason: string }[] = [];
    bus.nc.subscribe(subjects.deadLetters(), {
      callback: (_, { headers }) =>
        void refused.push({
          subject: headers!.get('llmos-original-subject'),
          code: headers!.get('llmos-error-code'),
          reason: headers!.get('llmos-reason'),
        }),
    });
    gateway.app.get(IntakeService).start();
    const before = await bus.pending('TASKS_DURABLE');
    const asOperator = pipelines.map((each) => subjects.operatorIntake('acme', each.name));
    const asCaller = pipelines.map((each) => subjects.intake('acme', each.name));
    for (const subject of [...asOperator, ...asCaller]) {
      const pipeline = pipelineNamed(pipelines, subject.split('.').at(-1)!);
      const event = { specversion: '1.0', id: subject, source: 'test', data: inputOf(pipeline) };
      bus.nc.publish(subject, JSON.stringify(event), { headers: STRUCTURED });
    }
    const forOperators = pipelines.filter(({ role }) => role === 'operator').map(({ name }) => name);
    const runs = asOperator.length + asCaller.length - forOperators.length;
    await waitFor('every event to be a run or a dead letter', async () => {
      return refused.length + (await bus.pending('TASKS_DURABLE')) - before >= asOperator.length + asCaller.length;
    });
    expect(refused.map(({ subject }) => subject).sort()).toEqual(
      forOperators.map((name) => subjects.intake('acme', name)).sort(),
    );
    for (const { code, reason, subject } of refused) {
      expect(code).toBe('FORBIDDEN');
      expect(reason).toContain(subjects.operatorIntake('acme', subject.split('.').at(-1)!));
    }
    expect((await bus.pending('TASKS_DURABLE')) - before).toBe(runs);
  }, 120_000);

  it('starts the recurring run of an operator', async () => {
    const before = await bus.pending('TASKS_DURABLE');
    const body = { pipeline: 'train_recommender', every: '1s' };
    const path = '/v1/schedules/often';
    expect((await send(gateway.url, 'PUT', { path, body }, TOKENS['operator']!)).status).toBe(200);
    await waitFor('a run of the schedule', async () => (await bus.pending('TASKS_DURABLE')) > before);
    expect((await send(gateway.url, 'DELETE', { path }, TOKENS['operator']!)).status).toBe(200);
  }, 120_000);
});
