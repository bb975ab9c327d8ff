import { newProcess, onShutdown, readConfig } from '@llmos/mesh';
import { gatewayConfig } from './gateway.config.js';
import { startGateway } from './start-gateway.js';

const own = newProcess(readConfig('gateway', gatewayConfig));
onShutdown(own);
await startGateway(own);
