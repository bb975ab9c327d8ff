import { z } from 'zod';
import { capability } from '../capability.js';
import {
  capabilitySignalsSchema,
  processSignalsSchema,
  serviceSignalsSchema,
  tenantSignalsSchema,
} from './scheduler-signals.js';

const numbersOf = (scope: string, schema: z.ZodObject) =>
  Object.entries(schema.shape)
    .filter(([, field]) => isNumber(field as z.ZodType))
    .map(([name]) => `${scope}.${name}`);

function isNumber(field: z.ZodType): boolean {
  return field instanceof z.ZodOptional ? isNumber(field.unwrap() as z.ZodType) : field instanceof z.ZodNumber;
}

/** What a threshold can be set on: each number of the signals. `breaker.open` is 1 while a breaker is not closed. */
export const FIGURES: readonly string[] = [
  ...numbersOf('process', processSignalsSchema).filter((name) => name !== 'process.pid'),
  ...numbersOf('service', serviceSignalsSchema),
  ...numbersOf('capability', capabilitySignalsSchema),
  'breaker.open',
  ...numbersOf('tenant', tenantSignalsSchema),
];

/**
 * What is done about an alert: a process is restarted, a service gets one process more or one less, runs take the fallback of
 * a step, a tenant is slowed down, a backup is taken, or a person is called.
 */
export const ACTIONS = [
  'restart',
  'add_replica',
  'drain_replica',
  'open_breaker',
  'slow_tenant',
  'take_backup',
  'page',
] as const;
export const actionKindSchema = z.enum(ACTIONS);
export type ActionKind = z.infer<typeof actionKindSchema>;

function isOfProcesses(action: ActionKind | undefined): boolean {
  return action === 'restart' || action === 'add_replica' || action === 'drain_replica';
}

/** Names those of the same scope: all of them are too many to find the right one. */
function noFigure({ input }: { readonly input?: unknown }): string {
  const scope = String(input).split('.')[0];
  const near = FIGURES.filter((figure) => figure.startsWith(`${scope}.`));
  return near.length > 0
    ? `must be one of: ${near.join(', ')}`
    : `must begin with one of: ${[...new Set(FIGURES.map((figure) => figure.split('.')[0]))].join(', ')}`;
}

const figureSchema = z.enum(FIGURES as [string, ...string[]], { error: noFigure });
const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `20s`, `5m`, `2h`, `1d` → seconds; also 0. */
export const timeSchema = z
  .union([z.literal(0), z.string().regex(/^\d{1,5}[smhd]$/, 'must be a time such as 20s, 5m or 2h')])
  .transform((text) => (text === 0 ? 0 : Number(text.slice(0, -1)) * UNITS[text.at(-1) as keyof typeof UNITS]));

const limitShape = {
  figure: figureSchema,
  above: z.number().optional(),
  below: z.number().optional(),
  /** So many times the median of the last two hours, in which no alert of the rule stood; unknown for ten minutes. */
  timesUsual: z.number().min(1).optional(),
};
const limits = ({ above, below, timesUsual }: { above?: number; below?: number; timesUsual?: number }) =>
  [above, below, timesUsual].some((limit) => limit !== undefined);
const NO_LIMIT = { message: 'needs above, below or timesUsual' };

export const conditionSchema = z.strictObject(limitShape).refine(limits, NO_LIMIT);

export const ruleSchema = z
  .strictObject({
    alert: z.string().regex(/^[A-Z][A-Za-z0-9]{1,63}$/, 'must be one word in CamelCase'),
    ...limitShape,
    /** The names it holds for, such as a capability or a service; by default all. */
    of: z.array(z.string().min(1).max(128)).min(1).max(64).optional(),
    /** What else must hold, of the same name. */
    and: z.array(conditionSchema).max(4).default([]),
    /** How long it must hold before the alert fires, and be over before it is resolved. */
    for: timeSchema.default(0),
    severity: z.enum(['info', 'warning', 'critical']).default('warning'),
    /** What it means, in one sentence. */
    summary: z.string().min(1).max(300),
    /** What is done while it fires; by default nothing. Only what the scheduler is allowed to do is done. */
    action: actionKindSchema.optional(),
  })
  .refine(limits, NO_LIMIT)
  .refine(({ figure, action }) => action !== 'open_breaker' || figure.startsWith('capability.'), {
    path: ['action'],
    message: 'can open the breaker of a capability only',
  })
  .refine(({ figure, action }) => action !== 'slow_tenant' || figure.startsWith('tenant.'), {
    path: ['action'],
    message: 'can slow a tenant only: the figure must be one of a tenant',
  })
  .refine(({ figure, action }) => !isOfProcesses(action) || !/^(breaker|tenant)\./.test(figure), {
    path: ['action'],
    message: 'is about processes, and a breaker or a tenant has none',
  });

