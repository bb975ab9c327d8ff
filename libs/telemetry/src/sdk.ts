import { markTracingOn } from './tracing.js';

export interface TracingOptions {
  readonly service: string;
  /** OTLP/HTTP endpoint without the path, such as http://127.0.0.1:4318. */
  readonly otlpUrl: string | undefined;
  /** The share of runs that are traced, 0 to 1. A run with a `traceparent` keeps the decision of its caller. */
  readonly ratio: number;
}

/**
 * Starts the export of spans. Without an endpoint it does nothing, and spans cost nothing.
 *
 * @returns a function that sends the remaining spans and stops.
 */
export async function startTracing(options: TracingOptions): Promise<() => Promise<void>> {
  if (!options.otlpUrl) return () => Promise.resolve();
  // Loaded only if used: the SDK takes a third of the memory of a small process.
  const [{ NodeSDK }, { resourceFromAttributes }, sdkTrace, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const exporter = new OTLPTraceExporter({
    url: `${options.otlpUrl.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: 5_000,
  });
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.name': options.service, 'service.namespace': 'llmos' }),
    autoDetectResources: false,
    instrumentations: [],
    spanProcessors: [new sdkTrace.BatchSpanProcessor({ exporter, scheduledDelayMillis: 500 })],
    sampler: new sdkTrace.ParentBasedSampler({ root: new sdkTrace.TraceIdRatioBasedSampler(options.ratio) }),
  });
  sdk.start();
  markTracingOn();
  return () => sdk.shutdown().catch(() => undefined);
}
