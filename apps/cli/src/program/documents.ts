import type { Command } from 'commander';
import type { CommandContext } from '../commands/context.js';
import {
  addDocuments,
  deleteDocuments,
  listDocuments,
  showDocument,
  syncDocuments,
  type DocumentsOptions,
  type SyncOptions,
} from '../commands/documents.command.js';
import { json, url } from './options.js';

/** `llmos documents …`: what answers are found in. */
export function addDocumentCommands(root: Command, context: CommandContext, done: (code: number) => void): void {
  const documents = root.command('documents').description('the documents that answers are found in');
  documents
    .command('add <sources...>')
    .description('import files, folders, and addresses of pages or sitemaps; exit code 1 if one failed')
    .addOption(json())
    .addOption(url())
    .action(async (sources: string[], options: DocumentsOptions) =>
      done(await addDocuments(context, sources, options)),
    );
  documents
    .command('list')
    .description('show every document')
    .addOption(json())
    .addOption(url())
    .action(async (options: DocumentsOptions) => done(await listDocuments(context, options)));
  documents
    .command('show <id>')
    .description('show a document, passage by passage')
    .addOption(json())
    .addOption(url())
    .action(async (id: string, options: DocumentsOptions) => done(await showDocument(context, id, options)));
  documents
    .command('delete <ids...>')
    .description('delete documents')
    .addOption(url())
    .action(async (ids: string[], options: DocumentsOptions) => done(await deleteDocuments(context, ids, options)));
  documents
    .command('sync <folder>')
    .description('make the documents of a collection equal to a folder: adds, changes and deletes')
    .option('--collection <name>', 'its name; by default that of the folder')
    .option('--allow-empty', 'an empty folder deletes every document of the collection')
    .addOption(json())
    .addOption(url())
    .action(async (folder: string, options: SyncOptions) => done(await syncDocuments(context, folder, options)));
}
