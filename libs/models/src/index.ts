import './inference/no-telemetry.js';
export { machineMemory, type MachineMemory } from './memory/machine-memory.js';
export { LANGUAGE_MODEL_DEFAULTS, memoryNeed, type MemoryNeed } from './memory/memory-need.js';
export { ModelCatalog, type CatalogFile } from './store/model-catalog.js';
export type { CatalogModel, ModelUse, SourceSpec } from './store/model-catalog.schema.js';
export { carriedVector, carryEmbedding } from './encoder/carried-embedding.js';
export { CatalogEmbedder, type CatalogEmbedderOptions } from './encoder/catalog-embedder.js';
export { deviceSchema, DEVICES, type Device } from './inference/device.js';
export { DeviceSlots } from './inference/device-slots.js';
export type { Embedder, TextRole } from './encoder/embedder.js';
export type { Encoded, EncodedTokens } from './encoder/encoded.js';
export { EncoderPool, type EncoderPoolOptions } from './encoder/encoder-pool.js';
export { EmbeddingCache, type EmbeddingCacheOptions } from './encoder/embedding-cache.js';
export {
  checkWeights,
  decodeWeights,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  writeHeadFiles,
  type HeadFilePair,
  type WeightsFile,
} from './heads/head-files.js';
export {
  ModelStore,
  type EnsureOptions,
  type FileState,
  type ListedModel,
  type ModelStoreOptions,
} from './store/model-store.js';
export { describeFetch, type FetchProgress, type LoadProgress } from './store/progress-meter.js';
export type { HttpSettings } from './store/sources/http.source.js';
export type { HubSettings } from './store/sources/hub.source.js';
export { encodeSafetensors, Safetensors, type NamedTensor, type TensorData } from './heads/safetensors.js';
export type { TokenSpan } from './encoder/token-spans.js';
export {
  TunableEncoder,
  type Gradient,
  type PairBatch,
  type TunableEncoderOptions,
} from './encoder/tunable-encoder.js';
export { threadsWithin } from './inference/threads.js';
export { WorkerPool, type CallOptions, type WorkerPoolOptions } from './inference/worker-pool.js';
