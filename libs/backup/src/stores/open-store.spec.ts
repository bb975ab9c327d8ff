import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackupError } from '../backup-error.js';
import { localBackup } from './open-store.js';

const { signal } = new AbortController();
const options = { s3: { endpoint: undefined, region: 'eu' }, workFolder: tmpdir() };

describe('localBackup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backups-'));

  it.each([folder, join(folder, 'missing'), join(folder, 'missing.bak')])('says that %s has no backup', (place) =>
    expect(localBackup(place, options, signal)).rejects.toThrow(
      new BackupError(`There are no backups in ${place}`, ''),
    ),
  );

  it('takes a file as it is', async () => {
    const path = join(folder, 'any.bak');
    writeFileSync(path, 'x');
    expect(await localBackup(path, options, signal)).toMatchObject({ path, origin: path });
  });
});
