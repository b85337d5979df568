import type { ScenarioProgress } from 'solana-payment-channels/testing';

import type { Terminal } from './io';

/**
 * Progress on the error output: one line that is written over on a terminal, elsewhere a line when a phase is done.
 */
export function createProgressLine(terminal: Terminal): {
    update: (progress: ScenarioProgress) => void;
    clear: () => void;
} {
    return {
        clear: terminal.clearErrorLine,
        update: ({ done, phase, total }) => {
            terminal.clearErrorLine();
            if (terminal.isErrorTerminal) terminal.writeError(`${phase} ${done}/${total}`);
            else if (done === total) terminal.writeError(`${phase} ${done}/${total}\n`);
        },
    };
}
