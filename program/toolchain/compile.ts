/** From the crate to an ELF: compile to assembly, assemble, link. */

import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { link } from './link';
import { run, TARGET, type Tools } from './tools';

const CRATE = 'payment_channels';

/**
 * Builds one revision. The result depends on the sources and on the tools, not on where the two folders are.
 *
 * @param source Folder with `src/` of the crate.
 * @param output An existing empty folder for what is written on the way.
 */
export function compileProgram(tools: Tools, revision: string, source: string, output: string): Uint8Array {
    const assembly = join(output, `${CRATE}.s`);
    run(tools.rustc, [
        ...['--edition', '2021', '--crate-type', 'cdylib', '--crate-name', CRATE, '--target', TARGET],
        ...['--cfg', `feature="${revision}"`, '--check-cfg', `cfg(feature, values("epoch", "tombstone"))`],
        ...['-C', 'opt-level=3', '-C', 'lto=fat', '-C', 'codegen-units=1', '-C', 'panic=abort'],
        // A program that holds money never wraps silently.
        ...['-C', 'overflow-checks=on'],
        // Version 0 of sBPF has neither 32-bit jumps nor 32-bit arithmetic as LLVM means them; this processor has none.
        ...['-C', 'target-cpu=v2'],
        // The VM reads and writes words at any address; without this they are put together from bytes.
        ...['-C', 'target-feature=+allows-misaligned-mem-access'],
        // The frame of the VM; the backend's own limit is the kernel's 512 bytes.
        ...['-C', 'llvm-args=-bpf-stack-size=4096'],
        ...[`--remap-path-prefix=${source}=program`, '-C', 'metadata=payment-channels'],
        ...['--emit', `asm=${assembly}`, join(source, 'src/lib.rs')],
    ]);
    // Some versions put the name of the codegen unit into that of the file.
    if (!existsSync(assembly)) {
        const [only, ...more] = readdirSync(output).filter(name => name.endsWith('.s'));
        if (only === undefined || more.length > 0) throw new Error(`rustc wrote no assembly, or several: ${more}`);
        copyFileSync(join(output, only), assembly);
    }
    const object = join(output, `${CRATE}.o`);
    run(tools.assembler, ['-triple=bpfel', '-filetype=obj', assembly, '-o', object]);
    return link(new Uint8Array(readFileSync(object)));
}
