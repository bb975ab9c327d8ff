import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UNLIMITED_USER, userOf } from './broker/nats-config.js';
import type { Instance } from './instance/instance.js';
import { modelVariables, type ModelChoice } from './instance/model-choice.js';
import { environmentFile } from './processes/launch.js';
import { REDIS_USER } from './redis/redis-config.js';
import type { ServiceApp } from './service-apps.js';

/** The files that the services read. */
export interface InstallationPaths {
  readonly pipelinesDir: string;
  readonly catalogPath: string;
  readonly samplesDir: string;
}

/**
 * Changes the environment of a process, such as the address at which it finds the broker. A variable that is undefined is
 * removed, also if the supervisor itself has it.
 */
export type EnvironmentOf = (
  process: string,
  environment: Readonly<Record<string, string>>,
) => Readonly<Record<string, string | undefined>>;

interface Installation {
  readonly instance: Instance;
  readonly apps: readonly ServiceApp[];
  readonly paths: InstallationPaths;
  readonly models?: ModelChoice;
  readonly environmentOf?: EnvironmentOf;
}

/** The addresses of what runs beside the services. */
interface Surroundings {
  readonly natsUrl: string;
  /** Each holds a copy of every stream. */
  readonly brokers: number;
  readonly otlpUrl: string | undefined;
  readonly redisUrl: string | undefined;
}

/** Writes the environment of each app, and of services that are started by hand. @returns the files of the apps. */
export function writeEnvironments(
  { instance, apps, paths, models, environmentOf }: Installation,
  { natsUrl, brokers, otlpUrl, redisUrl }: Surroundings,
): Map<ServiceApp, string> {
  const { services, processes, redis } = instance.credentials();
  const variables: Record<string, string> = {
    ...(otlpUrl === undefined ? {} : { LLMOS_OTLP_URL: otlpUrl }),
    LLMOS_NATS_URL: natsUrl,
    LLMOS_NATS_REPLICAS: String(brokers),
    // As the configuration of the brokers says.
    LLMOS_NATS_DURABILITY: 'synced',
    LLMOS_HOME: instance.home,
    LLMOS_ROOT: instance.root,
    LLMOS_PIPELINES_DIR: paths.pipelinesDir,
    LLMOS_MODEL_CATALOG: paths.catalogPath,
    LLMOS_SAMPLES_DIR: paths.samplesDir,
    ...(redisUrl === undefined
      ? {}
      : { LLMOS_REDIS_URL: redisUrl, LLMOS_REDIS_USER: REDIS_USER, LLMOS_REDIS_PASSWORD: redis }),
    ...modelVariables(instance.models.read(), models),
    LLMOS_EXIT_WITH_PARENT: '1',
    // glibc then returns large freed blocks to the system; otherwise a loaded model leaves half of its size behind.
    MALLOC_MMAP_THRESHOLD_: '4194304',
    // Keeps compiled code between starts: on two cores, five processes that compile at once take seconds longer.
    NODE_COMPILE_CACHE: join(instance.home, 'compile-cache'),
  };
  const write = (file: string, own: Readonly<Record<string, string | undefined>>) => {
    writeFileSync(file, environmentFile({ ...variables, ...own }), { mode: 0o600 });
    return file;
  };
  const access = (user: string, password = '') => ({ LLMOS_NATS_USER: user, LLMOS_NATS_PASSWORD: password });
  write(instance.environmentFile, access(UNLIMITED_USER, services));
  mkdirSync(instance.environmentsFolder, { recursive: true, mode: 0o700 });
  const environment = ({ name, role }: ServiceApp) => ({
    ...environmentOf?.(name, variables),
    ...access(userOf(name), processes[name]),
    // The supervisor listens for the callers of all gateways.
    ...(role === 'gateway' ? { LLMOS_CONNECTIONS_PASSED: '1' } : {}),
  });
  const file = ({ name }: ServiceApp) => join(instance.environmentsFolder, `${name}.env`);
  return new Map(apps.map((app) => [app, write(file(app), environment(app))]));
}
