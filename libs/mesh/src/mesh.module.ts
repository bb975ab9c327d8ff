import { Bus } from '@llmos/bus';
import type { Logger } from '@llmos/telemetry';
import { AtRest, TenantKeys, type Vault } from '@llmos/vault';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Breakers } from './breakers.js';
import { MeshClient } from './mesh-client.js';
import { Nodes } from './nodes.js';
import { Readiness } from './readiness.js';
import { OwnReplicas } from './routing/own-replicas.js';
import type { Replicas } from './routing/replicas.js';
import { RunRecords } from './run-records.js';

/** Injects the process's settings: `@Inject(CONFIG) config: AsrConfig & ServiceConfig`. */
export const CONFIG = Symbol('config');
/** Injects the process's logger. */
export const LOGGER = Symbol('logger');

export interface MeshParts {
  readonly config: object;
  readonly log: Logger;
  readonly bus: Bus;
  readonly records: RunRecords;
  readonly nodes: Nodes;
  readonly breakers: Breakers;
  readonly vault: Vault;
  readonly readiness: Readiness;
  readonly replicas: Replicas;
  readonly ownReplicas: OwnReplicas;
}

/** Gives every module of a process the same bus, settings, log and readiness. */
@Global()
@Module({})
export class MeshModule {
  static register(parts: MeshParts): DynamicModule {
    return {
      module: MeshModule,
      providers: [
        { provide: CONFIG, useValue: parts.config },
        { provide: LOGGER, useValue: parts.log },
        { provide: Bus, useValue: parts.bus },
        { provide: RunRecords, useValue: parts.records },
        { provide: Nodes, useValue: parts.nodes },
        { provide: Breakers, useValue: parts.breakers },
        { provide: TenantKeys, useValue: parts.vault.keys },
        { provide: AtRest, useValue: parts.vault.atRest },
        { provide: Readiness, useValue: parts.readiness },
        { provide: OwnReplicas, useValue: parts.ownReplicas },
        {
          provide: MeshClient,
          useFactory: () => new MeshClient(parts.bus, parts.records, parts.breakers, parts.replicas),
        },
      ],
      exports: [
        CONFIG,
        LOGGER,
        Bus,
        RunRecords,
        Nodes,
        Breakers,
        TenantKeys,
        AtRest,
        Readiness,
        OwnReplicas,
        MeshClient,
      ],
    };
  }
}
