import type { Block } from './block.js';

const MAX_NAME_CHARS = 120;

type Table = Extract<Block, { kind: 'table' }>;

/** Each row as a sentence: `Plan fees – Plan: Gold; Monthly fee: £10.` Empty cells are left out. */
export function rowUnits({ header, rows }: Table, lead: string): string[] {
  if (rows.length === 0) return [`${topicOf(lead)}${header.filter(Boolean).join('; ')}.`];
  return rows.map((cells) => {
    const text = header.every((name) => name === '') ? pairOf(cells) : namedCells(header, cells);
    return text === '' ? '' : `${topicOf(lead)}${text.replace(/[.;]$/u, '')}.`;
  });
}

/** A first cell in a column without name names the row. */
function namedCells(header: readonly string[], cells: readonly string[]): string {
  const key = header[0] === '' && cells[0] ? topicOf(cells[0]) : '';
  const named = cells.map((cell, n) => (key !== '' && n === 0 ? '' : nameCell(header[n], cell)));
  return key + named.filter((cell) => cell !== '').join('; ');
}

function nameCell(name: string | undefined, cell: string): string {
  return cell === '' || !name || name === cell ? cell : `${shortened(name).replace(/:$/u, '')}: ${cell}`;
}

/** The name of a column is in each of its rows. */
function shortened(name: string): string {
  return name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS)}…` : name;
}

/** In a table without header, the first cell names the others. */
function pairOf([key = '', ...values]: readonly string[]): string {
  const told = values.filter((value) => value !== '').join(', ');
  return key === '' || told === '' ? key + told : `${key.replace(/:$/u, '')}: ${told}`;
}

function topicOf(lead: string): string {
  return `${lead.replace(/(?<![\s:.])[\s:.]+$/u, '')} – `;
}
