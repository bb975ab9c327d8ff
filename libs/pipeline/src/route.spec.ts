import { pipelineSchema, type Task } from '@llmos/contracts';
import { resultOf, nextStep, prune, stepInput, stepOf, stepsToTake } from './route.js';
import { fillIn } from './template.js';

const pipeline = pipelineSchema.parse({
  name: 'voice',
  version: 1,
  input: { audio: { type: 'bytes' }, text: { type: 'string' } },
  steps: [
    { id: 'heard', uses: 'asr.transcribe', when: 'input.audio', with: { audio: '${input.audio}' } },
    {
      id: 'intent',
      uses: 'intent.detect',
      when: 'heard.text ?? input.text',
      with: { text: '${heard.text ?? input.text}' },
    },
    {
      id: 'said',
      uses: 'generation.answer',
      with: { question: '${heard.text}', note: 'asked: ${heard.text}', list: ['${intent.name}', 1] },
    },
  ],
  result: '${said.text}',
  details: { intent: '${intent}' },
});
const task = (over: Partial<Task>): Task => ({
  pipeline,
  index: 0,
  input: {},
  outputs: {},
  timings: [],
  degraded: [],
  ...over,
});

describe('the itinerary of a run', () => {
  it('skips the steps whose condition is false', () => {
    expect(nextStep(pipeline, 0, task({ input: { audio: 'a' } }))).toBe(0);
    expect(nextStep(pipeline, 0, task({ input: { text: 'hi' } }))).toBe(1);
    expect(nextStep(pipeline, 1, task({ outputs: { heard: { text: '' } } }))).toBe(2);
    expect(nextStep(pipeline, 3, task({}))).toBeUndefined();
  });

  it('reads the greeting of the pipeline, which travels with the run', () => {
    const greeting = pipelineSchema.parse({
      ...pipeline,
      greeting: 'Hello!',
      result: '${said.text ?? pipeline.greeting}',
    });
    expect(resultOf(task({ pipeline: greeting })).result).toBe('Hello!');
    expect(resultOf(task({ pipeline: greeting, outputs: { said: { text: 'Bye.' } } })).result).toBe('Bye.');
  });

  it('skips a step that had no ready service when the run began', () => {
    expect(nextStep(pipeline, 0, task({ input: { text: 'hi' }, degraded: ['intent'] }))).toBe(2);
    expect(nextStep(pipeline, 2, task({ input: { text: 'hi' }, degraded: ['said'] }))).toBeUndefined();
  });

  it('fills in the input of a step and omits absent values', () => {
    const asked = stepInput(task({ index: 2, outputs: { heard: { text: 'hi' }, intent: { name: 'x' } } }));
    expect(asked).toEqual({ question: 'hi', note: 'asked: hi', list: ['x', 1] });
    expect(stepInput(task({ index: 2 }))).toEqual({ note: 'asked: ', list: [undefined, 1] });
  });

  it('does not carry a recording beyond the step that transcribes it', () => {
    const carried = prune(
      task({ input: { audio: 'long', text: 'hi' }, outputs: { heard: { text: 'x' }, intent: { name: 'y' } } }),
      1,
    );
    expect(carried.input).toEqual({ text: 'hi' });
    expect(carried.outputs).toHaveProperty('heard');
    const later = prune(task({ input: { text: 'hi' }, outputs: { heard: {}, intent: {}, said: {} } }), 3);
    expect(later).toEqual({ input: {}, outputs: { intent: {}, said: {} } });
  });

  it('asks the fallback of a step with its own input, and carries what that reads', () => {
    const fallback = { uses: 'retrieval.quote', with: { otherwise: '${heard.text}' } };
    const [heard, intent] = pipeline.steps;
    const steps = [heard!, { ...intent!, with: {}, when: undefined, fallback }];
    const own = { ...task({ index: 1, outputs: { heard: { text: 'hi' } } }), pipeline: { ...pipeline, steps } };
    expect(stepOf({ ...own, isFallback: true })).toMatchObject({ id: 'intent', uses: 'retrieval.quote' });
    expect(stepInput({ ...own, isFallback: true })).toEqual({ otherwise: 'hi' });
    expect(stepInput(own)).toEqual({});
    expect(prune(own, 1).outputs).toEqual({ heard: { text: 'hi' } });
  });

  it('ends with the result and the details', () => {
    expect(resultOf(task({ outputs: { said: { text: 'Hello.' }, intent: { name: 'y' } } }))).toEqual({
      result: 'Hello.',
      details: { intent: { name: 'y' } },
    });
    expect(resultOf(task({}))).toEqual({ result: '', details: {} });
  });

  it('lists the steps that a run may take before it begins', () => {
    expect(stepsToTake(pipeline, { text: 'hi' }).map((step) => step.id)).toEqual(['intent', 'said']);
    expect(stepsToTake(pipeline, { audio: 'a' }).map((step) => step.id)).toEqual(['heard', 'intent', 'said']);
  });

  it('inserts values into longer texts, objects as JSON', () => {
    expect(fillIn('${input.n} of ${input.o} ${input.none}', { input: { n: 2, o: { a: 1 } }, outputs: {} })).toBe(
      '2 of {"a":1} ',
    );
  });
});
