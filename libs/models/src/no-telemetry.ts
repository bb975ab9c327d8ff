// From 1.29 on ONNX Runtime tells its maker what runs here (models, graphs, counts, a device id), unless this is set before
// its library is loaded. It reads the environment of the process, which only the main thread can change: so it is set where
// every service starts, and not in the threads that load the engine.
process.env['ORT_DISABLE_TELEMETRY'] ||= '1';
