import { thresholdsSchema } from '@llmos/contracts/capabilities/scheduler-alerts';
import { readFileSync } from 'node:fs';
import { checkThresholds, valuesOf } from './check-thresholds.js';
import { readThresholds } from './files.js';

const FILE = new URL('../../../../../deploy/thresholds.yaml', import.meta.url).pathname;

describe('The thresholds of this repository', () => {
  it('pass their own tests, and each has a test in which it fires', async () => {
    const thresholds = await readThresholds(FILE);
    const { tests } = checkThresholds(thresholds);
    expect(tests.filter(({ passed }) => !passed)).toEqual([]);
    const firing = thresholds.tests.flatMap(({ expect: all }) => all.flatMap((each) => each.firing));
    for (const { alert } of thresholds.rules) expect(firing.some((name) => name.startsWith(`${alert} `))).toBe(true);
  });

  it('each have a line in docs/operations.md', async () => {
    const operations = readFileSync('docs/operations.md', 'utf8');
    for (const { alert } of (await readThresholds(FILE)).rules) expect(operations).toContain(`- **\`${alert}\``);
  });
});

describe('checkThresholds', () => {
  const RULE = { alert: 'Waits', figure: 'capability.oldestSeconds', above: 5, for: '5s', summary: 'It waits.' };
  const test = (values: string, expected: object[]) =>
    thresholdsSchema.parse({
      rules: [RULE],
      tests: [
        {
          name: 'a',
          series: [{ figure: 'capability.oldestSeconds', name: 'intent.detect', values }],
          expect: expected,
        },
      ],
    });

  it('shows what was expected and what fired', () => {
    expect(checkThresholds(test('0 8*3', [{ at: '10s', firing: [] }])).tests).toEqual([
      {
        ...{ name: 'a', passed: false },
        differences: [{ atSeconds: 10, expected: [], firing: ['Waits intent.detect'] }],
      },
    ]);
  });

  it('reads repeated values, steps and gaps', () => {
    expect(valuesOf('0*2 8+2*3 5-1.5*2 _*2 -1')).toEqual([0, 0, 8, 10, 12, 5, 3.5, undefined, undefined, -1]);
  });

  it('names those of the same kind where a figure is wrong, not all of them', () => {
    const faultOf = (figure: string) =>
      thresholdsSchema.safeParse({ rules: [{ ...RULE, figure }] }).error!.issues[0]!.message;
    expect(faultOf('service.redy')).toContain('service.ready');
    expect(faultOf('service.redy')).not.toContain('capability');
    expect(faultOf('servce.ready')).toBe('must begin with one of: process, service, capability, breaker, tenant');
  });

  it.each([
    ['slowing what is no tenant', { rules: [{ ...RULE, action: 'slow_tenant' }] }, 'rules.0.action'],
    ['a restart of a tenant', { rules: [{ ...RULE, figure: 'tenant.share', action: 'restart' }] }, 'rules.0.action'],
    ['an unknown figure', { rules: [{ ...RULE, figure: 'capability.oldest' }] }, 'rules.0.figure'],
    ['a rule without a limit', { rules: [{ ...RULE, above: undefined }] }, 'rules.0'],
    ['two rules of one name', { rules: [RULE, RULE] }, 'rules.1.alert'],
    ['a condition on something else', { rules: [{ ...RULE, and: [{ figure: 'service.ready', below: 1 }] }] }, 'and.0'],
    ['a time without a unit', { rules: [{ ...RULE, for: '10' }] }, 'rules.0.for'],
  ])('refuses %s', (_, thresholds, path) => {
    const issues = thresholdsSchema.safeParse(thresholds).error?.issues.map((issue) => issue.path.join('.'));
    expect(issues?.join(' ')).toContain(path);
  });
});
