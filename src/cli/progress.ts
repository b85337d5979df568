import type { ScenarioProgress } from '../testing/scenario/scenario';
import type { Io } from './io';

const CLEAR_LINE = '\r\x1b[2K';

/**
 * Progress on the error output: one line that is written over on a terminal, elsewhere a line when a phase is done.
 */
export function createProgressLine(io: Io): {
    update: (progress: ScenarioProgress) => void;
    clear: () => void;
} {
    return {
        clear: () => {
            if (io.isErrorTerminal) io.writeError(CLEAR_LINE);
        },
        update: ({ done, phase, total }) => {
            if (io.isErrorTerminal) io.writeError(`${CLEAR_LINE}${phase} ${done}/${total}`);
            else if (done === total) io.writeError(`${phase} ${done}/${total}\n`);
        },
    };
}
