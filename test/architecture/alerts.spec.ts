import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: { runbook: string };
    }[];
  }[];
}

describe('The alert rules', () => {
  const operations = readFileSync('docs/operations.md', 'utf8');
  const { groups } = parse(readFileSync('deploy/prometheus/alerts.yaml', 'utf8')) as Rules;
  const rules = groups.flatMap((group) => group.rules).map((rule) => [rule.alert, rule] as const);

  it.each(rules)('%s reads metrics that operations.md lists, and names a line of its troubleshooting', (_, rule) => {
    const metrics = rule.expr.match(/llmos_\w+/gu) ?? [];
    expect(metrics).not.toHaveLength(0);
    for (const metric of metrics) expect(operations).toContain(`| \`${metric.replace(/_bucket$/u, '')}\` `);
    expect(operations).toContain(`- **${rule.annotations.runbook}`);
  });
});

describe('The thresholds', () => {
  const operations = readFileSync('docs/operations.md', 'utf8');
  const thresholds = readFileSync('deploy/thresholds.yaml', 'utf8');
  const alerts = [...thresholds.matchAll(/^ {2}- alert: (\w+)$/gmu)].map(([, alert]) => alert!);

  it('have alerts, and operations.md says what to do about each', () => {
    expect(alerts).not.toHaveLength(0);
    expect(alerts.filter((alert) => !operations.includes(`- **\`${alert}\`.**`))).toEqual([]);
  });
});
