import { isNode, type Node } from '@codama/nodes';

import { nameType } from '../describe';
import { programOf, type CheckContext } from './context';
import { error } from './finding';
import { findMisfit, hasSizeOf } from './fits';
import { getHeld } from './numbers';

/** Every constant value is one that the type beside it can have. */
export function checkValues({ report, typesOf, visits }: CheckContext): void {
    for (const visit of visits) {
        const { node, path } = visit;
        const program = programOf(visit);
        if (program === undefined) continue;
        const types = typesOf(program);
        if (node.kind === 'injectedValueNode' && !node.fallback && !isDefault(visit.ancestors.at(-1))) {
            report(
                error({
                    rule: 'unsupported',
                    path,
                    message: `The value "${node.key}" is given by what surrounds it, which a client knows nothing of.`,
                    fix: 'Add a "fallback", or the value itself.',
                }),
            );
        }
        if (node.kind === 'zeroableOptionTypeNode' && node.zeroValue && !hasSizeOf(node.item, node.zeroValue, types)) {
            report(
                error({
                    rule: 'wrong-value',
                    path: `${path}.zeroValue`,
                    message:
                        'What stands for nothing has to take the same bytes as a value, or it cannot be told from one.',
                    fix: 'Make it a constant of the size of the item.',
                }),
            );
        }
        const isPadded = node.kind === 'optionTypeNode' && node.fixed;
        if ((isPadded || (node.kind === 'zeroableOptionTypeNode' && !node.zeroValue)) && !types.isFixed(node.item)) {
            report(
                error({
                    rule: 'wrong-value',
                    path: `${path}.item`,
                    message: `Zeros stand for nothing here, but how many depends on the value: ${nameType(node.item)} has no fixed size.`,
                    fix: isPadded
                        ? 'Take "fixed" out, or give the item a fixed size.'
                        : 'Give the item a fixed size, or make it an optionTypeNode.',
                }),
            );
        }
        // The constants of a program are rendered as they are written, without their types.
        const held = node.kind === 'constantNode' ? undefined : getHeld(node);
        if (held === undefined) continue;
        const { attribute, type, value } = held;
        if (held.attribute === 'defaultValue' && held.value.kind === 'tupleValueNode') {
            report(
                error({
                    rule: 'unsupported',
                    path: `${path}.defaultValue`,
                    message: 'No default of a tuple is rendered: the compiler takes it for a list.',
                    fix: 'Make the type a struct, which takes the same bytes, or take the default out.',
                }),
            );
        }
        // A number that stands beside its type is checked as one (numbers.ts).
        if (value.kind === 'numberValueNode' && type.kind !== 'definedTypeLinkNode') continue;
        const misfit = findMisfit(type, value, types.findType);
        if (misfit === undefined) continue;
        report(
            error({
                rule: 'wrong-value',
                path: `${path}.${attribute}${misfit.path}`,
                message: misfit.message,
                fix: 'Write a value that the type can have, or correct the type.',
            }),
        );
    }
}

/** Whether a value that stands in a node can be left to the caller. */
function isDefault(node: Node | undefined): boolean {
    return isNode(node, [
        'conditionalValueNode',
        'instructionAccountNode',
        'instructionArgumentNode',
        'structFieldTypeNode',
    ]);
}
