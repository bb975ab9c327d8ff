import { kindOfEvent, opinionsOf, RatingScale, type EventKind } from './opinion.js';

describe('the kind of an event', () => {
  it.each<[EventKind, string[]]>([
    ['against', ['dislike', 'return', 'returned', 'product_return', 'refund', 'order_refunded', 'thumbs_down']],
    [
      'against',
      ['not_interested', 'hide_item', 'remove_from_cart', 'downvote', 'cancelled', 'skip', 'do_not_recommend'],
    ],
    [
      'against',
      ['unlike', 'unliked', 'unsubscribed', 'unfavorite', 'negative_feedback', 'feedback_negative', 'returns'],
    ],
    [
      'against',
      ['un_like', 'don_t_like', 'did_not_like', 'no_longer_interested', 'mark_as_not_interested', 'not_relevant'],
    ],
    [
      'against',
      ['remove_favorite', 'delete_bookmark', 'remove_like', 'undo_like', 'delete_from_cart', 'removed_from_wish_list'],
    ],
    [
      'against',
      ['return_requested', 'refund_request', 'complaint_filed', 'dislike_clicked', 'show_less', 'swipe_left'],
    ],
    ['rating', ['rate', 'rating', 'product_review', 'stars']],
    ['passive', ['view', 'page_view', 'product_viewed', 'click', 'impression']],
    [
      'for',
      [
        'buy',
        'purchase',
        'add_to_cart',
        'like',
        'thumbs_up',
        'return_home',
        'play',
        'unbox',
        'swipe_right',
        'show_more',
      ],
    ],
  ])('is %s for %j', (kind, events) => {
    for (const event of events) expect([event, kindOfEvent(event)]).toEqual([event, kind]);
  });
});

describe('opinionsOf', () => {
  const opinionOf = (...said: [event: string, value: number, atMs: number][]) =>
    opinionsOf(
      { items: said.map(() => 7), values: said.map(([, value]) => value), times: said.map(([, , atMs]) => atMs) },
      (at) => kindOfEvent(said[at]![0]),
      new RatingScale().lowRating,
    ).get(7);

  it.each<[boolean, [string, number, number][]]>([
    [true, [['view', 1, 1]]],
    [false, [['view', 0, 1]]],
    [false, [['buy', -2, 1]]],
    [false, [['return', 3, 1]]],
    [false, [['rate', 1, 1]]],
    [false, [['rate', 2, 1]]],
    [true, [['rate', 4, 1]]],
    [
      false,
      [
        ['buy', 1, 1],
        ['return', 1, 2],
      ],
    ],
    [
      false,
      [
        ['buy', 1, 1],
        ['return', 1, 1],
      ],
    ],
    [
      false,
      [
        ['return', 1, 1],
        ['buy', 1, 1],
      ],
    ],
    [
      true,
      [
        ['return', 1, 1],
        ['buy', 1, 2],
      ],
    ],
    [
      false,
      [
        ['dislike', 1, 1],
        ['view', 1, 2],
      ],
    ],
    [
      true,
      [
        ['rate', 1, 1],
        ['rate', 5, 2],
      ],
    ],
  ])('is %p after %j', (expected, said) => expect(opinionOf(...said)).toBe(expected));
});

describe('RatingScale', () => {
  const scaleOf = (...values: number[]) => {
    const scale = new RatingScale();
    for (const value of values) scale.count(value, 1);
    return scale;
  };

  it('takes 1 for the worst of five stars, unless ratings end at 1', () => {
    expect(scaleOf(1).lowRating).toBe(2);
    expect(scaleOf(1, 5, 4).lowRating).toBe(2);
    expect(scaleOf(0, 1, 1).lowRating).toBe(0.4);
    expect(scaleOf(...Array<number>(40).fill(1)).lowRating).toBe(0.4);
  });

  it('is not changed by one stray rating, and comes back when ratings go', () => {
    const scale = scaleOf(...Array<number>(40).fill(1), 5);
    expect(scale.lowRating).toBe(0.4);
    for (let n = 0; n < 30; n++) scale.count(1, -1);
    expect(scale.lowRating).toBe(2);
  });
});

describe('a long event', () => {
  it('is read in linear time', () => {
    const before = process.cpuUsage();
    for (const part of ['negative_', 'remove_from_', 'un', '_', 'a_'])
      for (let n = 0; n < 20; n++) kindOfEvent(part.repeat(50_000));
    // Processor time: other work on the machine does not count.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});
