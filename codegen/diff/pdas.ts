import type { PdaNode, PdaSeedNode } from '@codama/nodes';

import { align } from './align';
import type { AddChange, Impact } from './change';
import { writeSeeds } from './defaults';
import { describeSeed, nameType } from '../describe';
import { relateTypes, tellTypesApart } from './relation';
import type { Side, Sides } from './side';

/** What a PDA is derived from, whatever its seeds are called. */
export function describeDerivation(pda: PdaNode, side: Side): string {
    return JSON.stringify([writeSeeds(pda, side), pda.programId ?? 'own']);
}

/** Compares a PDA of both IDLs. */
export function comparePdas(before: PdaNode, after: PdaNode, sides: Sides, add: AddChange): void {
    const meaning = 'The address is another: the old client derives the wrong one.';
    if (before.name !== after.name) {
        add(
            'pda-renamed',
            'types',
            `\`${before.name}\` is now called \`${after.name}\`.`,
            'Code that names it does not compile.',
        );
    }
    if (before.programId !== after.programId) {
        add(
            'pda-program',
            'wire',
            `Derived from ${after.programId ?? 'the program itself'} instead of ${before.programId ?? 'the program itself'}.`,
            meaning,
        );
    }
    // Constants that are cut in other places are hashed alike.
    const isSameSeeds = JSON.stringify(writeSeeds(before, sides.old)) === JSON.stringify(writeSeeds(after, sides.new));
    const variable = ({ seeds }: PdaNode) =>
        seeds.flatMap(seed => (seed.kind === 'variablePdaSeedNode' ? [seed.name as string] : []));
    const isSameOrder = isSameSeeds && variable(before).join() === variable(after).join();
    const named = ({ seeds }: PdaNode, side: Side) => {
        const times = new Map<string, number>();
        return seeds.map(seed => {
            // The same constant may be a seed twice.
            const name = identify(seed, side);
            times.set(name, (times.get(name) ?? 0) + 1);
            return { name: `${name} ${times.get(name)!}`, seed };
        });
    };
    const alignment = align(named(before, sides.old), named(after, sides.new), ({ seed }, which) => {
        const { code, wire } = sides[which];
        return JSON.stringify([seed.kind, wire.idOf(seed.type), code.idOf(seed.type)]);
    });
    for (const item of alignment) {
        if (item.how === 'added' || item.how === 'removed') {
            const { seed } = item.how === 'added' ? item.new : item.old;
            if (isSameSeeds && seed.kind === 'constantPdaSeedNode') continue;
            if (item.how === 'added') {
                const what = `Seed ${nameSeed(seed)}, ${nameType(seed.type)}, added at ${item.newIndex}.`;
                add('seed-added', 'wire', what, meaning);
            } else add('seed-removed', 'wire', `Seed ${nameSeed(seed)} removed from ${item.oldIndex}.`, meaning);
            continue;
        }
        const [oldSeed, newSeed] = [item.old.seed, item.new.seed];
        if (item.how === 'moved' && !isSameOrder && !(isSameSeeds && newSeed.kind === 'constantPdaSeedNode')) {
            add(
                'seed-moved',
                'wire',
                `Seed ${nameSeed(newSeed)} moved from ${item.oldIndex} to ${item.newIndex}.`,
                meaning,
            );
        }
        if (newSeed.kind === 'constantPdaSeedNode' || oldSeed.kind === 'constantPdaSeedNode') {
            if (item.how === 'renamed' && !isSameSeeds) {
                const [oldName, newName] = [nameSeed(oldSeed), nameSeed(newSeed)];
                const words = oldName === newName ? [item.old.name, item.new.name] : [oldName, newName];
                add('seed-changed', 'wire', `Seed ${item.newIndex} is ${words[1]} instead of ${words[0]}.`, meaning);
            }
            continue;
        }
        if (item.how === 'renamed') {
            add(
                'seed-renamed',
                'types',
                `Seed ${item.newIndex}, ${nameSeed(oldSeed)}, is now called ${nameSeed(newSeed)}.`,
                'Code that names it does not compile; the address is the same.',
            );
        }
        const relation = relateTypes(oldSeed.type, newSeed.type, sides);
        if (relation !== 'same') {
            const words = tellTypesApart(oldSeed.type, newSeed.type, sides);
            add(
                'seed-changed',
                relation,
                `Seed ${nameSeed(newSeed)} is ${words.new} instead of ${words.old}.`,
                SEED_RETYPED[relation] ?? meaning,
            );
        }
    }
}

const SEED_RETYPED: Partial<Record<Impact, string>> = {
    compatible: 'The address is the same.',
    types: 'Code that gives it does not compile; the address is the same.',
};

/** What a seed is known by: its name, or its bytes when they are always the same. */
function identify(seed: PdaSeedNode, side: Side): string {
    if (seed.kind === 'variablePdaSeedNode') return `variable ${seed.name}`;
    return JSON.stringify(writeSeeds({ kind: 'pdaNode', name: seed.kind as PdaNode['name'], seeds: [seed] }, side));
}

/** A seed by its name, or by its value when that is always the same. */
function nameSeed(seed: PdaSeedNode): string {
    return seed.kind === 'variablePdaSeedNode' ? `\`${seed.name}\`` : describeSeed(seed);
}