/** `0*10` ten times 0, `8+2*5` five values from 8 in steps of 2, `_` no value. (`0x10` would be a number of YAML: 16.) */
const VALUES = /^(?:_(?:\*\d{1,4})?|-?\d+(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?(?:\*\d{1,4})?)$/;
const areValues = (text: string) => text.split(/\s+/).every((part) => VALUES.test(part));
const valuesSchema = z
  .union([z.string().trim(), z.number().transform(String)])
  .refine(areValues, { message: 'must be values such as `0*10 8+2*5 _`' });

export const ruleTestSchema = z.strictObject({
  name: z.string().min(1).max(200),
  /** The time between two values. */
  every: timeSchema.default(5),
  series: z
    .array(z.strictObject({ figure: figureSchema, name: z.string().min(1).max(128), values: valuesSchema }))
    .min(1)
    .max(32),
  expect: z
    .array(
      z.strictObject({
        at: timeSchema,
        /** All that fire then, each as `Alert name`. */
        firing: z.array(z.string()).max(64),
      }),
    )
    .min(1)
    .max(64),
});

export const thresholdsSchema = z
  .strictObject({
    rules: z.array(ruleSchema).max(200).default([]),
    tests: z.array(ruleTestSchema).max(200).default([]),
  })
  .superRefine(({ rules }, context) => {
    const scopeOf = (figure: string) => figure.slice(0, figure.indexOf('.'));
    rules.forEach(({ alert, figure, and }, at) => {
      if (rules.findIndex((rule) => rule.alert === alert) < at)
        context.addIssue({ code: 'custom', path: ['rules', at, 'alert'], message: `there are two rules ${alert}` });
      and.forEach((other, place) => {
        if (scopeOf(other.figure) !== scopeOf(figure))
          context.addIssue({
            code: 'custom',
            path: ['rules', at, 'and', place, 'figure'],
            message: `must be a figure of a ${scopeOf(figure)}, as ${figure} is`,
          });
      });
    });
  });
export type Thresholds = z.output<typeof thresholdsSchema>;
export type Rule = Thresholds['rules'][number];
export type RuleTest = Thresholds['tests'][number];

export const check = capability({
  name: 'scheduler.check',
  summary: 'Tests thresholds: what would fire on given figures.',
  timeoutMs: 30_000,
  input: thresholdsSchema,
  output: z.object({
    rules: z.number().int(),
    tests: z.array(
      z.object({
        name: z.string(),
        passed: z.boolean(),
        /** What was expected and what fired, where they differ. */
        differences: z.array(
          z.object({ atSeconds: z.number(), expected: z.array(z.string()), firing: z.array(z.string()) }),
        ),
      }),
    ),
  }),
  example: {
    input: {
      rules: [
        {
          ...{ alert: 'TasksWait', figure: 'capability.oldestLiveSeconds', above: 5, for: '10s' },
          summary: 'Live tasks wait.',
        },
      ],
      tests: [
        {
          ...{ name: 'fires after ten seconds', every: '5s' },
          series: [{ figure: 'capability.oldestLiveSeconds', name: 'intent.detect', values: '0*2 8*4' }],
          expect: [{ at: '20s', firing: ['TasksWait intent.detect'] }],
        },
      ],
    },
    output: { rules: 1, tests: [{ name: 'fires after ten seconds', passed: true, differences: [] }] },
  },
});

export const alertSchema = z.object({
  alert: z.string(),
  /** Of what: a capability, a service, a process or a breaker. */
  name: z.string(),
  /** Alerts of one service are told together. */
  service: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  /** `pending`: it holds, but not for long enough yet. */
  state: z.enum(['pending', 'firing', 'resolved']),
  figure: z.string(),
  value: z.number().optional(),
  /** What is normal, such as `at most 5`. */
  expected: z.string(),
  summary: z.string(),
  /** When it began, ISO 8601. */
  since: z.string(),
  resolvedAt: z.string().optional(),
  /** What probably is the reason: another alert, and how the two are connected. */
  cause: z.string().optional(),
  /** The id of the silence that keeps it from being told. */
  silencedBy: z.string().optional(),
});
export type Alert = z.infer<typeof alertSchema>;

export const actionSchema = z.object({
  action: actionKindSchema,
  /** A process, a capability, or what the alert is of. */
  target: z.string(),
  service: z.string(),
  why: z.string(),
  at: z.string(),
  /** `dry_run`: it was not allowed, so it was only told. */
  outcome: z.enum(['done', 'failed', 'dry_run']),
});
export type Action = z.infer<typeof actionSchema>;

export const silenceSchema = z.object({
  id: z.string(),
  /** The name of an alert; absent: all. */
  alert: z.string().optional(),
  /** The name that it is of, or its service; absent: all. */
  of: z.string().optional(),
  reason: z.string(),
  since: z.string(),
  until: z.string(),
});
export type Silence = z.infer<typeof silenceSchema>;

const ALERT_EXAMPLE: Alert = {
  ...{ alert: 'TasksWait', name: 'intent.detect', service: 'intent', severity: 'critical', state: 'firing' },
  ...{ figure: 'capability.oldestLiveSeconds', value: 8.2, expected: 'at most 5', summary: 'Live tasks wait.' },
  since: '2026-01-05T09:00:00.000Z',
  cause: 'ServiceDies of intent: its processes die',
};
const SILENCE_EXAMPLE: Silence = {
  ...{ id: 's-01k7', alert: 'TasksWait', of: 'intent', reason: 'load test' },
  ...{ since: '2026-01-05T09:00:00.000Z', until: '2026-01-05T10:00:00.000Z' },
};

export const alerts = capability({
  name: 'scheduler.alerts',
  summary: 'Shows the alerts that stand, those that were resolved in the last hour, and the silences.',
  timeoutMs: 5_000,
  input: z.strictObject({}),
  output: z.object({
    rules: z.number().int(),
    /** What is wrong with the file of thresholds: while it is, nothing is watched. */
    fault: z.string().optional(),
    alerts: z.array(alertSchema),
    silences: z.array(silenceSchema),
    /** What was done about them, the newest first, since the scheduler started. */
    actions: z.array(actionSchema),
  }),
  example: {
    input: {},
    output: {
      ...{ rules: 9, alerts: [ALERT_EXAMPLE], silences: [SILENCE_EXAMPLE] },
      actions: [
        {
          ...{ action: 'restart', target: 'intent-01k7', service: 'intent', at: '2026-01-05T09:00:15.000Z' },
          ...{ why: 'MemoryGrows of intent-01k7: Its memory grows all the time.', outcome: 'dry_run' },
        },
      ],
    },
  },
});

export const silence = capability({
  name: 'scheduler.silence',
  summary: 'Keeps alerts from being told for a time, or ends such a silence.',
  timeoutMs: 5_000,
  input: z
    .strictObject({
      alert: z.string().min(1).max(64).optional(),
      of: z.string().min(1).max(128).optional(),
      forSeconds: z.number().int().min(1).max(604_800).optional(),
      reason: z.string().min(1).max(300).optional(),
      /** The id of a silence to end. */
      lift: z.string().min(1).max(64).optional(),
    })
    .superRefine(({ lift, forSeconds, reason, alert, of }, context) => {
      const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
      if (lift !== undefined) return;
      if (forSeconds === undefined) fault('forSeconds', 'say how long the silence is');
      if (reason === undefined) fault('reason', 'say why it is silenced');
      if (alert === undefined && of === undefined) fault('alert', 'name an alert, or what it is of');
    }),
  output: z.object({ silences: z.array(silenceSchema) }),
  example: {
    input: { alert: 'TasksWait', of: 'intent', forSeconds: 3_600, reason: 'load test' },
    output: { silences: [SILENCE_EXAMPLE] },
  },
});
