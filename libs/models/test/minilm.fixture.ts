/** TEMP */
export const minilmFiles = async () => ({ model: '/tmp/models-dev/minilm/model.onnx', tokenizer: '/tmp/models-dev/minilm/tokenizer.json' });
