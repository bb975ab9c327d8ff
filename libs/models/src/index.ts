import './no-telemetry.js';
export { ModelCatalog, type CatalogFile } from './model-catalog.js';
export type { CatalogModel, ModelUse, SourceSpec } from './model-catalog.schema.js';
export { carriedVector, carryEmbedding } from './carried-embedding.js';
export { CatalogEmbedder, type CatalogEmbedderOptions } from './catalog-embedder.js';
export { deviceSchema, DEVICES, type Device } from './device.js';
export { DeviceSlots } from './device-slots.js';
export type { Embedder } from './embedder.js';
export type { Encoded, EncodedTokens } from './encoded.js';
export { EncoderPool, type EncoderPoolOptions } from './encoder-pool.js';
export { EmbeddingCache, type EmbeddingCacheOptions } from './embedding-cache.js';
export {
  checkWeights,
  decodeWeights,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  writeHeadFiles,
  type HeadFilePair,
  type WeightsFile,
} from './head-files.js';
export {
  ModelStore,
  type EnsureOptions,
  type FileState,
  type ListedModel,
  type ModelStoreOptions,
} from './model-store.js';
export { describeFetch, type FetchProgress, type LoadProgress } from './progress-meter.js';
export type { HttpSettings } from './sources/http.source.js';
export type { HubSettings } from './sources/hub.source.js';
export { encodeSafetensors, Safetensors, type NamedTensor, type TensorData } from './safetensors.js';
export type { TokenSpan } from './token-spans.js';
export { TunableEncoder, type Gradient, type PairBatch, type TunableEncoderOptions } from './tunable-encoder.js';
export { WorkerPool, type CallOptions, type WorkerPoolOptions } from './worker-pool.js';
export { serveWorker, type WorkerMethods } from './worker-serve.js';
