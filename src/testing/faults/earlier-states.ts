import type { RevisionName } from '../../revision/revision-types';
import type { Cluster, ClusterMark } from '../cluster';

/** The states of a cluster at the ends of its slots, for a node that has not seen the newest. */
export class EarlierStates {
    #marks: { mark: ClusterMark; slot: bigint }[];
    readonly stop: () => void;
    #isAway = false;

    /** @param goesOn Whether there are others than that of now. */
    constructor(
        private readonly cluster: Cluster<RevisionName>,
        goesOn: boolean,
    ) {
        this.#marks = [{ mark: cluster.mark(), slot: cluster.getSlot() }];
        const stop = goesOn ? cluster.changes.listen(() => this.#follow()) : () => undefined;
        this.stop = () => {
            stop();
            this.#marks = [];
        };
    }

    /** Runs something that reads, at the end of a slot so many before this one, or of the first that is known. */
    run(slotsBefore: bigint, read: () => unknown): unknown {
        const slot = this.cluster.getSlot() - slotsBefore;
        const found = [...this.#marks].reverse().find(mark => mark.slot <= slot) ?? this.#marks[0];
        if (!found) return read();
        const now = this.cluster.mark();
        this.#isAway = true;
        this.cluster.restore(found.mark);
        try {
            return read();
        } finally {
            this.cluster.restore(now);
            this.cluster.release(now);
            this.#isAway = false;
        }
    }

    #follow(): void {
        if (this.#isAway) return;
        const slot = this.cluster.getSlot();
        // What happens in a slot is seen at its end.
        const left = this.#marks.filter(mark => mark.slot !== slot);
        // More than anybody lags: statuses are kept for as long.
        const kept = left.slice(-MAX_SLOTS);
        for (const { mark } of this.#marks.filter(mark => !kept.includes(mark))) this.cluster.release(mark);
        this.#marks = [...kept, { mark: this.cluster.mark(), slot }];
    }
}

const MAX_SLOTS = 300;
