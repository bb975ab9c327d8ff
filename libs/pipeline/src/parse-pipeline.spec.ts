import { loadCapabilities, type Capability } from '@llmos/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import { parsePipeline, PipelineError } from './parse-pipeline.js';

const good = `name: voice
version: 1
input:
  text: { type: string }
steps:
  - id: intent
    uses: intent.detect
    with:
      text: \${input.text}
result: \${intent.intent}
`;

describe('parsePipeline', () => {
  let capabilities: Map<string, Capability>;
  beforeAll(async () => {
    capabilities = await loadCapabilities();
  });
  const faultsOf = (text: string) => {
    try {
      parsePipeline(text, 'p.yaml', capabilities);
    } catch (error) {
      if (error instanceof PipelineError) return error.message.split('\n');
      throw error;
    }
    return [];
  };

  it('accepts every pipeline of the installation', () => {
    const folder = 'deploy/pipelines';
    for (const file of readdirSync(folder))
      expect(parsePipeline(readFileSync(`${folder}/${file}`, 'utf8'), file, capabilities).name).toBe(
        file.replace('.yaml', ''),
      );
  });

  it('lets no caller wait for more than two seconds for a step that only keeps something', () => {
    const folder = 'deploy/pipelines';
    const waits: string[] = [];
    for (const file of readdirSync(folder)) {
      const { steps, result, details } = parsePipeline(readFileSync(`${folder}/${file}`, 'utf8'), file, capabilities);
      for (const { id, uses, onError } of steps) {
        const rest = JSON.stringify([steps.filter((other) => other.id !== id), result, details]);
        const onlyKeeps = onError === 'continue' && !new RegExp(`\\b${id}\\b[^"]*\\}|!${id}\\b`).test(rest);
        if (onlyKeeps && capabilities.get(uses)!.timeoutMs > 2_000) waits.push(`${file}: ${id}`);
      }
    }
    expect(waits).toEqual([]);
  });

  it('checks the fallback of a step as the step itself', () => {
    const withFallback = (fallback: string) => faultsOf(good.replace('result:', `    fallback: ${fallback}\nresult:`));
    expect(withFallback("{ output: { intent: '${input.text}' } }")).toEqual([]);
    expect(withFallback("{ uses: retrieval.search, with: { query: '${input.text}' } }")).toEqual([]);
    expect(withFallback('{ output: { intent: "${later.text}" } }')).toEqual([
      expect.stringMatching(/^p\.yaml:10: steps\.0\.fallback: 'later' is neither/),
    ]);
    expect(withFallback('{ uses: intent.guess }')[0]).toMatch(/steps\.0\.fallback\.uses: there is no capability/);
    expect(withFallback('{ uses: retrieval.search, with: { q: a } }')).toEqual([
      expect.stringMatching(/fallback\.with\.q: 'retrieval\.search' has no input 'q'/),
      expect.stringMatching(/fallback\.with: 'retrieval\.search' requires 'query'/),
    ]);
    expect(withFallback('{ skip: true }')[0]).toMatch(/steps\.0\.fallback/);
    expect(withFallback("{ uses: intent.detect, with: { text: '${input.text}' } }")).toEqual([
      'p.yaml:10: steps.0.fallback.uses: a step cannot be its own fallback',
    ]);
  });

  it('checks what a fallback gives against what its capability gives', () => {
    const withOutput = (output: string) =>
      faultsOf(good.replace('result:', `    fallback: { output: ${output} }\nresult:`));
    expect(withOutput('{ intent: 5 }')).toEqual([
      expect.stringMatching(/^p\.yaml:10: steps\.0\.fallback\.output\.intent: is not what 'intent\.detect' gives/),
    ]);
    expect(withOutput("{ intent: '${input.text}', reply: 'I cannot tell.' }")).toEqual([]);
  });

  it('refuses to read a field that neither the capability of a step nor its fallback gives', () => {
    const reading = (path: string) => good.replace('intent.intent', path);
    expect(faultsOf(reading('intent.reply'))).toEqual([
      expect.stringMatching(/^p\.yaml:10: result: the output of 'intent' has no 'reply'; it has: intent, /),
    ]);
    const fallback = '    fallback: { output: { reply: "I cannot tell." } }\nresult:';
    expect(faultsOf(reading('intent.reply').replace('result:', fallback))).toEqual([]);
  });

  it('reserves pipelines that train, destroy, spend a budget or show protected data for operators', () => {
    const forOperators =
      /train|evaluate|rollback|models|delete_classifier|rotate|shred|export|erase|statistic|restriction|threats|list_questions|list_feedback|plan_|availability|replay|signals|alerts|thresholds|scaling/;
    const folder = 'deploy/pipelines';
    for (const file of readdirSync(folder)) {
      const { name, role } = parsePipeline(readFileSync(`${folder}/${file}`, 'utf8'), file, capabilities);
      expect({ name, role }).toEqual({ name, role: forOperators.test(name) ? 'operator' : 'caller' });
    }
  });

  it.each([
    ['intent.detect', 'intent.guess', /^p\.yaml:7: steps\.0\.uses: there is no capability 'intent\.guess'/],
    [
      '${input.text}',
      '${input.txt}',
      /^p\.yaml:9: steps\.0\.with\.text: the pipeline has no input 'txt'; its inputs are: text/,
    ],
    ['${input.text}', '${later.text}', /^p\.yaml:9: .*'later' is neither 'input' nor an earlier step/],
    ['${input.text}', '${pipeline.name}', /^p\.yaml:9: .*only 'pipeline\.greeting' can be read/],
    ['${input.text}', '${input.text ??}', /^p\.yaml:9: .*not a complete expression/],
    [
      '      text:',
      '      txet:',
      /^p\.yaml:9: steps\.0\.with\.txet: 'intent\.detect' has no input 'txet'; its inputs are: text/,
    ],
    ['version: 1', 'version: one', /^p\.yaml:2: version: /],
    ['version: 1', 'version: 1\nversion: 2', /^p\.yaml:3: /],
    ['version: 1', 'version: 1\nrole: root', /^p\.yaml:3: role: /],
    ['    uses:', '    use:', /^p\.yaml:6: steps\.0.*/],
    ['{ type: string }', '{ type: text }', /^p\.yaml:4: input\.text\.type: /],
    ['result: ', 'result: [', /^p\.yaml:1[01]: /],
  ])('%j replaced by %j: the error names the line', (from, to, expected) => {
    expect(faultsOf(good.replace(from, to)).join('\n')).toMatch(expected);
  });

  it('reports all faults at once', () => {
    expect(faultsOf(good.replace('intent.detect', 'a.b').replace('${intent.intent}', '${x.y}'))).toHaveLength(2);
  });

  it('reports a required input that is missing', () => {
    expect(faultsOf(good.replace(/ {4}with:\n {6}text: .*\n/, ''))[0]).toMatch(
      /p\.yaml:6: steps\.0\.with: 'intent\.detect' requires 'text'/,
    );
  });
});
