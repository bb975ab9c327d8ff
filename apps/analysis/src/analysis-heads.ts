import { decodeEntityHead, readEntityHead } from './entities/entity-head-file.js';
import { EntityFinder } from './entities/entity-finder.js';
import { NameTagger } from './entities/name-tagger.js';
import { RelationFinder } from './relations/relation-finder.js';
import { readRelations } from './relations/relations-file.js';

/** The heads that work on the token states of an encoded text. */
export interface AnalysisHeads {
  readonly entities: EntityFinder;
  /** SHA-256 of the entity head's weights. */
  readonly entityHash: string;
  readonly relations: RelationFinder;
}

/** Reads the entity head and checks its hash; reads the relations file. Rejects with `UNAVAILABLE`. */
export async function loadHeads(entityHeadPath: string, relationsPath: string): Promise<AnalysisHeads> {
  const [head, rules] = await Promise.all([readEntityHead(entityHeadPath), readRelations(relationsPath)]);
  const entities = new EntityFinder(new NameTagger(decodeEntityHead(head)));
  return { entities, entityHash: head.description.bin.sha256, relations: new RelationFinder(rules) };
}
