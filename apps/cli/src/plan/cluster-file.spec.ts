import { parseCluster } from './cluster-file.js';

const GOOD = `nodes:
  - name: node-1
    cores: 4
    memoryMb: 8000
services:
  - name: intent
    cores: 1
`;
const parsing = (text: string) => () => parseCluster(text, 'cluster.yaml');

describe('A cluster file', () => {
  it('becomes a request with its defaults', () => {
    expect(parseCluster(GOOD, 'cluster.yaml')).toMatchObject({
      nodes: [{ name: 'node-1', price: 1 }],
      services: [{ name: 'intent', replicas: 1 }],
      objective: { nodes: 1 },
    });
  });

  it('with a typo names the line, the field, and the field that was meant', () => {
    expect(parsing(GOOD.replace('    cores: 4', '    coers: 4'))).toThrow(
      /cluster\.yaml:3: .*nodes\.0.*coers.*did you mean cores\?/,
    );
  });

  it('with a value that is not possible names the line and the limit', () => {
    expect(parsing(GOOD.replace('cores: 1', 'cores: -1'))).toThrow(
      /cluster\.yaml:7: 'services\.0\.cores' must be at least 0/,
    );
  });

  it('with a service that does not exist names the line of the rule', () => {
    const text = `${GOOD}    affinity:\n      - with: nobody\n`;
    expect(parsing(text)).toThrow(/cluster\.yaml:9: .*there is no service called nobody/);
  });

  it('with a fault of YAML names its line', () => {
    expect(parsing(`${GOOD}  - name: [\n`)).toThrow(/cluster\.yaml:\d+: /);
  });
});
