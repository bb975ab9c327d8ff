import type { OutputOf } from '@llmos/contracts';
import type { check, RuleTest, Thresholds } from '@llmos/contracts/capabilities/scheduler-alerts';
import { AlertBook } from './alert-book.js';
import { ServiceGraph } from './cause.js';
import type { FigureValue } from './figure-values.js';

type Result = OutputOf<typeof check>;

/** Lives through each test in virtual time. */
export function checkThresholds({ rules, tests }: Thresholds): Result {
  return {
    rules: rules.length,
    tests: tests.map((test) => {
      const differences = differencesOf(test, rules);
      return { name: test.name, passed: differences.length === 0, differences };
    }),
  };
}

function differencesOf({ every, series, expect }: RuleTest, rules: Thresholds['rules']) {
  const book = new AlertBook(rules, new ServiceGraph([]));
  const step = Math.max(1, every);
  const known = series.map(({ figure, name, values }) => ({ figure, name, values: valuesOf(values) }));
  const end = Math.max(...expect.map(({ at }) => at));
  const differences: Result['tests'][number]['differences'] = [];
  for (let at = 0; at * step <= end; at++) {
    const figures: FigureValue[] = known.flatMap(({ figure, name, values }) => {
      const value = values[at];
      return value === undefined ? [] : [{ figure, name, service: name.split('.')[0]!, value }];
    });
    book.look(figures, at * step);
    const firing = book.alerts().flatMap(({ alert, name, state }) => (state === 'firing' ? [`${alert} ${name}`] : []));
    // What is expected at a time between two values is compared after the earlier one.
    for (const expected of expect.filter((each) => Math.floor(each.at / step) === at))
      if (String(firing.sort()) !== String([...expected.firing].sort()))
        differences.push({ atSeconds: expected.at, expected: expected.firing, firing });
  }
  return differences;
}

/** `0*3 8+2*2 _` → 0, 0, 0, 8, 10, none. */
export function valuesOf(text: string): (number | undefined)[] {
  return text
    .trim()
    .split(/\s+/)
    .flatMap((part) => {
      const [, first, step = '0', times = '1'] = /^(_|-?[\d.]+)([+-][\d.]+)?(?:\*(\d+))?$/.exec(part) ?? [];
      return Array.from({ length: Number(times) }, (_, at) =>
        first === '_' ? undefined : Number(first) + at * Number(step),
      );
    });
}
