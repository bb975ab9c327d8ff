export { ClientError, type ClientErrorCode } from './client-error.js';
export { GatewayClient, type GatewayClientOptions } from './gateway-client.js';
export type { Reply } from './reply.js';
export type { RunInput, Upload } from './requests.js';
export type { RunEvents } from './run-events.js';
export { soundOf, spokenPieceOf, type Sound, type SpokenPiece } from './spoken.js';
export { detailsOf, type SampleDetails } from './sample-details.js';
