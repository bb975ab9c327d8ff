import { serviceOf } from '@llmos/contracts';
import type { Signal } from '../../signals/signals.js';

/** One figure at one moment. */
export interface FigureValue {
  /** Such as `capability.oldestLiveSeconds`. */
  readonly figure: string;
  /** Of what: a capability, a service, a process, a breaker, a tenant. */
  readonly name: string;
  readonly service: string;
  readonly value: number;
}

/** All figures of one capability, service, process or breaker. */
export interface NamedFigures {
  readonly service: string;
  readonly values: Map<string, number>;
}

/** By scope (`capability`), and by name (`intent.detect`). */
export type FigureTable = ReadonlyMap<string, ReadonlyMap<string, NamedFigures>>;

export function scopeOf(figure: string): string {
  return figure.slice(0, figure.indexOf('.'));
}

export function tableOf(figures: readonly FigureValue[]): FigureTable {
  const table = new Map<string, Map<string, NamedFigures>>();
  for (const { figure, name, service, value } of figures) {
    const scope = scopeOf(figure);
    const names = table.get(scope) ?? new Map<string, NamedFigures>();
    table.set(scope, names);
    const known = names.get(name) ?? { service, values: new Map<string, number>() };
    names.set(name, known);
    known.values.set(figure, value);
  }
  return table;
}

/** Every number in the signals, under the name that thresholds use. */
export function figureValuesOf({ processes, services, capabilities, breakers, tenants }: Signal): FigureValue[] {
  return [
    ...processes.flatMap((process) => numbersOf('process', process.node, process.service, process)),
    ...services.flatMap((service) => numbersOf('service', service.service, service.service, service)),
    ...capabilities.flatMap((own) => numbersOf('capability', own.capability, own.service, own)),
    // Gateways admit the runs of tenants.
    ...tenants.flatMap((own) => numbersOf('tenant', own.tenant, 'gateway', own)),
    ...breakers.map(({ breaker, seenBy }) => ({
      ...{ figure: 'breaker.open', name: breaker, value: 1 },
      service: breaker.includes('.') ? serviceOf(breaker) : (seenBy[0] ?? breaker),
    })),
  ];
}

function numbersOf(scope: string, name: string, service: string, figures: object): FigureValue[] {
  return Object.entries(figures).flatMap(([figure, value]) =>
    typeof value === 'number' ? [{ figure: `${scope}.${figure}`, name, service, value }] : [],
  );
}
