import { MAX_EASE_ITEMS, resolveSettings } from './settings.js';
import { prepareRows } from './training-set.js';

const small = prepareRows(['tea', 'cup', 'hat'].map((item) => ({ user: 'ann', item })));
const large = { ...small, items: Array.from({ length: MAX_EASE_ITEMS + 1 }, (_, at) => `i${at}`) };

describe('resolveSettings', () => {
  it('chooses EASE^R up to the maximum number of items, and iALS beyond', () => {
    expect(resolveSettings({}, small).algorithm).toBe('ease');
    expect(resolveSettings({ algorithm: 'auto' }, large).algorithm).toBe('ials');
  });

  it('rejects EASE^R for too many items, and names alternatives', () => {
    expect(() => resolveSettings({ algorithm: 'ease' }, large)).toThrow(/up to 20000 items and there are 20001/);
  });

  it('rejects an empty training set', () => {
    expect(() => resolveSettings({}, prepareRows([]))).toThrow(/too little data/);
  });

  it('reduces the default penalty of EASE^R for few interactions, and uses a given penalty', () => {
    expect(resolveSettings({}, small).regularisation).toBe(10);
    expect(resolveSettings({ regularisation: 77 }, small).regularisation).toBe(77);
  });
});
