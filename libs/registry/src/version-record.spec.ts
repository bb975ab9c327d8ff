import {
  NO_VERSIONS,
  rolledBack,
  servingOf,
  withoutVersion,
  withVersion,
  type VersionRecord,
} from './version-record.js';

const version = (name: string) => ({ version: name, object: name, sha256: 'x', sizeBytes: 1 });
const namesOf = ({ versions }: VersionRecord) => versions.map((each) => each.version);

/** Versions in the order of their training; those with a question mark do not replace the serving one. */
const trained = (...names: string[]) =>
  names.reduce<VersionRecord>((record, name) => {
    const replaces = !name.endsWith('?');
    return withVersion(record, version(name.replace('?', '')), { replaces, keep: 5 });
  }, NO_VERSIONS);

describe('a version record', () => {
  it('keeps the newest versions, and the serving one however old it is', () => {
    const record = trained('v1', 'v2?', 'v3?', 'v4?', 'v5?', 'v6?', 'v7?');
    expect(record.serving).toBe('v1');
    expect(namesOf(record)).toEqual(['v7', 'v6', 'v5', 'v4', 'v1']);
  });

  it('keeps only the serving version if one is to be kept', () => {
    const record = withVersion(trained('v1'), version('v2'), { replaces: true, keep: 1 });
    expect(record).toMatchObject({ serving: 'v2', before: [], versions: [{ version: 'v2' }] });
    expect(servingOf(record)).toEqual(version('v2'));
  });

  it('rolls back step by step, skipping versions that never served', () => {
    const record = trained('v1', 'v2', 'v3?', 'v4');
    const once = rolledBack(record, 'r1');
    expect(once.serving).toBe('v2');
    expect(rolledBack(once, 'r2').serving).toBe('v1');
    expect(rolledBack(rolledBack(record, 'r1', 'v3'), 'r2').serving).toBe('v4');
  });

  it('rolls back from the first version to none, as it was before, and to the first again', () => {
    const none = rolledBack(trained('v1'), 'r1');
    expect(none).toMatchObject({ serving: undefined, before: [], versions: [{ version: 'v1' }] });
    expect(none.rollbacks).toEqual([{ run: 'r1', serving: undefined, before: 'v1' }]);
    expect(() => rolledBack(none, 'r2')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(rolledBack(none, 'r2', null)).toMatchObject({ serving: undefined, before: [] });
    expect(rolledBack(none, 'r3', 'v1')).toMatchObject({ serving: 'v1', before: [] });
    expect(rolledBack(trained('v1', 'v2'), 'r4', null)).toMatchObject({ serving: undefined, before: ['v1', 'v2'] });
  });

  it('does not come back to itself after a rollback to the version that serves', () => {
    const same = rolledBack(trained('v1', 'v2'), 'r1', 'v2');
    expect(same).toMatchObject({ serving: 'v2', before: ['v1'] });
    expect(rolledBack(same, 'r2').serving).toBe('v1');
  });

  it('does not roll back to a version that is not kept', () => {
    expect(() => rolledBack(NO_VERSIONS, 'r')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => rolledBack(trained('v1'), 'r', 'v9')).toThrow(expect.objectContaining({ field: 'version' }));
  });

  it('serves the version before when the serving one is removed', () => {
    expect(withoutVersion(trained('v1', 'v2'), 'v2')).toMatchObject({ serving: 'v1', before: [] });
    expect(withoutVersion(trained('v1', 'v2'), 'v1')).toMatchObject({ serving: 'v2', before: [] });
    expect(withoutVersion(trained('v1'), 'v1')).toMatchObject({ serving: undefined, versions: [] });
  });
});
