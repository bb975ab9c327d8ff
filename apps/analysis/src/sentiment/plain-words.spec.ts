import { inPlainWords } from './plain-words.js';

describe('inPlainWords', () => {
  it.each([
    ['One star', 'terrible'],
    ['1-star service!', 'terrible service!'],
    ['three stars.', 'mediocre.'],
    ['2/10, would not bank again', 'terrible, would not bank again'],
    ['1 out of 5 for the app', 'terrible for the app'],
    ['10/10 would bank again', 'excellent would bank again'],
    ['The staff was anything but friendly', 'The staff was not at all friendly'],
    ['It could be better', 'It is not good enough'],
    ['The app used to be great', 'The app is no longer great'],
    ['Nothing but trouble', 'only trouble'],
    ['second to none', 'the best'],
    ['Easy peasy', 'very easy'],
    ['Nothing could be better', 'it is perfect'],
    ["I wouldn't call it good", 'it is not good'],
    ["I wouldn't say it's a good bank", 'it is not a good bank'],
    ["can't get enough of it", 'love it'],
    ['They sorted it out in no time', 'They sorted it out very quickly'],
    ['You stole from me!', 'You robbed me of all money!'],
    ["I'm never going back to my old bank", "I'm much happier than with my old bank"],
    ['They went out of their way to help', 'They kindly made every effort to help'],
    ['gr8 service', 'great service'],
    ['cant login since monday', "can't login since monday"],
    ['ffs fix login', 'annoying: fix login'],
    ["I can't recommend it enough", 'I strongly recommend it'],
    ['Great, another outage.', 'annoying, another outage.'],
    ['The app has never worked this well.', 'The app now worked very well.'],
    ["It's never worked so badly", 'It now worked very badly'],
    ['I have never waited this long.', 'I waited far too long.'],
    ['The fees have never been so high.', 'The fees are far too high.'],
  ])('says %j as %j', (text, plain) => expect(inPlainWords(text)).toBe(plain));

  it.each([
    'What does 1 star mean?',
    'Immanuel Kant',
    'He stole from Mercury',
    'Nothing could be better than this',
    "I wouldn't say no",
    "I'm never going back to my bank",
    'A drive out of the way to town',
    'The hotel has one star',
    'one star hotel near me',
    '2 out of 10 customers use it',
    '1/5 of my salary',
    '5/5/2026 is the date',
    'Is there anything but the app?',
    "It couldn't be better",
    'The app could be better than yours',
    'good luck to you',
    'Great, another branch near me',
    'My savings have never been so high',
    'It never works',
    'I never thought so well of it',
  ])('leaves %j', (text) => expect(inPlainWords(text)).toBe(text));

  it('takes little time for a long text', () => {
    const before = process.cpuUsage();
    for (const part of ['a', ' ', 'anything but ', 'one star ', "can't recommend a ", 'great, '])
      inPlainWords(part.repeat(100_000));
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});
