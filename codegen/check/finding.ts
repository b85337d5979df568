/** What the check found at one place of an IDL. */
export type Finding = Readonly<{
    severity: 'error' | 'warning';
    rule: Rule;
    /** Where in the file, for instance `program.instructions[3].accounts[1]`; empty for the file as a whole. */
    path: string;
    /** What is wrong. */
    message: string;
    /** How to mend it. */
    fix: string;
}>;

/** What is checked. */
export const RULES = [
    'codama',
    'dangling-default',
    'dangling-link',
    'discriminator-not-written',
    'duplicate-discriminator',
    'duplicate-name',
    'endless-type',
    'error-code',
    'indistinguishable',
    'json',
    'number',
    'overlapping-discriminator',
    'pda-copy',
    'pda-seeds',
    'shape',
    'standard',
    'undocumented',
    'u64-argument',
    'unknown-kind',
    'unsupported',
    'wrong-value',
] as const;

export type Rule = (typeof RULES)[number];

/** Collects what a check reports. */
export type Report = (finding: Finding) => void;

/** A finding without its severity, for a rule that always has the same. */
type Details = Omit<Finding, 'severity'>;

export const error = (details: Details): Finding => ({ severity: 'error', ...details });
export const warning = (details: Details): Finding => ({ severity: 'warning', ...details });
