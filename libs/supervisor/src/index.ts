export { findNatsServer } from './broker/nats-binary.js';
export { Brokers, brokersOf, type BrokerCount } from './broker/brokers.js';
export { serverLines } from './broker/nats-config.js';
export { storageKeyFile } from './broker/storage-key.js';
export { claim, type Claim } from './claim.js';
export { Instance } from './instance/instance.js';
export { controlInstance } from './control/control-instance.js';
export { LogFile } from './instance/log-file.js';
export { CHOSEN_USES, variableOf, type ChosenUse, type ModelChoice } from './instance/model-choice.js';
export type { InstanceState, ReplicaState } from './instance/state-file.js';
export { markFinished, markUnfinished, refuseUnfinished } from './instance/unfinished-restore.js';
export { LocalSupervisor } from './local-supervisor.js';
export type { LocalSupervisorOptions } from './local-supervisor.options.js';
export { loadOf, type ProcessLoad } from './process-load.js';
export { describeChecks, probe } from './process-status.js';
export type { ProcessStatus, ProcessSupervisor } from './process-supervisor.port.js';
export { freePort } from './processes/free-ports.js';
export { commandOf, memoryOf } from './processes/process-identity.js';
export type { ServerProgram } from './processes/server-program.js';
export { findRedisServer } from './redis/redis-binary.js';
export {
  checkReplicaCounts,
  parseReplicaCounts,
  readReplicaFile,
  type ReplicaCounts,
} from './replicas/replica-counts.js';
export { findServiceApps, type ServiceApp } from './service-apps.js';
export { stopInstance } from './stop-instance.js';
export { SupervisorError } from './supervisor-error.js';
export { waitUntilReady } from './wait-until-ready.js';
