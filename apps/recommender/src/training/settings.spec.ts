import { MAX_EASE_ITEMS, resolveSettings } from './settings.js';
import { prepareRows } from './training-set.js';

const small = prepareRows(['tea', 'cup', 'hat'].map((item) => ({ user: 'ann', item })));
const large = { ...small, items: Array.from({ length: MAX_EASE_ITEMS + 1 }, (_, at) => `i${at}`) };

describe('resolveSettings', () => {
  it('takes EASE^R while the items fit, and iALS beyond', () => {
    expect(resolveSettings({}, small).algorithm).toBe('ease');
    expect(resolveSettings({ algorithm: 'auto' }, large).algorithm).toBe('ials');
  });

  it('says what to do where EASE^R is asked for and does not fit', () => {
    expect(() => resolveSettings({ algorithm: 'ease' }, large)).toThrow(/up to 20000 items and there are 20001/);
  });

  it('says so where nothing is left to learn from', () => {
    expect(() => resolveSettings({}, prepareRows([]))).toThrow(/nothing to learn from/);
  });

  it('shrinks the penalty of EASE^R where little is known, and takes the one that is given', () => {
    expect(resolveSettings({}, small).regularisation).toBe(10);
    expect(resolveSettings({ regularisation: 77 }, small).regularisation).toBe(77);
  });
});
