import { parseLoad } from './process-load.js';

describe('parseLoad', () => {
  it('adds up the tasks in work and names the breakers', () => {
    const metrics = `# HELP llmos_tasks_in_work Tasks
# TYPE llmos_tasks_in_work gauge
llmos_tasks_in_work{capability="intent.detect",service="intent"} 3
llmos_tasks_in_work{capability="intent.other",service="intent"} 1
llmos_tasks_total{capability="intent.detect",outcome="completed",service="intent"} 400
llmos_breaker_state{breaker="minilm",service="intent"} 2
llmos_breaker_state{breaker="head",service="intent"} 0
`;
    expect(parseLoad(metrics)).toEqual({ working: 4, breakers: { minilm: 'open', head: 'closed' } });
  });

  it('counts the calls that a gateway answers', () => {
    expect(parseLoad('llmos_live_runs{service="gateway"} 7\n')).toEqual({ working: 7, breakers: {} });
  });
});
