import { describe, expect, it } from 'vitest';

import { checkIdl } from '../../codegen/check/check';
import { completeLists } from '../../codegen/visitors/complete-lists';
import type { RootNode } from '@codama/nodes';
import { argument, field, link, number, OWN, struct } from './every-node';

// The check takes as long as an IDL is large, and no longer: counted in what it reads of the tree, whatever the machine.

type Json = Record<string, unknown>;
const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
const [U16, U64] = [number('u16'), number('u64')];
const tag = (index: number) => ({
    defaultValue: { kind: 'numberValueNode', number: index },
    defaultValueStrategy: 'omitted',
});
const type = (name: string, of: object) => ({ kind: 'definedTypeNode', name, type: of });
const byTag = [{ kind: 'fieldDiscriminatorNode', name: 'tag', offset: 0 }];
const instruction = (index: number, args: object[] = [], more: object = {}) => ({
    arguments: [argument('tag', U16, tag(index)), ...args],
    discriminators: byTag,
    kind: 'instructionNode',
    name: `go${index}`,
    ...more,
});

/** Programs of any size: each makes its parts for a count of them. */
const PROGRAMS: Record<string, (count: number) => Json> = {
    'instructions with structs': count => ({
        definedTypes: times(count, index => type(`args${index}`, struct(field('sum', U64), field('fee', U64)))),
        instructions: times(count, index => instruction(index, [argument('args', link(`args${index}`))])),
    }),
    'instructions with accounts that follow each other': count => ({
        instructions: times(count, index =>
            instruction(index, [], {
                accounts: ['owner', 'payee'].map((name, place) => ({
                    isSigner: false,
                    isWritable: false,
                    kind: 'instructionAccountNode',
                    name,
                    ...(place > 0 && { defaultValue: { kind: 'accountValueNode', name: 'owner' } }),
                })),
            }),
        ),
    }),
    'accounts that tell their kind': count => ({
        accounts: times(count, index => ({
            data: struct(field('tag', U16, tag(index)), field('sum', U64)),
            discriminators: byTag,
            kind: 'accountNode',
            name: `account${index}`,
        })),
    }),
    'types that hold one after the other': count => ({
        definedTypes: times(count, index =>
            type(
                `type${index}`,
                struct(field('sum', U64), ...(index > 0 ? [field('last', link(`type${index - 1}`))] : [])),
            ),
        ),
        instructions: times(count, index => instruction(index, [argument('held', link(`type${index}`))])),
    }),
    'types that hold themselves': count => ({
        definedTypes: times(count, index =>
            type(
                `type${index}`,
                struct(
                    field('next', {
                        fixed: false,
                        item: link(`type${(index + 1) % count}`),
                        kind: 'optionTypeNode',
                        prefix: U16,
                    }),
                ),
            ),
        ),
    }),
    errors: count => ({
        errors: times(count, index => ({ code: index, kind: 'errorNode', message: 'No.', name: `error${index}` })),
    }),
};

/** How often the check reads an attribute of a node, or an item of a list. */
function countWork(parts: Json): number {
    let count = 0;
    const watch = (value: unknown): unknown => {
        if (typeof value !== 'object' || value === null) return value;
        const held = Array.isArray(value)
            ? value.map(watch)
            : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, watch(inner)]));
        return new Proxy(held, {
            get: (target, key, receiver) => {
                count++;
                return Reflect.get(target, key, receiver) as unknown;
            },
        });
    };
    const root = {
        kind: 'rootNode',
        program: { kind: 'programNode', name: 'till', publicKey: OWN, version: '1.0.0', ...parts },
    };
    // With all its lists, so that the tree is checked as it is given and not in copies of it.
    const idl = completeLists({ ...root, standard: 'codama', version: '1.0.0' } as object as RootNode);
    const findings = checkIdl(watch(idl));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    return count;
}

describe('the work grows with the IDL, and not with its square', () => {
    it.each(Object.entries(PROGRAMS))('%s', (_, make) => {
        const [one, two, three] = [20, 40, 60].map(count => countWork(make(count))) as [number, number, number];
        const [first, second] = [two - one, three - two];
        expect(second).toBeLessThan(first * 1.1);
    });
});
