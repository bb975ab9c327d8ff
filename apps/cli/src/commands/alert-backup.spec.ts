import { backupName } from '@llmos/backup';
import { youngestAgeMs } from './alert-backup.js';

describe('A backup because of an alert', () => {
  it('knows the age of the last one by its name, and that there is none', async () => {
    const at = new Date('2026-11-30T12:00:00.250Z');
    const ages = (...names: string[]) => youngestAgeMs({ list: () => Promise.resolve(names) }, at.getTime() + 90_000);
    expect(await ages(backupName(new Date(0)), `/backups/alerts/${backupName(at)}`)).toBe(90_000);
    expect(await ages(`s3://bucket/alerts/${backupName(at)}`)).toBe(90_000);
    expect(await ages()).toBe(Infinity);
  });
});
