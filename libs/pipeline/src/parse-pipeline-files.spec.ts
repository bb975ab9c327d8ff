import { loadCapabilities, type Capability } from '@llmos/contracts';
import { isPipelineFile, parsePipelineFiles } from './parse-pipeline-files.js';

const pipeline = (name: string, uses = 'intent.detect') => `version: 1
name: ${name}
input:
  text: { type: string }
steps:
  - id: intent
    uses: ${uses}
    with:
      text: \${input.text}
result: \${intent.intent}
`;

describe('parsePipelineFiles', () => {
  let capabilities: Map<string, Capability>;
  beforeAll(async () => {
    capabilities = await loadCapabilities();
  });

  it('returns the pipelines by file name, and the faults of all other files', () => {
    const { pipelines, faults } = parsePipelineFiles(
      [
        { name: 'a.yaml', text: pipeline('a') },
        { name: 'b.yml', text: pipeline('b', 'intent.guess') },
        { name: 'c.yaml', text: pipeline('C') },
        { name: 'd.yml', text: pipeline('d') },
      ],
      capabilities,
    );
    expect([...pipelines].map(([file, { name }]) => [file, name])).toEqual([
      ['a.yaml', 'a'],
      ['d.yml', 'd'],
    ]);
    expect(faults.map(({ file, line, path }) => [file, line, path])).toEqual([
      ['b.yml', 7, 'steps.0.uses'],
      ['c.yaml', 2, 'name'],
    ]);
  });

  it('reports a second file with the same pipeline name as a fault of that file', () => {
    const { pipelines, faults } = parsePipelineFiles(
      ['one.yaml', 'two.yml'].map((name) => ({ name, text: pipeline('twin') })),
      capabilities,
    );
    expect([...pipelines.keys()]).toEqual(['one.yaml']);
    expect(faults).toEqual([
      { file: 'two.yml', line: 2, path: 'name', message: "one.yaml has the name 'twin' already" },
    ]);
  });

  it('reads .yaml and .yml files only', () => {
    expect(['a.yaml', 'b.yml', 'README.md', 'c.yaml.bak'].filter(isPipelineFile)).toEqual(['a.yaml', 'b.yml']);
  });
});
