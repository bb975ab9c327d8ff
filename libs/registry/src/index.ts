export { Artifacts, type ArtifactsOptions } from './artifacts.js';
export { Checkpoints } from './checkpoints.js';
export { MemoryObjects, MemoryRecords } from './memory-stores.js';
export { Registry, type RegistryListener, type RegistryOptions } from './registry.js';
export { decideReplacement, type Comparison, type Measurement } from './replacement.js';
export { ServedVersions, type ServedVersion, type ServedVersionsOptions } from './served-versions.js';
export type { ObjectStore, RecordStore, Sealing } from './stores.js';
export {
  artifactSchema,
  versionSchema,
  type Artifact,
  type TrainedVersion,
  type VersionRecord,
} from './version-record.js';
