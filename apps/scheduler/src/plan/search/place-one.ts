import type { Placing } from '../model/placing.js';
import { cheapestNode, hasRoom, peakOf } from './costs.js';

/**
 * Puts an item where it costs least, if possible where those that have to follow it find room as well (`room`, see
 * `roomWithCompany`). @returns whether it has a place.
 */
export function placeOne(placing: Placing, item: number, room: Float64Array): boolean {
  const group = placing.groupOf[item]!;
  const peak = peakOf(placing);
  const node =
    cheapestNode(placing, group, { peak, building: true, among: (each) => hasRoom(placing, room, group, each) }) ??
    cheapestNode(placing, group, { peak, building: true });
  if (node !== undefined) placing.add(item, node);
  return node !== undefined;
}
