import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './project-copy';

// Small edits to an IDL, made on its JSON: what is edited may be wrong in ways that the types of nodes rule out.

export type Json = { [key: string]: Json } & Json[];

/** The JSON of an IDL of the project, to be changed by the test. */
export function loadIdl(revision = 'tombstone'): Json {
    return JSON.parse(readFileSync(join(ROOT, `idl/${revision}.json`), 'utf8')) as Json;
}

/** An IDL with one edit. */
export function mutate(edit: (program: Json, root: Json) => void, revision = 'tombstone'): Json {
    const root = loadIdl(revision);
    edit(root['program']!, root);
    return root;
}

/** The item of a list by its name. */
export function named(list: Json | undefined, name: string): Json {
    const found = [...(list ?? [])].find(item => (item['name'] as unknown) === name);
    if (!found) throw new Error(`The IDL has no "${name}"`);
    return found;
}

export const instruction = (program: Json, name: string) => named(program['instructions'], name);
export const account = (program: Json, of: string, name: string) => named(instruction(program, of)['accounts'], name);
export const argument = (program: Json, of: string, name: string) => named(instruction(program, of)['arguments'], name);
export const type = (program: Json, name: string) => named(program['definedTypes'], name);
export const fieldOf = (struct: Json, name: string) => named(struct['fields'], name);

/** Puts a value of any type where the JSON has another. */
export const set = (node: Json, key: string, value: unknown): void => {
    (node as Record<string, unknown>)[key] = value;
};
/** Takes the items at a place out of a list, and puts others there. */
export const splice = (list: Json | undefined, start: number, count: number, ...items: unknown[]): Json[] =>
    (list as unknown as unknown[]).splice(start, count, ...items) as Json[];
/** Where an item stands in a list. */
export const placeOf = (list: Json | undefined, name: string): number =>
    [...(list ?? [])].findIndex(item => (item['name'] as unknown) === name);

export const number = (format: string, endian = 'le') => ({ kind: 'numberTypeNode', format, endian });
export const link = (name: string) => ({ kind: 'definedTypeLinkNode', name });
