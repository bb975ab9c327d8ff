import { serviceOf } from '@llmos/contracts';
import type { Alert } from '@llmos/contracts/capabilities/scheduler-alerts';

/** From causes to effects: a process that dies makes errors and lets tasks wait, not the other way round. */
const DEPTH: readonly RegExp[] = [
  /^service\./,
  /^process\.memory/,
  /^process\./,
  /^breaker\./,
  /Error|failed|retried/,
  /handler|busy|inWork/,
  /./,
];

interface Steps {
  readonly name: string;
  readonly steps: readonly { readonly uses: string }[];
}

/** Which services come before which in the pipelines: work and failures come from there. */
export class ServiceGraph {
  /** By service: the services before it, and in which pipeline. */
  private readonly before = new Map<string, Map<string, string>>();

  constructor(pipelines: readonly Steps[]) {
    for (const { name, steps } of pipelines)
      steps.forEach(({ uses }, at) => {
        const service = serviceOf(uses);
        const known = this.before.get(service) ?? new Map<string, string>();
        this.before.set(service, known);
        for (const earlier of steps.slice(0, at).map((step) => serviceOf(step.uses)))
          if (earlier !== service && !known.has(earlier)) known.set(earlier, name);
      });
  }

  /** The pipeline in which `earlier` comes before `service`. */
  pipelineFrom(earlier: string, service: string): string | undefined {
    return this.before.get(service)?.get(earlier);
  }
}

/**
 * What probably is the reason for an alert: the deepest other one of the same service, or else of a service before it in a
 * pipeline. A guess, with its ground, for the person who looks.
 */
export function causeOf(alert: Alert, all: readonly Alert[], graph: ServiceGraph): string | undefined {
  const deeper = all
    .filter((other) => other !== alert && depthOf(other) < depthOf(alert))
    .sort((a, b) => depthOf(a) - depthOf(b) || a.since.localeCompare(b.since));
  const own = deeper.find(({ service }) => service === alert.service);
  if (own) return `${own.alert} of ${own.name}, of the same service: ${own.summary}`;
  for (const other of all) {
    const pipeline = other === alert ? undefined : graph.pipelineFrom(other.service, alert.service);
    if (pipeline !== undefined && other.service !== alert.service && other.since <= alert.since)
      return `${other.alert} of ${other.name}, which comes before it in ${pipeline}: ${other.summary}`;
  }
  return undefined;
}

function depthOf({ figure }: Alert): number {
  return DEPTH.findIndex((pattern) => pattern.test(figure));
}
