import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SupervisorError } from '../supervisor-error.js';
import { findDocker, findProgram, outputOf } from './find-program.js';
import { atLeast, versionIn } from './program-version.js';

/** A server of others that `llmos up` runs. */
export interface ServerKind {
  /** Its program, such as `nats-server`. */
  readonly program: string;
  readonly oldestVersion: string;
  /** The setting that names a program. */
  readonly setting: string;
  /** How to install it, for people. */
  readonly install: string;
  /** The image that has the program. */
  readonly image: string;
  /** Begins the name of a container; the id of the instance follows. */
  readonly containerName: string;
  /** The environment variables that the container receives. */
  readonly environment: readonly string[];
}

export interface ServerSearch {
  readonly home: string;
  /** The folders in which programs are looked for, as in PATH. */
  readonly searchPath: string;
  /** The path of the program to use; nothing else is looked for. */
  readonly given?: string;
  /** Downloads the program and resolves to its path. */
  fetch(): Promise<string | undefined>;
  readonly signal?: AbortSignal;
}

/** How a server is started on this machine: as a program or in a container. */
export interface ServerProgram {
  /** The command line without the server's own flags. The server needs access to `folder` only. */
  command(folder: string): string[];
  /** Removes the container that a killed client left; does nothing for a program. */
  removeLeftover(folder: string): void;
  /** Whether a Unix socket that the server creates in its folder can be used from this machine. */
  readonly sharesSockets: boolean;
  readonly isContainer?: boolean;
  /** A description for people. */
  readonly found: string;
}

/**
 * Finds a server that is new enough: the given program, the PATH, `<home>/bin`, the download, a container. A program
 * that was not given is linked at `<home>/bin`, where tests look for it.
 *
 * @throws SupervisorError with what to install when there is none.
 */
export async function findServer(kind: ServerKind, search: ServerSearch): Promise<ServerProgram> {
  const { home, searchPath, given } = search;
  const link = join(home, 'bin', kind.program);
  const candidates = given ? [given] : [findProgram(kind.program, searchPath), link];
  for (const path of candidates) {
    const version = path && (await usableVersion(kind, path));
    if (path && version) return program(kind, path, version, given ? undefined : link);
  }
  const wanted = `${kind.program} ${kind.oldestVersion} or newer`;
  if (given)
    throw new SupervisorError(
      `${kind.setting} names ${given}, which is not ${wanted}`,
      'unset it, or name another program',
    );
  const failure = await fetched(kind, search, link);
  if (!(failure instanceof Error)) return failure;
  search.signal?.throwIfAborted();
  const docker = await findDocker(searchPath);
  if (docker) return container(kind, docker);
  const reason = failure.message.split('\n').join(' ');
  throw new SupervisorError(`No ${wanted} was found, and the download failed (${reason})`, kind.install, {
    cause: failure,
  });
}

async function usableVersion({ oldestVersion }: ServerKind, path: string): Promise<string | undefined> {
  const version = versionIn((await outputOf(path, ['--version'])) ?? '');
  return version && atLeast(version, oldestVersion) ? version : undefined;
}

async function fetched(kind: ServerKind, { fetch }: ServerSearch, link: string): Promise<ServerProgram | Error> {
  try {
    const path = await fetch();
    const version = path && (await usableVersion(kind, path));
    return path && version
      ? program(kind, path, version, link)
      : new Error('the downloaded program does not run on this system');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function program(kind: ServerKind, path: string, version: string, link: string | undefined): ServerProgram {
  const target = fileNamed(path);
  if (link && realPathOf(link) !== realpathSync(target)) linkAt(link, target);
  return {
    command: () => [target],
    removeLeftover: () => undefined,
    sharesSockets: process.platform !== 'win32',
    found: `${kind.program} ${version}`,
  };
}

/**
 * Follows links as long as the program keeps its name. A link to a link can lead to itself, as when two homes share one
 * folder of programs; and a program can behave by its name: Debian's redis-server is a link to redis-check-rdb.
 */
function fileNamed(path: string): string {
  const file = join(realpathSync(dirname(path)), basename(path));
  if (!lstatSync(file).isSymbolicLink()) return file;
  const next = resolve(dirname(file), readlinkSync(file));
  return basename(next) === basename(file) ? fileNamed(next) : file;
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
function container({ program, image, containerName, environment }: ServerKind, docker: string): ServerProgram {
  const name = (folder: string) => `${containerName}-${basename(join(folder, '..'))}`;
  const user = process.getuid ? ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`] : [];
  const variables = environment.flatMap((variable) => ['--env', variable]);
  const run = ['run', '--rm', '--init', '--network', 'host', ...user, ...variables];
  return {
    command: (folder) => [docker, ...run, '--name', name(folder), '--volume', `${folder}:${folder}`, image, program],
    removeLeftover: (folder) =>
      void spawnSync(docker, ['rm', '--force', name(folder)], { stdio: 'ignore', timeout: 5_000 }),
    // Elsewhere, containers run in a virtual machine.
    sharesSockets: process.platform === 'linux',
    isContainer: true,
    found: `${program} in a container (${image})`,
  };
}
