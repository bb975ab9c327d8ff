import { z } from 'zod';
import { capability } from '../capability.js';

/** A name as Kubernetes allows it for nodes and Deployments. */
const nameSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9._]*[a-z0-9])?$/, 'must be lower-case letters, digits, ".", "-" and "_"');
const MAX_LABELS = 64;
/** Counted before they are read: a record has no limit of its own. */
const labelsSchema = z
  .unknown()
  .refine((value) => typeof value !== 'object' || value === null || Object.keys(value).length <= MAX_LABELS, {
    error: `at most ${MAX_LABELS} labels`,
    abort: true,
  })
  .pipe(z.record(z.string().min(1).max(317), z.string().max(63)));
const coresSchema = z.number().min(0).max(100_000);
const memorySchema = z.number().min(0).max(1_000_000_000);

/** One machine. */
export const planNodeSchema = z.strictObject({
  name: nameSchema,
  /** What replicas may use of it, in cores; parts of a core count, down to a thousandth. */
  cores: coresSchema,
  /** What replicas may use of it, in megabytes. */
  memoryMb: memorySchema,
  /** Its accelerators, each with its own memory. A replica has an accelerator for itself. */
  accelerators: z
    .array(z.strictObject({ memoryMb: memorySchema }))
    .max(64)
    .default([]),
  /** The failure domain of the network, as the label `topology.kubernetes.io/zone`. */
  zone: z.string().min(1).max(63).optional(),
  labels: labelsSchema.default({}),
  /** What it costs for as long as it is used, in any unit. */
  price: z.number().min(0).max(1_000_000_000).default(1),
});

/** In which neighbourhood a rule between services counts. A node without a zone is a zone of its own. */
const ruleSchema = z.strictObject({ with: nameSchema, within: z.enum(['node', 'zone']).default('node') });

/** One service, with replicas that are alike. Every limit is hard: a plan never breaks one. */
export const planServiceSchema = z.strictObject({
  name: nameSchema,
  replicas: z.number().int().min(0).max(10_000).default(1),
  /** What each replica needs. */
  cores: coresSchema,
  memoryMb: memorySchema.default(0),
  /** Accelerators that each replica has for itself, each with at least so much memory. */
  accelerator: z
    .strictObject({ count: z.number().int().min(1).max(64).default(1), memoryMb: memorySchema.default(0) })
    .optional(),
  /** Where not all fits: one replica of priority 9 counts as much as ten of priority 0. */
  priority: z.number().int().min(0).max(1_000).default(0),
  /** Labels that its nodes must have. */
  nodeSelector: labelsSchema.default({}),
  /** Zones that its nodes must be in. Empty: any. */
  zones: z.array(z.string().min(1).max(63)).max(100).default([]),
  /** Each replica needs a replica of that service nearby. With its own name: the replicas stay together. */
  affinity: z.array(ruleSchema).max(20).default([]),
  /** No replica may have one of that service nearby. With its own name: the replicas are spread. */
  antiAffinity: z.array(ruleSchema).max(20).default([]),
  /** All replicas, or none. */
  gang: z.boolean().default(false),
  /** The nodes its replicas are on now, one entry for each that runs. */
  places: z.array(nameSchema).max(10_000).default([]),
});

/** What is to be small: the weighted sum of these is minimised, after as much as possible has been placed. */
export const planObjectiveSchema = z.strictObject({
  /** For each node in use. */
  nodes: z.number().min(0).max(1_000_000).default(0),
  /** For each unit of the price of a node in use. */
  cost: z.number().min(0).max(1_000_000).default(0),
  /** For the highest share (0 to 1) of cores or memory in use on a node. */
  balance: z.number().min(0).max(1_000_000).default(0),
  /** For each replica that leaves the node it is on. */
  movement: z.number().min(0).max(1_000_000).default(0),
});

/** Replicas of all services together. */
const MAX_REPLICAS = 50_000;
/** Faults that are reported at once. */
const MAX_FAULTS = 20;

export const planSolverSchema = z.enum(['portfolio', 'milp', 'genetic', 'swarm', 'greedy']);

/** The limit that keeps a replica from a node. */
export const planLimitSchema = z.enum([
  'nodeSelector',
  'zones',
  'cores',
  'memory',
  'accelerators',
  'affinity',
  'antiAffinity',
  'gang',
]);

const planRequestSchema = z.strictObject({
  nodes: z.array(planNodeSchema).min(1).max(2_000),
  services: z.array(planServiceSchema).min(1).max(10_000),
  objective: planObjectiveSchema.default({ nodes: 1, cost: 0, balance: 0, movement: 0 }),
  solver: planSolverSchema.default('portfolio'),
  /** When the search ends; a proven optimum ends it earlier. */
  budgetMs: z.number().int().min(50).max(600_000).default(5_000),
  /** The same seed repeats a search that is not cut off by its time. */
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
  /** Whether each decision comes with its reason. */
  explain: z.boolean().default(true),
});

