import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

// Identity of a process that writes to a journal, so that others can prove that it has ended. On Linux it is the
// process number and start time, which are unique on one machine until it restarts, within one namespace of processes
// and of times. On other systems nothing can be proved, and leases have to expire.
//
// That another process has the same number by now is told by the time of start. A process on another host, in another
// container, or that is merely paused, is not proved to be dead.

const SCOPE_LENGTH = 16;
const PID_LENGTH = 8;
const START_LENGTH = 16;
/** Random prefix of every writer. */
const RANDOM_LENGTH = 12;
const WRITER = /* @__PURE__ */ (() =>
    new RegExp(
        `^[0-9a-f]{${RANDOM_LENGTH}}([0-9a-f]{${SCOPE_LENGTH}})([0-9a-f]{${PID_LENGTH}})([0-9a-f]{${START_LENGTH}})$`,
    ))();

type ProcessStatus = Readonly<{ pid: number; startedAt: bigint; hasEnded: boolean }>;

/** The state of a process in /proc; `undefined` where there is none. */
function readStatus(pid: number | 'self'): ProcessStatus | undefined {
    try {
        const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
        // The name of the program may have anything in it, brackets too.
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        const [state, threads, startedAt] = [fields[0], Number(fields[17]), BigInt(fields[19] ?? '')];
        // The last thread of one that has ended waits for its parent to ask.
        return { hasEnded: state === 'Z' && threads <= 1, pid: Number.parseInt(text, 10), startedAt };
    } catch {
        return undefined;
    }
}

/** Older systems have one time for all. */
function readTimeNamespace(): string {
    try {
        return readlinkSync('/proc/self/ns/time');
    } catch {
        return '';
    }
}

/** The machine since its start, and the namespaces in which numbers and times of processes mean something. */
function readScope(): string | undefined {
    try {
        const parts = [
            readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
            readlinkSync('/proc/self/ns/pid'),
            readTimeNamespace(),
        ];
        return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, SCOPE_LENGTH);
    } catch {
        return undefined;
    }
}

/** Identity of this process in hex digits; nothing where it is not unique. */
export function describeProcess(): string {
    const scope = readScope();
    const self = readStatus('self');
    // It may be another namespace's /proc.
    if (scope === undefined || self?.pid !== process.pid) return '';
    const start = self.startedAt.toString(16).padStart(START_LENGTH, '0');
    return `${scope}${process.pid.toString(16).padStart(PID_LENGTH, '0')}${start}`;
}

/** Whether the process of a writer is proved to have ended. */
export function isWriterDead(writer: string | undefined): boolean {
    const [, scope, pidText, startText] = (writer === undefined ? null : WRITER.exec(writer)) ?? [];
    // A process that can't read its own identity can't read that of others.
    if (scope === undefined || describeProcess().slice(0, SCOPE_LENGTH) !== scope) return false;
    const pid = Number.parseInt(pidText!, 16);
    if (pid < 1) return false;
    try {
        process.kill(pid, 0);
    } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return true;
    }
    // It may be another one that has the number now.
    const status = readStatus(pid);
    return status !== undefined && (status.hasEnded || status.startedAt !== BigInt(`0x${startText!}`));
}
