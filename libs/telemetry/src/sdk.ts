import { markTracingOn } from './tracing.js';

export interface TracingOptions {
  readonly service: string;
  /** OTLP/HTTP endpoint without the path, such as http://127.0.0.1:4318. */
  readonly otlpUrl: string | undefined;
  /** Share of runs traced, 0 to 1; a run whose caller decided keeps that decision. */
  readonly ratio: number;
}

/**
 * Starts exporting spans, or does nothing when no endpoint is set: every span is then free.
 * Returns a function that sends what is left and stops.
 */
export async function startTracing(options: TracingOptions): Promise<() => Promise<void>> {
  if (!options.otlpUrl) return () => Promise.resolve();
  // Loaded only when it is used: the SDK is a third of a small process's memory.
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