/** Checks that names are unique and known. */
export const planInputSchema = planRequestSchema.superRefine(({ nodes, services }, context) => {
  let faults = 0;
  const fault = (path: (string | number)[], message: string) => {
    if (++faults <= MAX_FAULTS) context.addIssue({ code: 'custom', path, message });
  };
  const names = new Set(services.map(({ name }) => name));
  const seen = new Set<string>();
  nodes.forEach(({ name }, at) => {
    if (seen.has(name)) fault(['nodes', at, 'name'], `there are two nodes called ${name}`);
    seen.add(name);
  });
  const before = new Set<string>();
  let replicas = 0;
  services.forEach((service, at) => {
    const { name } = service;
    if (before.has(name)) fault(['services', at, 'name'], `there are two services called ${name}`);
    before.add(name);
    for (const list of ['affinity', 'antiAffinity'] as const)
      service[list].forEach((rule, n) => {
        if (!names.has(rule.with)) fault(['services', at, list, n, 'with'], `there is no service called ${rule.with}`);
      });
    replicas += service.replicas;
  });
  if (replicas > MAX_REPLICAS)
    fault(['services'], `there are ${replicas} replicas in all; a plan has at most ${MAX_REPLICAS}`);
});

const partsSchema = z.object({
  /** Nodes in use. */
  nodes: z.number().int(),
  /** The sum of their prices. */
  cost: z.number(),
  /** The highest share of cores or memory in use on a node. */
  balance: z.number(),
  /** Replicas that leave the node they are on. */
  movement: z.number().int(),
});

export const planPlacementSchema = z.object({
  service: z.string(),
  node: z.string(),
  replicas: z.number().int().positive(),
  /** How many of them are not on this node now. */
  arriving: z.number().int().nonnegative(),
  /** Why this node; absent without `explain`. */
  why: z.string().optional(),
  /** What would change it. */
  change: z.string().optional(),
});

export const planUnplacedSchema = z.object({
  service: z.string(),
  replicas: z.number().int().positive(),
  limit: planLimitSchema,
  /** What stopped it, and where. */
  why: z.string(),
  /** What would let it in. */
  change: z.string(),
});

export const planOutputSchema = z.object({
  placements: z.array(planPlacementSchema),
  unplaced: z.array(planUnplacedSchema),
  /** The weighted sum of `parts`, without what could not be placed. */
  objective: z.number(),
  parts: partsSchema,
  /** The same of the places that replicas have now; absent if none runs. */
  before: partsSchema.optional(),
  /**
   * The score is the objective, and for each replica without a place its priority + 1 times a penalty that is more than
   * all else can cost.
   */
  score: z.number(),
  /** No plan has a lower score than this. */
  bound: z.number(),
  /** (score − bound) ÷ score; 0: no better plan exists. */
  gap: z.number(),
  /** The solver whose plan this is. */
  solver: z.string(),
  /** What each solver found, and what became of one that failed. */
  solvers: z.array(
    z.object({ solver: z.string(), score: z.number().optional(), ms: z.number(), message: z.string().optional() }),
  ),
  ms: z.number(),
});

export const plan = capability({
  name: 'scheduler.plan',
  summary: 'Places the replicas of services on nodes within hard limits, and says why and what would change it.',
  timeoutMs: 660_000,
  input: planInputSchema,
  output: planOutputSchema,
  example: {
    input: {
      nodes: [
        { name: 'node-1', cores: 4, memoryMb: 8_000 },
        { name: 'node-2', cores: 4, memoryMb: 8_000 },
      ],
      services: [
        { name: 'intent', replicas: 2, cores: 1, memoryMb: 500 },
        { name: 'generation', cores: 8, memoryMb: 2_000 },
      ],
      solver: 'greedy',
      explain: false,
    },
    output: {
      placements: [{ service: 'intent', node: 'node-1', replicas: 2, arriving: 2 }],
      unplaced: [
        {
          service: 'generation',
          replicas: 1,
          limit: 'cores',
          why: 'It needs 8 cores; the largest node that it may use, node-1, has 4.',
          change: 'A node with 8 cores, or a replica that needs at most 4.',
        },
      ],
      objective: 1,
      parts: { nodes: 1, cost: 1, balance: 0.5, movement: 0 },
      score: 4,
      bound: 4,
      gap: 0,
      solver: 'greedy',
      solvers: [{ solver: 'greedy', score: 4, ms: 1 }],
      ms: 1,
    },
  },
});
