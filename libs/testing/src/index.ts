export { crashAtEachRequest, type StartingProcess } from './broker-lost.js';
export { filesHolding } from './broker-files.js';
export { freeze } from './freeze.js';
export { longestHold } from './longest-hold.js';
export {
  natsServerPath,
  startNatsCluster,
  startNatsServer,
  type TestNatsCluster,
  type TestNatsServer,
} from './nats-server.js';
export { redisServerPath, startRedisServer, type TestRedisServer } from './redis-server.js';
export { runStep, type StepFunction, type TestStepContext } from './run-step.js';
export { startOtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';
export {
  startServiceProcess,
  type ProcessEnd,
  type ServiceProcessOptions,
  type TestServiceProcess,
} from './service-process.js';
export { startStopwatch } from './stopwatch.js';
export { LINEAR, threadMsOf, timeGrowth } from './time-growth.js';
export { waitFor } from './wait-for.js';
export { startS3Server, type TestS3Server } from './s3-server.js';
