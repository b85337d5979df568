import type { Node, RootNode } from '@codama/nodes';
import { getValidationItemsVisitor } from '@codama/validators';
import { visit } from '@codama/visitors-core';

import { transformNodes, walkNodes, type RawNode } from '../nodes';
import { spreadArguments } from '../visitors/flatten-arguments';
import type { CheckContext } from './context';
import { error, type Finding } from './finding';

/**
 * What Codama's own validators find: defaults that depend on each other in a circle, among others.
 *
 * They throw on every link to a defined type (1.9.0), so they see a copy of the tree in which bytes stand for the
 * links, which are checked here anyway, and in which struct arguments are spread, as they are rendered. What they find at a node where a check of ours already found something, or
 * above or below one, would say the same again in fewer words, and is left out.
 */
export function checkWithCodama({ report, root }: CheckContext, found: readonly Finding[]): void {
    const copy: RootNode = transformNodes(spreadArguments(root), node =>
        node.kind === 'definedTypeLinkNode' ? { kind: 'bytesTypeNode' } : node,
    );
    const errorPaths = found.filter(({ severity }) => severity === 'error').map(({ path }) => path);
    const isWithin = (path: string, other: string) => `${path}.`.startsWith(`${other}.`);
    const isKnown = (path: string) => errorPaths.some(other => isWithin(path, other) || isWithin(other, path));

    const errors = visit(copy, getValidationItemsVisitor()).filter(({ level }) => level === 'error');
    if (errors.length === 0) return;
    const paths = new Map<unknown, string>();
    for (const { node, path } of walkNodes(copy as unknown as RawNode)) paths.set(node, path);
    for (const { message, node } of errors) {
        const path = paths.get(node) ?? '';
        if (isKnown(path)) continue;
        report(error({ rule: 'codama', path, message: `Codama says: ${message}`, fix: getFix(node) }));
    }
}

function getFix(node: Node): string {
    return node.kind === 'instructionNode'
        ? 'Let each default of the instruction depend only on what can be known before it, in no circle.'
        : `Correct the ${node.kind}.`;
}
