import type { ServedVersion, ServedVersions } from '@llmos/registry';
import type { ItemModel } from '../model/item-model.js';
import type { ModelEntry } from '../runs/model-version.js';

/** The models that this replica serves, by tenant. */
export type ServedModels = ServedVersions<ModelEntry, ItemModel>;
export type ServedModel = ServedVersion<ModelEntry, ItemModel>;
