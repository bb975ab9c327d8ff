export { bootstrapService, startService } from './bootstrap.js';
export { reportBreaker } from './breaker-reports.js';
export { Callers, CallersSign } from './callers.js';
export { Breakers, type BreakersOptions } from './breakers.js';
export { Cancellations } from './cancellations.js';
export { endAbandoned } from './end-abandoned.js';
export { Forwarder } from './forward.js';
export { readyzBody, startHealthServer, type CapabilityState, type Health } from './health-server.js';
export { taskMetrics } from './metrics.js';
export { MeshClient, type RunRequest } from './mesh-client.js';
export { CONFIG, LOGGER, MeshModule } from './mesh.module.js';
export { nestLogger } from './nest-logger.js';
export { onProcessEnded } from './ended-processes.js';
export { isReadyFor, Nodes, NODE_TTL_MS } from './nodes.js';
export {
  joinMesh,
  newProcess,
  openProcess,
  readConfig,
  type NewProcess,
  type ProcessContext,
  type ServiceConfig,
} from './process.js';
export { Pace } from './pace.js';
export { Readiness, type BringOptions, type StartProgress } from './readiness.js';
export { fastest, type Candidate, type Choice } from './routing/fastest.js';
export { GoneReplicas } from './routing/gone-replicas.js';
export { HeldPrefixes } from './routing/held-prefixes.js';
export { OwnLoad } from './routing/own-load.js';
export { OwnReplicas } from './routing/own-replicas.js';
export { kilocharsOf, prefixOf, sharedKilochars, type Prefix } from './routing/prefix.js';
export { Replicas } from './routing/replicas.js';
export { WaitModel } from './routing/wait-model.js';
export { withTerminalAnswer, hasEnded, terminalAnswerOf, RunRecords } from './run-records.js';
export { onShutdown } from './shutdown.js';
export { RETURN_PATIENCE_MS, StandIn } from './stand-in.js';
export { Step, type StepContext, type StepOptions } from './step.decorator.js';
export { notePassedOver } from './task/pass-over.js';
export { taskChain, type ChainOptions } from './task/task-chain.js';
export type { Handler } from './task/invoke.js';
export { Bus } from '@llmos/bus';
