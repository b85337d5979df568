import { hasMembersByName } from '../input';
import { EPOCH } from '../revision/epoch';

/**
 * A shared function with the epoch revision in the place of the default one.
 *
 * Given a deployment of another revision it fails as it does with its own errors, with `REVISION_MISMATCH`.
 *
 * @param index Which of its parameters is the config.
 */
export function withEpoch<TFunction extends (...args: never[]) => unknown>(
    shared: TFunction,
    index: number,
): TFunction {
    const bound = (...args: unknown[]): unknown => {
        const given = Array.from({ length: Math.max(args.length, index + 1) }, (_, position) => args[position]);
        const config = given[index] === undefined ? {} : given[index];
        // What is no config is for the shared function to refuse, and so is one that can't be copied.
        if (typeof config === 'object' && config !== null) given[index] = bindConfig(config);
        return shared(...(given as never[]));
    };
    return bound as unknown as TFunction;
}

function bindConfig(config: object): object {
    if (!hasMembersByName(config)) return config;
    try {
        return { revision: EPOCH, ...config, expectedRevision: 'epoch' };
    } catch {
        return config;
    }
}
