import { ruleSchema, type Rule, type Silence } from '@llmos/contracts/capabilities/scheduler-alerts';
import { AlertBook } from './alert-book.js';
import { ServiceGraph } from './cause.js';
import type { FigureValue } from './figure-values.js';

const rule = (own: object): Rule =>
  ruleSchema.parse({ figure: 'capability.oldestLiveSeconds', above: 5, summary: 'Tasks wait.', ...own });
const WAIT = rule({ alert: 'TasksWait', for: '10s' });
const DIES = rule({ alert: 'Dies', figure: 'service.deaths', above: 2, summary: 'It dies.' });
const GRAPH = new ServiceGraph([
  { name: 'answer', steps: [{ uses: 'intent.detect' }, { uses: 'retrieval.search' }, { uses: 'generation.answer' }] },
]);

const waits = (capability: string, value: number): FigureValue => ({
  ...{ figure: 'capability.oldestLiveSeconds', name: capability, service: capability.split('.')[0]!, value },
});
const deaths = (service: string, value: number): FigureValue => ({
  ...{ figure: 'service.deaths', name: service, service, value },
});
const silence = (own: Partial<Silence>): Silence => ({
  ...{ id: 's-1', reason: 'test', since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z', ...own },
});

describe('AlertBook', () => {
  it('tells when an alert fires and when it is resolved, each once', () => {
    const book = new AlertBook([WAIT], GRAPH);
    const told: string[] = [];
    for (let at = 0; at <= 60; at += 5)
      for (const { alerts } of book.look([waits('intent.detect', at >= 10 && at < 40 ? 8 : 0)], at))
        told.push(...alerts.map(({ state, since }) => `${at} ${state} since ${since.slice(14, 19)}`));
    expect(told).toEqual(['20 firing since 00:10', '50 resolved since 00:10']);
    expect(book.alerts()).toMatchObject([{ state: 'resolved', value: 8, expected: 'at most 5' }]);
    book.look([], 4_000);
    expect(book.alerts()).toEqual([]);
  });

  it('does not fire while a figure is odd for moments only, again and again', () => {
    const book = new AlertBook([WAIT], GRAPH);
    for (let at = 0; at < 3_600; at += 5)
      expect(book.look([waits('intent.detect', at % 15 < 10 ? 60 : 0)], at)).toEqual([]);
  });

  it('does not resolve an alert for moments in which it is calm', () => {
    const book = new AlertBook([WAIT], GRAPH);
    const told: number[] = [];
    for (let at = 0; at < 3_600; at += 5)
      if (book.look([waits('intent.detect', at > 20 && at % 15 === 0 ? 0 : 60)], at).length > 0) told.push(at);
    expect(told).toEqual([10]);
  });

  it('resolves what is gone', () => {
    const book = new AlertBook([DIES], GRAPH);
    book.look([deaths('intent', 3)], 0);
    expect(book.look([], 5)).toMatchObject([{ service: 'intent', alerts: [{ state: 'resolved' }] }]);
  });

  it('tells alerts of one service together', () => {
    const book = new AlertBook([rule({ alert: 'First' }), rule({ alert: 'Second' })], GRAPH);
    const groups = book.look([waits('intent.detect', 9), waits('asr.transcribe', 9)], 0);
    expect(groups.map(({ service, alerts }) => [service, alerts.map(({ alert }) => alert)])).toEqual([
      ['intent', ['First', 'Second']],
      ['asr', ['First', 'Second']],
    ]);
  });

  it('names the deeper fault of the same service as the cause, or one that comes before it in a pipeline', () => {
    const book = new AlertBook([rule({ alert: 'Wait' }), DIES], GRAPH);
    book.look([deaths('intent', 3)], 0);
    book.look([deaths('intent', 3), waits('intent.detect', 9), waits('generation.answer', 9)], 5);
    const causeOf = (of: string) => book.alerts().find(({ name }) => name === of)!.cause;
    expect(causeOf('intent.detect')).toBe('Dies of intent, of the same service: It dies.');
    expect(causeOf('generation.answer')).toContain('which comes before it in answer');
    expect(causeOf('intent')).toBeUndefined();
  });

  it('shows silenced alerts and tells none of them', () => {
    const book = new AlertBook([rule({ alert: 'Wait' }), rule({ alert: 'Other' })], GRAPH);
    const silences = [silence({ alert: 'Wait', of: 'intent' })];
    const groups = book.look([waits('intent.detect', 9)], 0, silences);
    expect(groups.flatMap(({ alerts }) => alerts.map(({ alert }) => alert))).toEqual(['Other']);
    expect(book.alerts(silences).map(({ alert, silencedBy }) => [alert, silencedBy])).toEqual([
      ['Wait', 's-1'],
      ['Other', undefined],
    ]);
  });

  it('holds only for the names of a rule, and only if all of its conditions hold', () => {
    const book = new AlertBook(
      [rule({ alert: 'First', of: ['intent', 'asr.transcribe'], and: [{ figure: 'capability.ready', above: 0 }] })],
      GRAPH,
    );
    const ready = (name: string, value: number): FigureValue => ({ ...waits(name, value), figure: 'capability.ready' });
    const names = ['intent.detect', 'asr.transcribe', 'retrieval.search'];
    const figures = names.flatMap((name) => [waits(name, 9), ready(name, name === 'asr.transcribe' ? 0 : 1)]);
    expect(book.look(figures, 0)).toMatchObject([{ service: 'intent', alerts: [{ name: 'intent.detect' }] }]);
  });

  it('learns what is usual from quiet times only', () => {
    const book = new AlertBook([rule({ alert: 'Slow', above: undefined, timesUsual: 3 })], GRAPH);
    let at = 0;
    const look = (value: number) => book.look([waits('intent.detect', value)], (at += 10));
    for (let times = 0; times < 60; times++) expect(look(1 + (times % 3) / 10)).toEqual([]);
    expect(look(4)).toMatchObject([{ alerts: [{ expected: 'usually 1.1, at most 3 times that' }] }]);
    // Two hours later it is still not usual.
    for (let times = 0; times < 720; times++) look(4);
    expect(book.alerts()).toMatchObject([{ state: 'firing' }]);
  });
});
