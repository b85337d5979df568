import { account, named, type Json } from '../mutate';

/** A mistake in an IDL, and what is found of it: `severity rule path: message`. */
export type Row = [mistake: string, edit: (program: Json, root: Json) => void, findings: string[]];

/** The struct of an account. */
export const accountData = (program: Json, name: string) => named(program['accounts'], name)['data']!;
/** The default of the channel of the instruction `open`, a PDA. */
export const openChannel = (program: Json) => account(program, 'open', 'channel')['defaultValue']!;
