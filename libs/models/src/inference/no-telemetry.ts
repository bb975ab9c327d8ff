// From 1.29 on, ONNX Runtime reports what it runs (models, graphs, counts, a device id) to its maker unless this
// variable is set before its library is loaded. The library reads the environment of the process, which only the main
// thread can change. So every entry point of this library imports this module first; the workers that load the engine
// come later.
process.env['ORT_DISABLE_TELEMETRY'] ||= '1';
