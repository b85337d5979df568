import { number, type Json } from '../mutate';

/** An edit to an IDL, and the changes that it is told as: `impact kind subject: message`. */
export type Row = [edit: string, mutation: (program: Json, root: Json) => void, changes: string[]];

/** A field to add where the edit adds one. */
export const FIELD = { kind: 'structFieldTypeNode', name: 'extra', docs: ['New.'], type: number('u16') };
