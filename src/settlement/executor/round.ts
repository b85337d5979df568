import type { Step } from './channel-task';

/** The transactions of a round, each started once those that it depends on have landed. */
export class Round {
    #steps: readonly Step[] = [];
    /** All steps before it are started, or will never be. */
    #firstWaiting = 0;
    #isOver = false;

    /** What is under way goes on; whatever becomes of it while the next round is planned counts for that one. */
    end(): void {
        this.begin([]);
        this.#isOver = false;
    }

    begin(steps: readonly Step[]): void {
        this.#steps = steps;
        this.#firstWaiting = 0;
    }

    /** Whether what is not started yet is to be planned anew, since a channel that can't wait is without a step. */
    get isOver(): boolean {
        return this.#isOver;
    }

    /** Whether no step waits any more. */
    get isStarted(): boolean {
        // Looked for to the end, there is none left that waits once all before the end are not waiting.
        return this.#firstWaiting === this.#steps.length;
    }

    /** The first step that can be started. */
    findReady(): Step | undefined {
        for (let index = this.#firstWaiting; index < this.#steps.length; index++) {
            const step = this.#steps[index]!;
            if (step.state === 'waiting' && step.dependsOn.some(({ state }) => state === 'dead')) this.kill(step);
            if (step.state !== 'waiting') {
                if (index === this.#firstWaiting) this.#firstWaiting++;
            } else if (step.dependsOn.every(({ state }) => state === 'landed')) {
                return step;
            }
        }
        return undefined;
    }

    dropWaiting(): void {
        for (const step of this.#steps) if (step.state === 'waiting') this.kill(step);
    }

    kill(step: Step): void {
        step.state = 'dead';
        for (const task of step.tasks) {
            task.open.delete(step);
            task.needsPlan = true;
        }
        if (step.planned.deadlineAt !== undefined) this.#isOver = true;
    }
}
