/** A reason not to produce an ELF: the program would not load, or would not do what its source says. */
export class LinkError extends Error {
    override readonly name = 'LinkError';
}
