/**
 * The allowed places with the highest scores, best first. It uses a heap of `count` places, and calls `allowed` only
 * for places that would enter it.
 */
export function topItems(scores: Float32Array, count: number, allowed: (place: number) => boolean): number[] {
  const heap: number[] = [];
  for (let place = 0; place < scores.length; place++) {
    const full = heap.length >= count;
    if (full && !(scores[place]! > scores[heap[0]!]!)) continue;
    if (Number.isNaN(scores[place]) || !allowed(place)) continue;
    if (full) heap[0] = place;
    else heap.push(place);
    if (full) sink(heap, scores);
    else rise(heap, scores);
  }
  return heap.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

function rise(heap: number[], scores: Float32Array): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (scores[heap[parent]!]! <= scores[heap[at]!]!) return;
    [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
    at = parent;
  }
}

function sink(heap: number[], scores: Float32Array): void {
  let at = 0;
  for (;;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && scores[heap[child]!]! < scores[heap[least]!]!) least = child;
    if (least === at) return;
    [heap[least], heap[at]] = [heap[at]!, heap[least]!];
    at = least;
  }
}
