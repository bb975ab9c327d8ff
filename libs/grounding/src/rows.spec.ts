import { rowFit } from './rows.js';

const refund = (days: string) => `What you get back depends on the day – Days before arrival: ${days}; Refund: half.`;

describe('rowFit', () => {
  it.each([
    ['what is the fee of Kiwi Gold', 'Fees – Plan: Gold; Fee: £5.'],
    ['how much is a checkup', 'Treatment prices – Treatment: Check-up; Price: £48.'],
    ['how much is a check-up', 'Treatment prices – Treatment: Check-up; Price: £48.'],
    ['opening hours Stockport', 'Hours – Clinic: Stockport; Friday: 9 am to 3 pm.'],
    ['price of a canoe', 'Boats – Item: Canoe (2 people); Day: £35.'],
    ['is Gold expensive', 'Fees – Gold: £5.'],
    ['I cancel in 3 weeks', refund('14 to 27')],
    ['we cancelled ten days before', refund('7 to 13')],
    ['what if I cancel 2 days before', refund('fewer than 7')],
    ['what if I cancel 28 days before', refund('28 or more')],
    ['we are 25 pitches', 'Discounts – Group size: 20 to 39 pitches; Discount: 10 %.'],
    ['discount for 40 pitches', 'Discounts – Group size: 40 pitches and more; Discount: 15 %.'],
    ['price for 20 trays', 'Prices – Trays: up to 26; Price: £2,450.'],
    ['what about 3 years', 'Credit – Term: 36 months; Interest: 6.9 %.'],
    ['lesson of an hour and a half is 2 hours', 'Lessons – Length: 120 minutes; Price: £60.'],
    ['price of 30 minutes', 'Lessons – Length: 30 minutes; Price: £25.'],
    ['do you cover wb12?', 'Where we work – Postcode: WB10 to WB14; Travel: £15.'],
    ['a parcel of 3 kg', 'Postage – Weight: 2–5 kg; Price: £4.'],
  ])('%j fits %j', (question, row) => expect(rowFit(question, row)).toBe(1));

  it.each([
    ['I cancel in 3 weeks', refund('28 or more')],
    ['we cancelled ten days before', refund('14 to 27')],
    ['what if I cancel 7 days before', refund('fewer than 7')],
    ['the interest over 5 years', 'Credit – Term: 36 months; Interest: 6.9 %.'],
    ['do you cover WB12?', 'Where we work – Postcode: WB1 to WB9; Travel: none.'],
    ['we are 25 pitches', 'Discounts – Group size: 10 to 19 pitches; Discount: 5 %.'],
  ])('%j does not fit %j', (question, row) => expect(rowFit(question, row)).toBe(-1));

  it.each([
    ['what is the fee of Kiwi Gold', 'Fees – Plan: Basic; Fee: £5.'],
    ['how much is a lodge', 'Dogs – What: Dog in a lodge; Price: £25.'],
    ['I paid 20 pounds for 3 people', refund('14 to 27')],
    ['do you cover HX?', 'Where we work – Postcode: WB1 to WB9; Travel: none.'],
    ['what do I get back', refund('14 to 27')],
    ['I have 25 pounds', 'Fees – Amount: £20 to £30; Fee: £1.'],
    ['when is the pool open', 'Hours – Monday to Friday: 9 to 5.'],
  ])('%j says nothing about %j', (question, row) => expect(rowFit(question, row)).toBe(0));
});
