import { laneOf } from './lane.ts';

export const { open, work } = laneOf('durable');
