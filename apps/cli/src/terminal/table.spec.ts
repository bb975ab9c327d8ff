import { table } from './table.js';

it('lines columns up, numbers to the right, without trailing blanks', () => {
  expect(
    table(
      ['step', 'took', ''],
      [
        ['intent', '5 ms', 'x'],
        ['answer', '1957 ms', ''],
      ],
    ),
  ).toBe('step       took\nintent     5 ms  x\nanswer  1957 ms');
});
